//! The generation engine: answers are made by server tasks, and readers are detachable views of them.
//!
//! What lives here: [`Log`], the append-only numbered record of one answer; [`Generation`], its handle, to read and to
//! stop; [`Engine`], which starts the tasks, knows those that run or ended lately, and forgets them in time; `admission`, which
//! says whether one more may begin; [`FeedReader`], which follows all of an owner's generations at once.
//!
//! Who calls it: `conversation` and the stateless routes start generations; `http` reads and stops them.
//!
//! What it must not know: wire formats of routes, HTTP, where conversations are kept.

mod admission;
mod attempts;
mod burst;
mod engine;
mod feed;
mod handle;
mod log;
mod memory;
mod position;
mod progress;
mod reader;
mod registry;
mod task;
mod watchdog;

pub use attempts::RetryPolicy;
pub use engine::{Engine, EngineError, KeptText, Names, NewGeneration, OnEnd, Prepared, Question};
pub use feed::{FeedEvent, FeedReader};
pub use handle::{Generation, Grown, Keep, StopOnDrop};
pub use log::{Entry, Log};
pub use position::{InvalidPosition, Position};
pub use reader::Reader;

#[cfg(test)]
mod tests;
