//! Deletes a message.

use super::{
    icon::{Drawing, Icon},
    toast_stack::Toasts,
};
use crate::{
    chat::{handle::StreamingChatHandle, message::ChatMessage},
    words,
};
use futures::FutureExt;
use leptos::{ev, prelude::*, task::spawn_local};
use protocol::id::{ConversationId, MessageId};

/// A button that deletes a message and all that follow it, and offers to undo it.
#[component]
pub fn DeleteMessageButton(
    /// The message.
    message: ChatMessage,
    /// The chat that it belongs to.
    chat: StreamingChatHandle,
    /// The button's name.
    label: &'static str,
) -> impl IntoView {
    let toasts = Toasts::of_page();
    let deleting = StoredValue::new(false);
    let delete = move |event: ev::MouseEvent| {
        // The second click of a double click is not meant for whatever has come under the pointer.
        if event.detail() > 1 || deleting.get_value() {
            return;
        }
        if let (Some(conversation), Some(id)) = (chat.conversation.get_untracked(), message.id()) {
            deleting.set_value(true);
            spawn_local(async move {
                delete(chat, toasts, conversation, id).await;
                let _ = deleting.try_set_value(false);
            });
        }
    };
    view! {
        <button type="button" class="icon-button" aria-label=label title=words::delete() on:click=delete>
            <Icon drawing=Drawing::Delete />
        </button>
    }
}

async fn delete(chat: StreamingChatHandle, toasts: Option<Toasts>, conversation: ConversationId, message: MessageId) {
    let deleted = chat.delete_message(message).await;
    let Some(toasts) = toasts else { return };
    if let Err(error) = deleted {
        return toasts.say(words::message_not_deleted(&error.words()));
    }
    let restore = move || {
        let restored = chat.restore_message(conversation, message);
        restored.map(|restored| restored.map_err(|error| words::message_not_restored(&error.words()))).boxed_local()
    };
    toasts.offer_undo(words::messages_deleted().to_owned(), restore);
}
