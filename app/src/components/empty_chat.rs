//! A chat in which nothing has been said yet.

use super::icon::Mark;
use crate::chat::handle::StreamingChatHandle;
use leptos::prelude::*;

/// What to begin with: what is seen, a few words on it, and the question.
const BEGINNINGS: [(&str, &str, &str); 4] = [
    ("Explain a concept", "why the sky is blue", "Explain why the sky is blue, in three short paragraphs."),
    ("Write some code", "a rate limiter in Rust", "Write a small token-bucket rate limiter in Rust, with a test."),
    ("Compare options", "SQLite or Postgres", "Compare SQLite and Postgres for a small self-hosted app, in a table."),
    ("Plan something", "a weekend by the sea", "Plan a relaxed weekend by the sea for two, with a checklist."),
];

/// A greeting and four ways to begin.
#[component]
pub fn EmptyChat(
    /// The chat.
    chat: StreamingChatHandle,
) -> impl IntoView {
    let beginnings = BEGINNINGS.map(|(title, detail, question)| {
        view! {
            <button type="button" class="empty-chat__beginning" on:click=move |_| chat.send(question)>
                <strong>{title}</strong>
                <span>{detail}</span>
            </button>
        }
    });
    view! {
        <div class="empty-chat">
            <Mark />
            <h1>"What can I help with?"</h1>
            <div class="empty-chat__beginnings">{beginnings.into_iter().collect_view()}</div>
        </div>
    }
}
