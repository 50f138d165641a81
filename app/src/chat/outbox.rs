//! Questions on their way: kept in the browser from the moment they are sent until the server is known to have them, so that no
//! reload, crash or closed tab loses them.
//!
//! Each is kept with its idempotency key, so that it can be sent again without being asked twice. A tab has a lock for each of
//! its own; the next tab that shows the conversation takes over what is left behind.

use super::{ask::Ask, drafts, held::Held, session::Session};
use crate::{
    browser::{
        locks::{self, Lock, Wish},
        storage, time,
    },
    json,
};
use leptos::prelude::*;
use protocol::{
    attachment::Attachment,
    conversation::ConversationSettings,
    error::ErrorCode,
    id::{ConversationId, MessageId},
};
use send_wrapper::SendWrapper;
use serde::{Deserialize, Serialize};

/// Names of what is kept, and of the locks; an idempotency key follows.
const PREFIX: &str = "rivulet:outbox:";
/// What was sent so lately is sent again by itself, in milliseconds: whoever sent it has not gone on to something else.
const LATELY: f64 = 10.0 * 60.0 * 1000.0;

/// A question as it is kept.
#[derive(Serialize, Deserialize)]
struct Outgoing {
    conversation: Option<ConversationId>,
    settings: ConversationSettings,
    text: String,
    #[serde(default)]
    attachments: Vec<Attachment>,
    /// The question that it puts into other words.
    edited: Option<MessageId>,
    /// The message before it.
    after: Option<MessageId>,
    /// Why it waits, until when, and whether it is sent by itself; times in milliseconds since 1970 UTC.
    code: ErrorCode,
    until: f64,
    automatic: bool,
    /// When it was kept.
    at: f64,
}

/// What this tab has to send, by its keys.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outbox {
    locks: StoredValue<Vec<(String, Option<SendWrapper<Lock>>)>>,
}

impl Outbox {
    pub(super) fn new() -> Self {
        Self { locks: StoredValue::new(Vec::new()) }
    }

    /// This tab has a question now. False if it had it before.
    fn claim(self, key: &str) -> bool {
        let is_new = self.locks.with_value(|locks| locks.iter().all(|(one, _)| one != key));
        if is_new {
            self.locks.update_value(|locks| locks.push((key.to_owned(), None)));
        }
        is_new
    }

    /// The lock has been given; it is given back at once if the question is gone by then.
    fn lock(self, key: &str, lock: Option<Lock>) {
        let _ = self.locks.try_update_value(|locks| {
            if let Some((_, place)) = locks.iter_mut().find(|(one, _)| one == key) {
                *place = lock.map(SendWrapper::new);
            }
        });
    }

    fn leave(self, key: &str) {
        let _ = self.locks.try_update_value(|locks| locks.retain(|(one, _)| one != key));
    }

    /// The server has the question, or the person has it back.
    pub(super) fn forget(self, key: &str) {
        storage::forget(&place(key));
        self.leave(key);
    }
}

fn place(key: &str) -> String {
    format!("{PREFIX}{key}")
}

fn read(key: &str) -> Option<Outgoing> {
    json::read(&storage::kept(&place(key))?)
}

impl Session {
    /// Keeps a question until it is known that the server has it, where drafts are kept.
    pub(super) fn keep_outgoing(self, held: &Held) {
        let Some(text) = held.ask.text().filter(|_| self.options.with_value(|options| options.keeps_drafts)) else {
            return;
        };
        let outgoing = Outgoing {
            conversation: held.conversation,
            settings: held.settings.clone(),
            text: text.to_owned(),
            attachments: held.ask.attachments.clone(),
            edited: held.ask.edited(),
            after: held.ask.after,
            code: held.code,
            until: held.until,
            automatic: held.ask.automatic,
            at: time::wall_clock(),
        };
        let key = held.ask.key.clone();
        if let Ok(written) = serde_json::to_string(&outgoing) {
            drafts::make_room_and_keep(&place(&key), &written);
        }
        if self.outbox.claim(&key) {
            self.scope.spawn(async move {
                let lock = locks::request(&place(&key), Wish::InTurn).await;
                self.outbox.lock(&key, lock);
            });
        }
    }

    /// Takes up what was to be sent in the conversation that is shown, when the page was left.
    pub(super) fn recall_outgoing(self) {
        if !self.options.with_value(|options| options.keeps_drafts) {
            return;
        }
        for name in storage::kept_names(PREFIX) {
            let key = name[PREFIX.len()..].to_owned();
            let here = self.conversation.get_untracked();
            let Some(outgoing) = read(&key).filter(|outgoing| time::wall_clock() - outgoing.at < drafts::KEPT) else {
                storage::forget(&name);
                continue;
            };
            if outgoing.conversation == here && self.outbox.claim(&key) {
                self.scope.spawn(async move {
                    // Another tab may have it, and have sent it when its lock comes free.
                    let lock = locks::request(&place(&key), Wish::InTurn).await;
                    match read(&key) {
                        Some(outgoing) if self.can_take_over(&outgoing) => {
                            self.outbox.lock(&key, lock);
                            self.take_over(key, outgoing);
                        }
                        _ => self.outbox.leave(&key),
                    }
                });
            }
        }
    }

    fn can_take_over(self, outgoing: &Outgoing) -> bool {
        let busy = self.busy.get_untracked() || self.loading.get_untracked();
        let waits = untrack(|| self.held_here()).is_some();
        self.conversation.get_untracked() == outgoing.conversation && !busy && !waits
    }

    fn take_over(self, key: String, outgoing: Outgoing) {
        let Outgoing { conversation, settings, text, attachments, edited, after, code, until, automatic, at } =
            outgoing;
        let mut ask = match edited {
            Some(id) => Ask::edit(id, text, key, Vec::new()),
            None => Ask::question(text, attachments, key),
        };
        ask.after = after;
        ask.automatic = automatic && time::wall_clock() - at < LATELY;
        self.held.update(|all| all.push(Held { until, code, conversation, settings, ask }));
        self.show_held();
    }
}
