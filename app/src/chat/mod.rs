//! The chat session: the reactive shell around [`protocol::transcript::Transcript`].
//!
//! What lives here: [`handle`] (what a page holds: [`use_streaming_chat`]), [`options`], [`message`] (one message as
//! signals), [`branches`] (versions of messages), [`drafts`] (what was typed and not sent), [`figures`] (speed), [`held`] (what
//! the server would take later), [`feed`] (what one tab reads for all), [`window`] (which part of a long
//! one is shown), and inside `session` (the state), `opening` (which conversation is shown), `sending` and `ask` (what is asked of the server), `outbox` (what is asked and not known to have
//! arrived) and `run` (one answer from question to end: sending, reading, reconnecting, stopping, falling back).
//!
//! Who calls it: pages and components, and other Leptos apps that embed the chat.
//!
//! What it must not know: routes, components, the browser's types (that is `browser`'s).
//!
//! [`use_streaming_chat`]: handle::use_streaming_chat

mod ask;
pub mod attachments;
pub mod branches;
pub mod drafts;
pub mod feed;
pub mod figures;
pub mod handle;
pub mod held;
pub mod message;
mod opening;
pub mod options;
mod outbox;
mod run;
mod scope;
mod sending;
mod session;
mod together;
pub mod window;

pub use session::Look;
