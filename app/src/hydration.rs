//! Bringing a page to life in several turns: first all of it but the texts of answers that are whole, which are most of a long chat, then these
//! texts one by one, last one first. A person who presses a key or a button meanwhile waits for one turn at most.
//!
//! Who calls it: `frontend`, around Leptos's hydration; the component whose elements can wait.

use crate::browser::{document, time};
use leptos::{
    html,
    prelude::*,
    reactive::owner::Owner,
    tachys::{hydration::Cursor, view::PositionState},
    task::spawn_local,
    wasm_bindgen::JsCast,
};
use std::cell::{Cell, RefCell};

thread_local! {
    static IS_UNDER_WAY: Cell<bool> = const { Cell::new(false) };
    /// What has not had its turn.
    static PARTS: RefCell<Vec<Box<dyn FnOnce()>>> = RefCell::default();
}

/// Brings a page to life that the server has rendered, with what is given, such as `hydrate_body`. Without this, all of it comes to life in one turn.
pub fn in_turns(hydrate: impl FnOnce()) {
    IS_UNDER_WAY.set(true);
    hydrate();
    IS_UNDER_WAY.set(false);
    spawn_local(async {
        while let Some(turn) = PARTS.with_borrow_mut(Vec::pop) {
            time::next_task().await;
            turn();
        }
        document::mark_hydrated();
    });
}

/// Whether the component that asks is being brought to life, with elements that are there already.
pub(crate) fn is_under_way() -> bool {
    IS_UNDER_WAY.get()
}

/// Brings the children of this element to life in a turn of their own. If they are not any more what was rendered, they are made anew.
pub(crate) fn later(
    node: NodeRef<html::Div>,
    is_as_rendered: impl Fn() -> bool + 'static,
    children: impl FnOnce() -> AnyView + 'static,
) {
    let Some(owner) = Owner::current() else { return };
    let turn = move || {
        // Its component may be gone.
        let Some(element) = node.try_get_untracked().flatten().filter(|element| element.is_connected()) else { return };
        // The children's views hold the owner in which they are made. It must not be the one that holds them, or they would hold each other.
        let inside = owner.child();
        let state = inside.with(|| {
            let children = children();
            if is_as_rendered() && element.has_child_nodes() {
                return children.hydrate::<true>(&Cursor::new(element.unchecked_into()), &PositionState::default());
            }
            element.set_text_content(None);
            let mut state = children.build();
            state.mount(&element, None);
            state
        });
        owner.with(|| StoredValue::new_local((inside, state)));
    };
    PARTS.with_borrow_mut(|parts| parts.push(Box::new(turn)));
}
