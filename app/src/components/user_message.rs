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
            // A question heads its answer: readers of the page by ear go from one to the next, and the answer's own headings
            // are below it.
            <h2 class="visually-hidden">"You said"</h2>
            <div class="user-message__bubble">{message.content()}</div>
        </article>
    }
}
