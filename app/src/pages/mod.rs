//! What stands at an address: [`chat`] at `/` and `/c/{conversation}`, [`shared`] at `/s/{token}` and [`offline`] where there is no network,
//! which are documents of their own (`still`), [`not_found`] everywhere else.
//!
//! Who calls it: `document.rs`, and the server's routes. Pages tie components, the chat session and the address together:
//! `navigation` is the address as a signal, `title` the page's name.

pub mod chat;
mod navigation;
pub mod not_found;
pub mod offline;
pub mod shared;
mod still;
pub(crate) mod title;
