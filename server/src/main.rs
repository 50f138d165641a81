//! The `rivulet` binary.

use clap::Parser;
use server::command::{Arguments, run};
use std::process::ExitCode;

fn main() -> ExitCode {
    run(Arguments::parse())
}
