//! What an answer that is under way has to say about itself.

use crate::chat::message::Notice;
use leptos::prelude::*;

/// A quiet line; nothing where there is nothing to say.
#[component]
pub fn NoticeLine(
    /// The notice.
    notice: ArcRwSignal<Option<Notice>>,
) -> impl IntoView {
    view! {
        {move || notice.get().map(|notice| view! { <p class="notice-line" role="status">{words(&notice)}</p> })}
    }
}

fn words(notice: &Notice) -> String {
    match notice {
        Notice::Retrying { attempt } => format!("The provider is busy. Trying again (attempt {attempt})…"),
        Notice::Fallback { from, to } => format!("{from} does not answer; asking {to} instead."),
        Notice::Reconnecting => "Connection lost — reconnecting…".to_owned(),
        Notice::Whole => {
            "Streaming is not possible on this connection. The answer will appear when it is complete.".to_owned()
        }
    }
}
