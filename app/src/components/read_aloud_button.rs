//! Reads an answer aloud.

use super::icon::{Drawing, Icon};
use crate::{
    browser::{element, speech},
    words,
};
use leptos::{html, prelude::*};

/// A button under an answer that has it read aloud by the browser, and stops that. It is shown where a browser can.
#[component]
pub fn ReadAloudButton() -> impl IntoView {
    let button = NodeRef::<html::Button>::new();
    let reads = RwSignal::new(false);
    let turn = move |_| {
        if reads.get_untracked() {
            return speech::be_silent();
        }
        let text = button.get_untracked().map(|button| element::spoken_text_around(&button)).unwrap_or_default();
        speech::speak(&text, move || _ = reads.try_set(false));
        reads.set(true);
    };
    on_cleanup(move || {
        if reads.try_get_untracked() == Some(true) {
            speech::be_silent();
        }
    });
    let name = move || if reads.get() { words::stop_reading() } else { words::read_aloud() };
    let drawing = move || if reads.get() { Drawing::Stop } else { Drawing::Speaker };
    view! {
        <button type="button" class="icon-button read-aloud-button" node_ref=button aria-label=name title=name on:click=turn>
            {move || view! { <Icon drawing=drawing() /> }}
        </button>
    }
}
