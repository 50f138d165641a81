//! The `rivulet` binary.

#[cfg(not(target_env = "msvc"))]
mod allocator;

use clap::{Parser, Subcommand};
use server::{
    config::{self, Settings},
    startup::Server,
    telemetry,
};
use std::{io::Write, process::ExitCode};
use tokio_util::sync::CancellationToken;

/// A self-hosted streaming AI chat. Settings are environment variables; see `rivulet configuration`.
#[derive(Parser)]
#[command(name = "rivulet", version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the page and the API (the default).
    Serve,
    /// Print every setting, with its default and its meaning, as Markdown.
    Configuration,
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command.unwrap_or(Command::Serve) {
        Command::Serve => serve(),
        Command::Configuration => {
            std::io::stdout().write_all(config::markdown().as_bytes()).map_err(|error| error.to_string())
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("rivulet: {error}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn serve() -> Result<(), String> {
    let settings = Settings::from_environment().map_err(|error| error.to_string())?;
    telemetry::start(&settings.log)?;
    let server = Server::bind(settings).await.map_err(|error| error.to_string())?;
    tracing::info!("serving on http://{}", server.address());
    #[cfg(not(target_env = "msvc"))]
    tokio::spawn(allocator::give_back(server.running()));
    let stop = CancellationToken::new();
    tokio::spawn(stop_on_signal(stop.clone())?);
    server.run(stop).await;
    Ok(())
}

/// Waits for SIGINT (Ctrl+C) or SIGTERM.
fn stop_on_signal(stop: CancellationToken) -> Result<impl Future<Output = ()>, String> {
    use tokio::signal::unix::{SignalKind, signal};
    let listen = |kind| signal(kind).map_err(|error| format!("cannot listen for signals: {error}"));
    let (mut interrupt, mut terminate) = (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        stop.cancel();
        // Whoever presses Ctrl+C again does not want to wait for the answers.
        interrupt.recv().await;
        std::process::exit(130);
    })
}
