//! Which part of a long conversation the page holds: its end at first, more as the reader goes up, and its end again once they are back.

use super::{message::ChatMessage, session::Session};
use crate::browser::http::{self, FetchError};
use leptos::prelude::*;
use protocol::{conversation::Conversation, id::ConversationId, message::Role};

/// How many messages the page holds of a conversation that is opened, and how many more are read at a time. What is laid out but not
/// seen delays the first paint, and every key that is typed (`docs/performance.md`).
pub const MESSAGES_AT_A_TIME: usize = 50;

impl Session {
    /// Reads messages from above those that are shown. `before_showing` is called just before they are added.
    pub(crate) async fn read_earlier(self, before_showing: impl FnOnce()) -> Result<(), FetchError> {
        let first = self.messages.with_untracked(|messages| messages.first().and_then(ChatMessage::id));
        let (Some(id), Some(first)) = (self.conversation.get_untracked(), first) else { return Ok(()) };
        let address = self.conversation_address(id, &format!("?limit={MESSAGES_AT_A_TIME}&before={first}"));
        let conversation: Conversation = http::get(&address).await?;
        let still = self.messages.with_untracked(|messages| messages.first().and_then(ChatMessage::id)) == Some(first);
        if still && self.conversation.get_untracked() == Some(id) {
            let above = conversation.messages.into_iter().filter(|message| message.role != Role::System);
            let above: Vec<_> = above.map(|message| self.message(message)).collect();
            before_showing();
            self.earlier.set(conversation.earlier);
            self.messages.update(|messages| drop(messages.splice(..0, above)));
        }
        Ok(())
    }

    /// The first message that stays if those above are let go of: none while there are few, or while something is under way.
    pub(crate) fn first_to_keep(self) -> Option<ChatMessage> {
        let is_busy = self.busy.get_untracked() || self.loading.get_untracked();
        if is_busy || self.editing.with_untracked(Option::is_some) {
            return None;
        }
        let first = self.messages.with_untracked(|messages| {
            let is_long = messages.len() > 2 * MESSAGES_AT_A_TIME;
            is_long.then(|| messages[messages.len() - MESSAGES_AT_A_TIME].clone())
        });
        // Those above are found again by its id.
        first.filter(|first| first.id().is_some())
    }

    /// Lets go of what is above a message; it is read again when the reader goes up.
    pub(crate) fn let_go_above(self, first: &ChatMessage) {
        let at = self.messages.with_untracked(|all| all.iter().position(|message| message.key == first.key));
        if let Some(at) = at.filter(|at| *at > 0) {
            self.earlier.set(true);
            self.messages.update(|messages| drop(messages.drain(..at)));
        }
    }

    /// Where the end of a conversation is read again: about as much of it as is shown, and never all of a long one.
    pub(super) fn address_of_end(self, id: ConversationId) -> String {
        let shown = self.messages.with_untracked(Vec::len);
        let most = shown.clamp(MESSAGES_AT_A_TIME, 2 * MESSAGES_AT_A_TIME);
        self.conversation_address(id, &format!("?limit={most}"))
    }

    pub(super) fn conversation_address(self, id: ConversationId, rest: &str) -> String {
        self.address(&format!("/api/conversations/{id}{rest}"))
    }
}
