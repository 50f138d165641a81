//! What an answer that is under way has to say about itself.

use super::countdown::{duration, seconds_left};
use crate::{chat::message::Notice, erased::memo, model_names::ModelNames};
use leptos::prelude::*;

/// A quiet line; empty where there is nothing to say. It is there before it is filled, because only then is it read aloud.
#[component]
pub fn NoticeLine(
    /// The notice.
    notice: ArcRwSignal<Option<Notice>>,
) -> impl IntoView {
    let names = ModelNames::of_page();
    let until = memo({
        let notice = notice.clone();
        move || match notice.get() {
            Some(Notice::Retrying { until, .. }) => Some(until),
            _ => None,
        }
    });
    let left = seconds_left(until.into());
    view! { <p class="notice-line" role="status">{move || notice.get().map(|notice| words(notice, names, left))}</p> }
}

fn words(notice: Notice, names: ModelNames, left: Signal<u64>) -> AnyView {
    match notice {
        Notice::Retrying { attempt, model, .. } => {
            let who = model.map_or_else(|| "The provider".to_owned(), |model| names.provider(&model));
            // The seconds are for the eye: a screen reader would read the line again with each of them.
            let pause = move || Some(left.get()).filter(|left| *left > 0).map(|left| format!("in {} ", duration(left)));
            view! {
                {format!("{who} is busy. Trying again ")} <span aria-hidden="true">{move || pause()}</span> {format!("(attempt {attempt})…")}
            }
            .into_any()
        }
        Notice::Fallback { from, to } => {
            format!("{} could not answer. Asking {} instead…", names.model(&from), names.model(&to)).into_any()
        }
        Notice::Reconnecting => "Connection lost — reconnecting…".into_any(),
        Notice::Whole => {
            "Streaming is not possible on this connection. The answer will appear when it is complete.".into_any()
        }
    }
}
