//! Copies a text.

use super::icon::{Drawing, Icon};
use crate::{
    browser::{document, time},
    words,
};
use leptos::prelude::*;
use std::time::Duration;

/// How long it is said that a text was copied, or was not.
const STAYS: [Duration; 2] = [Duration::from_millis(1600), Duration::from_secs(6)];

/// A button that puts a text on the clipboard and says whether it did. It says so beside itself: what is in a button is its name, and is not told;
/// and while a dialog is open, nothing is told that stands outside of it.
#[component]
pub fn CopyButton(
    /// Makes the text, when the button is pressed.
    text: Callback<(), String>,
) -> impl IntoView {
    // Whether the last try worked, while that is said.
    let copied = RwSignal::new(None);
    let copy = move |_| {
        let text = text.run(());
        leptos::task::spawn_local(async move {
            let worked = document::copy(&text).await;
            let _ = copied.try_set(Some(worked));
            time::sleep(STAYS[usize::from(!worked)]).await;
            let _ = copied.try_set(None);
        });
    };
    let drawing = move || match copied.get() {
        Some(true) => Drawing::Done,
        Some(false) => Drawing::Warning,
        None => Drawing::Copy,
    };
    let said = move || copied.get().map(|worked| if worked { words::copied() } else { words::not_copied() });
    view! {
        <button type="button" class="copy-button" aria-label=words::copy() title=words::copy() on:click=copy>
            {move || view! { <Icon drawing=drawing() /> }}
        </button>
        <span class="copy-button__said" class:copy-button__said--problem=move || copied.get() == Some(false) role="status">
            {said}
        </span>
    }
}
