//! The document around the page.

use crate::{
    browser::document,
    erased::effect,
    page_data::{self, PageData},
    pages::{chat::ChatPage, title},
    words,
};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::HashedStylesheet;

/// A chat is seen from its end before the page has come to life. A script must not be escaped, so it is set as it stands; it is
/// this constant, and no text of a model or a person is ever put into it.
const TO_THE_END: &str =
    "{const list=document.querySelector('.message-list');if(list)list.scrollTop=list.scrollHeight}";

/// The document, as the server renders it. Expects a [`PageData`] in the context.
///
/// ```
/// # use leptos::prelude::*;
/// # fn example(options: LeptosOptions) {
/// // Inside a handler of leptos_axum, with `provide_context(app::PageData { .. })` before it:
/// let document = app::shell(options);
/// # drop(document);
/// # }
/// ```
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let data = use_context::<PageData>().unwrap_or_default();
    let theme = data.theme.map(|theme| theme.as_str());
    let written = data.written();
    let name = data.conversation.map(|conversation| conversation.summary.title);
    let title = title::of_page(name.as_deref(), data.not_found);
    view! {
        <!DOCTYPE html>
        <html lang=words::language().tag() dir=words::language().direction() data-theme=theme>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content" />
                <meta name="color-scheme" content="light dark" />
                <meta name="theme-color" media="(prefers-color-scheme: light)" content="#fbfcfc" />
                <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#121719" />
                <meta name="description" content=words::description() />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <HashedStylesheet id="style" options=options.clone() />
                <AutoReload options=options.clone() />
                <HydrationScripts options />
                <title>{title}</title>
            </head>
            <body>
                <App />
                <script nonce=use_nonce() inner_html=TO_THE_END></script>
                <script type="text/plain" id=words::ELEMENT inner_html=words::written()></script>
                <script type="application/json" id=page_data::ELEMENT inner_html=written></script>
                <noscript class="noscript">{words::needs_script()}</noscript>
            </body>
        </html>
    }
}

/// The page at any address.
#[component]
pub fn App() -> impl IntoView {
    provide_context(PageData::shared());
    effect(|_| document::mark_hydrated());
    view! { <ChatPage /> }
}
