//! Copies a text.

use super::icon::{Drawing, Icon};
use crate::{
    browser::{document, time},
    words,
};
use leptos::prelude::*;
use std::time::Duration;

/// A button that puts a text on the clipboard and says that it did.
#[component]
pub fn CopyButton(
    /// Makes the text, when the button is pressed.
    text: Callback<(), String>,
) -> impl IntoView {
    let copied = RwSignal::new(false);
    let copy = move |_| {
        let text = text.run(());
        leptos::task::spawn_local(async move {
            if document::copy(&text).await {
                let _ = copied.try_set(true);
                time::sleep(Duration::from_millis(1600)).await;
                let _ = copied.try_set(false);
            }
        });
    };
    let drawing = move || if copied.get() { Drawing::Done } else { Drawing::Copy };
    view! {
        <button type="button" class="copy-button" aria-label=words::copy() title=words::copy() on:click=copy>
            {move || view! { <Icon drawing=drawing() /> }}
            <span class="copy-button__said" role="status">{move || copied.get().then(words::copied)}</span>
        </button>
    }
}
