//! Every provider against a scripted server over a real socket.

mod answers;
mod conformance;
mod dialects;
mod discovery;
mod sockets;
#[path = "../support/mod.rs"]
mod support;
