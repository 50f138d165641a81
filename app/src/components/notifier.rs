//! Tells whoever is elsewhere that an answer has ended: a mark in the title, and a notification if that is wanted.

use crate::{
    browser::{document, notification, storage, time},
    chat::handle::StreamingChatHandle,
    erased::effect,
};
use leptos::{prelude::*, task::spawn_local};

/// Under which name it is kept that notifications are wanted.
const WANTED: &str = "rivulet:notify";
/// What takes longer than this is not waited for, in milliseconds.
const LONG: f64 = 10_000.0;
/// The most of an answer that a notification shows, in characters.
const SHOWN: usize = 140;

/// Whether notifications are wanted here.
pub(super) fn is_wanted() -> bool {
    storage::kept(WANTED).is_some() && notification::is_allowed()
}

/// Keeps whether they are.
pub(super) fn want(wanted: bool) {
    if wanted {
        storage::keep_for_good(WANTED, "on");
    } else {
        storage::forget(WANTED);
    }
}

/// Watches the answers of a chat. Gives whether one has ended since the page was last seen.
pub fn watch_ends(chat: StreamingChatHandle, title: Signal<String>) -> ReadSignal<bool> {
    let (unseen, set_unseen) = signal(false);
    let began = StoredValue::new(0.0);
    effect(move |before: Option<bool>| {
        let busy = chat.is_streaming.get();
        if busy {
            began.set_value(time::now());
        } else if before == Some(true) && document::is_hidden() {
            set_unseen.set(true);
            if time::now() - began.get_value() > LONG && is_wanted() {
                notification::show(&title.get_untracked(), &beginning(chat));
            }
            spawn_local(async move {
                time::until_visible().await;
                let _ = set_unseen.try_set(false);
            });
        }
        busy
    });
    unseen
}

fn beginning(chat: StreamingChatHandle) -> String {
    let last = chat.messages.with_untracked(|all| all.last().map(crate::ChatMessage::content)).unwrap_or_default();
    shortened(&last)
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{SHOWN, shortened};

    #[test]
    fn a_long_answer_is_cut_between_characters() {
        assert_eq!(shortened("short"), "short");
        assert_eq!(shortened(&"ü".repeat(SHOWN + 1)), format!("{}…", "ü".repeat(SHOWN)));
    }
}
