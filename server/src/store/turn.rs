//! What a turn adds to a conversation, and what is kept of an answer while it is written.

use protocol::{
    conversation::{ConversationSettings, ConversationSummary, SettingsChange},
    id::{AttachmentId, ConversationId, MessageId},
    message::Message,
};

/// What a turn adds to a conversation: at least an answer that is about to be written.
#[derive(Debug, Clone)]
pub struct NewTurn {
    /// The conversation.
    pub conversation: ConversationId,
    /// The client's name for this request; the same name never adds a second turn.
    pub idempotency_key: Option<String>,
    /// What is asked.
    pub ask: NewAsk,
    /// The answer, with its generation's id. Its parent is set to the question.
    pub answer: Message,
    /// What to change in the conversation's settings, from this answer on.
    pub settings: SettingsChange,
}

/// What is asked in a turn.
#[derive(Debug, Clone)]
pub enum NewAsk {
    /// A new question. Its parent is set to the conversation's head; if it has one that is not on the shown branch, to the newest
    /// message after that one.
    Question(Box<Message>),
    /// A new question beside this one. Its parent is set to the old one's.
    Edit(MessageId, Box<Message>),
    /// Another answer to the question that this answer answers.
    Retry(MessageId),
}

impl NewAsk {
    /// A new question.
    pub fn question(&self) -> Option<&Message> {
        match self {
            Self::Question(question) | Self::Edit(_, question) => Some(question),
            Self::Retry(_) => None,
        }
    }
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
        /// The conversation now.
        summary: ConversationSummary,
    },
    /// The same idempotency key added this turn before.
    Known(Box<KnownTurn>),
}

/// A turn that an idempotency key has added.
#[derive(Debug, Clone)]
pub struct KnownTurn {
    /// The answer.
    pub answer: Message,
    /// The text of its question.
    pub question: String,
    /// The files of its question, in their order.
    pub attachments: Vec<AttachmentId>,
}

impl KnownTurn {
    /// Whether a question is the one of this turn.
    pub fn is_asked_by(&self, content: &str, attachments: impl Iterator<Item = AttachmentId>) -> bool {
        content == self.question && attachments.eq(self.attachments.iter().copied())
    }
}

/// What has come of an answer since the last checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The answer.
    pub message: MessageId,
    /// The number of the last event that is in it.
    pub last_event_id: u64,
    /// The text that has come.
    pub content: String,
    /// The reasoning that has come.
    pub reasoning: String,
    /// The model that answers, if that has changed.
    pub model: Option<String>,
}
