//! Questions that the server would take later, because too many came at once, or with which it could not be reached.
//!
//! They wait in the page, each in its conversation, until a person sends them again or has them sent when it is time. They
//! keep their idempotency key, so that the server takes each of them once.

use super::{
    ask::Ask,
    message::ChatMessage,
    session::{Session, UNKNOWN},
};
use crate::browser::{
    http::{self, FetchError, Refusal},
    time::{self, within},
};
use crate::erased::effect;
use leptos::prelude::*;
use protocol::{
    attachment::Attachment,
    conversation::{Conversation, ConversationSettings, SettingsChange},
    error::ErrorCode,
    event::{Status, StreamEvent},
    id::ConversationId,
    message::Message,
};
use std::time::Duration;

/// How long a question that is sent unseen may take to arrive.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long its answer's first event may take from then on.
const NAMES: Duration = Duration::from_secs(3);

/// A question, or the wish for another answer, that waits.
#[derive(Debug, Clone)]
pub struct Held {
    /// When the server will take it, in milliseconds since 1970 UTC.
    pub until: f64,
    /// Why it waits: [`ErrorCode::RateLimited`], [`ErrorCode::Overloaded`], or [`ErrorCode::Interrupted`] where the server was not
    /// reached and may not have it.
    pub code: ErrorCode,
    pub(super) conversation: Option<ConversationId>,
    pub(super) settings: ConversationSettings,
    pub(super) ask: Ask,
}

impl Held {
    /// What is being asked in the conversation that is shown.
    pub(super) fn of(session: Session, ask: Ask) -> Self {
        Self {
            until: time::wall_clock(),
            code: ErrorCode::Interrupted,
            conversation: session.conversation.get_untracked(),
            settings: session.settings.get_untracked(),
            ask,
        }
    }

    /// Whether it is sent by itself when it is time.
    pub fn is_automatic(&self) -> bool {
        self.ask.automatic
    }

    /// Whether it is a question, and not the wish for another answer to one.
    pub fn is_question(&self) -> bool {
        self.ask.text().is_some()
    }
}

/// How long the server asks to wait, if that is all that it has against a request.
pub(super) fn pause(refusal: &Refusal) -> Option<f64> {
    let busy =
        matches!((refusal.status, refusal.error.code), (429, ErrorCode::RateLimited) | (503, ErrorCode::Overloaded));
    refusal.retry_after.filter(|_| busy).map(|pause| pause.as_secs_f64() * 1000.0)
}

impl Session {
    /// What waits in the conversation that is shown, tracked.
    pub(super) fn held_here(self) -> Option<Held> {
        let here = self.conversation.get();
        self.held.with(|all| all.iter().find(|held| held.conversation == here).cloned())
    }

    /// Keeps what the server would take after `pause` milliseconds.
    pub(super) fn hold(self, ask: Ask, code: ErrorCode, pause: f64) {
        let held = Held::of(self, ask);
        self.keep(Held { until: held.until + pause, code, ..held });
    }

    pub(super) fn keep(self, held: Held) {
        self.keep_outgoing(&held);
        self.held.update(|all| {
            all.retain(|other| other.conversation != held.conversation);
            all.push(held);
        });
    }

    /// Takes what waits in a conversation. The browser keeps it on.
    pub(super) fn take_held(self, conversation: Option<ConversationId>) -> Option<Held> {
        let at = self.held.with_untracked(|all| all.iter().position(|held| held.conversation == conversation))?;
        self.held.try_update(|all| all.remove(at))
    }

    /// What waits in a conversation waits no longer, unless it is what is asked now.
    pub(super) fn release(self, conversation: Option<ConversationId>, key: &str) {
        if let Some(held) = self.take_held(conversation).filter(|held| held.ask.key != key) {
            self.outbox.forget(&held.ask.key);
        }
    }

    /// Shows the question that waits below the messages that the server has, if it is not among them.
    pub(super) fn show_held(self) {
        let Some(held) = untrack(|| self.held_here()) else { return };
        if self.messages.with_untracked(|all| all.iter().any(|message| held.ask.is_in(message))) {
            return self.release(held.conversation, "");
        }
        if let Some(text) = held.ask.text() {
            self.displace_again(&held);
            let files = match held.ask.edited() {
                Some(_) => self.displaced_files(&held),
                None => held.ask.attachments.clone(),
            };
            let question = self.question(text.to_owned(), files);
            self.messages.update(|messages| messages.push(question));
        }
        self.settings.set(held.settings);
    }

    /// The messages that a held question takes the place of have been read anew.
    fn displace_again(self, held: &Held) {
        let Some(edited) = held.ask.edited() else { return };
        let displaced = self.displace(edited);
        self.held.update(|all| {
            for one in all.iter_mut().filter(|one| one.conversation == held.conversation) {
                one.ask.displaced = displaced.clone();
            }
        });
    }

    /// The files of the question that a held one takes the place of.
    fn displaced_files(self, held: &Held) -> Vec<Attachment> {
        let here = |all: &Vec<Held>| {
            let held = all.iter().find(|one| one.conversation == held.conversation)?;
            held.ask.displaced.first().map(ChatMessage::attachments)
        };
        self.held.with_untracked(here).unwrap_or_default()
    }

    /// Whether what waits here is to be sent by itself when it is time.
    pub(super) fn send_held_by_itself(self, automatic: bool) {
        let here = self.conversation.get_untracked();
        self.held.update(|all| {
            for held in all.iter_mut().filter(|held| held.conversation == here) {
                held.ask.automatic = automatic;
            }
        });
    }

    /// Sends what waits here.
    pub(super) fn send_held(self) {
        if self.busy.get_untracked() || self.loading.get_untracked() || self.unopened.get_untracked() {
            return;
        }
        if let Some(held) = self.take_held(self.conversation.get_untracked()) {
            self.ask(held.ask);
        }
    }

    /// Gives up sending: a question goes back to where it was typed.
    pub(super) fn take_back_held(self) {
        if let Some(held) = self.take_held(self.conversation.get_untracked()) {
            self.give_up(held.ask);
        }
    }

    /// The network is back: sends by itself what did not reach the server.
    pub(crate) fn send_unreached(self) {
        let unreached = |held: &Held| held.code == ErrorCode::Interrupted && !held.ask.automatic;
        if self.held.with_untracked(|all| all.iter().any(unreached)) {
            self.held
                .update(|all| all.iter_mut().filter(|held| unreached(held)).for_each(|held| held.ask.automatic = true));
        }
    }

    /// What is to be sent by itself next, tracked. What has no conversation yet can only be sent where it is shown.
    fn next_automatic(self) -> Option<Held> {
        let here = self.conversation.get();
        self.held.with(|all| {
            let due = all.iter().filter(|held| held.ask.automatic && (held.conversation.is_some() || here.is_none()));
            due.min_by(|a, b| a.until.total_cmp(&b.until)).cloned()
        })
    }

    /// Sends by itself what is to be sent by itself, also in a conversation that is not shown at the time.
    pub(super) fn watch_held(self) {
        effect(move |_| {
            let next = self.next_automatic()?;
            let shown = self.conversation.get() == next.conversation;
            // An answer that is under way, or a conversation that is being opened, goes first.
            if shown && (self.busy.get() || self.loading.get() || self.unopened.get()) {
                return None;
            }
            leptos::reactive::spawn_local_scoped_with_cancellation(async move {
                time::wait_until(next.until).await;
                if shown {
                    self.send_held();
                } else if let Some(held) = self.take_held(next.conversation) {
                    self.send_unseen(held);
                }
            });
            Some(())
        });
    }

    /// Sends what is asked in a conversation that is not shown. Its answer is written without a reader.
    pub(super) fn send_unseen(self, mut held: Held) {
        self.scope.spawn(async move {
            let sent = within(PATIENCE, self.post_unseen(&mut held)).await.unwrap_or(Err(FetchError::Broken));
            let shown = self.conversation.get_untracked() == held.conversation;
            let (code, pause) = match sent {
                Ok(()) | Err(FetchError::NoStream) => {
                    self.outbox.forget(&held.ask.key);
                    // Whoever has come back meanwhile sees the conversation as it was before.
                    if let Some(id) = held.conversation.filter(|_| shown && !self.busy.get_untracked()) {
                        self.open(id, None);
                    }
                    return;
                }
                Err(FetchError::Refused(refusal)) if refusal.status == 404 => return self.give_to_new(&held),
                Err(FetchError::Refused(refusal)) if pause(&refusal).is_some() => (refusal.error.code, pause(&refusal)),
                Err(_) => (ErrorCode::Interrupted, None),
            };
            // Anything but more waiting is for a person to see, who then sends it and is told.
            held.ask.automatic &= pause.is_some();
            (held.code, held.until) = (code, time::wall_clock() + pause.unwrap_or_default());
            self.keep(held);
            if shown && !self.busy.get_untracked() && !self.loading.get_untracked() && !self.unopened.get_untracked() {
                self.show_held();
            }
        });
    }

    /// The conversation is gone: the words and the files are there when a new chat is begun.
    fn give_to_new(self, held: &Held) {
        self.outbox.forget(&held.ask.key);
        if let Some(text) = held.ask.text() {
            self.add_to_new(text, held.ask.attachments.clone());
        }
    }

    /// Asks in a conversation that need not be shown, nor be there yet.
    async fn post_unseen(self, held: &mut Held) -> Result<(), FetchError> {
        let id = match held.conversation {
            Some(id) => id,
            None => {
                let made: Conversation =
                    http::post(&self.address("/api/conversations"), &held.settings, &held.ask.key).await?;
                held.conversation = Some(made.summary.id);
                self.keep_outgoing(held);
                made.summary.id
            }
        };
        let address = self.address(&format!("/api/conversations/{id}/messages"));
        let body = held.ask.body(SettingsChange::all(held.settings.clone()), false);
        let mut stream = http::post_events(&address, &body, &held.ask.key).await?;
        let mut events = Vec::new();
        // Where even the first event is held back, the question has arrived all the same.
        let _ = within(NAMES, stream.read(&mut events)).await;
        for (_, event) in events {
            if let StreamEvent::Status(status) = event
                && let Status::Processing(names) = *status
            {
                self.options.get_value().started(names);
            }
        }
        Ok(())
    }

    /// A question as it is shown before the server knows it.
    pub(super) fn question(self, text: String, attachments: Vec<Attachment>) -> ChatMessage {
        self.message(Message { attachments, ..Message::user(UNKNOWN, None, text, 0) })
    }
}
