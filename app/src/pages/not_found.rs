//! Nothing here.

use crate::{components::icon::Mark, words};
use leptos::prelude::*;

/// The page at an address where there is nothing.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! {
        <main class="not-found">
            <Mark />
            <h1>{words::nothing_here()}</h1>
            <p>{words::nothing_here_why()}</p>
            <a class="button button--primary" href="/" rel="external">{words::start_new_chat()}</a>
        </main>
    }
}
