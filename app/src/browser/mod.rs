//! The browser: the only room that names `web_sys`, `js_sys`, `gloo_net` and `wasm_streams`.
//!
//! What lives here: fetching and reading streams ([`http`]), time and frames ([`time`]), randomness (`random`), numbers as text (`number`), the
//! document, its cookies and its clipboard (`document`), its address (`address`), elements (`element`), the colours of parts of a text
//! (`highlights`), what of an answer can be read out (`heard`), files (`file`), pages in frames (`frame`), the page without a network (`offline`), the connection
//! (`connection`), keys (`keyboard`), notifications (`notification`), the voice (`speech`), what a tab or the browser keeps over a reload (`storage`), and how tabs hear of each other (`channel`,
//! `locks`).
//!
//! Who calls it: effects, event handlers and the tasks that they start. Never a component while it renders: on the
//! server there is no browser.
//!
//! What it must not know: conversations, components, signals of the chat.

pub(crate) mod address;
pub(crate) mod channel;
pub(crate) mod connection;
pub(crate) mod document;
pub(crate) mod element;
pub(crate) mod file;
pub(crate) mod frame;
pub(crate) mod heard;
pub(crate) mod highlights;
pub mod http;
pub(crate) mod keyboard;
pub(crate) mod locks;
pub(crate) mod notification;
pub(crate) mod number;
pub(crate) mod offline;
pub(crate) mod picture;
pub(crate) mod random;
pub(crate) mod speech;
pub(crate) mod storage;
pub mod time;
pub(crate) mod upload;
