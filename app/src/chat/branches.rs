//! Versions of messages: questions that are asked again in other words, other answers, and messages that are deleted. All of
//! them are kept; one branch through them is shown.

use super::{
    ask::Ask,
    message::ChatMessage,
    session::{Look, Session},
};
use crate::browser::{
    http::{self, FetchError},
    random,
};
use leptos::prelude::*;
use protocol::{
    conversation::{Conversation, ConversationChange, ConversationSummary},
    id::{ConversationId, MessageId},
    message::Role,
};

/// A question that is being put into other words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Editing {
    /// The question.
    pub message: MessageId,
    /// Its new words, if some were typed before.
    pub text: Option<String>,
}

/// A step from one version of a message to another, so that the focus can go along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// The version that is to be shown.
    pub to: MessageId,
    /// Whether the step was to a newer one.
    pub onward: bool,
}

impl Session {
    /// Whether nothing is under way, being opened, or waiting to be sent.
    fn is_free(self) -> bool {
        let waits = untrack(|| self.held_here()).is_some() || self.unsent.with_value(Option::is_some);
        !(self.busy.get_untracked() || self.loading.get_untracked() || waits)
    }

    /// Asks a question again in other words, beside the old one.
    pub(crate) fn edit(self, question: MessageId, text: String) {
        if !self.is_free() || text.trim().is_empty() {
            return;
        }
        self.end_edit();
        self.problem.set(None);
        let displaced = self.displace(question);
        let files = displaced.first().map(ChatMessage::attachments).unwrap_or_default();
        let shown = self.question(text.clone(), files);
        shown.versions.set(displaced.first().map(ChatMessage::versions_with_itself).unwrap_or_default());
        self.messages.update(|messages| messages.push(shown));
        self.ask(Ask::edit(question, text, random::token(), displaced));
    }

    /// Asks for another answer beside this one.
    pub(crate) fn regenerate(self, answer: MessageId) {
        if self.is_free() {
            self.problem.set(None);
            self.ask(Ask::again(answer, random::token()));
        }
    }

    /// Takes a message, and all that follow it, off the page.
    pub(super) fn displace(self, id: MessageId) -> Vec<ChatMessage> {
        let at = self.messages.with_untracked(|all| all.iter().position(|message| message.id() == Some(id)));
        let taken = at.and_then(|at| self.messages.try_update(|messages| messages.split_off(at)));
        taken.unwrap_or_default()
    }

    /// The server has named an answer, and with it the question before it: they are versions of what stood there.
    pub(super) fn named(self, answer: &ChatMessage) {
        self.delivered();
        answer.join_versions();
        let Some(parent) = answer.parent() else { return };
        let question = self.messages.with_untracked(|all| {
            let at = all.iter().position(|message| message.key == answer.key)?;
            all.get(at.checked_sub(1)?).cloned()
        });
        if let Some(question) = question.filter(|question| question.role == Role::User && question.id().is_none()) {
            question.set_id(parent);
            question.join_versions();
        }
    }

    /// Shows the branch that another version of a message is on.
    pub(crate) async fn show_version(self, turn: Turn) -> Result<(), FetchError> {
        let Some(id) = self.conversation.get_untracked().filter(|_| self.is_free()) else { return Ok(()) };
        let change = ConversationChange { head: Some(turn.to), ..ConversationChange::default() };
        http::patch::<ConversationSummary>(&self.conversation_address(id, ""), &change).await?;
        self.turned.set(Some(turn));
        let read = self.reread(id, Some(turn.to)).await;
        if read.is_err() {
            self.turned.set(None);
        }
        read
    }

    /// Deletes a message and all that follow it.
    pub(crate) async fn delete_message(self, message: MessageId) -> Result<(), FetchError> {
        let Some(id) = self.conversation.get_untracked() else { return Ok(()) };
        http::delete(&self.conversation_address(id, &format!("/messages/{message}"))).await?;
        self.reread(id, None).await
    }

    /// Undoes that, in a conversation that need not be shown any more.
    pub(crate) async fn restore_message(self, id: ConversationId, message: MessageId) -> Result<(), FetchError> {
        http::post_nothing(&self.conversation_address(id, &format!("/messages/{message}/restore"))).await?;
        self.reread(id, Some(message)).await
    }

    /// Reads the conversation again and changes what is shown where it differs. With a message, from some before it on.
    pub(crate) async fn reread(self, id: ConversationId, around: Option<MessageId>) -> Result<(), FetchError> {
        let shown = || self.conversation.get_untracked() == Some(id);
        if !shown() {
            return Ok(());
        }
        let address = match around {
            Some(message) => self.conversation_address(id, &format!("?around={message}")),
            None => self.address_of_end(id),
        };
        let conversation: Conversation = http::get(&address).await?;
        if shown() && !self.busy.get_untracked() {
            let was_cut = untrack(|| self.has_later());
            self.show_again(conversation);
            // Another branch has other messages: not all of them come into the document with it.
            if let Some(message) = around.filter(|_| was_cut && !untrack(|| self.has_later())) {
                self.until.set(None);
                self.bring_into_document(message);
            }
            self.resume();
        }
        Ok(())
    }

    /// Takes the reader to a message of the conversation that is shown, and reads it first if it is not on the page.
    pub(crate) fn look_at(self, message: MessageId) {
        let here = self.messages.with_untracked(|all| all.iter().any(|one| one.id() == Some(message)));
        match self.conversation.get_untracked() {
            Some(id) if !here => self.open(id, Some(message)),
            _ => {
                self.bring_into_document(message);
                self.look.set(Look::Message(message));
            }
        }
    }
}
