//! What a tab keeps over a reload. A browser may forbid it; then nothing is kept.

use leptos::prelude::window;
use web_sys::Storage;

fn storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

/// Keeps a text under a name.
pub(crate) fn keep(name: &str, text: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(name, text);
    }
}

/// Takes the text that is kept under a name.
pub(crate) fn take(name: &str) -> Option<String> {
    let storage = storage()?;
    let text = storage.get_item(name).ok().flatten()?;
    let _ = storage.remove_item(name);
    Some(text)
}
