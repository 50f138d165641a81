//! Rivulet's server.
//!
//! The rooms, in the order in which data goes through them:
//!
//! - [`providers`] turns a provider's bytes into deltas, [`prices`] says what they cost;
//! - [`generation`] numbers them, keeps them in a log, and lets any number of readers follow;
//! - [`encode`] turns events into wire formats;
//! - [`http`] has the routes; it alone names axum;
//! - [`conversation`] joins the engine with [`store`], which keeps what was said;
//! - [`visitor`] says who asks, [`client`] who counts as one for limits, [`clock`] what time it is, [`timer`] when something is due;
//! - [`attachment`] says what a file is;
//! - [`transfer`] writes conversations into files, and reads those of other programs;
//! - [`highlight`] says what the parts of code are, [`mathml`] sets formulas;
//! - [`rate_limit`] says how often a client may start a generation, [`byte_budget`] how much of something may be in memory;
//! - [`config`] is the only reader of the environment, [`telemetry`] the log;
//! - [`startup`] puts everything together, [`command`] is the command line, and `allocator` gives the memory back that they used.

#![recursion_limit = "256"] // the page is one deeply nested type

#[cfg(not(target_env = "msvc"))]
pub mod allocator;
pub mod attachment;
pub mod byte_budget;
pub mod client;
pub mod clock;
pub mod command;
pub mod config;
pub mod conversation;
pub mod encode;
pub mod generation;
pub mod highlight;
pub mod http;
pub mod mathml;
pub mod prices;
pub mod providers;
pub mod rate_limit;
pub mod startup;
pub mod store;
pub mod telemetry;
pub mod timer;
pub mod transfer;
pub mod visitor;
