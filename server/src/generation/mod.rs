//! The generation engine: answers are made by server tasks, and readers are detachable views of them.
//!
//! What lives here: [`Log`], the append-only numbered record of one answer; [`Generation`], its handle, to read and to
//! stop; [`Engine`], which starts the tasks, knows those that run or ended lately, and forgets them in time.
//!
//! Who calls it: `conversation` and the stateless routes start generations; `http` reads and stops them.
//!
//! What it must not know: wire formats of routes, HTTP, where conversations are kept.

mod engine;
mod handle;
mod log;
mod registry;
mod task;

pub use engine::{Engine, EngineError, KeptText, Names, NewGeneration, OnEnd, Prepared, Question};
pub use handle::{Generation, Keep, Reader, StopOnDrop};
pub use log::{Entry, Log};

#[cfg(test)]
mod tests;
