//! Drives the real server over real sockets: every route, every wire format, what can go wrong with each.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(unreachable_pub, reason = "in a test binary everything is private")]

mod app;
mod attachments;
mod backpressure;
mod bad_input;
mod bodies;
mod branches;
mod cancel;
mod commands;
mod compression;
mod connections;
mod continuing;
mod conversations;
mod durable;
mod events;
mod faults;
mod heartbeats;
mod images;
mod importing;
mod installing;
mod languages;
mod limits;
mod live;
mod openai;
mod padding;
mod page;
mod presets;
mod process;
mod requests;
mod resume;
mod retry;
mod search;
mod sessions;
mod sharing;
mod stateless;
mod storage;
#[path = "../support/mod.rs"]
mod support;
mod titles;
mod transfer;
mod upstream;
mod usage;
mod waiting_files;
