//! The accept loop. `axum::serve` sets no TCP_NODELAY, no limit on the time that a request's head may take, none on the time
//! that a reader may take nothing, and none on the number of connections.

use super::{
    closing::Closing,
    socket::ClientSocket,
    workers::{Place, Seat, Workers},
};
use crate::http::error::too_many_connections;
use axum::{
    Router,
    extract::{ConnectInfo, Request},
};
use futures::future::join_all;
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
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
    closing: Arc<Closing>,
    workers: Arc<Workers>,
}

impl Connections {
    /// Lets each finish what it is doing, for a short time.
    pub(super) async fn shut_down(self) {
        let _ = tokio::time::timeout(CLOSE_LIMIT, self.closing.close()).await;
        drop(self.workers);
    }
}

/// Accepts until `stop` is cancelled: every worker for itself, on a listener of its own for the same port.
pub(super) async fn serve(
    listeners: Vec<std::net::TcpListener>,
    routes: Router,
    limits: Limits,
    workers: Workers,
    stop: CancellationToken,
) -> Connections {
    let (closing, workers) = (Arc::<Closing>::default(), Arc::new(workers));
    let places = Arc::new(Semaphore::new(limits.connections.min(Semaphore::MAX_PERMITS)));
    let refusals = Arc::new(Semaphore::new(REFUSALS));
    let accepting = workers.runtimes().zip(listeners).enumerate().map(|(number, (runtime, listener))| {
        let acceptor = Acceptor {
            number,
            http: http(limits),
            routes: routes.clone(),
            closing: Arc::clone(&closing),
            write_limit: limits.write,
            workers: Arc::clone(&workers),
            places: Arc::clone(&places),
            refusals: Arc::clone(&refusals),
        };
        let stop = stop.clone();
        runtime.spawn(async move { stop.run_until_cancelled(acceptor.run(listener)).await })
    });
    join_all(accepting.collect::<Vec<_>>()).await;
    Connections { closing, workers }
}

fn http(limits: Limits) -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.header).max_buf_size(BUFFER);
    // A piece is smaller than the bookkeeping of a vectored write.
    http.writev(false);
    http
}

/// What a worker accepts connections with.
struct Acceptor {
    /// Which worker it is.
    number: usize,
    http: http1::Builder,
    routes: Router,
    closing: Arc<Closing>,
    write_limit: Duration,
    workers: Arc<Workers>,
    places: Arc<Semaphore>,
    refusals: Arc<Semaphore>,
}

impl Acceptor {
    async fn run(self, listener: std::net::TcpListener) {
        let listener = match TcpListener::from_std(listener) {
            Ok(listener) => listener,
            Err(error) => return tracing::error!(%error, "a worker cannot accept connections"),
        };
        loop {
            let (socket, peer) = match listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
                self.seat(socket, peer, place);
            } else if let Ok(place) = Arc::clone(&self.refusals).try_acquire_owned() {
                tokio::spawn(refuse(socket, place));
            }
        }
    }

    /// Serves a connection here, or on a worker that has far fewer; its places are free again when it has ended.
    fn seat(&self, socket: TcpStream, peer: SocketAddr, permit: OwnedSemaphorePermit) {
        let Seat { elsewhere, place } = self.workers.seat(self.number);
        let connection = Connection {
            peer,
            http: self.http.clone(),
            routes: self.routes.clone(),
            closing: Arc::clone(&self.closing),
            write_limit: self.write_limit,
            _places: (permit, place),
        };
        match elsewhere {
            None => drop(tokio::spawn(connection.serve(socket))),
            // A socket that cannot change its runtime is no more than a connection that is closed.
            Some(runtime) => {
                let Ok(socket) = socket.into_std() else { return };
                runtime.spawn(async move {
                    if let Ok(socket) = TcpStream::from_std(socket) {
                        connection.serve(socket).await;
                    }
                });
            }
        }
    }
}

/// One connection.
struct Connection {
    peer: SocketAddr,
    http: http1::Builder,
    routes: Router,
    closing: Arc<Closing>,
    write_limit: Duration,
    _places: (OwnedSemaphorePermit, Place),
}

impl Connection {
    async fn serve(self, socket: TcpStream) {
        let Self { peer, http, routes, closing, write_limit, _places } = self;
        let routes = routes.map_request(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            request
        });
        let socket = TokioIo::new(ClientSocket::new(socket, write_limit));
        closing.drive(http.serve_connection(socket, TowerToHyperService::new(routes))).await;
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
