//! A generation as others see it: to read, to stop, to ask how far it is.

use super::log::{Entry, Log};
use crate::visitor::Owner;
use protocol::{
    error::{ErrorCode, PublicError},
    event::{Complete, FinishReason, Processing, Status, StreamEvent},
    id::{ConversationId, GenerationId, MessageId},
    message::{Message, MessageStatus},
    transcript::Transcript,
};
use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// What happens to a generation once it has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Its log stays readable for a while, for readers that come back.
    ForResume,
    /// Nobody can come back to it; it is forgotten at once.
    Nothing,
}

/// One run of a model that makes one answer.
#[derive(Debug)]
pub struct Generation {
    /// Who may read and stop it.
    pub owner: Owner,
    /// Its names, as the first event tells them.
    pub names: Processing,
    /// The session whose memory it extends, told by its last event.
    pub session_id: Option<ConversationId>,
    /// What happens to it after its end.
    pub keep: Keep,
    pub(super) log: Log,
    pub(super) cancel: CancellationToken,
    /// When it was made, in milliseconds since 1970 UTC.
    pub created_at: u64,
    /// When the provider that refused may be asked again.
    pub(super) retry_after: OnceLock<Duration>,
    interrupted: AtomicBool,
    ended_at: OnceLock<Instant>,
}

impl Generation {
    pub(super) fn new(owner: Owner, names: Processing, session_id: Option<ConversationId>, keep: Keep) -> Self {
        Self {
            owner,
            names,
            session_id,
            keep,
            log: Log::new(),
            cancel: CancellationToken::new(),
            created_at: crate::clock::now(),
            retry_after: OnceLock::new(),
            interrupted: AtomicBool::new(false),
            ended_at: OnceLock::new(),
        }
    }

    /// A generation that ended long ago, told again from the message that it made: fewer events, the same text.
    pub fn replay(owner: Owner, conversation: ConversationId, message: Message) -> Arc<Self> {
        let names = Processing {
            generation_id: message.generation_id.unwrap_or(GenerationId(message.id.0)),
            conversation_id: Some(conversation),
            message_id: Some(message.id),
            user_message_id: message.parent_id,
            model: message.model.clone().unwrap_or_default(),
        };
        let generation = Self::new(owner, names.clone(), None, Keep::Nothing);
        let status = [StreamEvent::Status(Box::new(Status::Processing(names)))];
        generation.log.append(status.into_iter().chain(retold(message)));
        generation.mark_ended();
        Arc::new(generation)
    }

    /// Its id.
    pub fn id(&self) -> GenerationId {
        self.names.generation_id
    }

    /// A reader that begins with the first event.
    pub fn reader(self: &Arc<Self>) -> Reader {
        Reader { length: self.log.watch(), generation: Arc::clone(self), cursor: 0 }
    }

    /// A reader that begins after the event with this number. `None` if there is no such event yet.
    pub fn subscribe(self: &Arc<Self>, after: u64) -> Option<Reader> {
        let cursor = usize::try_from(after).ok().filter(|cursor| *cursor <= self.log.len())?;
        Some(Reader { cursor, ..self.reader() })
    }

    /// Asks it to stop. It ends with a `complete` whose reason is `cancelled`, unless it ends by itself first.
    pub fn stop(&self) {
        self.cancel.cancel();
    }

    /// Ends it because the server stops: readers are told that it was not their doing.
    pub(super) fn interrupt(&self) {
        self.interrupted.store(true, Ordering::Release);
        self.cancel.cancel();
    }

    /// What a cancel means for the answer.
    pub(super) fn cancelled(&self) -> Result<FinishReason, PublicError> {
        if self.interrupted.load(Ordering::Acquire) {
            return Err(PublicError::new(ErrorCode::Interrupted, INTERRUPTED));
        }
        Ok(FinishReason::Cancelled)
    }

    /// A guard that stops it when dropped: for routes on which the client's leaving is the cancel.
    pub fn stop_on_drop(&self) -> StopOnDrop {
        StopOnDrop(self.cancel.clone())
    }

    /// Waits until it says something; the error, if that is all it says.
    pub async fn failed_at_once(&self) -> Option<PublicError> {
        let mut length = self.log.watch();
        loop {
            length.borrow_and_update();
            let mut first = None;
            self.log.read(0, |_, entry| {
                first = Some(match &entry.event {
                    StreamEvent::Status(_) | StreamEvent::Context {} | StreamEvent::Unknown => return true,
                    StreamEvent::Error(error) => Some(error.clone()),
                    _ => None,
                });
                false
            });
            match first {
                Some(error) => return error,
                // The sender lives as long as this log.
                None => length.changed().await.ok()?,
            }
        }
    }

    /// Waits for the end.
    pub async fn ended(&self) {
        let mut length = self.log.watch();
        // Not `wait_for`: that would look into the log under the lock of its length, and an append takes the two locks the
        // other way round.
        loop {
            length.borrow_and_update();
            if self.log.is_closed() || length.changed().await.is_err() {
                return;
            }
        }
    }

    /// How long the provider that refused asks to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after.get().copied()
    }

    /// Whether it has ended.
    pub fn is_ended(&self) -> bool {
        self.log.is_closed()
    }

    /// The answer as far as it has come.
    pub fn transcript(&self) -> Transcript {
        let id = self.names.message_id.unwrap_or(MessageId(self.id().0));
        let mut transcript = Transcript::new(Message::answer(id, self.names.user_message_id, self.created_at));
        self.log.read(0, |number, entry| {
            transcript.apply(number, &entry.event);
            true
        });
        transcript
    }

    pub(super) fn mark_ended(&self) {
        let _ = self.ended_at.set(Instant::now());
    }

    /// How long ago it ended; `None` while it runs.
    pub(super) fn ended_for(&self) -> Option<Duration> {
        self.ended_at.get().map(Instant::elapsed)
    }
}

fn retold(message: Message) -> impl Iterator<Item = StreamEvent> {
    let end = match (message.status, message.error) {
        (MessageStatus::Failed, Some(error)) => StreamEvent::Error(error),
        (MessageStatus::Complete | MessageStatus::Stopped, _) => StreamEvent::Complete(Box::new(Complete {
            finish_reason: message.finish_reason.unwrap_or(FinishReason::Stop),
            session_id: None,
            suggestions: Vec::new(),
            usage: message.usage,
            stats: message.stats.unwrap_or_default(),
        })),
        _ => StreamEvent::Error(PublicError::new(ErrorCode::Interrupted, INTERRUPTED)),
    };
    let (reasoning, content) = (message.reasoning, message.content);
    let reasoning = (!reasoning.is_empty()).then_some(StreamEvent::Reasoning { content: reasoning });
    let content = (!content.is_empty()).then_some(StreamEvent::Chunk { content });
    reasoning.into_iter().chain(content).chain([end])
}

const INTERRUPTED: &str = "The server stopped in the middle of this answer.";

/// Stops a generation when dropped. Harmless after its end.
#[derive(Debug)]
pub struct StopOnDrop(CancellationToken);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// A cursor into a generation's log. A slow reader lags here and costs nobody else anything.
#[derive(Debug)]
pub struct Reader {
    generation: Arc<Generation>,
    length: watch::Receiver<usize>,
    cursor: usize,
}

impl Reader {
    /// The generation that is read.
    pub fn generation(&self) -> &Arc<Generation> {
        &self.generation
    }

    /// Waits until there is something to read. `false` when everything, the terminal event included, has been read.
    pub async fn ready(&mut self) -> bool {
        loop {
            let length = *self.length.borrow_and_update();
            if length > self.cursor {
                return true;
            }
            if self.generation.log.is_closed() || self.length.changed().await.is_err() {
                return self.generation.log.len() > self.cursor;
            }
        }
    }

    /// Hands what is there to `take`, with the events' numbers, until it has had enough.
    pub fn read(&mut self, take: impl FnMut(u64, &Entry) -> bool) {
        self.cursor = self.generation.log.read(self.cursor, take);
    }
}
