//! What an answer that is under way has to say about itself.

use super::countdown::{duration, seconds_left};
use crate::{chat::message::Notice, erased::memo, model_names::ModelNames, words};
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
    view! { <p class="notice-line" role="status">{move || notice.get().map(|notice| line(notice, names, left))}</p> }
}

fn line(notice: Notice, names: ModelNames, left: Signal<u64>) -> AnyView {
    match notice {
        Notice::Retrying { attempt, model, .. } => {
            let who = model.map_or_else(|| words::the_provider().to_owned(), |model| names.provider(&model));
            // The seconds are for the eye: a screen reader would read the line again with each of them.
            let pause = move || {
                Some(left.get())
                    .filter(|left| *left > 0)
                    .map(|left| words::followed(&words::in_duration(&duration(left))))
            };
            let line = words::provider_busy(&who, "\0", &attempt.to_string());
            let (before, after) = line.split_once('\0').unwrap_or((&line, ""));
            let (before, after) = (before.to_owned(), after.to_owned());
            view! { {before} <span aria-hidden="true">{move || pause()}</span> {after} }.into_any()
        }
        Notice::Fallback { from, to } => words::asking_other_model(&names.model(&from), &names.model(&to)).into_any(),
        Notice::Reconnecting => words::reconnecting().into_any(),
        Notice::Whole => words::not_streaming().into_any(),
    }
}
