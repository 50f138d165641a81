//! Says that the page's WASM, or the second part of it, could not be fetched.

use crate::words;
use leptos::prelude::*;

/// A line above everything else, hidden until `start.rs` or `scripts/wasm/later.js` shows it: what it tells of may be the code that would
/// show it.
#[component]
pub fn MissingPart() -> impl IntoView {
    view! {
        <div id="missing-part" class="missing-part" role="alert" hidden>
            <p>{words::missing_part()}</p>
            <button type="button" class="button button--primary">{words::reload()}</button>
        </div>
    }
}
