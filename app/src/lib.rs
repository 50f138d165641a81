//! Rivulet's page: the same code renders it on the server and brings it to life in the browser.
//!
//! What lives here: [`App`] and [`shell`] (the document), [`pages`] (what stands at an address), [`components`] (one in
//! each file), [`chat`] (the session: the reactive shell around `protocol::transcript`),
//! [`conversations`] (the list of all of them), [`presets`] (prompts to use again), [`markdown`] (the answers' text),
//! `words` (every text that a person reads, for each language), [`erased`] (effects, memos and lists that are compiled once), [`hydration`] (in several turns), `json` and [`browser`] (the only room that names the browser's interfaces).
//!
//! Who calls it: `frontend` hydrates [`App`]; `server` renders [`shell`] and provides [`PageData`]. Other Leptos apps can
//! embed [`StreamingChat`], or build their own page on [`use_streaming_chat`].
//!
//! What it must not know: axum, tokio, the store, the providers.

#![recursion_limit = "256"]

pub mod browser;
pub mod chat;
pub mod components;
pub mod conversations;
pub mod document;
pub mod erased;
pub mod hydration;
mod json;
pub mod markdown;
mod model_names;
mod page_data;
pub mod pages;
pub mod presets;
mod server_rendered;
pub mod start;
mod words;

#[cfg(test)]
#[cfg(target_arch = "wasm32")]
mod tests;

pub use chat::{
    feed::News,
    handle::{StreamingChatHandle, use_streaming_chat},
    held::Held,
    message::{ChatMessage, Notice},
    options::StreamingChatOptions,
};
pub use components::streaming_chat::StreamingChat;
pub use document::{App, shell};
pub use markdown::view::Markdown;
pub use page_data::{Density, PageData, TextSize, Theme};
pub use pages::{offline::offline_document, shared::shared_document};
pub use server_rendered::{RenderCode, RenderMath, ServerRendered};
#[cfg(feature = "ssr")]
pub use words::rendered_in;
#[cfg(any(feature = "ssr", test))]
pub use words::spoken_in;
pub use words::{Language, read_page as read_words};
