//! What is asked of the server.

use super::message::ChatMessage;
use protocol::{
    conversation::SettingsChange,
    id::MessageId,
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
    replaced: Option<ChatMessage>,
}

impl Ask {
    /// A new question.
    pub(crate) fn question(text: String, key: String) -> Self {
        Self { wish: Wish::Question(text), key, automatic: false, replaced: None }
    }

    /// Another answer in place of `replaced`.
    pub(crate) fn again(id: MessageId, key: String, replaced: ChatMessage) -> Self {
        Self { wish: Wish::Retry(id), key, automatic: false, replaced: Some(replaced) }
    }

    /// The rest of the answer that broke off, in place of `replaced`.
    pub(crate) fn further(id: MessageId, key: String, replaced: ChatMessage) -> Self {
        Self { wish: Wish::Continue(id), key, automatic: false, replaced: Some(replaced) }
    }

    /// The question's text.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.wish {
            Wish::Question(text) | Wish::Edit(_, text) => Some(text),
            Wish::Retry(_) | Wish::Continue(_) => None,
        }
    }

    /// The answer that is to be replaced.
    pub(crate) fn replaced(&self) -> Option<&ChatMessage> {
        self.replaced.as_ref()
    }

    /// The answer whose text the new one begins with.
    pub(crate) fn taken_on(&self) -> Option<&ChatMessage> {
        self.replaced.as_ref().filter(|_| matches!(self.wish, Wish::Continue(_)))
    }

    /// The body of the request.
    pub(crate) fn body(&self, settings: SettingsChange, whole: bool) -> SendMessage {
        let empty = SendMessage { settings, whole, ..SendMessage::default() };
        match self.wish.clone() {
            Wish::Question(text) => SendMessage { content: Some(text), ..empty },
            Wish::Edit(id, text) => SendMessage { content: Some(text), edit: Some(id), ..empty },
            Wish::Retry(id) => SendMessage { retry: Some(id), ..empty },
            Wish::Continue(id) => SendMessage { continue_from: Some(id), ..empty },
        }
    }
}
