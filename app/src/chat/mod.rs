//! The chat session: the reactive shell around [`protocol::transcript::Transcript`].
//!
//! What lives here: [`handle`] (what a page holds: [`use_streaming_chat`]), [`options`], [`message`] (one message as
//! signals), [`figures`] (speed), and inside `session` (the state) and `run` (one answer from question to end:
//! sending, reading, reconnecting, stopping, falling back).
//!
//! Who calls it: pages and components, and other Leptos apps that embed the chat.
//!
//! What it must not know: routes, components, the browser's types (that is `browser`'s).
//!
//! [`use_streaming_chat`]: handle::use_streaming_chat

pub mod figures;
pub mod handle;
pub mod message;
pub mod options;
mod run;
mod session;
