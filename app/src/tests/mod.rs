//! Tests in a real browser: streams and aborts, what a token touches in the document, and whole sends against a server
//! that is played by [`fake_server`].
//!
//! They name the browser's own types outside of `crate::browser`: a test stands for the person, and for the server, and makes the keys,
//! clicks and answers that the page only hears.

mod arriving;
mod branching;
mod commanding;
mod continuing;
mod conversation;
mod drafting;
mod fake_server;
mod hearing;
mod holding;
mod hydrating;
mod leaving;
mod listing;
mod markdown;
mod noticing;
mod presetting;
mod rendering;
mod sending;
mod sharing;
mod streams;
mod tabs;
mod windowing;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
