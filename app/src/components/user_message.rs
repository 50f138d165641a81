//! What a person said.

use super::{
    copy_button::CopyButton,
    delete_message_button::DeleteMessageButton,
    icon::{Drawing, Icon},
    message_attachments::MessageAttachments,
    question_editor::QuestionEditor,
    version_switcher::VersionSwitcher,
};
use crate::{
    chat::{handle::StreamingChatHandle, message::ChatMessage},
    erased::{Show, memo},
    words,
};
use leptos::prelude::*;

/// A message of a person, as it was typed, and what can be done with it.
#[component]
pub fn UserMessage(
    /// The message.
    message: ChatMessage,
    /// The chat that it belongs to.
    chat: StreamingChatHandle,
) -> impl IntoView {
    let key = message.key;
    let kept = StoredValue::new(message);
    let id = move || kept.with_value(ChatMessage::id);
    let is_edited =
        memo(move || chat.editing.with(|editing| editing.as_ref().is_some_and(|one| Some(one.message) == id())));
    // Its id is known when the answer to it has begun.
    let can_change = memo(move || chat.is_idle() && id().is_some());
    let edit = move |_| {
        if let Some(message) = id() {
            chat.begin_edit(message);
        }
    };
    let text = move || kept.with_value(ChatMessage::content);
    view! {
        <article class="user-message" aria-label=words::you_said() data-key=key.to_string()>
            // A question heads its answer: readers of the page by ear go from one to the next, and the answer's own headings
            // are below it.
            <h2 class="visually-hidden">{words::you_said()}</h2>
            <Show when=move || !is_edited.get() fallback=move || view! { <QuestionEditor message=kept.get_value() chat /> }>
                <MessageAttachments attachments=kept.with_value(ChatMessage::attachments) base=chat.attachments_address() place=key.to_string() />
                {(!text().is_empty()).then(|| view! { <div class="user-message__bubble" dir="auto">{text()}</div> })}
                <div class="user-message__actions">
                    <VersionSwitcher message=kept.get_value() chat />
                    <CopyButton text=Callback::new(move |()| text()) />
                    <Show when=move || can_change.get()>
                        <button type="button" class="icon-button user-message__edit" aria-label=words::edit_question() title=words::edit()
                            on:click=edit>
                            <Icon drawing=Drawing::Edit />
                        </button>
                        <DeleteMessageButton message=kept.get_value() chat label=words::delete_question() />
                    </Show>
                </div>
            </Show>
        </article>
    }
}
