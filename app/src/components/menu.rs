//! A button that opens a menu, as WAI-ARIA's "menu button" pattern has it.

use super::icon::{Drawing, Icon};
use crate::browser::{
    connection::Listener,
    element::{self, Which},
};
use crate::erased::{Show, effect};
use leptos::{ev, html, prelude::*};

const ITEMS: &str = "[role=menuitem]";

/// Closes the menu that an item stands in.
#[derive(Debug, Clone, Copy)]
struct Close(Callback<()>);

/// A button with a menu of [`MenuItem`]s and [`MenuLink`]s. The menu is made when it is opened.
#[component]
pub fn Menu(
    /// The button's name, and the menu's.
    #[prop(into)]
    label: Signal<String>,
    /// What is drawn on the button.
    drawing: Drawing,
    /// The items.
    children: ChildrenFn,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let button = NodeRef::<html::Button>::new();
    let close = move || {
        open.set(false);
        if let Some(button) = button.get_untracked() {
            element::focus(&button);
        }
    };
    provide_context(Close(Callback::new(move |()| close())));
    let pressed = move |event: ev::KeyboardEvent| {
        if event.key() == "ArrowDown" {
            event.prevent_default();
            open.set(true);
        }
    };
    let children = StoredValue::new(children);
    view! {
        <button type="button" class="icon-button menu__button" node_ref=button aria-haspopup="menu" aria-label=move || label.get()
            title=move || label.get() aria-expanded=move || open.get().to_string()
            on:click=move |_| open.update(|open| *open = !*open) on:keydown=pressed>
            <Icon drawing />
        </button>
        <Show when=move || open.get()>
            <Items label button open close=Callback::new(move |()| close())>{children.with_value(|children| children())}</Items>
        </Show>
    }
}

#[component]
fn Items(
    label: Signal<String>,
    button: NodeRef<html::Button>,
    open: RwSignal<bool>,
    close: Callback<()>,
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    effect(move |_| {
        let (Some(menu), Some(button)) = (node.get(), button.get_untracked()) else { return None };
        element::show_at(&menu, &button);
        element::move_focus(&menu, ITEMS, Which::First);
        let outside = window_event_listener(ev::pointerdown, move |event| {
            if !element::holds(&menu, event.target()) && !element::holds(&button, event.target()) {
                open.set(false);
            }
        });
        // It would stay where it is while its button moves away.
        let wheel = window_event_listener(ev::wheel, move |_| open.set(false));
        Some((Listener(Some(outside)), Listener(Some(wheel))))
    });
    let pressed = move |event: ev::KeyboardEvent| {
        let which = match event.key().as_str() {
            "ArrowDown" => Which::Next,
            "ArrowUp" => Which::Previous,
            "Home" => Which::First,
            "End" => Which::Last,
            "Escape" | "Tab" => {
                event.prevent_default();
                event.stop_propagation();
                return close.run(());
            }
            _ => return,
        };
        event.prevent_default();
        if let Some(menu) = node.get_untracked() {
            element::move_focus(&menu, ITEMS, which);
        }
    };
    view! {
        <div class="menu" node_ref=node popover="manual" role="menu" aria-label=move || label.get() on:keydown=pressed>{children()}</div>
    }
}

/// Something that can be done.
#[component]
pub fn MenuItem(
    /// Its name.
    #[prop(into)]
    label: Signal<String>,
    /// What is drawn before it.
    drawing: Drawing,
    /// Whether it takes something away.
    #[prop(optional)]
    harmful: bool,
    /// Does it, when the menu has closed.
    action: Callback<()>,
) -> impl IntoView {
    let close = use_context::<Close>();
    let chosen = move |_| {
        if let Some(Close(close)) = close {
            close.run(());
        }
        action.run(());
    };
    view! {
        <button type="button" class="menu__item" class:menu__item--harmful=harmful role="menuitem" tabindex="-1" on:click=chosen>
            <Icon drawing />
            {move || label.get()}
        </button>
    }
}

/// A file that can be had.
#[component]
pub fn MenuLink(
    /// Its name.
    label: &'static str,
    /// What is drawn before it.
    drawing: Drawing,
    /// Where it is.
    #[prop(into)]
    address: Signal<String>,
) -> impl IntoView {
    let close = use_context::<Close>();
    let chosen = move |_| {
        if let Some(Close(close)) = close {
            close.run(());
        }
    };
    view! {
        <a class="menu__item" role="menuitem" tabindex="-1" href=move || address.get() download="" rel="external" on:click=chosen>
            <Icon drawing />
            {label}
        </a>
    }
}

/// Something to know, which does nothing when it is chosen.
#[component]
pub fn MenuNote(
    /// What it says.
    words: Signal<String>,
) -> impl IntoView {
    view! { <div class="menu__note" role="menuitem" tabindex="-1" aria-disabled="true">{move || words.get()}</div> }
}
