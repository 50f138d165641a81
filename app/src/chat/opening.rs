//! Which conversation is shown, and what becomes of one that is left.

use super::{
    run::Run,
    session::{Look, Session, lost},
    window::MESSAGES_AT_FIRST,
};
use crate::browser::http::{self, FetchError};
use leptos::prelude::*;
use protocol::{
    conversation::{Conversation, ConversationSettings},
    error::PublicError,
    id::{ConversationId, MessageId},
    message::Role,
    usage::UsageTotals,
};

impl Session {
    /// Shows a conversation, from one of its messages on or at its end.
    pub(super) fn show(self, conversation: Conversation, at: Option<MessageId>) {
        self.conversation.set(Some(conversation.summary.id));
        self.title.set(Some(conversation.summary.title));
        self.settings.set(conversation.settings);
        let shown = conversation.messages.into_iter().filter(|message| message.role != Role::System);
        self.messages.set(shown.map(|message| self.message(message)).collect());
        self.earlier.set(conversation.earlier);
        self.shared.set(conversation.shared);
        self.usage.set(conversation.usage);
        self.show_held();
        if let Some(message) = at {
            self.bring_into_document(message);
        }
        self.look.set(at.map_or(Look::End, Look::Message));
    }

    /// Goes on reading the last answer, if it is under way.
    pub(crate) fn resume(self) {
        self.recall_outgoing();
        let last = self.messages.with_untracked(|messages| messages.last().cloned());
        if let Some(answer) = last.filter(|last| last.role == Role::Assistant && !last.is_ended())
            && answer.generation().is_some()
            && !self.busy.get_untracked()
        {
            self.start(Run::new(self, answer, None));
        }
    }

    /// Begins a new conversation. An answer that is under way goes on without this page.
    pub(crate) fn new_chat(self) {
        self.leave();
        self.conversation.set(None);
        self.messages.set(Vec::new());
        self.show_draft();
        let options = self.options.read_value();
        self.settings.update(|settings| {
            let model = settings.model.take();
            *settings = match &options.conversation {
                Some(_) => ConversationSettings::default(),
                None => options.settings.clone(),
            };
            settings.model = model;
        });
        drop(options);
        self.show_held();
        self.recall_outgoing();
    }

    /// Opens another conversation, at one of its messages or at its end.
    pub(crate) fn open(self, id: ConversationId, at: Option<MessageId>) {
        let elsewhere = self.conversation.get_untracked() != Some(id);
        self.leave();
        self.conversation.set(Some(id));
        self.messages.set(Vec::new());
        if elsewhere {
            self.show_draft();
        }
        self.loading.set(true);
        self.spawn(async move {
            let read = async |part: String| {
                http::get::<Conversation>(&self.address(&format!("/api/conversations/{id}?{part}"))).await
            };
            let end = format!("limit={MESSAGES_AT_FIRST}");
            let mut opened = read(at.map_or(end.clone(), |message| format!("around={message}"))).await;
            // The message may have been deleted since it was found.
            if at.is_some() && matches!(&opened, Err(FetchError::Refused(refusal)) if refusal.status == 404) {
                opened = read(end).await;
            }
            self.loading.set(false);
            match opened {
                Ok(conversation) => {
                    self.show(conversation, at);
                    self.resume();
                    self.recall_edit();
                }
                Err(FetchError::Refused(refusal)) if refusal.status == 404 => self.missing.set(true),
                Err(FetchError::Refused(refusal)) => self.not_opened(refusal.error),
                Err(_) => self.not_opened(lost()),
            }
        });
    }

    fn not_opened(self, why: PublicError) {
        self.unopened.set(true);
        self.problem.set(Some(why));
    }

    fn leave(self) {
        let outgoing = self.outgoing.try_update_value(Option::take).flatten();
        let stopped = self.stopping.get_untracked();
        self.hold_unsent();
        if let Some(task) = self.task.try_update_value(Option::take).flatten() {
            task.abort();
        }
        self.stop.set_value(None);
        self.busy.set(false);
        self.stopping.set(false);
        self.loading.set(false);
        self.missing.set(false);
        self.unopened.set(false);
        self.problem.set(None);
        self.earlier.set(false);
        self.until.set(None);
        self.title.set(None);
        self.shared.set(None);
        self.usage.set(UsageTotals::default());
        self.editing.set(None);
        self.turned.set(None);
        self.newest.set_value(None);
        self.stale.set_value(false);
        self.feed.pass_over_all();
        match outgoing {
            Some(mut outgoing) if stopped => {
                outgoing.ask.automatic = false;
                if outgoing.is_question() {
                    self.keep(outgoing);
                }
            }
            Some(outgoing) => self.send_unseen(outgoing),
            None => {}
        }
    }
}
