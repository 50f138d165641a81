//! `GET /api/search`: what was found, with the words that fit marked.

use crate::{
    id::{ConversationId, MessageId},
    message::Role,
};
use serde::{Deserialize, Serialize};

/// The answer to a search.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SearchResults {
    /// What fits, the best first.
    pub hits: Vec<SearchHit>,
    /// Where the next page begins, for `?cursor=`; none at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A message that fits, or a conversation of which only the title does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchHit {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// Its title.
    pub title: Vec<TextPart>,
    /// The message; none where only the title fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<MessageId>,
    /// Who wrote the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// The part of the message that fits best; empty where only the title does.
    pub snippet: Vec<TextPart>,
    /// When the message was made, or the conversation; in milliseconds since 1970 UTC.
    pub created_at: u64,
}

/// A piece of text, and whether it is what was looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextPart {
    /// The text.
    pub text: String,
    /// Whether it fits.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hit: bool,
}
