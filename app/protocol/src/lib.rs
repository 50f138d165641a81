//! The words that Rivulet's server and page say to each other.
//!
//! What lives here: ids ([`id`]), messages and conversations ([`message`], [`conversation`]), requests and their
//! validation ([`request`]), the typed events of a generation ([`event`]), the stream of all of a visitor's events ([`feed`]),
//! search ([`search`]), files ([`attachment`]), what the parts of code are ([`highlight`]), formulas ([`formula`]), public errors ([`error`]), the models on offer
//! ([`model`]), the stream decoders ([`sse`], [`ndjson`]) used by the browser and by the provider clients, and
//! [`transcript`], the pure reducer that turns numbered events into a message.
//!
//! Who calls it: `app` (in the browser and while rendering on the server) and `server`.
//!
//! What it must not know: leptos, tokio, axum, the network, the clock, randomness.

pub mod attachment;
pub mod conversation;
pub mod error;
pub mod event;
pub mod feed;
pub mod formula;
pub mod highlight;
pub mod id;
pub mod message;
pub mod model;
pub mod ndjson;
pub mod preset;
pub mod request;
pub mod search;
pub mod sse;
pub mod transcript;
pub mod transfer;
pub mod usage;
