//! Conversations as the page's own routes send them.

use crate::{
    id::{ConversationId, MessageId},
    message::Message,
    request::Parameters,
};
use serde::{Deserialize, Serialize};

/// What is set for a whole conversation: which model answers, and how.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "ConversationSettingsFields")]
pub struct ConversationSettings {
    /// The model, as `provider/model`; the server's default where none is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Instructions that stand before the conversation; the server's default where none are set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_prompt: Option<String>,
    /// Sampling parameters; the provider's defaults where none are set.
    #[serde(flatten)]
    pub parameters: Parameters,
}

/// [`ConversationSettings`] as they are read: field by field, because a flattened field that is wrong could not be named.
#[derive(Default, Deserialize)]
#[serde(default)]
struct ConversationSettingsFields {
    model: Option<String>,
    system_prompt: Option<String>,
    temperature: Option<f64>,
    top_p: Option<f64>,
    max_tokens: Option<u32>,
}

impl From<ConversationSettingsFields> for ConversationSettings {
    fn from(fields: ConversationSettingsFields) -> Self {
        let ConversationSettingsFields { model, system_prompt, temperature, top_p, max_tokens } = fields;
        Self { model, system_prompt, parameters: Parameters { temperature, top_p, max_tokens } }
    }
}

/// A conversation without its messages, as a list shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConversationSummary {
    /// Its id.
    pub id: ConversationId,
    /// Its title, made from the first question; empty until there is one.
    pub title: String,
    /// When it was made, in milliseconds since 1970 UTC.
    pub created_at: u64,
    /// When its last message began, in milliseconds since 1970 UTC.
    pub updated_at: u64,
}

/// A conversation with the messages of the branch that is shown, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    /// What a list would show.
    #[serde(flatten)]
    pub summary: ConversationSummary,
    /// What is set for it.
    pub settings: ConversationSettings,
    /// The messages from the first to [`Conversation::head`], by way of `parent_id`.
    pub messages: Vec<Message>,
}

impl Conversation {
    /// The message that the next one follows.
    pub fn head(&self) -> Option<MessageId> {
        self.messages.last().map(|message| message.id)
    }
}

/// `GET /api/conversations`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ConversationList {
    /// The visitor's conversations, the most recent first.
    pub conversations: Vec<ConversationSummary>,
}
