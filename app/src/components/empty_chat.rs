//! A chat in which nothing has been said yet.

use super::icon::Mark;
use crate::{chat::handle::StreamingChatHandle, words};
use leptos::prelude::*;

/// What to begin with: what is seen, a few words on it, and the question.
fn beginnings() -> [[&'static str; 3]; 4] {
    [
        [words::begin_explain(), words::begin_explain_what(), words::begin_explain_question()],
        [words::begin_code(), words::begin_code_what(), words::begin_code_question()],
        [words::begin_compare(), words::begin_compare_what(), words::begin_compare_question()],
        [words::begin_plan(), words::begin_plan_what(), words::begin_plan_question()],
    ]
}

/// A greeting and four ways to begin.
#[component]
pub fn EmptyChat(
    /// The chat.
    chat: StreamingChatHandle,
) -> impl IntoView {
    let beginnings = beginnings().map(|[title, detail, question]| {
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
            <h1>{words::greeting()}</h1>
            <div class="empty-chat__beginnings">{beginnings.into_iter().collect_view()}</div>
        </div>
    }
}
