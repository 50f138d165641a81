//! What is done to a conversation from the list and from the page's head, and what is said of it.

use super::toast_stack::Toasts;
use crate::{chat::handle::StreamingChatHandle, conversations::list::Conversations, words};
use futures::FutureExt;
use leptos::{prelude::*, task::spawn_local};
use protocol::{
    conversation::ConversationChange,
    id::{ConversationId, MessageId},
};

/// The longest title in a toast, in characters.
const LONGEST: usize = 40;

/// What can be done to conversations. Copying it gives the same.
#[derive(Debug, Clone, Copy)]
pub struct ConversationActions {
    /// The chat.
    pub chat: StreamingChatHandle,
    /// The list.
    pub conversations: Conversations,
    /// Where it is said what was done.
    pub toasts: Toasts,
    /// Goes to an address.
    pub go: Callback<String>,
}

impl ConversationActions {
    /// What a conversation is called, tracked.
    pub fn title(self, id: ConversationId) -> String {
        let title = self.conversations.find(id).map(|one| one.title).unwrap_or_default();
        if title.is_empty() { words::new_chat().to_owned() } else { title }
    }

    /// Shows a conversation, from its end or at one of its messages.
    pub fn open(self, id: ConversationId, message: Option<MessageId>) {
        match message {
            // The address may be this one already.
            Some(message) if self.chat.conversation.get_untracked() == Some(id) => self.chat.look_at(message),
            Some(message) => self.go.run(format!("/c/{id}?message={message}")),
            None => self.go.run(format!("/c/{id}")),
        }
    }

    /// Gives a conversation another title.
    pub fn rename(self, id: ConversationId, title: String) {
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        if title.is_empty() || untrack(|| self.title(id)) == title {
            return;
        }
        self.change(id, ConversationChange { title: Some(title), ..ConversationChange::default() });
    }

    /// Keeps a conversation at the top of the list, or not any more.
    pub fn pin(self, id: ConversationId, pinned: bool) {
        self.change(id, ConversationChange { pinned: Some(pinned), ..ConversationChange::default() });
    }

    fn change(self, id: ConversationId, change: ConversationChange) {
        spawn_local(async move {
            if let Err(error) = self.conversations.change(id, change).await {
                self.toasts.say(words::conversation_not_changed(&error.words()));
            }
        });
    }

    /// Deletes a conversation, and offers to undo it. If it is the one that is shown, a new chat is begun.
    pub fn delete(self, id: ConversationId) {
        let title = shortened(&untrack(|| self.title(id)));
        let was_shown = self.chat.conversation.get_untracked() == Some(id);
        let gone = self.conversations.delete(id).shared();
        if was_shown {
            self.go.run("/".to_owned());
        }
        let deleted = self.toasts.kept(|| StoredValue::new_local(gone.clone()));
        let undo = move || {
            let deleted = deleted.and_then(|deleted| deleted.try_get_value());
            async move {
                // The server must have deleted it before it can restore it.
                let Some(deleted) = deleted else { return Ok(()) };
                if deleted.await.is_err() {
                    return Ok(());
                }
                self.restore(id, was_shown).await
            }
            .boxed_local()
        };
        let toast = self.toasts.offer_undo(words::conversation_deleted(&title), undo);
        spawn_local(async move {
            if let Err(error) = gone.await {
                self.toasts.dismiss(toast);
                self.toasts.say(words::conversation_not_deleted(&title, &error.words()));
            }
        });
    }

    async fn restore(self, id: ConversationId, was_shown: bool) -> Result<(), String> {
        let restored = self.conversations.restore(id).await;
        restored.map_err(|error| words::conversation_not_restored(&error.words()))?;
        if was_shown && self.chat.conversation.get_untracked().is_none() {
            self.open(id, None);
        }
        Ok(())
    }

    /// The conversation that is shown was deleted in another tab.
    pub fn deleted_elsewhere(self, id: ConversationId) {
        let here = self.conversations.was_deleted_here(id);
        if !here && self.chat.conversation.get_untracked() == Some(id) {
            let typed = self.chat.keep_words_for_new();
            self.go.run("/".to_owned());
            let rest = if typed { words::typed_is_kept() } else { "" };
            self.toasts.say(format!("{} {rest}", words::deleted_in_other_tab()).trim_end());
        }
    }
}

fn shortened(title: &str) -> String {
    match title.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", title[..at].trim_end()),
        None => title.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn a_long_title_is_cut_between_characters() {
        assert_eq!(shortened("short"), "short");
        assert_eq!(shortened(&"ü".repeat(41)), format!("{}…", "ü".repeat(40)));
    }
}
