//! Asking, asking again, stopping; and what becomes of what the server did not take.

use super::{
    ask::Ask,
    branches::Editing,
    held::{self, Held},
    message::ChatMessage,
    run::Run,
    session::{Look, Session, UNKNOWN, is_lost},
};
use crate::browser::{http::Refusal, random};
use futures::channel::oneshot;
use leptos::prelude::*;
use protocol::{
    attachment::Attachment,
    error::ErrorCode,
    id::ConversationId,
    message::{Message, Role},
};

impl Session {
    pub(crate) fn send(self, text: String) {
        let waits = untrack(|| self.held_here()).is_some_and(|held| held.is_question());
        let (files, all) = untrack(|| (self.attached(), self.all_attached()));
        let is_blank = text.trim().is_empty() && files.is_empty() || !all;
        if self.busy.get_untracked() || self.loading.get_untracked() || waits || is_blank {
            return;
        }
        if self.unsent.with_value(Option::is_some) {
            // The one before it goes first.
            self.put_back(&text);
            return self.retry();
        }
        if self.unopened.get_untracked() {
            // Nobody has seen what it would follow.
            self.put_back(&text);
            return self.retry();
        }
        self.uploads.set(Vec::new());
        let question = self.question(text.clone(), files.clone());
        self.messages.update(|messages| messages.push(question));
        self.ask(Ask::question(text, files, random::token()));
    }

    /// Asks the server, and shows an answer that is under way: at the end, or in place of the one that it replaces.
    pub(super) fn ask(self, mut ask: Ask) {
        // What waited here is overtaken.
        self.release(self.conversation.get_untracked(), &ask.key);
        ask.after = self.messages.with_untracked(|all| all.iter().rev().find_map(ChatMessage::id));
        let mut answer = self.message(Message::answer(UNKNOWN, None, 0));
        if let Some(old) = ask.replaced() {
            ask.displaced = self.displace(old);
            if let Some(old) = ask.taken_on() {
                answer = ChatMessage::taking_on(answer.key, old, answer.message());
            }
            answer.versions.set(ask.displaced.first().map(ChatMessage::versions_with_itself).unwrap_or_default());
        }
        self.messages.update(|messages| messages.push(answer.clone()));
        self.show_end();
        self.look.set(Look::End);
        self.start(Run::new(self, answer, Some(ask)));
    }

    /// Takes the last answer on from where it broke off.
    pub(crate) fn continue_answer(self) {
        let last = self.messages.with_untracked(|messages| messages.last().cloned());
        if let Some(last) = last.filter(|last| last.can_continue() && !self.busy.get_untracked())
            && let Some(id) = last.id()
        {
            self.ask(Ask::further(id, random::token()));
        }
    }

    pub(crate) fn retry(self) {
        if self.busy.get_untracked() {
            return;
        }
        if let Some(id) = self.conversation.get_untracked().filter(|_| self.unopened.get_untracked()) {
            return self.open(id, None);
        }
        let refused = self.problem.try_update(Option::take).flatten().is_some();
        let draft = self.draft.with_untracked(|draft| !draft.trim().is_empty());
        if refused && (draft || !self.uploads.with_untracked(Vec::is_empty)) {
            let draft = self.draft.try_update(std::mem::take).unwrap_or_default();
            return self.send(draft);
        }
        let Some(last) = self.messages.with_untracked(|messages| messages.last().cloned()) else {
            return match self.conversation.get_untracked() {
                Some(unopened) if refused => self.open(unopened, None),
                _ => {}
            };
        };
        if last.role != Role::Assistant {
            return;
        }
        let lost = last.error.with_untracked(|error| error.as_ref().is_some_and(is_lost));
        let unsent = self.unsent.try_update_value(Option::take).flatten();
        match (last.id(), lost) {
            (Some(_), true) => {
                last.reopen();
                self.start(Run::new(self, last, None));
            }
            (Some(id), false) => self.ask(Ask::again(id, random::token())),
            (None, _) if unsent.is_some() => {
                last.reopen();
                self.start(Run::new(self, last, unsent));
            }
            (None, _) => {}
        }
    }

    /// Stops the answer that is under way. What has come is kept.
    pub(crate) fn cancel(self) {
        let stop = self.stop.try_update_value(Option::take).flatten();
        if let Some(stop) = stop {
            self.stopping.set(true);
            let _ = stop.send(());
        }
    }

    /// Whether the connection to the last answer was lost for good.
    pub(crate) fn is_lost(self) -> bool {
        let last = self.messages.with_untracked(|messages| messages.last().cloned());
        last.is_some_and(|last| last.error.with_untracked(|error| error.as_ref().is_some_and(is_lost)))
    }

    pub(super) fn start(self, run: Run) {
        let (stop, stopped) = oneshot::channel();
        // Whoever leaves the page, or this conversation, has it sent all the same.
        let outgoing = run.asks().map(|ask| Held::of(self, ask.clone().automatic()));
        if let Some(outgoing) = &outgoing {
            self.keep_outgoing(outgoing);
        }
        self.outgoing.set_value(outgoing);
        self.busy.set(true);
        self.problem.set(None);
        self.unsent.set_value(None);
        self.stop.set_value(Some(stop));
        self.spawn(run.run(stopped));
    }

    /// The first question has made its conversation.
    pub(super) fn made(self, conversation: ConversationId) {
        let outgoing = self.outgoing.try_update_value(|outgoing| {
            let outgoing = outgoing.as_mut()?;
            outgoing.conversation = Some(conversation);
            Some(outgoing.clone())
        });
        if let Some(outgoing) = outgoing.flatten() {
            self.keep_outgoing(&outgoing);
        }
        self.conversation.set(Some(conversation));
    }

    /// The server has what was asked.
    pub(super) fn delivered(self) {
        if let Some(outgoing) = self.outgoing.try_update_value(Option::take).flatten() {
            self.outbox.forget(&outgoing.ask.key);
        }
    }

    /// Called by a run at its end.
    pub(crate) fn finished(self) {
        self.outgoing.set_value(None);
        self.stop.set_value(None);
        self.stopping.set(false);
        self.busy.set(false);
        if self.messages.with_untracked(|messages| messages.len() <= 2) {
            // The model may find a title now.
            self.feed.listen_for_news();
        }
        self.recall_outgoing();
        self.catch_up();
    }

    /// Takes an answer that there will not be off the page, and puts back what it took the place of.
    pub(super) fn take_off(self, ask: &Ask) {
        self.messages.update(|messages| {
            messages.pop();
            if ask.replaced().is_some() {
                messages.extend(ask.displaced.iter().cloned());
            }
        });
    }

    /// The server did not take the request: it waits, or the question goes back to where it was typed.
    pub(crate) fn refused(self, ask: Ask, refusal: Refusal) {
        self.take_off(&ask);
        if let Some(pause) = held::pause(&refusal) {
            return self.hold(ask, refusal.error.code, pause);
        }
        self.give_up(ask);
        self.problem.set(Some(refusal.error));
    }

    /// Takes a question that is not sent off the page, and puts it back to where it was typed.
    pub(super) fn give_up(self, ask: Ask) {
        let Some(question) = ask.text() else { return };
        self.outbox.forget(&ask.key);
        self.messages.update(|messages| {
            messages.pop_if(|last| last.role == Role::User);
        });
        match ask.edited() {
            Some(message) => {
                let text = Some(question.to_owned());
                self.messages.update(|messages| messages.extend(ask.displaced.iter().cloned()));
                self.editing.set(Some(Editing { message, text }));
                self.note_edit(question);
            }
            None => {
                self.put_back(question);
                self.put_back_files(&ask.attachments);
            }
        }
    }

    /// Takes the text and the files of what was asked here and is not known to have arrived.
    pub(super) fn take_unsent(self) -> Option<(String, Vec<Attachment>)> {
        let waits = self.take_held(self.conversation.get_untracked()).map(|held| held.ask);
        let outgoing = self.outgoing.try_update_value(Option::take).flatten().map(|held| held.ask);
        let unsent = self.unsent.try_update_value(Option::take).flatten();
        let ask = waits.or(outgoing).or(unsent)?;
        self.outbox.forget(&ask.key);
        ask.text().map(|text| (text.to_owned(), ask.attachments.clone()))
    }

    /// A question with which the server was not reached waits from now on, where it can be sent or taken back.
    pub(super) fn hold_unsent(self) {
        let unsent = self.unsent.try_update_value(Option::take).flatten();
        if let Some(ask) = unsent.filter(|ask| ask.text().is_some()) {
            self.hold(ask, ErrorCode::Interrupted, 0.0);
        }
    }
}
