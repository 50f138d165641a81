//! How fast an answer came.

use crate::{chat::figures::Figures, erased::memo, words};
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
    let speed = move || {
        figures
            .get()
            .tokens_per_second
            .map(|speed| words::tokens_per_second(&words::language().number(speed.round() as u64)))
    };
    let tokens = move || figures.get().tokens.map(|tokens| count(tokens, live.get()));
    let first = move || figures.get().first_token_ms.map(|ms| words::first_token_after(&duration(ms)));
    view! {
        <p class="figures-line">
            <span class="figures-line__model" dir="ltr">{move || model.get()}</span>
            <span data-figure="speed">{move || speed()}</span>
            <span data-figure="tokens">{move || tokens()}</span>
            <span data-figure="first-token">{move || first()}</span>
        </p>
    }
}

/// A time in the unit that a person would use.
fn duration(milliseconds: f64) -> String {
    match milliseconds {
        ms if ms < 1.0 => words::less_than_a_millisecond().to_owned(),
        ms if ms < 1000.0 => words::milliseconds(&(ms.round() as u64).to_string()),
        // In whole numbers: what writes a fraction weighs more than all of this file.
        ms => words::seconds(&words::language().tenths((ms / 100.0).round() as u64)),
    }
}

/// While an answer comes, its pieces are counted, which are about as many as its tokens.
fn count(tokens: u64, live: bool) -> String {
    if live { words::about_tokens(tokens) } else { words::tokens(tokens) }
}
