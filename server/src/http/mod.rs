//! HTTP: routes, extractors, and the mapping of errors; the only room that names axum (besides `startup`, which serves it).
//!
//! What lives here: [`router`] has every route on one screen, `middleware` the ordered stack, [`error`] the one mapping
//! from errors to responses, `stream` the response that follows a generation, with `delivery`, `compression` and
//! `heartbeat` for how it reaches its client; then one file for each group of routes.
//!
//! Who calls it: `startup`.
//!
//! What it must not know: providers' protocols, how conversations are kept.

pub mod error;
pub use client_address::TrustedProxies;
pub use highlight::Highlighting;
pub use host::AllowedHosts;
pub use rate_limit::conversation_limiter;
pub use service_worker::script as service_worker_script;
#[doc(hidden)]
pub mod requests;
pub mod router;
pub mod state;

mod attachments;
mod body;
mod client_address;
mod compression;
mod conversations;
mod delivery;
mod diagram;
mod disposition;
mod events;
mod extract;
mod generations;
mod health;
mod heartbeat;
mod highlight;
mod host;
mod language;
mod math;
mod middleware;
mod models;
mod openai;
mod page;
mod policy;
mod presets;
mod rate_limit;
mod readers;
mod search;
mod service_worker;
mod sessions;
mod sharing;
mod site;
mod stateless;
mod stream;
mod transfer;
mod visitor;
