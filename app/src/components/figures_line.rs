//! How fast an answer came.

use crate::chat::figures::Figures;
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
    let live = Memo::new(move |_| status.get() == MessageStatus::Streaming);
    let figures = Memo::new(move |_| figures.get());
    let speed = move || figures.get().tokens_per_second.map(|speed| format!("{speed:.0} tokens/s"));
    let tokens = move || figures.get().tokens.map(|tokens| count(tokens, live.get()));
    let first = move || figures.get().first_token_ms.map(|ms| format!("first after {}", duration(ms)));
    view! {
        <p class="figures-line">
            <span class="figures-line__model">{move || model.get()}</span>
            <span data-figure="speed">{speed}</span>
            <span data-figure="tokens">{tokens}</span>
            <span data-figure="first-token">{first}</span>
        </p>
    }
}

/// A time in the unit that a person would use.
fn duration(milliseconds: f64) -> String {
    match milliseconds {
        ms if ms < 1.0 => "less than 1 ms".to_owned(),
        ms if ms < 1000.0 => format!("{ms:.0} ms"),
        ms => format!("{:.1} s", ms / 1000.0),
    }
}

/// While an answer comes, its pieces are counted, which are about as many as its tokens.
fn count(tokens: u64, live: bool) -> String {
    format!("{}{tokens} token{}", if live { "≈ " } else { "" }, if tokens == 1 { "" } else { "s" })
}
