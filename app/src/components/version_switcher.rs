//! ‹ 2/3 ›: the versions of a message.

use super::{
    icon::{Drawing, Icon},
    toast_stack::Toasts,
};
use crate::{
    browser::element,
    chat::{branches::Turn, handle::StreamingChatHandle, message::ChatMessage},
    erased::{Show, effect, memo},
    words,
};
use leptos::{html, prelude::*, task::spawn_local};
use protocol::id::MessageId;

/// Goes from one version of a message to another. Nothing where there is only one.
#[component]
pub fn VersionSwitcher(
    /// The message.
    message: ChatMessage,
    /// The chat that it belongs to.
    chat: StreamingChatHandle,
) -> impl IntoView {
    let versions = message.versions.clone();
    let named = message.clone();
    let place = memo(move || {
        let id = named.id();
        versions.with(|versions| {
            let at = versions.iter().position(|version| Some(*version) == id)?;
            (versions.len() > 1).then_some((at, versions.len()))
        })
    });
    let node = NodeRef::<html::Div>::new();
    let (versions, shown) = (message.versions.clone(), message);
    // The buttons that were pressed are gone with the old version; the focus goes on with those of the new one.
    effect(move |_| {
        let turn = chat.turned.get()?;
        let node = node.get().filter(|_| Some(turn.to) == shown.id())?;
        chat.turned.set(None);
        let button = if turn.onward { ".version-switcher__next" } else { ".version-switcher__previous" };
        element::focus_in(&node, button);
        Some(())
    });
    let step = StoredValue::new(move |onward: bool| {
        let Some((at, count)) = place.get_untracked().filter(|_| chat.is_idle_untracked()) else { return };
        let to = if onward { Some(at + 1).filter(|to| *to < count) } else { at.checked_sub(1) };
        let version: Option<MessageId> = to.and_then(|to| versions.with_untracked(|all| all.get(to).copied()));
        let toasts = Toasts::of_page();
        let Some(to) = version else { return };
        spawn_local(async move {
            if let (Err(error), Some(toasts)) = (chat.show_version(Turn { to, onward }).await, toasts) {
                toasts.say(words::version_not_shown(&error.words()));
            }
        });
    });
    let step = move |onward: bool| step.with_value(|step| step(onward));
    // Not `disabled`, which would take the focus away at the first and at the last version.
    let stuck = move |onward: bool| {
        let end = place.get().is_none_or(|(at, count)| if onward { at + 1 == count } else { at == 0 });
        (end || !chat.is_idle()).to_string()
    };
    view! {
        <Show when=move || place.get().is_some()>
            <div class="version-switcher" role="group" aria-label=words::versions() node_ref=node>
                <button type="button" class="icon-button version-switcher__previous" aria-label=words::previous_version() title=words::previous_version()
                    aria-disabled=move || stuck(false) on:click=move |_| step(false)>
                    <Icon drawing=Drawing::Before />
                </button>
                <span class="version-switcher__place">
                    <span aria-hidden="true">{move || place.get().map(|(at, count)| format!("{}/{count}", at + 1))}</span>
                    <span class="visually-hidden">{move || place.get().map(|(at, count)| place_words(at, count))}</span>
                </span>
                <button type="button" class="icon-button version-switcher__next" aria-label=words::next_version() title=words::next_version()
                    aria-disabled=move || stuck(true) on:click=move |_| step(true)>
                    <Icon drawing=Drawing::After />
                </button>
            </div>
        </Show>
    }
}

/// Which version it is, as it is said.
pub(super) fn place_words(at: usize, count: usize) -> String {
    words::version_of(&(at + 1).to_string(), &count.to_string())
}
