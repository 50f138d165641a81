//! What an installed page shows without a network.

use crate::{components::icon::Mark, page_data::Theme, words};
use leptos::prelude::*;
use leptos_meta::HashedStylesheet;

/// The whole document, as the server renders it. Nothing of it comes to life in the browser, and nothing in it is anybody's.
pub fn offline_document(options: LeptosOptions, theme: Option<Theme>) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang=words::language().tag() dir=words::language().direction() data-theme=theme.map(Theme::as_str)>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
                <meta name="color-scheme" content=theme.map_or("light dark", Theme::as_str) />
                <meta name="robots" content="noindex" />
                <title>{format!("{} – Rivulet", words::offline_title())}</title>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <HashedStylesheet options />
            </head>
            <body>
                <main class="not-found">
                    <Mark />
                    <h1>{words::offline_title()}</h1>
                    <p>{words::offline_why()}</p>
                    // To the address that was asked for.
                    <a class="button button--primary" href="">{words::try_again()}</a>
                </main>
            </body>
        </html>
    }
}
