//! A generation as others see it: to read, to stop, to ask how far it is.

use super::{log::Log, memory::LogMemory, reader::Reader};
use crate::visitor::Owner;
use futures::future::{AbortHandle, AbortRegistration};
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
    pub(super) abort: AbortHandle,
    /// When it was made, in milliseconds since 1970 UTC.
    pub created_at: u64,
    /// When the provider that refused may be asked again.
    pub(super) retry_after: OnceLock<Duration>,
    interrupted: AtomicBool,
    ended_at: OnceLock<Instant>,
    /// Its place among its owner's, where it can be read together with them.
    pub(super) place: OnceLock<u64>,
}

impl Generation {
    /// A generation, and what its task hears from when it is to stop.
    pub(super) fn new(
        owner: Owner,
        names: Processing,
        session_id: Option<ConversationId>,
        keep: Keep,
        memory: &LogMemory,
    ) -> (Self, AbortRegistration) {
        let (abort, aborted) = AbortHandle::new_pair();
        let generation = Self {
            owner,
            names,
            session_id,
            keep,
            log: Log::counted(memory),
            abort,
            created_at: crate::clock::now(),
            retry_after: OnceLock::new(),
            interrupted: AtomicBool::new(false),
            ended_at: OnceLock::new(),
            place: OnceLock::new(),
        };
        (generation, aborted)
    }

    /// A generation that ended long ago, told again from the message that it made: fewer events, the same text.
    pub(super) fn replay(
        owner: Owner,
        conversation: ConversationId,
        message: Message,
        memory: &LogMemory,
    ) -> Arc<Self> {
        let names = Processing {
            generation_id: message.generation_id.unwrap_or(GenerationId(message.id.0)),
            conversation_id: Some(conversation),
            message_id: Some(message.id),
            user_message_id: message.parent_id,
            model: message.model.clone().unwrap_or_default(),
        };
        let (generation, _) = Self::new(owner, names.clone(), None, Keep::Nothing, memory);
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
        Reader::new(Arc::clone(self), 0)
    }

    /// A reader that begins after the event with this number. `None` if there is no such event yet.
    pub fn subscribe(self: &Arc<Self>, after: u64) -> Option<Reader> {
        let cursor = usize::try_from(after).ok().filter(|cursor| *cursor <= self.log.len())?;
        Some(Reader::new(Arc::clone(self), cursor))
    }

    /// Whether the event of this number is the one that it ended with.
    pub fn has_ended_with(&self, number: u64) -> bool {
        self.is_ended() && number == self.log.len() as u64
    }

    /// Asks it to stop. It ends with a `complete` whose reason is `cancelled`, unless it ends by itself first.
    pub fn stop(&self) {
        self.abort.abort();
    }

    /// Ends it because the server stops: readers are told that it was not their doing.
    pub(super) fn interrupt(&self) {
        self.interrupted.store(true, Ordering::Release);
        self.abort.abort();
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
        StopOnDrop(self.abort.clone())
    }

    /// Waits until it says something; the error, if that is all it says.
    pub async fn failed_at_once(self: &Arc<Self>) -> Option<PublicError> {
        let mut reader = self.reader();
        while reader.ready().await {
            let mut first = None;
            reader.read(|_, entry| {
                first = Some(match &entry.event {
                    StreamEvent::Status(_) | StreamEvent::Context {} | StreamEvent::Unknown => return true,
                    StreamEvent::Error(error) => Some(error.clone()),
                    _ => None,
                });
                false
            });
            if let Some(error) = first {
                return error;
            }
        }
        None
    }

    /// Waits for the end.
    pub async fn ended(self: &Arc<Self>) {
        let mut reader = self.reader();
        while reader.ready().await {
            reader.read(|_, _| true);
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

    /// What has come after the event of this number.
    pub fn since(&self, number: u64) -> Grown {
        let mut grown = Grown { number, ..Grown::default() };
        self.log.read(usize::try_from(number).unwrap_or(usize::MAX), |number, entry| {
            // The end is not a part of what is written.
            if entry.event.is_terminal() {
                return false;
            }
            grown.take(number, &entry.event);
            true
        });
        grown
    }

    pub(super) fn mark_ended(&self) {
        let _ = self.ended_at.set(Instant::now());
    }

    /// How long ago it ended; `None` while it runs.
    pub(super) fn ended_for(&self) -> Option<Duration> {
        self.ended_at.get().map(Instant::elapsed)
    }
}

/// What has come of an answer since somebody last looked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grown {
    /// The number of the last event in it.
    pub number: u64,
    /// The text that has come.
    pub content: String,
    /// The reasoning that has come.
    pub reasoning: String,
    /// The model that answers now, if another one was asked.
    pub model: Option<String>,
}

impl Grown {
    fn take(&mut self, number: u64, event: &StreamEvent) {
        self.number = number;
        match event {
            StreamEvent::Chunk { content } => self.content.push_str(content),
            StreamEvent::Reasoning { content } => self.reasoning.push_str(content),
            StreamEvent::Status(status) => {
                if let Status::Fallback { to, .. } = &**status {
                    self.model = Some(to.clone());
                }
            }
            _ => {}
        }
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
            cost: message.cost,
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
pub struct StopOnDrop(AbortHandle);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
