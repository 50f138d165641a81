//! A conversation with all its branches, as it is exported and imported.

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
}
