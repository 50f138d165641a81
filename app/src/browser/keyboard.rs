//! Keys that are pressed, and how they are written.

use crate::words;
use leptos::prelude::window;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

/// The keys of an event, such as `Mod+Shift+O`, `Escape` or `?`. None while an input method composes, or with Alt, which makes
/// characters on some keyboards.
pub(crate) fn pressed(event: &KeyboardEvent) -> Option<String> {
    if event.is_composing() || event.alt_key() {
        return None;
    }
    let key = event.key();
    // On a keyboard of other letters, the place of the key counts.
    let key = match event.code().strip_prefix("Key") {
        Some(letter) if !key.is_ascii() => letter.to_owned(),
        _ => key,
    };
    let is_sign = key.chars().count() == 1 && !key.chars().all(char::is_alphabetic);
    let key = if key.chars().count() == 1 { key.to_ascii_uppercase() } else { key };
    let mut keys = String::new();
    if event.ctrl_key() || event.meta_key() {
        keys.push_str("Mod+");
    }
    // Which signs need Shift is another thing on each keyboard.
    if event.shift_key() && !is_sign {
        keys.push_str("Shift+");
    }
    keys.push_str(&key);
    Some(keys)
}

/// Whether what an event comes from takes text.
pub(crate) fn is_typing(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| {
        target.closest("input, textarea, select, [contenteditable]").is_ok_and(|found| found.is_some())
    })
}

/// Keys as this machine's keyboard names them.
pub(crate) fn named(keys: &str) -> Vec<String> {
    let mac =
        window().navigator().platform().is_ok_and(|platform| platform.starts_with("Mac") || platform.starts_with("iP"));
    let name = |key: &str| match key {
        "Mod" if mac => "⌘".to_owned(),
        // As its language prints it on keyboards.
        "Mod" => words::search_keys().split(' ').next().unwrap_or_default().to_owned(),
        "Shift" => "⇧".to_owned(),
        "Escape" => "Esc".to_owned(),
        "Backspace" => "⌫".to_owned(),
        key => key.to_owned(),
    };
    keys.split('+').map(name).collect()
}
