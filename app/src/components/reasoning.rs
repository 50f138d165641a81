//! What the model thought before it spoke.

use crate::{
    chat::message::ChatMessage,
    erased::{Show, memo},
    markdown::view::Markdown,
    words,
};
use leptos::prelude::*;
use protocol::message::MessageStatus;

/// The reasoning of an answer, folded away. Nothing where there is none.
#[component]
pub fn Reasoning(
    /// The answer.
    message: ChatMessage,
) -> impl IntoView {
    let (text, shown) = (message.reasoning.clone(), message.reasoning.clone());
    let thinks = {
        let (status, answer) = (message.status, message.text);
        memo(move || status.get() == MessageStatus::Streaming && answer.is_empty())
    };
    let some = memo(move || !shown.is_empty());
    view! {
        <Show when=move || some.get()>
            <details class="reasoning">
                <summary class:reasoning__live=move || thinks.get()>
                    {move || if thinks.get() { words::thinking() } else { words::thought() }}
                </summary>
                <div class="reasoning__text">
                    <Markdown text=text.clone() />
                </div>
            </details>
        </Show>
    }
}
