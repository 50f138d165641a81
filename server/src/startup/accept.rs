//! The accept loop. `axum::serve` sets no TCP_NODELAY and no limit on the time that a request's head may take.

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// How long a client may take to send the head of a request.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
/// How long to wait when the system has no more descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// How long connections have to end once every answer has ended.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);

/// The connections that are still open.
pub(super) struct Connections(GracefulShutdown);

impl Connections {
    /// Lets each finish what it is doing, for a short time.
    pub(super) async fn shut_down(self) {
        let _ = tokio::time::timeout(CLOSE_LIMIT, self.0.shutdown()).await;
    }
}

/// Accepts until `stop` is cancelled.
pub(super) async fn serve(listener: TcpListener, routes: Router, stop: CancellationToken) -> Connections {
    let connections = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT);
    let service = TowerToHyperService::new(routes);
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return Connections(connections),
            accepted = listener.accept() => accepted,
        };
        let socket = match accepted {
            Ok((socket, _)) => socket,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        // A token is a small packet that must not wait for the next one.
        let _ = socket.set_nodelay(true);
        let connection = connections.watch(http.serve_connection(TokioIo::new(socket), service.clone()));
        tokio::spawn(async move {
            // An error here is a client that left; its streams have noticed by themselves.
            let _ = connection.await;
        });
    }
}
