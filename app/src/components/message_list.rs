//! The messages, and a view that follows them until the reader looks elsewhere.

use super::{
    assistant_message::AssistantMessage,
    earlier_messages::EarlierMessages,
    icon::{Drawing, Icon},
    later_messages::LaterMessages,
    user_message::UserMessage,
};
use crate::{
    browser::{
        element::{self, SizeWatch},
        time,
    },
    chat::{Look, handle::StreamingChatHandle, message::ChatMessage},
    erased::{For, Show, effect, memo},
    words,
};
use leptos::{html, prelude::*};
use protocol::message::Role;
use std::time::Duration;

/// How near to the end the view counts as being there, in pixels.
const AT_END: i32 = 40;
/// How long the message that the reader was taken to is marked.
const MARKED: Duration = Duration::from_secs(4);
/// How long the view waits before it follows what made it a little lower. It lowers when a letter begins a new line, and scrolling takes the
/// browser a frame more, for which that letter and the next one would wait. Shorter than between two keys, and too short to be seen: what
/// is hidden until then is the room below the last message.
const AFTER_KEYS: Duration = Duration::from_millis(50);

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
        // The component may be gone.
        if let Some(view) = view_node.try_get_untracked().flatten() {
            element::scroll_to_end(&view);
        }
    };
    // Who puts an earlier question into other words is not taken away from it.
    let keeps_end = memo(move || following.get() && chat.editing.with(Option::is_none));
    effect(move |_| {
        let content = content_node.get()?;
        let view = view_node.get()?;
        let follow = move || {
            if keeps_end.try_get_untracked() == Some(true) {
                to_end();
            }
        };
        let waiting = StoredValue::new(false);
        let seen = view.clone();
        // The view shrinks when a line comes above it, and when what is typed grows.
        let follow_soon = move || {
            // More than the room below the last message.
            if element::distance_to_end(&seen) > AT_END {
                return follow();
            }
            if waiting.try_update_value(|waiting| std::mem::replace(waiting, true)) != Some(false) {
                return;
            }
            leptos::task::spawn_local(async move {
                time::sleep(AFTER_KEYS).await;
                let _ = waiting.try_set_value(false);
                // In a frame it is known whether the reader has scrolled since.
                time::on_next_frame(follow);
            });
        };
        Some([SizeWatch::new(&content, follow), SizeWatch::new(&view, follow_soon)])
    });
    effect(move |_| {
        if let Some(view) = view_node.get() {
            element::set_attribute(&view, "data-following", keeps_end.get().then_some("true"));
        }
    });
    effect(move |_| match chat.look.get() {
        // A new question takes the view to the end, wherever it was.
        Look::End => {
            following.set(true);
            to_end();
        }
        Look::Message(id) => {
            following.set(false);
            // Not before the messages are in the document.
            time::on_next_frame(move || show(chat, view_node, id));
        }
    });
    let jump = move || {
        chat.show_end();
        following.set(true);
        // What is at the end may come into the document only now.
        time::on_next_frame(to_end);
    };
    let last_top = StoredValue::new(0);
    let scrolled = move |_| {
        let Some(view) = view_node.get_untracked() else { return };
        let is_end = element::distance_to_end(&view) <= AT_END && !untrack(|| chat.has_later());
        let top = view.scroll_top();
        let went_up = top < last_top.get_value();
        last_top.set_value(top);
        if is_end {
            following.set(true);
        } else if went_up {
            following.set(false);
        }
    };
    let empty = memo(move || chat.is_empty());
    view! {
        <div class="message-list" node_ref=view_node on:scroll=scrolled>
            <div class="message-list__content" class:message-list__content--empty=move || empty.get() node_ref=content_node>
                <Show when=move || empty.get()>{children()}</Show>
                <Show when=move || chat.is_loading.get()>
                    <p class="message-list__loading" role="status">{words::opening_conversation()}</p>
                </Show>
                <EarlierMessages chat view_node at_end=following />
                <For each=move || chat.in_document() key=|message| message.key children=move |message| one(message, chat) />
                <LaterMessages chat view_node />
            </div>
        </div>
        <div class="message-list__jump" class:message-list__jump--shown=move || !following.get() && !empty.get()>
            <button type="button" class="icon-button icon-button--raised" aria-label=words::jump_to_latest() title=words::jump_to_latest()
                on:click=move |_| jump()>
                <Icon drawing=Drawing::Down />
            </button>
        </div>
    }
}

fn one(message: ChatMessage, chat: StreamingChatHandle) -> AnyView {
    match message.role {
        Role::Assistant => view! { <AssistantMessage message chat /> }.into_any(),
        _ => view! { <UserMessage message chat /> }.into_any(),
    }
}

/// Takes the reader to a message and marks it for a while.
fn show(chat: StreamingChatHandle, view_node: NodeRef<html::Div>, id: protocol::id::MessageId) {
    let key = chat.messages.with_untracked(|all| all.iter().find(|one| one.id() == Some(id)).map(|one| one.key));
    let (Some(view), Some(key)) = (view_node.get_untracked(), key) else { return };
    let Some(message) = element::find(&view, &format!("[data-key=\"{key}\"]")) else { return };
    element::bring_to_top(&message);
    element::set_attribute(&message, "data-found", Some("true"));
    leptos::task::spawn_local(async move {
        // What is above has its real height only now that it is near to the view.
        time::sleep(Duration::from_millis(60)).await;
        element::bring_to_top(&message);
        time::sleep(MARKED).await;
        element::set_attribute(&message, "data-found", None);
    });
}
