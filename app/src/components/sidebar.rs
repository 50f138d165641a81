//! The conversations, beside the chat; on a narrow screen, a drawer over it.

use super::{
    conversation_actions::ConversationActions,
    conversation_list::ConversationList,
    icon::{Drawing, Icon, Mark},
};
use crate::{
    browser::{document, element},
    page_data::{PageData, SIDEBAR_CLOSED, SIDEBAR_COOKIE},
    words,
};
use leptos::{html, prelude::*};

/// A screen on which the sidebar is a drawer.
const NARROW: &str = "(max-width: 63.99rem)";

/// Whether the sidebar is shown. Copying it gives the same.
#[derive(Debug, Clone, Copy)]
pub struct SidebarState {
    /// On a narrow screen: not when the page is opened.
    pub drawer: RwSignal<bool>,
    /// On a wide one: as it was left.
    pub beside: RwSignal<bool>,
}

impl SidebarState {
    /// As the page was left.
    pub fn of_page() -> Self {
        let closed = use_context::<PageData>().is_some_and(|data| data.sidebar_closed);
        Self { drawer: RwSignal::new(false), beside: RwSignal::new(!closed) }
    }

    /// Whether it is shown, tracked.
    pub fn is_shown(self) -> bool {
        if document::matches_media(NARROW) { self.drawer.get() } else { self.beside.get() }
    }

    /// Shows it or hides it, whatever the screen.
    pub fn show(self, shown: bool) {
        if document::matches_media(NARROW) {
            self.drawer.set(shown);
        } else {
            self.beside.set(shown);
            document::set_cookie(SIDEBAR_COOKIE, if shown { "open" } else { SIDEBAR_CLOSED });
        }
        let next = if shown { ".sidebar__close" } else { ".page-header__list" };
        request_animation_frame(move || _ = element::focus_on_page(next));
    }
}

/// The list of conversations and the search.
#[component]
pub fn Sidebar(
    /// What can be done to a conversation.
    actions: ConversationActions,
    /// Whether it is shown.
    state: SidebarState,
    /// Whether the search is open.
    searching: RwSignal<bool>,
) -> impl IntoView {
    let drawer = state.drawer;
    let opened = Callback::new(move |()| drawer.set(false));
    let node = NodeRef::<html::Nav>::new();
    // What is behind the drawer is covered: who goes there by keyboard leaves it.
    let left = move |event: leptos::ev::FocusEvent| {
        let outside = node.get_untracked().is_some_and(|nav| !element::holds(&nav, event.related_target()));
        if outside && event.related_target().is_some() && drawer.get_untracked() {
            drawer.set(false);
        }
    };
    let pressed = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" && drawer.get_untracked() {
            event.prevent_default();
            state.show(false);
        }
    };
    view! {
        <div class="sidebar__veil" class:sidebar__veil--shown=move || drawer.get() on:click=move |_| drawer.set(false)></div>
        <nav class="sidebar" class:sidebar--open=move || drawer.get() class:sidebar--closed=move || !state.beside.get()
            aria-label=words::conversations() node_ref=node on:keydown=pressed on:focusout=left>
            <div class="sidebar__head">
                <a class="sidebar__brand" href="/" on:click=move |_| drawer.set(false)><Mark />"Rivulet"</a>
                <button type="button" class="icon-button sidebar__close" aria-label=words::close_conversations() title=words::close_conversations()
                    on:click=move |_| state.show(false)>
                    <Icon drawing=Drawing::Panel />
                </button>
            </div>
            <button type="button" class="sidebar__search" aria-haspopup="dialog" aria-keyshortcuts="Control+K Meta+K"
                on:click=move |_| {
                    // The dialog gives the focus back to what had it, which must not be in a drawer that has closed.
                    element::focus_on_page(".page-header__list");
                    drawer.set(false);
                    searching.set(true);
                }>
                <Icon drawing=Drawing::Search />
                {words::search()}
                <kbd aria-hidden="true">{words::search_keys()}</kbd>
            </button>
            <ConversationList actions opened />
        </nav>
    }
}
