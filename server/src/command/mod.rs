//! The command line: one file for each subcommand that is more than a line.
//!
//! Who calls it: `main`.
//!
//! The subcommands that read or change conversations need no server, and do no harm to one that runs on the same database.

mod backup;
mod check;
mod export;
mod import;
mod owner;
mod progress;
mod serve;

use crate::config::{self, Settings};
use clap::{Parser, Subcommand};
use std::{
    fmt::Display,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

/// A self-hosted streaming AI chat.
#[derive(Debug, Parser)]
#[command(
    name = "rivulet",
    version,
    after_help = "Without a command, it serves. Settings are environment variables; `rivulet configuration` lists them, and `rivulet check` \
                  says what is wrong with them."
)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the page and the API (the default).
    Serve,
    /// Write all conversations into an archive that can be imported again, here or elsewhere.
    Export {
        /// The archive; by default `rivulet-<date>.zip` in this folder. `-` is standard output.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Only the conversations of this owner: `user:<name>`, or `visitor:<the beginning of his number>`. By default everybody's, and the
        /// archive says whose each is: keep it as safe as the database.
        #[arg(long)]
        owner: Option<String>,
    },
    /// Take in an archive of Rivulet's, or an export of ChatGPT (zip or JSON) or Open WebUI (JSON).
    Import {
        /// The file.
        file: PathBuf,
        /// To whom all of it is to belong. By default to whom the file says, and otherwise to the only visitor there is.
        #[arg(long)]
        owner: Option<String>,
    },
    /// Copy the database into a new file, whole and consistent, while the server may run.
    Backup {
        /// The copy. A file that is there is never overwritten.
        file: PathBuf,
    },
    /// Look at the settings, the database, the providers and the address, and say what is to be mended.
    Check,
    /// Print every setting, with its default and its meaning, as Markdown.
    Configuration,
}

/// Does what the command line says.
pub fn run(arguments: Arguments) -> ExitCode {
    let done = match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => settings().and_then(serve::run),
        Command::Export { output, owner } => settings().and_then(|settings| export::run(settings, output, owner)),
        Command::Import { file, owner } => settings().and_then(|settings| import::run(settings, &file, owner)),
        Command::Backup { file } => settings().and_then(|settings| backup::run(settings, &file)),
        Command::Check => return check::run(),
        Command::Configuration => {
            io::stdout().write_all(config::markdown().as_bytes()).map_err(|error| error.to_string())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("rivulet: {error}");
            ExitCode::FAILURE
        }
    }
}

fn settings() -> Result<Settings, String> {
    Settings::from_environment().map_err(|error| error.to_string())
}

/// What reads conversations must not make an empty database where there is none: it would say that all is well.
fn there_is_a_database(path: &Path) -> Result<(), String> {
    match path.is_file() {
        true => Ok(()),
        false => Err(format!("there is no database at {}; see RIVULET_DATA_DIR and DATABASE_URL", path.display())),
    }
}

/// Runs what needs no more than one thread.
fn block_on<T>(work: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| format!("cannot start: {error}"))?.block_on(work)
}

/// Says something to the person who waits. Whoever closed the pipe does not want to hear it.
fn say(words: impl Display) {
    let _ = writeln!(io::stdout(), "{words}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }
}
