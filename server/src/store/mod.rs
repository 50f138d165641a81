//! Where conversations are kept.
//!
//! What lives here: the [`Store`] trait, one file for each implementation, and the contract suite that each must pass.
//!
//! Who calls it: `conversation`.
//!
//! What it must not know: generations that run, wire formats, HTTP. Rows stay private to their store.

mod memory;

#[cfg(test)]
mod contract;

pub use memory::MemoryStore;

use crate::visitor::Owner;
use async_trait::async_trait;
use protocol::{
    conversation::{Conversation, ConversationSettings, ConversationSummary, SettingsChange},
    id::{ConversationId, GenerationId, MessageId},
    message::Message,
};

/// What a turn adds to a conversation: at least an answer that is about to be written.
#[derive(Debug, Clone)]
pub struct NewTurn {
    /// The conversation.
    pub conversation: ConversationId,
    /// The client's name for this request; the same name never adds a second turn.
    pub idempotency_key: Option<String>,
    /// What is asked. The question's parent is set to the conversation's head.
    pub ask: NewAsk,
    /// The answer, with its generation's id. Its parent is set to the question.
    pub answer: Message,
    /// What to change in the conversation's settings, from this answer on.
    pub settings: SettingsChange,
}

/// What is asked in a turn.
#[derive(Debug, Clone)]
pub enum NewAsk {
    /// A new question.
    Question(Box<Message>),
    /// Another answer to the question that this answer answers.
    Retry(MessageId),
}

/// What became of a new turn.
#[derive(Debug, Clone)]
pub enum TurnStart {
    /// It was added.
    Added {
        /// The messages from the first to the question.
        history: Vec<Message>,
        /// What is set for the conversation now.
        settings: ConversationSettings,
    },
    /// The same idempotency key added this answer before.
    Known(Box<Message>),
}

/// Why a store refuses.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such conversation or message, or it belongs to somebody else.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// An answer of this conversation is still being written.
    #[error("an answer of this conversation is still being written; stop it or wait for its end")]
    AnswerUnderWay(GenerationId),
}

/// Keeps conversations. Every call names the owner; what belongs to another is not found.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Makes an empty conversation.
    async fn create(
        &self,
        owner: &Owner,
        summary: ConversationSummary,
        settings: ConversationSettings,
    ) -> Result<(), StoreError>;

    /// The owner's conversations that hold a message, the most recent first, at most `limit`.
    async fn list(&self, owner: &Owner, limit: usize) -> Result<Vec<ConversationSummary>, StoreError>;

    /// A conversation with the messages of its shown branch.
    async fn get(&self, owner: &Owner, id: ConversationId) -> Result<Conversation, StoreError>;

    /// The answer that an idempotency key has made in this conversation, if it has made one.
    async fn answer_by_key(&self, owner: &Owner, id: ConversationId, key: &str) -> Result<Option<Message>, StoreError>;

    /// The answer that a generation has made, and its conversation.
    async fn answer_by_generation(
        &self,
        owner: &Owner,
        generation: GenerationId,
    ) -> Result<(ConversationId, Message), StoreError>;

    /// Forgets a conversation; returns the generations of its answers.
    async fn delete(&self, owner: &Owner, id: ConversationId) -> Result<Vec<GenerationId>, StoreError>;

    /// Adds a turn, whole or not at all.
    async fn begin_turn(&self, owner: &Owner, turn: NewTurn) -> Result<TurnStart, StoreError>;

    /// Replaces an answer by its present state. Not found if its conversation was deleted in the meantime.
    async fn save_answer(&self, owner: &Owner, id: ConversationId, answer: Message) -> Result<(), StoreError>;
}
