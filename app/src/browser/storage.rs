//! What a tab keeps over a reload, and what a browser keeps for good. A browser may forbid it; then nothing is kept.

use leptos::prelude::window;
use web_sys::Storage;

fn of_tab() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

fn of_browser() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// Keeps a text under a name, for this tab; false if there is no room for it.
pub(crate) fn keep_for_tab(name: &str, text: &str) -> bool {
    of_tab().is_some_and(|storage| storage.set_item(name, text).is_ok())
}

/// The text that this tab keeps under a name.
pub(crate) fn kept_for_tab(name: &str) -> Option<String> {
    of_tab()?.get_item(name).ok().flatten()
}

/// Forgets what this tab keeps under a name.
pub(crate) fn forget_for_tab(name: &str) {
    if let Some(storage) = of_tab() {
        let _ = storage.remove_item(name);
    }
}

/// Keeps a text under a name, for good; false if there is no room for it.
pub(crate) fn keep_for_good(name: &str, text: &str) -> bool {
    of_browser().is_some_and(|storage| storage.set_item(name, text).is_ok())
}

/// The text that is kept for good under a name.
pub(crate) fn kept(name: &str) -> Option<String> {
    of_browser()?.get_item(name).ok().flatten()
}

/// Forgets what is kept for good under a name.
pub(crate) fn forget(name: &str) {
    if let Some(storage) = of_browser() {
        let _ = storage.remove_item(name);
    }
}

/// Whether what is on by itself has not been turned off in this browser.
pub(crate) fn is_on(name: &str) -> bool {
    kept(name).is_none()
}

/// Keeps for good whether something is on that is so by itself.
pub(crate) fn turn(name: &str, on: bool) {
    if on {
        forget(name);
    } else {
        keep_for_good(name, "off");
    }
}

/// The names that begin with `prefix` under which something is kept for good.
pub(crate) fn kept_names(prefix: &str) -> Vec<String> {
    let Some(storage) = of_browser() else { return Vec::new() };
    let names = (0..storage.length().unwrap_or(0)).filter_map(|at| storage.key(at).ok().flatten());
    names.filter(|name| name.starts_with(prefix)).collect()
}
