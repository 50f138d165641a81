//! What a person said.

use crate::chat::message::ChatMessage;
use leptos::prelude::*;

/// A message of a person, as it was typed.
#[component]
pub fn UserMessage(
    /// The message.
    message: ChatMessage,
) -> impl IntoView {
    view! {
        <article class="user-message" aria-label="You said">
            <div class="user-message__bubble">{message.content()}</div>
        </article>
    }
}
