//! Questions that the server would take later, because too many came at once.
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
    storage, time,
};
use crate::erased::effect;
use leptos::prelude::*;
use protocol::{
    conversation::{ConversationSettings, SettingsChange},
    error::ErrorCode,
    id::ConversationId,
    message::Message,
};

/// A question, or the wish for another answer, that waits.
#[derive(Debug, Clone)]
pub struct Held {
    /// When the server will take it, in milliseconds since 1970 UTC.
    pub until: f64,
    /// Why it waits: [`ErrorCode::RateLimited`] or [`ErrorCode::Overloaded`].
    pub code: ErrorCode,
    conversation: Option<ConversationId>,
    settings: ConversationSettings,
    ask: Ask,
}

impl Held {
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
        let held = Held {
            until: time::wall_clock() + pause,
            code,
            conversation: self.conversation.get_untracked(),
            settings: self.settings.get_untracked(),
            ask,
        };
        self.keep(held);
    }

    fn keep(self, held: Held) {
        if let Some(text) = held.ask.text() {
            storage::keep(&place(held.conversation), text);
        }
        self.held.update(|all| {
            all.retain(|other| other.conversation != held.conversation);
            all.push(held);
        });
    }

    /// Takes what waits in a conversation.
    pub(super) fn release(self, conversation: Option<ConversationId>) -> Option<Held> {
        let at = self.held.with_untracked(|all| all.iter().position(|held| held.conversation == conversation))?;
        storage::take(&place(conversation));
        self.held.try_update(|all| all.remove(at))
    }

    /// Shows the question that waits below the messages that the server has.
    pub(super) fn show_held(self) {
        let Some(held) = untrack(|| self.held_here()) else { return };
        if let Some(text) = held.ask.text() {
            self.displace_again(&held);
            let question = self.question(text.to_owned());
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

    /// Puts a question that waited when the page was left back to where it was typed.
    pub(super) fn recall_draft(self) {
        let waits = untrack(|| self.held_here()).is_some();
        if waits || self.draft.with_untracked(|draft| !draft.trim().is_empty()) {
            return;
        }
        if let Some(text) = storage::take(&place(self.conversation.get_untracked())) {
            self.draft.set(text);
        }
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
        if self.busy.get_untracked() || self.loading.get_untracked() {
            return;
        }
        if let Some(held) = self.release(self.conversation.get_untracked()) {
            self.ask(held.ask);
        }
    }

    /// Gives up sending: a question goes back to where it was typed.
    pub(super) fn take_back_held(self) {
        if let Some(held) = self.release(self.conversation.get_untracked()) {
            self.give_up(held.ask);
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
            if shown && (self.busy.get() || self.loading.get()) {
                return None;
            }
            leptos::reactive::spawn_local_scoped_with_cancellation(async move {
                time::wait_until(next.until).await;
                if shown { self.send_held() } else { self.send_unseen(next.conversation) }
            });
            Some(())
        });
    }

    /// Sends what waits in a conversation that is not shown. Its answer is written without a reader.
    fn send_unseen(self, conversation: Option<ConversationId>) {
        let Some(id) = conversation else { return };
        let Some(mut held) = self.release(conversation) else { return };
        self.scope.spawn(async move {
            let address = self.address(&format!("/api/conversations/{id}/messages"));
            let body = held.ask.body(SettingsChange::all(held.settings.clone()), false);
            let sent = http::post_events(&address, &body, &held.ask.key).await;
            let shown = self.conversation.get_untracked() == conversation;
            let pause = match sent {
                Ok(_) | Err(FetchError::NoStream) => {
                    // Whoever has come back meanwhile sees the conversation as it was before.
                    if shown && !self.busy.get_untracked() {
                        self.open(id, None);
                    }
                    return;
                }
                Err(FetchError::Refused(refusal)) => pause(&refusal),
                Err(FetchError::Broken) => None,
            };
            // Anything but more waiting is for a person to see, who then sends it and is told.
            held.ask.automatic &= pause.is_some();
            held.until = time::wall_clock() + pause.unwrap_or_default();
            self.keep(held);
            if shown {
                self.show_held();
            }
        });
    }

    /// A question as it is shown before the server knows it.
    pub(super) fn question(self, text: String) -> ChatMessage {
        self.message(Message::user(UNKNOWN, None, text, 0))
    }
}

/// Where a question is kept over a reload.
fn place(conversation: Option<ConversationId>) -> String {
    let id = conversation.map_or_else(|| "new".to_owned(), |id| id.to_string());
    format!("rivulet:question:{id}")
}
