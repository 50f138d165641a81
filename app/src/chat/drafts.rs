//! What was typed and not sent, kept over a reload and while another conversation is shown: one text for each conversation.

use super::session::Session;
use crate::{
    browser::{storage, time},
    erased::effect,
    json,
};
use leptos::prelude::*;
use protocol::id::ConversationId;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

const PREFIX: &str = "rivulet:draft:";
/// The most drafts that are kept; the oldest go first.
const MOST: usize = 50;
/// The longest draft that is kept, in bytes. A browser gives a site about 5 MB for all that it keeps.
const LONGEST: usize = 64 * 1024;
/// How long a draft is kept: 60 days, in milliseconds.
const KEPT: f64 = 60.0 * 24.0 * 3_600_000.0;

/// A draft as it is kept.
#[derive(Serialize, Deserialize)]
struct Draft<'a> {
    text: Cow<'a, str>,
    /// When it was last touched, in milliseconds since 1970 UTC.
    at: f64,
}

fn place(conversation: Option<ConversationId>) -> String {
    conversation.map_or_else(|| format!("{PREFIX}new"), |id| format!("{PREFIX}{id}"))
}

fn read(name: &str) -> Option<Draft<'static>> {
    json::read(&storage::kept(name)?)
}

/// Forgets the draft of a conversation.
pub fn forget(conversation: ConversationId) {
    storage::forget(&place(Some(conversation)));
}

fn keep(conversation: Option<ConversationId>, text: &str) {
    let name = place(conversation);
    if text.trim().is_empty() || text.len() > LONGEST {
        return storage::forget(&name);
    }
    let draft = Draft { text: text.into(), at: time::wall_clock() };
    let Ok(written) = serde_json::to_string(&draft) else { return };
    make_room_and_keep(&name, &written);
}

/// Keeps a text for good, if need be in the place of the oldest drafts. False if there is no room for it all the same.
pub(super) fn make_room_and_keep(name: &str, text: &str) -> bool {
    [MOST, MOST / 2, 0].into_iter().any(|most| {
        if most < MOST {
            clean(most);
        }
        storage::keep_for_good(name, text)
    })
}

/// Forgets what is too old, and the oldest of what is too much.
fn clean(most: usize) {
    let now = time::wall_clock();
    let all = storage::kept_names(PREFIX).into_iter();
    let mut all: Vec<_> = all.map(|name| (read(&name).map_or(0.0, |draft| draft.at), name)).collect();
    all.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (rank, (at, name)) in all.iter().enumerate() {
        if rank >= most || now - at > KEPT {
            storage::forget(name);
        }
    }
}

impl Session {
    /// Shows what was typed in the conversation that is shown now, where drafts are kept.
    pub(super) fn show_draft(self) {
        if self.options.with_value(|options| options.keeps_drafts) {
            let draft = read(&place(self.conversation.get_untracked()));
            self.draft.set(draft.map(|draft| draft.text.into_owned()).unwrap_or_default());
        }
    }

    /// Keeps what is typed from now on.
    pub(super) fn keep_drafts(self) {
        if !self.options.with_value(|options| options.keeps_drafts) {
            return;
        }
        effect(move |before: Option<Option<ConversationId>>| {
            let here = self.conversation.get();
            if before.is_none() {
                clean(MOST);
                if self.draft.with_untracked(|draft| draft.trim().is_empty()) {
                    self.show_draft();
                }
            }
            self.draft.with(|draft| {
                // The first question has made the conversation; what was typed since is not for the next new one.
                let moved = before == Some(None) && here.is_some();
                if moved && read(&place(None)).is_some_and(|kept| kept.text == *draft) {
                    storage::forget(&place(None));
                }
                keep(here, draft);
            });
            here
        });
    }
}
