//! The messages, and a view that follows them until the reader looks elsewhere.

use super::{
    assistant_message::AssistantMessage,
    icon::{Drawing, Icon},
    user_message::UserMessage,
};
use crate::{
    browser::element::{self, SizeWatch},
    chat::{handle::StreamingChatHandle, message::ChatMessage},
};
use leptos::{html, prelude::*};
use protocol::message::Role;

/// How near to the end the view counts as being there, in pixels.
const AT_END: i32 = 40;

/// The messages of a chat. The view follows an answer that grows, lets go when the reader scrolls up, and offers the
/// way back.
#[component]
pub fn MessageList(
    /// The chat.
    chat: StreamingChatHandle,
    /// What to show while there are no messages.
    children: ChildrenFn,
) -> impl IntoView {
    let (view_node, content_node) = (NodeRef::<html::Div>::new(), NodeRef::<html::Div>::new());
    let following = RwSignal::new(true);
    let to_end = move || {
        if let Some(view) = view_node.get_untracked() {
            element::scroll_to_end(&view);
        }
    };
    Effect::new(move |_| {
        let content = content_node.get()?;
        Some(SizeWatch::new(&content, move || {
            if following.get_untracked() {
                to_end();
            }
        }))
    });
    // A new question takes the view to the end, wherever it was.
    Effect::new(move |before: Option<usize>| {
        let count = chat.messages.with(Vec::len);
        if before.is_none_or(|before| count > before) {
            following.set(true);
            to_end();
        }
        count
    });
    let last_top = StoredValue::new(0);
    let scrolled = move |_| {
        let Some(view) = view_node.get_untracked() else { return };
        let (top, at_end) = (view.scroll_top(), element::distance_to_end(&view) <= AT_END);
        let went_up = top < last_top.get_value();
        last_top.set_value(top);
        if at_end {
            following.set(true);
        } else if went_up {
            following.set(false);
        }
    };
    let empty = Memo::new(move |_| chat.messages.with(Vec::is_empty) && !chat.is_loading.get());
    view! {
        <div class="message-list" node_ref=view_node on:scroll=scrolled>
            <div class="message-list__content" node_ref=content_node>
                <Show when=move || empty.get()>{children()}</Show>
                <Show when=move || chat.is_loading.get()>
                    <p class="message-list__loading" role="status">"Opening the conversation…"</p>
                </Show>
                <For each=move || chat.messages.get() key=|message| message.key children=move |message| one(message, chat) />
            </div>
        </div>
        <div class="message-list__jump" class:message-list__jump--shown=move || !following.get() && !empty.get()>
            <button type="button" class="icon-button icon-button--raised" aria-label="Jump to latest" title="Jump to latest"
                on:click=move |_| { following.set(true); to_end() }>
                <Icon drawing=Drawing::Down />
            </button>
        </div>
    }
}

fn one(message: ChatMessage, chat: StreamingChatHandle) -> AnyView {
    match message.role {
        Role::Assistant => view! { <AssistantMessage message chat /> }.into_any(),
        _ => view! { <UserMessage message /> }.into_any(),
    }
}
