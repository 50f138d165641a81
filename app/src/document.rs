//! The document around the page.

use crate::{
    browser::document,
    components::{appearance::theme_colours, missing_part::MissingPart},
    erased::effect,
    page_data::{self, Density, PageData, TextSize, Theme},
    pages::{chat::ChatPage, title},
    start::Start,
    words,
};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::HashedStylesheet;

/// A chat is seen from its end before the page has come to life. A script must not be escaped, so it is set as it stands; it is
/// this constant, and no text of a model or a person is ever put into it.
const TO_THE_END: &str =
    "{const list=document.querySelector('.message-list');if(list)list.scrollTop=list.scrollHeight}";

/// The service worker only stands in without a network: it is asked for when the page is there, and may be missing.
const INSTALL: &str =
    "addEventListener('load',()=>navigator.serviceWorker?.register('/service-worker.js').catch(()=>{}))";

/// The document, as the server renders it. What it sets unescaped are constants, the names of the program's files, the texts of a
/// language, of which a test says that none has a `<`, the title, in which `title::html` has escaped what could end it, and the page's
/// data, in which every `<` is written as an escape. Expects a [`PageData`] in the context.
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
    let theme = data.theme.map(Theme::as_str);
    let (density, text_size) = (data.density.map(Density::as_str), data.text_size.map(TextSize::as_str));
    let [light, dark] = theme_colours(theme);
    let written = data.written();
    let name = data.conversation.map(|conversation| conversation.summary.title);
    let title = title::of_page(name.as_deref(), data.not_found);
    view! {
        <!DOCTYPE html>
        <html lang=words::language().tag() dir=words::language().direction() data-theme=theme data-density=density data-text-size=text_size>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content" />
                <meta name="color-scheme" content=theme.unwrap_or("light dark") />
                {theme_colour("(prefers-color-scheme: light)", light)}
                {theme_colour("(prefers-color-scheme: dark)", dark)}
                <meta name="description" content=words::description() />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="apple-touch-icon" href="/apple-touch-icon.png" />
                <link rel="manifest" href="/manifest.webmanifest" />
                <HashedStylesheet id="style" options=options.clone() />
                <AutoReload options=options.clone() />
                <Start options />
                // Safe: `title::html` escapes what a person or a model has called it.
                <title inner_html=title::html(&title)></title>
            </head>
            <body>
                <App />
                <MissingPart />
                // Safe: the programs and the words are our own, and in the data every `<` is written otherwise.
                <script nonce=use_nonce() inner_html=TO_THE_END></script>
                <script nonce=use_nonce() inner_html=INSTALL></script>
                <script type="text/plain" id=words::ELEMENT inner_html=words::written()></script>
                <script type="application/json" id=page_data::ELEMENT inner_html=written></script>
                <noscript class="noscript">{words::needs_script()}</noscript>
            </body>
        </html>
    }
}

/// The colour of what the browser draws around the page, on a system that fits `media`.
fn theme_colour(media: &'static str, colour: &'static str) -> impl IntoView {
    view! { <meta name="theme-color" content=colour /> }.attr("media", media)
}

/// The page at any address.
#[component]
pub fn App() -> impl IntoView {
    provide_context(PageData::shared());
    effect(|_| document::mark_abilities());
    view! { <ChatPage /> }
}
