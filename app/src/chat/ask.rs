//! What is asked of the server.

use super::message::ChatMessage;
use leptos::prelude::WithUntracked;
use protocol::{
    attachment::Attachment,
    conversation::SettingsChange,
    id::MessageId,
    message::Role,
    request::{Ask as Wish, SendMessage},
};

/// One request for an answer.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    wish: Wish,
    /// Makes the server take the request once, however often it is sent.
    pub(crate) key: String,
    /// Whether a person wants it sent again by itself, if the server has no time for it.
    pub(crate) automatic: bool,
    /// What it takes the place of, with all that followed: it comes back if the server refuses.
    pub(super) displaced: Vec<ChatMessage>,
    /// The message that it comes after.
    pub(super) after: Option<MessageId>,
    /// The files that go with a new question; an edited one keeps those of the old one.
    pub(super) attachments: Vec<Attachment>,
}

impl Ask {
    /// A new question.
    pub(crate) fn question(text: String, attachments: Vec<Attachment>, key: String) -> Self {
        Self { attachments, ..Self::new(Wish::Question(text), key) }
    }

    /// A question in other words, in place of `displaced`.
    pub(crate) fn edit(id: MessageId, text: String, key: String, displaced: Vec<ChatMessage>) -> Self {
        Self { displaced, ..Self::new(Wish::Edit(id, text), key) }
    }

    /// Another answer in place of this one.
    pub(crate) fn again(id: MessageId, key: String) -> Self {
        Self::new(Wish::Retry(id), key)
    }

    /// The rest of the answer that broke off, in its place.
    pub(crate) fn further(id: MessageId, key: String) -> Self {
        Self::new(Wish::Continue(id), key)
    }

    fn new(wish: Wish, key: String) -> Self {
        Self { wish, key, automatic: false, displaced: Vec::new(), after: None, attachments: Vec::new() }
    }

    /// Sent again by itself.
    pub(super) fn automatic(self) -> Self {
        Self { automatic: true, ..self }
    }

    /// The question's text.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.wish {
            Wish::Question(text) | Wish::After(_, text) | Wish::Edit(_, text) => Some(text),
            Wish::Retry(_) | Wish::Continue(_) => None,
        }
    }

    /// The question that is asked in other words.
    pub(crate) fn edited(&self) -> Option<MessageId> {
        match self.wish {
            Wish::Edit(id, _) => Some(id),
            _ => None,
        }
    }

    /// The answer that is to be replaced.
    pub(crate) fn replaced(&self) -> Option<MessageId> {
        match self.wish {
            Wish::Retry(id) | Wish::Continue(id) => Some(id),
            Wish::Question(_) | Wish::After(..) | Wish::Edit(..) => None,
        }
    }

    /// The answer whose text the new one begins with.
    pub(crate) fn taken_on(&self) -> Option<&ChatMessage> {
        self.displaced.first().filter(|_| matches!(self.wish, Wish::Continue(_)))
    }

    /// Whether this message is the question, as the server has it.
    pub(super) fn is_in(&self, message: &ChatMessage) -> bool {
        let in_its_place = match self.edited() {
            Some(old) => {
                message.versions.with_untracked(|versions| versions.contains(&old)) && message.id() != Some(old)
            }
            None => message.parent() == self.after,
        };
        let said = |text: &str| message.content().trim() == text.trim();
        message.role == Role::User && message.id().is_some() && in_its_place && self.text().is_some_and(said)
    }

    /// The body of the request.
    pub(crate) fn body(&self, settings: SettingsChange, whole: bool) -> SendMessage {
        let empty = SendMessage { settings, whole, ..SendMessage::default() };
        match self.wish.clone() {
            Wish::Question(text) | Wish::After(_, text) => {
                let ids = self.attachments.iter().map(|file| file.id).collect();
                let attachments = (!self.attachments.is_empty()).then_some(ids);
                SendMessage { content: Some(text), parent: self.after, attachments, ..empty }
            }
            Wish::Edit(id, text) => SendMessage { content: Some(text), edit: Some(id), ..empty },
            Wish::Retry(id) => SendMessage { retry: Some(id), ..empty },
            Wish::Continue(id) => SendMessage { continue_from: Some(id), ..empty },
        }
    }
}
