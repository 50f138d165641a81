//! The conversations, beside the chat; on a narrow screen, a drawer over it.

use super::icon::{Drawing, Icon, Mark};
use crate::chat::handle::StreamingChatHandle;
use leptos::prelude::*;
use protocol::conversation::ConversationSummary;

/// A list of conversations, the most recent first.
#[component]
pub fn Sidebar(
    /// The chat, to tell which conversation is open.
    chat: StreamingChatHandle,
    /// The conversations.
    conversations: RwSignal<Vec<ConversationSummary>>,
    /// Whether the drawer is open, on a narrow screen.
    open: RwSignal<bool>,
) -> impl IntoView {
    let row = move |(id, title): (protocol::id::ConversationId, String)| {
        let current = move || (chat.conversation.get() == Some(id)).then_some("page");
        let title = if title.is_empty() { "New chat".to_owned() } else { title };
        view! {
            <li><a href=format!("/c/{id}") aria-current=current on:click=move |_| open.set(false)>{title}</a></li>
        }
    };
    let rows = move || conversations.with(|all| all.iter().map(|one| (one.id, one.title.clone())).collect::<Vec<_>>());
    view! {
        <div class="sidebar__veil" class:sidebar__veil--shown=move || open.get() on:click=move |_| open.set(false)></div>
        <nav class="sidebar" class:sidebar--open=move || open.get() aria-label="Conversations"
            on:keydown=move |event| if event.key() == "Escape" { open.set(false) }>
            <div class="sidebar__head">
                <a class="sidebar__brand" href="/" on:click=move |_| open.set(false)><Mark />"Rivulet"</a>
                <button type="button" class="icon-button sidebar__close" aria-label="Close conversations" on:click=move |_| open.set(false)>
                    <Icon drawing=Drawing::Close />
                </button>
            </div>
            <ul class="sidebar__list">
                <For each=rows key=|row| row.clone() children=row />
            </ul>
            <Show when=move || conversations.with(Vec::is_empty)>
                <p class="sidebar__empty">"Your conversations will be listed here."</p>
            </Show>
        </nav>
    }
}
