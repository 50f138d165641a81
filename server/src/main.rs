//! The `rivulet` binary.

use clap::Parser;
use server::command::{Arguments, run};
use std::process::ExitCode;

/// See `server::allocator` for the reason.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: server::allocator::Jemalloc = server::allocator::Jemalloc;

fn main() -> ExitCode {
    run(Arguments::parse())
}
