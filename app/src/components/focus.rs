//! Sees to it that whoever uses the keyboard never loses the focus: what was pressed may be gone a moment later.

use crate::{
    browser::{connection::Listener, document, element, time},
    erased::effect,
};
use leptos::{ev, prelude::*};
use std::time::Duration;

/// What takes a while because the server is asked has gone by then.
const LATER: Duration = Duration::from_millis(600);

/// Watches as long as the page is there. Components that know a better place have put the focus there before.
pub fn keep() {
    effect(move |_| {
        Listener(Some(window_event_listener(ev::click, move |event| {
            // Keys that press a button make a click that no pointer has made.
            if event.detail() == 0 {
                time::on_next_frame(give_back);
                set_timeout(give_back, LATER);
            }
        })))
    });
}

/// Puts the focus into the dialog that is open, else to where one writes, if nothing has it. A keyboard that slides over the page is not called up.
pub(super) fn give_back() {
    let kept = !element::is_focus_lost()
        || element::focus_on_page("dialog[open] :is(button, input, select, textarea):enabled");
    if !kept && document::matches_media(super::composer::DESK) {
        element::focus_on_page(".composer__text");
    }
}
