//! Keeps answers while they are written, and at their end, whatever the disk does meanwhile.
//!
//! Four times a second what has come of all answers is stored in one step, so that a server that is killed has lost at most
//! half a second of them. What cannot be stored is kept here and stored as soon as that works again.

use crate::{
    generation::{Engine, Generation, Grown},
    store::{Checkpoint, Store, StoreError},
    visitor::Owner,
};
use protocol::{
    conversation::ConversationChange,
    feed::FeedChange,
    id::{ConversationId, GenerationId, MessageId},
    message::Message,
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::Notify,
    time::{MissedTickBehavior, interval, timeout},
};

/// How often the store is given what has come. Of a server that is killed, at most twice this is missing.
const CHECKPOINTS: Duration = Duration::from_millis(250);

/// How long readers wait for the end of an answer to be stored before they see it. Only a disk that hangs takes this long.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often what was deleted is looked for to be removed.
const PURGES: Duration = Duration::from_secs(60);

/// What the store does not have yet.
pub(super) struct Keeper {
    store: Arc<dyn Store>,
    /// Tells the owner's other tabs when an answer has ended.
    engine: Arc<Engine>,
    kept: Mutex<Kept>,
    /// There is something to do again.
    wake: Notify,
}

#[derive(Default)]
struct Kept {
    growing: HashMap<MessageId, Growing>,
    unsaved: HashMap<MessageId, Unsaved>,
}

/// An answer that is being written.
struct Growing {
    generation: Arc<Generation>,
    /// The number of the last event that is stored.
    stored: u64,
}

/// An answer that has ended and is not stored.
#[derive(Clone)]
struct Unsaved {
    owner: Owner,
    conversation: ConversationId,
    answer: Message,
    /// Whether it could not be stored at once. Until then it is left to the one who tries.
    put_off: bool,
}

impl Keeper {
    /// A keeper, and its task, which runs as long as the keeper is there.
    pub(super) fn start(store: Arc<dyn Store>, engine: Arc<Engine>) -> Arc<Self> {
        let (kept, wake) = (Mutex::default(), Notify::new());
        let keeper = Arc::new(Self { store: Arc::clone(&store), engine, kept, wake });
        let working = Arc::downgrade(&keeper);
        tokio::spawn(async move {
            let mut ticks = interval(CHECKPOINTS);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            while let Some(keeper) = working.upgrade() {
                if keeper.is_idle() {
                    let _ = timeout(PURGES, keeper.wake.notified()).await;
                }
                keeper.store_all().await;
                drop(keeper);
                ticks.tick().await;
            }
        });
        let purging = Arc::downgrade(&keeper);
        tokio::spawn(async move {
            while purging.upgrade().is_some() {
                match store.purge().await {
                    // A short step after the other: others want to write, too.
                    Ok(true) => tokio::time::sleep(Duration::from_millis(50)).await,
                    Ok(false) | Err(StoreError::Unavailable(_)) => tokio::time::sleep(PURGES).await,
                    Err(error) => {
                        tracing::error!(%error, "what was deleted could not be removed");
                        tokio::time::sleep(PURGES).await;
                    }
                }
            }
        });
        keeper
    }

    /// An answer is being written from now on.
    pub(super) fn follow(&self, message: MessageId, generation: Arc<Generation>) {
        self.kept().growing.insert(message, Growing { generation, stored: 0 });
        self.wake.notify_one();
    }

    /// Stores the end of an answer, now or as soon as that works.
    pub(super) async fn end(&self, owner: Owner, conversation: ConversationId, answer: Message) {
        let id = answer.id;
        let unsaved = Unsaved { owner, conversation, answer, put_off: false };
        // Here first: between the two, a reader finds it here.
        self.kept().unsaved.insert(id, unsaved.clone());
        self.kept().growing.remove(&id);
        if timeout(PATIENCE, self.save(unsaved)).await.is_err() {
            self.put_off(id);
        }
    }

    /// Whether this answer is being written.
    pub(super) fn is_growing(&self, generation: GenerationId) -> bool {
        self.kept().growing.values().any(|growing| growing.generation.id() == generation)
    }

    fn put_off(&self, id: MessageId) {
        if let Some(unsaved) = self.kept().unsaved.get_mut(&id) {
            unsaved.put_off = true;
        }
        self.wake.notify_one();
    }

    /// `true` if the store has it now.
    async fn save(&self, unsaved: Unsaved) -> bool {
        let Unsaved { owner, conversation, answer, put_off } = unsaved;
        let id = answer.id;
        let saved = match self.store.save_answer(&owner, conversation, answer).await {
            // An attempt that nobody waited for did it after all, or the conversation was deleted for good in the meantime.
            Err(StoreError::NotFound(_)) => {
                self.store.change(&owner, conversation, ConversationChange::default()).await.map(Some)
            }
            saved => saved,
        };
        match saved {
            Ok(Some(summary)) => self.engine.tell(&owner, FeedChange::Conversation(summary)),
            Ok(None) => {}
            Err(StoreError::NotFound(_)) => {}
            // The store has said so in the log where it is unavailable. Whatever else it is, the answer is nowhere but here.
            Err(error) => {
                if !put_off && !matches!(error, StoreError::Unavailable(_)) {
                    tracing::error!(%conversation, %error, "an answer could not be stored; it will be tried again");
                }
                self.put_off(id);
                return false;
            }
        }
        self.kept().unsaved.remove(&id);
        true
    }

    /// An answer that has ended and that the store does not have yet.
    pub(super) fn unsaved(&self, id: MessageId) -> Option<Message> {
        self.kept().unsaved.get(&id).map(|unsaved| unsaved.answer.clone())
    }

    /// Stores what was put off of a generation. `false` if nothing was.
    pub(super) async fn settle(&self, generation: GenerationId) -> bool {
        let unsaved = self.kept().unsaved.values().find(|one| one.answer.generation_id == Some(generation)).cloned();
        match unsaved {
            Some(unsaved) => self.save(unsaved).await,
            None => false,
        }
    }

    /// Stores what has come of all answers, and what was put off.
    pub(super) async fn store_all(&self) {
        let (checkpoints, unsaved) = self.due();
        let numbers: Vec<_> = checkpoints.iter().map(|one| (one.message, one.last_event_id)).collect();
        if !checkpoints.is_empty() {
            match self.store.checkpoint(checkpoints).await {
                Ok(()) => self.stored(numbers),
                // It has said so in the log. The log of events still has what has come.
                Err(StoreError::Unavailable(_)) => return,
                Err(error) => tracing::error!(%error, "what has come of answers could not be stored"),
            }
        }
        for unsaved in unsaved {
            self.save(unsaved).await;
        }
    }

    fn due(&self) -> (Vec<Checkpoint>, Vec<Unsaved>) {
        let mut kept = self.kept();
        // An answer may have ended before it was followed.
        kept.growing.retain(|_, growing| !growing.generation.is_ended());
        let grown = kept.growing.iter().filter_map(|(message, growing)| {
            let Grown { number, content, reasoning, model } = growing.generation.since(growing.stored);
            let is_empty = content.is_empty() && reasoning.is_empty() && model.is_none();
            (!is_empty).then_some(Checkpoint { message: *message, last_event_id: number, content, reasoning, model })
        });
        (grown.collect(), kept.unsaved.values().filter(|unsaved| unsaved.put_off).cloned().collect())
    }

    fn stored(&self, numbers: Vec<(MessageId, u64)>) {
        let mut kept = self.kept();
        for (message, number) in numbers {
            if let Some(growing) = kept.growing.get_mut(&message) {
                growing.stored = number;
            }
        }
    }

    fn is_idle(&self) -> bool {
        let kept = self.kept();
        kept.growing.is_empty() && kept.unsaved.is_empty()
    }

    /// Every change above is whole when the lock is given back, so a poisoned one is still good.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
