//! Which part of a long conversation the page holds: its end at first, more as the reader goes up, and its end again once they are back.
//!
//! Whoever is taken to a message far up has all that follow it in memory, because questions are asked after the last of them; in the document
//! are those near to the message, and more as the reader goes down.

use super::{message::ChatMessage, session::Session};
use crate::browser::http::{self, FetchError};
use leptos::prelude::*;
use protocol::{
    conversation::Conversation,
    id::{ConversationId, MessageId},
    message::Role,
};

/// How many messages the page has of a conversation that is opened: more than are seen on a screen, and no more, because they delay the
/// first paint and the moment at which the page comes to life (`docs/performance.md`).
pub const MESSAGES_AT_FIRST: usize = 20;

/// How many more are read at a time, and how many stay of many. What is not seen delays every key that is typed.
const MESSAGES_AT_A_TIME: usize = 50;

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

    /// Whether there are so many messages that the page should not hold all.
    pub(crate) fn is_long(self) -> bool {
        self.messages.with(Vec::len) > 2 * MESSAGES_AT_A_TIME
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
        self.drop_above(at.unwrap_or_default());
    }

    /// Where the end of a conversation is read again: about as much of it as is shown, and never all of a long one.
    pub(super) fn address_of_end(self, id: ConversationId) -> String {
        let shown = self.messages.with_untracked(Vec::len);
        let most = shown.clamp(MESSAGES_AT_FIRST, 2 * MESSAGES_AT_A_TIME);
        self.conversation_address(id, &format!("?limit={most}"))
    }

    /// The messages that are in the document.
    pub(crate) fn in_document(self) -> Vec<ChatMessage> {
        let until = self.until.get();
        self.messages.with(|all| all[..end(all, until)].to_vec())
    }

    /// Whether there are messages below those that are in the document.
    pub(crate) fn has_later(self) -> bool {
        let until = self.until.get();
        until.is_some() && self.messages.with(|all| end(all, until) < all.len())
    }

    /// Puts more messages into the document, below those that are in it.
    pub(crate) fn show_later(self) {
        let until = self.until.get_untracked();
        self.until.set(
            self.messages.with_untracked(|all| key_at(all, (end(all, until) + MESSAGES_AT_A_TIME).saturating_sub(1))),
        );
    }

    /// Sees to it that a message is in the document, and not all that follow it.
    pub(super) fn bring_into_document(self, message: MessageId) {
        let until = self.until.get_untracked();
        let place = self.messages.with_untracked(|all| {
            let at = all.iter().position(|one| one.id() == Some(message))?;
            (until.is_none() || at >= end(all, until)).then_some(at)
        });
        let Some(at) = place else { return };
        // What lies between is not for the reader who jumps over it.
        let above = if until.is_some() { at.saturating_sub(MESSAGES_AT_FIRST) } else { 0 };
        self.drop_above(above);
        let last = at - above + MESSAGES_AT_FIRST;
        self.until.set(self.messages.with_untracked(|all| key_at(all, last)));
    }

    /// Has the end of the conversation in the document again, without all that lies before it.
    pub(crate) fn show_end(self) {
        if untrack(|| self.has_later()) {
            self.drop_above(self.messages.with_untracked(Vec::len).saturating_sub(MESSAGES_AT_FIRST));
        }
        self.until.set(None);
    }

    fn drop_above(self, first: usize) {
        if first > 0 {
            self.earlier.set(true);
            self.messages.update(|messages| drop(messages.drain(..first)));
            // It may have been among them.
            self.rescue_edit();
        }
    }

    pub(super) fn conversation_address(self, id: ConversationId, rest: &str) -> String {
        self.address(&format!("/api/conversations/{id}{rest}"))
    }
}

/// The message that comes so far down; none where nothing would be left below it.
fn key_at(all: &[ChatMessage], at: usize) -> Option<u64> {
    all.get(at).filter(|_| at + 1 < all.len()).map(|message| message.key)
}

/// How many messages there are down to this one: all, if it is gone.
fn end(all: &[ChatMessage], until: Option<u64>) -> usize {
    let at = until.and_then(|until| all.iter().position(|message| message.key == until));
    at.map_or(all.len(), |at| at + 1)
}
