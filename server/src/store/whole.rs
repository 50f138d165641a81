//! A conversation with all its branches, as it is exported and imported, and those who have some.

use crate::visitor::Owner;
use protocol::{
    conversation::{ConversationSettings, ConversationSummary},
    id::MessageId,
    message::Message,
};

/// A conversation with everything that was ever said in it and not deleted.
#[derive(Debug, Clone, PartialEq)]
pub struct WholeConversation {
    /// What a list would show.
    pub summary: ConversationSummary,
    /// What is set for it.
    pub settings: ConversationSettings,
    /// All messages of all branches. A parent stands before its children, and of two children the older one first. `siblings`
    /// is left empty.
    pub messages: Vec<Message>,
    /// The last message of the branch that is shown.
    pub head: Option<MessageId>,
    /// Where it was imported from, such as `chatgpt:<its id there>`; none for one that was made here.
    pub origin: Option<String>,
}

/// What became of a conversation that was to be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Imported {
    /// It was added.
    Added,
    /// Its owner has one with this id, or from this origin.
    AlreadyHere,
}

/// Somebody who has conversations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerSummary {
    /// Who.
    pub owner: Owner,
    /// How many.
    pub conversations: u64,
    /// When the last of them was used, in milliseconds since 1970 UTC.
    pub updated_at: u64,
}
