//! `rivulet serve`.

use crate::{config::Settings, startup::Server, telemetry};
use tokio_util::sync::CancellationToken;

#[tokio::main]
pub(super) async fn run(settings: Settings) -> Result<(), String> {
    telemetry::start(&settings.log)?;
    let server = Server::bind(settings).await.map_err(|error| error.to_string())?;
    tracing::info!("serving on http://{}", server.address());
    #[cfg(not(target_env = "msvc"))]
    {
        use crate::allocator::{give_back, put_back};
        tokio::spawn(give_back(server.running()));
        for runtime in server.runtimes() {
            runtime.spawn(put_back(server.running()));
        }
    }
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
