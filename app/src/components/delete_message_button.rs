//! Deletes a message.

use super::{
    icon::{Drawing, Icon},
    toast_stack::Toasts,
};
use crate::chat::{handle::StreamingChatHandle, message::ChatMessage};
use leptos::{prelude::*, task::spawn_local};
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
    let delete = move |_| {
        if let (Some(conversation), Some(id)) = (chat.conversation.get_untracked(), message.id()) {
            spawn_local(delete(chat, toasts, conversation, id));
        }
    };
    view! {
        <button type="button" class="icon-button" aria-label=label title="Delete" on:click=delete>
            <Icon drawing=Drawing::Delete />
        </button>
    }
}

async fn delete(chat: StreamingChatHandle, toasts: Option<Toasts>, conversation: ConversationId, message: MessageId) {
    let deleted = chat.delete_message(message).await;
    let Some(toasts) = toasts else { return };
    if let Err(error) = deleted {
        return toasts.say(format!("The message was not deleted. {}", error.words()));
    }
    toasts.offer_undo("The message and what followed it were deleted.", move || {
        spawn_local(async move {
            if let Err(error) = chat.restore_message(conversation, message).await {
                toasts.say(format!("The message was not restored. {}", error.words()));
            }
        });
    });
}
