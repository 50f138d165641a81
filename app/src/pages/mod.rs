//! What stands at an address: [`chat`] at `/` and `/c/{conversation}`, [`shared`] at `/s/{token}`, which is a document of its own,
//! [`not_found`] everywhere else.
//!
//! Who calls it: the routes in `document.rs`. Pages tie components, the chat session and the address together.

pub mod chat;
pub mod not_found;
pub mod shared;
