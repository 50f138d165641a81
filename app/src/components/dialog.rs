//! A dialog with a heading and a button that closes it.

use super::icon::{Drawing, Icon};
use crate::{
    browser::element,
    erased::{Show, effect},
    words,
};
use leptos::{html, prelude::*};

/// A dialog above the page. What is in it is made when it is opened.
#[component]
pub fn Dialog(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// Its class, and the id of its heading.
    name: &'static str,
    /// Its heading.
    #[prop(into)]
    title: Signal<String>,
    /// What is in it.
    children: ChildrenFn,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    follow(dialog, open);
    let children = StoredValue::new(children);
    view! {
        <dialog node_ref=dialog class=format!("dialog {name}") aria-labelledby=name
            on:cancel=move |event| cancelled(&event, dialog, open) on:close=move |_| closed(dialog, open)>
            <Show when=move || open.get()>
                <div class="dialog__head">
                    <h2 id=name>{move || title.get()}</h2>
                    <button type="button" class="icon-button" aria-label=words::close() on:click=move |_| open.set(false)>
                        <Icon drawing=Drawing::Close />
                    </button>
                </div>
                {children.with_value(|children| children())}
            </Show>
        </dialog>
    }
}

/// Opens and closes a dialog as the signal says.
pub(super) fn follow(dialog: NodeRef<html::Dialog>, open: RwSignal<bool>) {
    effect(move |_| {
        let Some(dialog) = dialog.get() else { return };
        if open.get() {
            element::show_dialog(&dialog);
        } else {
            element::close_dialog(&dialog);
        }
    });
}

/// Takes note that the person is closing a dialog with Escape. That it is closed is told a moment later, by when it may have been asked for
/// again. The choice of a file that is cancelled says the same, from within.
pub(super) fn cancelled(event: &leptos::ev::Event, dialog: NodeRef<html::Dialog>, open: RwSignal<bool>) {
    if dialog.get_untracked().is_some_and(|dialog| element::is_target(&dialog, event.target())) {
        open.set(false);
    }
}

/// Takes note that the person has closed a dialog. The browser says it later, when the dialog may be open again.
pub(super) fn closed(dialog: NodeRef<html::Dialog>, open: RwSignal<bool>) {
    if !dialog.get_untracked().is_some_and(|dialog| dialog.open()) {
        open.set(false);
    }
}
