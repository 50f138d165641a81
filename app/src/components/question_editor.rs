//! Where a question is put into other words.

use crate::{
    browser::element,
    chat::{handle::StreamingChatHandle, message::ChatMessage},
    erased::{effect, memo},
    words,
};
use leptos::{ev, html, prelude::*};

/// A text area in the place of a question. Enter sends what is in it, Escape leaves the question as it was.
#[component]
pub fn QuestionEditor(
    /// The question.
    message: ChatMessage,
    /// The chat that it belongs to.
    chat: StreamingChatHandle,
) -> impl IntoView {
    let area = NodeRef::<html::Textarea>::new();
    let typed_before = chat.editing.with_untracked(|editing| editing.as_ref().and_then(|editing| editing.text.clone()));
    let text = RwSignal::new(typed_before.unwrap_or_else(|| message.content()));
    effect(move |before: Option<bool>| {
        let Some(area) = area.get() else { return false };
        if before != Some(true) {
            area.set_value(&text.get_untracked());
            element::focus_end(&area);
        }
        text.track();
        element::fit_height(&area);
        true
    });
    let key = message.key;
    let leave = move || {
        chat.end_edit();
        request_animation_frame(move || {
            element::focus_on_page(&format!("[data-key=\"{key}\"] .user-message__edit"));
        });
    };
    let blank = memo(move || text.with(|text| text.trim().is_empty()));
    let send = {
        let message = message.clone();
        move || {
            if let Some(id) = message.id().filter(|_| chat.is_idle_untracked() && !blank.get_untracked()) {
                chat.edit(id, text.get_untracked());
            }
        }
    };
    let typed = move |event: ev::Event| {
        text.set(event_target_value(&event));
        text.with_untracked(|text| chat.note_edit(text));
    };
    let sent = send.clone();
    let pressed = move |event: ev::KeyboardEvent| {
        // While an input method composes, both keys belong to it.
        let composing = event.is_composing() || event.key_code() == 229;
        match event.key().as_str() {
            "Enter" if !composing && !event.shift_key() => send(),
            "Escape" if !composing => leave(),
            _ => return,
        }
        event.prevent_default();
    };
    view! {
        <div class="question-editor">
            <textarea node_ref=area class="question-editor__text" aria-label=words::edit_question() rows="1" enterkeyhint="send"
                on:input=typed on:keydown=pressed></textarea>
            <div class="question-editor__actions">
                <button type="button" class="button" on:click=move |_| leave()>{words::cancel()}</button>
                <button type="button" class="button button--primary" disabled=move || blank.get() on:click=move |_| sent()>{words::send()}</button>
            </div>
        </div>
    }
}
