//! Conversations that remember: joins the store and the engine, so that neither has to know the other.
//!
//! What lives here: reading and changing them; `send` begins answers, `keeper` stores what comes of them, `titles` asks a model
//! what to call a conversation, `files` are what goes with questions, `transfer` exports and imports.
//!
//! Who calls it: `http`, for the page's own routes and for the session routes.

mod error;
mod files;
mod keeper;
mod send;
mod titles;
mod transfer;

pub use error::ConversationError;
pub use send::Send;

use crate::{
    clock,
    generation::{Engine, Generation},
    store::{Store, StoreError, Window},
    visitor::Owner,
};
use keeper::Keeper;
use protocol::{
    conversation::{
        Conversation, ConversationChange, ConversationList, ConversationSettings, ConversationSummary, ShareLink,
    },
    error::PublicError,
    feed::FeedChange,
    id::{ConversationId, GenerationId, MessageId},
    message::{Message, MessageStatus},
    request::InputLimits,
    search::SearchResults,
    usage::UsageTotals,
};
use std::{sync::Arc, time::Duration};
use uuid::Uuid;

/// How long a stop waits for the generation to end. Nothing but a hanging store can make it that long.
const STOP_LIMIT: Duration = Duration::from_secs(5);

/// The conversations of this server.
#[derive(Clone)]
pub struct Conversations {
    store: Arc<dyn Store>,
    engine: Arc<Engine>,
    keeper: Arc<Keeper>,
    system_prompt: Option<String>,
    /// Whether models are asked for titles.
    titles: bool,
    /// How much a question may hold.
    input: InputLimits,
}

impl Conversations {
    /// Conversations kept in `store`, answered by `engine`.
    pub fn new(
        store: Arc<dyn Store>,
        engine: Arc<Engine>,
        system_prompt: Option<String>,
        titles: bool,
        input: InputLimits,
    ) -> Self {
        let keeper = Keeper::start(Arc::clone(&store), Arc::clone(&engine));
        let this = Self { store, engine, keeper, system_prompt, titles, input };
        this.tell_of_trouble();
        this
    }

    /// Whoever has a page open is told when the store fails, and when it works again.
    fn tell_of_trouble(&self) {
        let (mut trouble, engine) = (self.store.trouble(), Arc::downgrade(&self.engine));
        tokio::spawn(async move {
            while trouble.changed().await.is_ok() {
                let Some(engine) = engine.upgrade() else { return };
                let now = trouble.borrow_and_update().clone();
                engine.tell_everybody(&FeedChange::Storage(now));
            }
        });
    }

    /// Why nothing can be stored at present; `None` while all is well.
    pub fn trouble(&self) -> Option<PublicError> {
        self.store.trouble().borrow().clone()
    }

    /// Makes an empty conversation.
    pub async fn create(
        &self,
        owner: &Owner,
        settings: ConversationSettings,
    ) -> Result<Conversation, ConversationError> {
        let summary = ConversationSummary::new(ConversationId(Uuid::new_v4()), clock::now());
        self.store.create(owner, summary.clone(), settings.clone()).await?;
        Ok(Conversation {
            summary,
            settings,
            messages: Vec::new(),
            earlier: false,
            shared: None,
            usage: UsageTotals::default(),
        })
    }

    /// One page of the owner's conversations.
    pub async fn list(
        &self,
        owner: &Owner,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<ConversationList, ConversationError> {
        Ok(self.store.list(owner, limit, cursor).await?)
    }

    /// A conversation, with answers under way as far as they have come.
    pub async fn get(
        &self,
        owner: &Owner,
        id: ConversationId,
        window: Window,
    ) -> Result<Conversation, ConversationError> {
        let mut conversation = self.store.get(owner, id, window).await?;
        for message in &mut conversation.messages {
            self.bring_up_to_date(message);
        }
        Ok(conversation)
    }

    /// The end of the branch behind a public address, or what stands before a message of it: at most so many messages, without
    /// what the models thought.
    pub async fn shared(
        &self,
        token: &str,
        before: Option<MessageId>,
        limit: usize,
    ) -> Result<Conversation, ConversationError> {
        let mut conversation = self.store.shared(token, before, limit).await?;
        for message in &mut conversation.messages {
            self.bring_up_to_date(message);
            // It was written for the one who asked.
            message.reasoning.clear();
        }
        Ok(conversation)
    }

    /// The store has an answer as it was at its start or its end; in between the generation knows more.
    fn bring_up_to_date(&self, message: &mut Message) {
        if message.status != MessageStatus::Streaming {
            return;
        }
        let made = self.keeper.unsaved(message.id);
        let made = made.or_else(|| Some(self.engine.get(message.generation_id?)?.transcript().message));
        match made {
            Some(made) => *message = answer_so_far(message, made),
            None => message.status = MessageStatus::Interrupted,
        }
    }

    /// Renames, pins, shows another branch, or restores.
    pub async fn change(
        &self,
        owner: &Owner,
        id: ConversationId,
        change: ConversationChange,
    ) -> Result<ConversationSummary, ConversationError> {
        let other_branch = change.head.is_some();
        let summary = self.store.change(owner, id, change).await?;
        self.engine.tell(owner, FeedChange::Conversation(summary.clone()));
        if other_branch {
            self.engine.tell(owner, FeedChange::Messages(id));
        }
        Ok(summary)
    }

    /// Hides a conversation, forgets its events, and stops its answer if one is under way.
    pub async fn delete(&self, owner: &Owner, id: ConversationId) -> Result<(), ConversationError> {
        for generation in self.store.delete(owner, id).await? {
            self.engine.forget(generation);
        }
        self.engine.tell(owner, FeedChange::Deleted(id));
        Ok(())
    }

    /// Hides a message and all that follow it.
    pub async fn delete_message(
        &self,
        owner: &Owner,
        id: ConversationId,
        message: MessageId,
    ) -> Result<(), ConversationError> {
        let summary = self.store.delete_message(owner, id, message).await?;
        self.tell_of_messages(owner, summary);
        Ok(())
    }

    /// Takes that back.
    pub async fn restore_message(
        &self,
        owner: &Owner,
        id: ConversationId,
        message: MessageId,
    ) -> Result<(), ConversationError> {
        let summary = self.store.restore_message(owner, id, message).await?;
        self.tell_of_messages(owner, summary);
        Ok(())
    }

    fn tell_of_messages(&self, owner: &Owner, summary: ConversationSummary) {
        self.engine.tell(owner, FeedChange::Messages(summary.id));
        self.engine.tell(owner, FeedChange::Conversation(summary));
    }

    /// What fits a text, the best first.
    pub async fn search(
        &self,
        owner: &Owner,
        text: &str,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<SearchResults, ConversationError> {
        Ok(self.store.search(owner, text, limit, cursor).await?)
    }

    /// Lets everybody read the shown branch who knows the address that this gives.
    pub async fn share(&self, owner: &Owner, id: ConversationId) -> Result<ShareLink, ConversationError> {
        let token = self.store.share(owner, id, share_token()).await?;
        let path = format!("/s/{token}");
        Ok(ShareLink { token, path })
    }

    /// Makes that address worthless.
    pub async fn unshare(&self, owner: &Owner, id: ConversationId) -> Result<(), ConversationError> {
        Ok(self.store.unshare(owner, id).await?)
    }

    /// Where everything is kept: for what goes past single conversations, such as export and import.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// Stops a generation and waits until it has ended and is stored.
    pub async fn stop(&self, owner: &Owner, id: GenerationId) -> Result<(), ConversationError> {
        let generation = self.generation(owner, id)?;
        generation.stop();
        let _ = tokio::time::timeout(STOP_LIMIT, generation.ended()).await;
        Ok(())
    }

    /// The events of one of the owner's generations after that of a number; `None` if there are none and none will come. One that has
    /// been forgotten is told again from its stored answer, but only from its beginning: its events are fewer then, and old numbers
    /// mean nothing.
    pub async fn events(
        &self,
        owner: &Owner,
        id: GenerationId,
        after: u64,
    ) -> Result<Option<Arc<Generation>>, ConversationError> {
        if let Ok(generation) = self.generation(owner, id) {
            return Ok((!generation.has_ended_with(after)).then_some(generation));
        }
        let (conversation, answer) = self.store.answer_by_generation(owner, id).await?;
        match after {
            0 => Ok(Some(self.known(owner, conversation, answer))),
            last if last == answer.last_event_id && answer.status != MessageStatus::Interrupted => Ok(None),
            _ => Err(ConversationError::Forgotten),
        }
    }

    /// The answer of a generation as it is stored.
    pub async fn answer(&self, owner: &Owner, id: GenerationId) -> Result<Message, ConversationError> {
        let (_, mut answer) = self.store.answer_by_generation(owner, id).await?;
        self.bring_up_to_date(&mut answer);
        Ok(answer)
    }

    /// Finds one of the owner's generations.
    pub fn generation(&self, owner: &Owner, id: GenerationId) -> Result<Arc<Generation>, ConversationError> {
        let found = self.engine.get(id).filter(|generation| generation.owner == *owner);
        Ok(found.ok_or(StoreError::NotFound("generation"))?)
    }

    /// Stores what is not stored yet, and closes the store.
    pub async fn close(&self) {
        self.keeper.store_all().await;
        self.store.close().await;
    }
}

/// 128 random bits in the letters of base64url.
fn share_token() -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    // Two UUIDs have 244 random bits; 22 letters of six bits take 128 of them.
    let mut bits =
        (Uuid::new_v4().as_u128() << 64) ^ Uuid::new_v4().as_u128() ^ Uuid::new_v4().as_u128().rotate_left(32);
    let letter = |_| {
        let letter = LETTERS[(bits & 63) as usize];
        bits >>= 6;
        char::from(letter)
    };
    (0..22).map(letter).collect()
}

/// The stored answer with what its generation has made of it.
fn answer_so_far(stored: &Message, made: Message) -> Message {
    let Message { id, parent_id, created_at, .. } = *stored;
    Message { id, parent_id, created_at, siblings: stored.siblings.clone(), ..made }
}
