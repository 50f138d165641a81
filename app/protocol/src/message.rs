//! Messages: what people and models said, and how an answer ended.

use crate::{
    attachment::Attachment,
    error::PublicError,
    event::{FinishReason, Stats, Usage},
    id::{GenerationId, MessageId},
    usage::Cost,
};
use serde::{Deserialize, Serialize};

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Instructions that stand before the conversation. OpenAI's `developer` is the same.
    #[serde(alias = "developer")]
    System,
    /// The person.
    User,
    /// The model.
    Assistant,
}

/// Where an answer stands. A message of a user is always [`MessageStatus::Complete`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageStatus {
    /// The model is at work on it.
    Streaming,
    /// It ended as the model meant it to.
    Complete,
    /// A person stopped it; what had come is kept.
    Stopped,
    /// It failed; what had come is kept and [`Message::error`] says why.
    Failed,
    /// The server went away in the middle; what had been stored is kept.
    Interrupted,
}

impl MessageStatus {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Streaming, Self::Complete, Self::Stopped, Self::Failed, Self::Interrupted];

    /// Its name, on the wire as in the store and on the page.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Streaming => "streaming",
            Self::Complete => "complete",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// The message that it answers or follows; none for the first. Several children of one parent are branches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<MessageId>,
    /// Who speaks.
    pub role: Role,
    /// The text, in markdown.
    pub content: String,
    /// The files that go with a question.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// What the model thought before it spoke, where it shows that.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reasoning: String,
    /// Where it stands.
    pub status: MessageStatus,
    /// When it was made, in milliseconds since 1970 UTC.
    pub created_at: u64,
    /// The model that answered, as `provider/model`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The generation that makes or made it. Its events can be read for a while after it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation_id: Option<GenerationId>,
    /// The number of the last event that this text holds: the place to resume from.
    #[serde(default)]
    pub last_event_id: u64,
    /// Why the model ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish_reason: Option<FinishReason>,
    /// What it cost in tokens, as the provider counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// What that is in money, by the prices that the server had then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
    /// How fast it was, as the server measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stats: Option<Stats>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<PublicError>,
    /// All versions of this message, itself among them: the messages of the same role with the same parent, oldest first. Empty
    /// where there is only this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub siblings: Vec<MessageId>,
}

impl Message {
    /// A message of a person.
    pub fn user(id: MessageId, parent_id: Option<MessageId>, content: impl Into<String>, created_at: u64) -> Self {
        Self {
            content: content.into(),
            status: MessageStatus::Complete,
            ..Self::empty(id, parent_id, Role::User, created_at)
        }
    }

    /// An answer of which nothing has come yet.
    pub fn answer(id: MessageId, parent_id: Option<MessageId>, created_at: u64) -> Self {
        Self::empty(id, parent_id, Role::Assistant, created_at)
    }

    fn empty(id: MessageId, parent_id: Option<MessageId>, role: Role, created_at: u64) -> Self {
        Self {
            id,
            parent_id,
            role,
            content: String::new(),
            attachments: Vec::new(),
            reasoning: String::new(),
            status: MessageStatus::Streaming,
            created_at,
            model: None,
            generation_id: None,
            last_event_id: 0,
            finish_reason: None,
            usage: None,
            cost: None,
            stats: None,
            error: None,
            siblings: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_has_the_name_that_it_has_on_the_wire() {
        for status in MessageStatus::ALL {
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
    }
}
