//! What the model thought before it spoke.

use super::figures_line::duration;
use crate::{
    browser::time,
    chat::message::ChatMessage,
    erased::{Show, effect, memo},
    markdown::view::Markdown,
    words,
};
use leptos::prelude::*;
use protocol::message::MessageStatus;
use std::time::Duration;

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
    let figures = message.figures;
    let thought = memo(move || figures.with(|figures| figures.reasoning_ms));
    // For how many seconds it has been thinking.
    let seconds = RwSignal::new(0);
    effect(move |_| {
        if some.get() && thinks.get() {
            leptos::reactive::spawn_local_scoped_with_cancellation(async move {
                let since = time::now();
                loop {
                    time::sleep(Duration::from_secs(1)).await;
                    time::until_visible().await;
                    seconds.set(((time::now() - since) / 1000.0).round() as u64);
                }
            });
        }
    });
    let said = move || match (thinks.get(), seconds.get(), thought.get()) {
        (true, 0, _) => words::thinking().to_owned(),
        (true, seconds, _) => words::thinking_for(&super::countdown::duration(seconds)),
        (false, _, None) => words::thought().to_owned(),
        (false, _, Some(time)) => words::thought_for(&duration(time)),
    };
    view! {
        <Show when=move || some.get()>
            <details class="reasoning">
                <summary class:reasoning__live=move || thinks.get()>{move || said()}</summary>
                <div class="reasoning__text" dir="auto">
                    <Markdown text=text.clone() />
                </div>
            </details>
        </Show>
    }
}
