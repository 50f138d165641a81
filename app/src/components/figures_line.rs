//! How fast an answer came, and what it cost.

use crate::{
    browser::number,
    chat::figures::Figures,
    erased::{effect, memo},
    words,
};
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
    // Only the browser knows how money is written.
    let cost = RwSignal::new(String::new());
    effect(move |_| {
        let written =
            figures.with(|figures| figures.cost.as_ref().map(|cost| number::money(cost.amount, &cost.currency)));
        if let Some(written) = written {
            cost.set(written);
        }
    });
    // One after the other, in the order in which they are shown.
    let figure = move |at: usize| figures.with(|figures| in_words(figures, at, live.get()));
    view! {
        <p class="figures-line">
            <span class="figures-line__model" dir="ltr">{move || model.get()}</span>
            <span data-figure="speed">{move || figure(0)}</span>
            <span data-figure="tokens" title=move || figures.with(|figures| figures.input_tokens.map(words::tokens_read))>{move || figure(1)}</span>
            <span data-figure="first-token">{move || figure(2)}</span>
            <span data-figure="duration">{move || figure(3)}</span>
            <span data-figure="cost">{move || cost.get()}</span>
        </p>
    }
}

fn in_words(figures: &Figures, at: usize, live: bool) -> Option<String> {
    match at {
        0 => {
            let speed = figures.tokens_per_second?;
            Some(words::tokens_per_second(&words::language().number(speed.round() as u64)))
        }
        // While an answer comes, its pieces are counted, which are about as many as its tokens.
        1 => figures.tokens.map(|tokens| if live { words::about_tokens(tokens) } else { words::tokens(tokens) }),
        2 => figures.first_token_ms.map(|ms| words::first_token_after(&duration(ms))),
        _ => figures.duration_ms.map(|ms| words::took(&duration(ms))),
    }
}

/// A time in the unit that a person would use.
pub(super) fn duration(milliseconds: f64) -> String {
    match milliseconds {
        ms if ms < 1.0 => words::less_than_a_millisecond().to_owned(),
        ms if ms < 1000.0 => words::milliseconds(&(ms.round() as u64).to_string()),
        // In whole numbers: what writes a fraction weighs more than all of this file.
        ms if ms < 10_000.0 => words::seconds(&words::language().tenths((ms / 100.0).round() as u64)),
        ms => super::countdown::duration((ms / 1000.0).round() as u64),
    }
}
