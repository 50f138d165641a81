//! What went wrong, in the language of the page, and what the server says of it.

use crate::words::Explained;
use leptos::prelude::*;

/// The sentence, and below it the server's own words, where they are in another language.
pub(super) fn explained_text(explained: Explained) -> AnyView {
    let Explained { sentence, detail } = explained;
    // The server speaks English, and is read from left to right wherever it stands.
    let detail =
        detail.map(|detail| view! { <span class="explained-text__detail" lang="en" dir="ltr">{detail}</span> });
    view! { <span class="explained-text">{sentence} {detail}</span> }.into_any()
}
