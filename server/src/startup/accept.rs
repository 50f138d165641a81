//! The accept loop. `axum::serve` sets no TCP_NODELAY, no limit on the time that a request's head may take, none on the time
//! that a reader may take nothing, and none on the number of connections.

use super::{socket::ClientSocket, workers::Workers};
use crate::http::error::too_many_connections;
use axum::{
    Router,
    extract::{ConnectInfo, Request},
};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// How long to wait when the system has no more descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// How long connections have to end once every answer has ended.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);
/// About the most bytes of a request's head, and about the most that waits in memory for a reader who takes nothing.
const BUFFER: usize = 64 * 1024;
/// The most connections that are told at one time that there are too many; beyond them they are just closed.
const REFUSALS: usize = 64;
/// How long one that is told may take.
const REFUSAL_LIMIT: Duration = Duration::from_secs(1);

/// What connections may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// The most at one time.
    pub(super) connections: usize,
    /// To send the head of a request, and between two requests.
    pub(super) header: Duration,
    /// Without taking anything of what is there to read.
    pub(super) write: Duration,
}

/// The connections that are still open.
pub(super) struct Connections {
    graceful: GracefulShutdown,
    workers: Workers,
}

impl Connections {
    /// Lets each finish what it is doing, for a short time.
    pub(super) async fn shut_down(self) {
        let _ = tokio::time::timeout(CLOSE_LIMIT, self.graceful.shutdown()).await;
        drop(self.workers);
    }
}

/// Accepts until `stop` is cancelled.
pub(super) async fn serve(
    listener: TcpListener,
    routes: Router,
    limits: Limits,
    workers: Workers,
    stop: CancellationToken,
) -> Connections {
    let server = HttpServer::new(routes, limits, workers);
    let places = Arc::new(Semaphore::new(limits.connections.min(Semaphore::MAX_PERMITS)));
    let refusals = Arc::new(Semaphore::new(REFUSALS));
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return Connections { graceful: server.connections, workers: server.workers },
            accepted = listener.accept() => accepted,
        };
        let (socket, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        if let Ok(place) = Arc::clone(&places).try_acquire_owned() {
            server.serve(socket, peer, place);
        } else if let Ok(place) = Arc::clone(&refusals).try_acquire_owned() {
            tokio::spawn(refuse(socket, place));
        }
    }
}

/// What every connection is served with.
struct HttpServer {
    http: http1::Builder,
    routes: Router,
    connections: GracefulShutdown,
    write_limit: Duration,
    workers: Workers,
}

impl HttpServer {
    fn new(routes: Router, limits: Limits, workers: Workers) -> Self {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(limits.header).max_buf_size(BUFFER);
        // A piece is smaller than the bookkeeping of a vectored write.
        http.writev(false);
        Self { http, routes, connections: GracefulShutdown::new(), write_limit: limits.write, workers }
    }

    /// Serves a connection on the worker with the fewest; its place is free again when it has ended.
    fn serve(&self, socket: TcpStream, peer: SocketAddr, place: OwnedSemaphorePermit) {
        // A socket that cannot change its runtime, and a server without workers, are no more than a connection that is closed.
        let (Ok(socket), Some((worker, seat))) = (socket.into_std(), self.workers.seat()) else { return };
        let (http, routes, watcher) = (self.http.clone(), self.routes.clone(), self.connections.watcher());
        let write_limit = self.write_limit;
        worker.spawn(async move {
            let Ok(socket) = TcpStream::from_std(socket) else { return };
            let routes = routes.map_request(move |mut request: Request<Incoming>| {
                request.extensions_mut().insert(ConnectInfo(peer));
                request
            });
            let socket = TokioIo::new(ClientSocket::new(socket, write_limit));
            let connection = watcher.watch(http.serve_connection(socket, TowerToHyperService::new(routes)));
            // An error here is a client that left; its streams have noticed by themselves.
            let _ = connection.await;
            drop((place, seat));
        });
    }
}

/// Says that there are too many connections. First something of the request must have come: a client that has not asked yet
/// takes an answer for nonsense. The rest is read too, because closing before that would be a reset, which overtakes the answer.
async fn refuse(mut socket: TcpStream, _place: OwnedSemaphorePermit) {
    let tell = async {
        let mut rest = [0; 4096];
        if socket.read(&mut rest).await? == 0 {
            return Ok(());
        }
        socket.write_all(too_many_connections().as_bytes()).await?;
        socket.shutdown().await?;
        while socket.read(&mut rest).await? > 0 {}
        std::io::Result::Ok(())
    };
    let _ = tokio::time::timeout(REFUSAL_LIMIT, tell).await;
}
