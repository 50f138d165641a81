//! Brings the page to life in the browser.

#![recursion_limit = "256"] // the page is one deeply nested type

/// Called by the page's script once the WASM has been loaded.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    app::read_words();
    app::hydration::in_turns(|| leptos::mount::hydrate_body(app::App));
}
