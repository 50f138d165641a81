//! What an installed page shows without a network.

use super::still::still_document;
use crate::{components::icon::Mark, page_data::Theme, words};
use leptos::prelude::*;

/// The whole document, as the server renders it. Nothing in it is anybody's.
pub fn offline_document(options: LeptosOptions, theme: Option<Theme>) -> impl IntoView {
    let content = view! {
        <main class="not-found">
            <Mark />
            <h1>{words::offline_title()}</h1>
            <p>{words::offline_why()}</p>
            // To the address that was asked for.
            <a class="button button--primary" href="">{words::try_again()}</a>
        </main>
    };
    still_document(options, theme, words::offline_title(), content.into_any())
}
