//! How fast an answer came.

use crate::{chat::figures::Figures, erased::memo};
use leptos::prelude::*;
use protocol::message::MessageStatus;

/// The model and the figures, under an answer.
#[component]
pub fn FiguresLine(
    /// The model that answered.
    model: ArcRwSignal<Option<String>>,
    /// The figures.
    figures: ArcRwSignal<Figures>,
    /// Where the answer stands.
    status: ArcRwSignal<MessageStatus>,
) -> impl IntoView {
    let live = memo(move || status.get() == MessageStatus::Streaming);
    let figures = memo(move || figures.get());
    let speed = move || figures.get().tokens_per_second.map(|speed| format!("{} tokens/s", speed.round() as u64));
    let tokens = move || figures.get().tokens.map(|tokens| count(tokens, live.get()));
    let first = move || figures.get().first_token_ms.map(|ms| format!("first after {}", duration(ms)));
    view! {
        <p class="figures-line">
            <span class="figures-line__model">{move || model.get()}</span>
            <span data-figure="speed">{move || speed()}</span>
            <span data-figure="tokens">{move || tokens()}</span>
            <span data-figure="first-token">{move || first()}</span>
        </p>
    }
}

/// A time in the unit that a person would use.
fn duration(milliseconds: f64) -> String {
    match milliseconds {
        ms if ms < 1.0 => "less than 1 ms".to_owned(),
        ms if ms < 1000.0 => format!("{} ms", ms.round() as u64),
        // In whole numbers: what writes a fraction weighs more than all of this file.
        ms => {
            let tenths = (ms / 100.0).round() as u64;
            format!("{}.{} s", tenths / 10, tenths % 10)
        }
    }
}

/// While an answer comes, its pieces are counted, which are about as many as its tokens.
fn count(tokens: u64, live: bool) -> String {
    format!("{}{tokens} token{}", if live { "≈ " } else { "" }, if tokens == 1 { "" } else { "s" })
}
