//! One conversation of the list.

use super::{
    conversation_actions::ConversationActions,
    icon::Drawing,
    menu::{Menu, MenuItem},
};
use crate::{
    browser::element,
    erased::{Show, effect, memo},
    words,
};
use leptos::{ev, html, prelude::*};
use protocol::{conversation::LONGEST_TITLE, id::ConversationId};

/// A link to a conversation, whether it is answering, and what can be done to it.
#[component]
pub fn ConversationRow(
    /// The conversation.
    id: ConversationId,
    /// What can be done to it.
    actions: ConversationActions,
    /// The conversation that is being renamed.
    renaming: RwSignal<Option<ConversationId>>,
    /// Called when it is opened.
    opened: Callback<()>,
) -> impl IntoView {
    let chat = actions.chat;
    let one = memo(move || actions.conversations.find(id));
    let title = memo(move || actions.title(id));
    let pinned = memo(move || one.with(|one| one.as_ref().is_some_and(|one| one.pinned)));
    let is_shown = memo(move || chat.conversation.get() == Some(id));
    let is_live = memo(move || {
        let elsewhere = one.with(|one| one.as_ref().is_some_and(|one| one.generation_id.is_some()));
        // Of the one that is shown, this page knows it first.
        if is_shown.get() { chat.is_streaming.get() } else { elsewhere }
    });
    let is_renamed = memo(move || renaming.get() == Some(id));
    let link = NodeRef::<html::A>::new();
    let rename = Callback::new(move |()| renaming.set(Some(id)));
    let pin = Callback::new(move |()| actions.pin(id, !pinned.get_untracked()));
    let delete = Callback::new(move |()| actions.delete(id));
    let done = Callback::new(move |()| {
        renaming.set(None);
        request_animation_frame(move || {
            if let Some(link) = link.get_untracked().filter(|_| element::is_focus_lost()) {
                element::focus(&link);
            }
        });
    });
    view! {
        <li class="conversation-row" class:conversation-row--shown=move || is_shown.get()>
            <Show when=move || !is_renamed.get() fallback=move || view! { <TitleEditor id actions done /> }>
                <a class="conversation-row__link" node_ref=link href=format!("/c/{id}") title=move || title.get()
                    aria-current=move || is_shown.get().then_some("page") on:click=move |_| opened.run(())>
                    <span class="conversation-row__title" dir="auto">{move || title.get()}</span>
                    <Show when=move || is_live.get()>
                        <span class="conversation-row__live"><span class="visually-hidden">{words::is_answering()}</span></span>
                    </Show>
                </a>
                <Menu label=Signal::derive(move || words::options_for(&title.get())) drawing=Drawing::More>
                    <MenuItem label=words::rename() drawing=Drawing::Edit action=rename />
                    <MenuItem label=Signal::derive(move || if pinned.get() { words::unpin() } else { words::pin() }.to_owned())
                        drawing=Drawing::Pin action=pin />
                    <MenuItem label=words::delete() drawing=Drawing::Delete harmful=true action=delete />
                </Menu>
            </Show>
        </li>
    }
}

/// Where a title is typed: Enter and leaving save it, Escape does not.
#[component]
fn TitleEditor(id: ConversationId, actions: ConversationActions, done: Callback<()>) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let before = untrack(|| actions.conversations.find(id)).map(|one| one.title).unwrap_or_default();
    let over = StoredValue::new(false);
    effect(move |_| {
        if let Some(input) = input.get() {
            element::select_text(&input);
        }
    });
    let finish = move |save: bool| {
        // Taking the input away makes it lose the focus, which would save again.
        if over.try_update_value(|over| std::mem::replace(over, true)) != Some(false) {
            return;
        }
        if let Some(input) = input.get_untracked().filter(|_| save) {
            actions.rename(id, input.value());
        }
        done.run(());
    };
    let pressed = move |event: ev::KeyboardEvent| {
        let composing = event.is_composing() || event.key_code() == 229;
        match event.key().as_str() {
            "Enter" if !composing => finish(true),
            "Escape" if !composing => finish(false),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    view! {
        <input class="conversation-row__editor" node_ref=input type="text" dir="auto" aria-label=words::title() value=before
            maxlength=LONGEST_TITLE.to_string() on:keydown=pressed on:blur=move |_| finish(true) />
    }
}
