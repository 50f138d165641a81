//! Every provider against a scripted server over a real socket.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test fails by panicking, and tells what it skipped")]

mod answers;
mod conformance;
mod dialects;
mod discovery;
mod images;
mod mutations;
mod sockets;
#[path = "../support/mod.rs"]
mod support;
