//! Nothing here.

use crate::components::icon::Mark;
use leptos::prelude::*;

/// The page at an address where there is nothing.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! {
        <main class="not-found">
            <Mark />
            <h1>"There is nothing here"</h1>
            <p>"If this was a conversation, it may have been deleted, or it belongs to somebody else. This server keeps conversations for a while only."</p>
            <a class="button button--primary" href="/" rel="external">"Start a new chat"</a>
        </main>
    }
}
