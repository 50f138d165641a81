//! Documents without a script: nothing of them comes to life in the browser.

use crate::{page_data::Theme, pages::title, words};
use leptos::prelude::*;
use leptos_meta::HashedStylesheet;

/// The whole document. Search engines leave it out, and the sites that it links to are not told of it.
pub(super) fn still_document(options: LeptosOptions, theme: Option<Theme>, title: &str, content: AnyView) -> AnyView {
    view! {
        <!DOCTYPE html>
        <html lang=words::language().tag() dir=words::language().direction() data-theme=theme.map(Theme::as_str)>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
                <meta name="color-scheme" content=theme.map_or("light dark", Theme::as_str) />
                <meta name="robots" content="noindex, nofollow" />
                <meta name="referrer" content="no-referrer" />
                // Safe: `title::html` escapes what a person or a model has called it.
                <title inner_html=format!("{} – Rivulet", title::html(title))></title>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <HashedStylesheet options />
            </head>
            <body>{content}</body>
        </html>
    }
    .into_any()
}
