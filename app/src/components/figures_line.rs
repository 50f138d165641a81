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
    let live = move || status.get() == MessageStatus::Streaming;
    let words = move || words(&figures.get(), live());
    view! {
        <p class="figures-line">
            <span class="figures-line__model">{move || model.get()}</span>
            <For each=words key=|(name, _)| *name let((name, value))>
                <span class="figures-line__figure" data-figure=name title=name>{value}</span>
            </For>
        </p>
    }
}

fn words(figures: &Figures, live: bool) -> Vec<(&'static str, String)> {
    let about = if live { "≈ " } else { "" };
    let speed = figures.tokens_per_second.map(|speed| ("Speed", format!("{speed:.0} tokens/s")));
    let count = figures.tokens.map(|tokens| ("Tokens", format!("{about}{tokens} tokens")));
    let first = figures.first_token_ms.map(|ms| ("Time to first token", format!("first after {:.2} s", ms / 1000.0)));
    [speed, count, first].into_iter().flatten().collect()
}
