//! Tells a screen reader that an answer begins and how it ends: not every token.

use crate::chat::handle::StreamingChatHandle;
use leptos::prelude::*;
use protocol::message::{MessageStatus, Role};

/// A region that is heard and not seen.
#[component]
pub fn Announcer(
    /// The chat.
    chat: StreamingChatHandle,
) -> impl IntoView {
    let words = RwSignal::new("");
    Effect::new(move |before: Option<bool>| {
        let busy = chat.is_streaming.get();
        if busy {
            words.set("The assistant is answering.");
        } else if before == Some(true) {
            words.set(ending(chat));
        }
        busy
    });
    view! { <p class="visually-hidden" aria-live="polite" role="status">{move || words.get()}</p> }
}

fn ending(chat: StreamingChatHandle) -> &'static str {
    let status = chat.messages.with_untracked(|messages| {
        let last = messages.last().filter(|last| last.role == Role::Assistant);
        last.map(|last| last.status.get_untracked())
    });
    match status {
        Some(MessageStatus::Complete) => "The answer is complete.",
        Some(MessageStatus::Stopped) => "The answer was stopped.",
        _ => "There is no complete answer.",
    }
}
