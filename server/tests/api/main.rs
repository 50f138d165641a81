//! Drives the real server over real sockets: every route, every wire format, what can go wrong with each.

mod app;
mod bad_input;
mod cancel;
mod conversations;
mod openai;
mod resume;
mod sessions;
mod stateless;
mod upstream;
