//! What was typed and not sent, kept over a reload and while another conversation is shown: one text for each conversation, and
//! one for a question of it that is being put into other words.
//!
//! Tabs share these, but for the text of a new chat: each tab has its own, and the last one is there for tabs that come later.

use super::{branches::Editing, message::ChatMessage, session::Session};
use crate::{
    browser::{storage, time},
    erased::effect,
    json,
};
use leptos::prelude::*;
use protocol::{
    attachment::Attachment,
    id::{ConversationId, MessageId},
};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

const PREFIX: &str = "rivulet:draft:";
/// The most drafts that are kept; the oldest go first.
const MOST: usize = 50;
/// What is longer than this may not be kept without a word, in bytes. A browser gives a site about 5 MB for all that it keeps.
const LONG: usize = 64 * 1024;
/// How long a draft is kept: 60 days, in milliseconds.
pub(super) const KEPT: f64 = 60.0 * 24.0 * 3_600_000.0;

/// A draft as it is kept.
#[derive(Serialize, Deserialize)]
struct Draft<'a> {
    text: Cow<'a, str>,
    /// When it was last touched, in milliseconds since 1970 UTC.
    at: f64,
    /// The question that is put into these words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    edited: Option<MessageId>,
    /// The files that are to go with it, which the server has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Attachment>,
}

fn place(conversation: Option<ConversationId>) -> String {
    conversation.map_or_else(|| format!("{PREFIX}new"), |id| format!("{PREFIX}{id}"))
}

/// Where the new words of a question are kept.
fn place_of_edit(conversation: ConversationId) -> String {
    format!("{PREFIX}{conversation}:edit")
}

fn read(name: &str) -> Option<Draft<'static>> {
    json::read(&storage::kept(name)?)
}

fn read_of_tab(name: &str) -> Option<Draft<'static>> {
    json::read(&storage::kept_for_tab(name)?)
}

/// Forgets the draft of a conversation.
pub fn forget(conversation: ConversationId) {
    storage::forget(&place(Some(conversation)));
}

/// Keeps a draft. False if there is no room for it.
fn keep(conversation: Option<ConversationId>, text: &str, attachments: Vec<Attachment>) -> bool {
    let name = place(conversation);
    if text.trim().is_empty() && attachments.is_empty() {
        forget_own(conversation);
        return true;
    }
    let Some(written) = written(text, None, attachments) else { return false };
    let of_tab = conversation.is_none() && storage::keep_for_tab(&name, &written);
    make_room_and_keep(&name, &written) || of_tab
}

fn written(text: &str, edited: Option<MessageId>, attachments: Vec<Attachment>) -> Option<String> {
    serde_json::to_string(&Draft { text: text.into(), at: time::wall_clock(), edited, attachments }).ok()
}

/// Forgets a draft; of a new chat's, what another tab has typed stays.
fn forget_own(conversation: Option<ConversationId>) {
    let name = place(conversation);
    if conversation.is_none() {
        let own = read_of_tab(&name);
        storage::forget_for_tab(&name);
        if read(&name).map(|last| last.text) != own.map(|own| own.text) {
            return;
        }
    }
    storage::forget(&name);
}

fn shown_in(conversation: Option<ConversationId>) -> Option<Draft<'static>> {
    let name = place(conversation);
    let own = conversation.is_none().then(|| read_of_tab(&name)).flatten();
    own.or_else(|| read(&name))
}

/// What is typed before and after, as one text.
fn joined(first: &str, then: &str) -> String {
    match (first, then.trim()) {
        ("", _) => then.to_owned(),
        (_, "") => first.to_owned(),
        _ => format!("{first}\n\n{then}"),
    }
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
    fn keeps_drafts(self) -> bool {
        self.options.with_value(|options| options.keeps_drafts)
    }

    /// Shows what was typed in the conversation that is shown now, where drafts are kept.
    pub(super) fn show_draft(self) {
        if self.keeps_drafts() {
            let draft = shown_in(self.conversation.get_untracked());
            let (text, files) = draft.map(|draft| (draft.text.into_owned(), draft.attachments)).unwrap_or_default();
            self.draft.set(text);
            self.show_attached(files);
        }
    }

    /// Keeps what is typed from now on.
    pub(super) fn keep_drafts(self) {
        if !self.keeps_drafts() {
            return;
        }
        effect(move |before: Option<Option<ConversationId>>| {
            let here = self.conversation.get();
            if before.is_none() {
                clean(MOST);
                if self.draft.with_untracked(|draft| draft.trim().is_empty())
                    && self.uploads.with_untracked(Vec::is_empty)
                {
                    self.show_draft();
                }
                self.recall_edit();
            }
            let files = self.attached();
            self.draft.with(|draft| {
                // The first question has made the conversation; what was typed since is not for the next new one.
                let moved = before == Some(None) && here.is_some();
                if moved && shown_in(None).is_some_and(|kept| kept.text == *draft) {
                    forget_own(None);
                }
                let kept = keep(here, draft, files) || draft.len() <= LONG;
                if self.too_long.get_untracked() == kept {
                    self.too_long.set(!kept);
                }
            });
            here
        });
    }

    /// Puts a text back to where it was typed, before what has been typed since.
    pub(super) fn put_back(self, text: &str) {
        self.draft.update(|draft| *draft = joined(text, draft));
    }

    /// The conversation that is shown is gone: what was typed in it, and not sent, is there when a new chat is begun, and so are its files.
    pub(crate) fn keep_words_for_new(self) -> bool {
        let (sent, files) = self.take_unsent().unzip();
        let files = [files.unwrap_or_default(), untrack(|| self.attached())].concat();
        let edit = self.editing.get_untracked().and_then(|editing| editing.text);
        let typed = Some(self.draft.get_untracked()).filter(|typed| !typed.trim().is_empty());
        let words: Vec<_> = [sent, edit, typed].into_iter().flatten().collect();
        let is_any = !words.is_empty() || !files.is_empty();
        if is_any {
            self.add_to_new(&words.join("\n\n"), files);
        }
        is_any
    }

    /// Adds words and files to what is typed in a new chat.
    pub(super) fn add_to_new(self, words: &str, mut files: Vec<Attachment>) {
        if self.conversation.get_untracked().is_none() {
            self.put_back(words);
            self.put_back_files(&files);
        } else if self.keeps_drafts() {
            let before = shown_in(None).map(|draft| (draft.text.into_owned(), draft.attachments));
            let (before, more) = before.unwrap_or_default();
            files.extend(more);
            keep(None, &joined(words, &before), files);
        }
    }
}

/// A question that is being put into other words.
impl Session {
    /// New words of a question have been typed.
    pub(crate) fn note_edit(self, text: &str) {
        self.editing.update_untracked(|editing| {
            if let Some(editing) = editing {
                editing.text = Some(text.to_owned());
            }
        });
        let message = self.editing.with_untracked(|editing| editing.as_ref().map(|editing| editing.message));
        if let (Some(id), Some(_), true) = (self.conversation.get_untracked(), message, self.keeps_drafts())
            && let Some(written) = written(text, message, Vec::new())
        {
            make_room_and_keep(&place_of_edit(id), &written);
        }
    }

    /// Puts a question into other words: those that were typed before, if there are any. New words of a question that is not on the page would
    /// be lost with it, and go to where questions are typed.
    pub(crate) fn begin_edit(self, message: MessageId) {
        let id = self.conversation.get_untracked().filter(|_| self.keeps_drafts());
        let text = match id.and_then(|id| read(&place_of_edit(id))) {
            Some(Draft { text, edited: Some(edited), .. }) if edited == message => Some(text.into_owned()),
            Some(Draft { text, edited: Some(_), .. }) if self.editing.with_untracked(Option::is_none) => {
                self.end_edit();
                self.put_back(&text);
                None
            }
            _ => None,
        };
        self.editing.set(Some(Editing { message, text }));
    }

    /// The words are sent, or not wanted.
    pub(crate) fn end_edit(self) {
        self.editing.set(None);
        if let Some(id) = self.conversation.get_untracked().filter(|_| self.keeps_drafts()) {
            storage::forget(&place_of_edit(id));
        }
    }

    /// Goes on with the words that were being typed when the page, or this conversation, was left.
    pub(super) fn recall_edit(self) {
        let Some(id) = self.conversation.get_untracked().filter(|_| self.keeps_drafts()) else { return };
        let Some(Draft { text, edited: Some(message), .. }) = read(&place_of_edit(id)) else { return };
        if self.editing.with_untracked(Option::is_none) {
            self.editing.set(Some(Editing { message, text: Some(text.into_owned()) }));
            self.rescue_edit();
        }
    }

    /// A question that was being edited is not there any more: its new words go to where questions are typed.
    pub(super) fn rescue_edit(self) {
        let Some(Editing { message, text }) = self.editing.get_untracked() else { return };
        let shown = |all: &Vec<ChatMessage>| all.iter().any(|one| one.id() == Some(message));
        if self.messages.with_untracked(shown) {
            return;
        }
        if self.earlier.get_untracked() && self.keeps_drafts() {
            // It may be further up, and its words are found again.
            return self.editing.set(None);
        }
        self.end_edit();
        if let Some(text) = text {
            self.put_back(&text);
        }
    }
}
