//! The composition root: puts the rooms together, binds, serves, and stops in order.

mod accept;
mod closing;
mod machine;
mod socket;
mod workers;

use crate::{
    byte_budget::ByteBudget,
    client::Places,
    config::{AdmissionLimits, Settings},
    conversation::Conversations,
    generation::Engine,
    http::{
        AllowedHosts, Highlighting, conversation_limiter,
        router::router,
        service_worker_script,
        state::{AppState, Imports},
    },
    providers::{Providers, SetupError},
    rate_limit::RateLimiter,
    store::{IN_MEMORY, OpenError, SqliteStore, Store},
    transfer::import::Limits,
};
use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpSocket},
    runtime::Handle,
    sync::Semaphore,
};
use tokio_util::sync::CancellationToken;
use workers::Workers;

/// How many files are taken in at one time: each may hold some 100 MiB of memory at the worst. Others wait.
const IMPORTS: usize = 2;
/// How many may arrive at one time: each may hold as much of the disk as a file may have bytes.
const ARRIVING_IMPORTS: usize = 8;
/// How many files for questions may arrive at one time.
const ARRIVING_UPLOADS: usize = 64;
/// Connections that wait to be accepted; a burst of readers must not be refused.
const BACKLOG: u32 = 4096;

/// Why the server could not start, for the person who started it.
#[derive(Debug, thiserror::Error)]
pub enum StartupError {
    /// Another program has the port.
    #[error("{0} is taken by another program. Stop it, or set RIVULET_ADDR to another port.")]
    AddressTaken(SocketAddr),
    /// The address cannot be served on.
    #[error("cannot serve on {0}: {1}. Set RIVULET_ADDR to an address of this machine.")]
    Address(SocketAddr, io::Error),
    /// The page was not built.
    #[error("the page's files are not in {0:?}. Build them with `make build`, or set RIVULET_SITE_ROOT.")]
    NoSite(String),
    /// The system gave no threads.
    #[error("cannot start the threads that serve connections: {0}. Set RIVULET_WORKERS to a smaller number.")]
    Workers(io::Error),
    /// The database cannot be used.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// A provider client could not be made.
    #[error(transparent)]
    Providers(#[from] SetupError),
}

/// A server that is bound and ready to run.
pub struct Server {
    listeners: Vec<std::net::TcpListener>,
    address: SocketAddr,
    state: AppState,
    limits: accept::Limits,
    workers: Workers,
    grace: Duration,
}

impl Server {
    /// Puts everything together and binds.
    pub async fn bind(settings: Settings) -> Result<Self, StartupError> {
        let pkg = Path::new(&*settings.leptos.site_root).join(&*settings.leptos.site_pkg_dir);
        if !pkg.is_dir() {
            return Err(StartupError::NoSite(settings.leptos.site_root.to_string()));
        }
        // The page's renderer spawns tasks. An error only says that it was told before, as it is in tests.
        let _ = any_spawner::Executor::init_tokio();
        let providers = Providers::new(&settings.providers)?;
        providers.start();
        let memory = settings.admission.memory.unwrap_or_else(machine::memory_for_events);
        let waiting_files = settings.admission.waiting_files.unwrap_or_else(machine::memory_for_files);
        let admission =
            AdmissionLimits { memory: Some(memory), waiting_files: Some(waiting_files), ..settings.admission };
        let engine = Engine::start(Arc::clone(&providers), settings.generation, admission);
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&settings.database).await?);
        let conversations = Conversations::new(
            Arc::clone(&store),
            Arc::clone(&engine),
            settings.system_prompt.clone(),
            settings.titles,
            settings.input,
        );
        let requests = settings.requests;
        let state = AppState {
            engine,
            conversations,
            conversation_limit: admission.rate.map(|rate| Arc::new(conversation_limiter(rate))),
            request_limit: requests.rate.map(|rate| Arc::new(RateLimiter::new(rate))),
            rendering_limit: requests.rendering.map(|rate| Arc::new(RateLimiter::new(rate))),
            readers: requests.readers.map(|most| Arc::new(Places::new(most))),
            system_prompt: settings.system_prompt.map(Arc::from),
            input: settings.input,
            body_timeout: settings.connections.body,
            bodies: ByteBudget::new(Some(settings.connections.bodies.unwrap_or_else(machine::memory_for_files))),
            proxies: settings.trusted_proxies,
            heartbeat: settings.heartbeat,
            padding: settings.padding,
            compress_streams: settings.compress_streams,
            imports: Imports {
                arriving: Arc::new(Semaphore::new(ARRIVING_IMPORTS)),
                clients: requests.rate.map(|_| Arc::new(Places::new(1))),
                working: Arc::new(Semaphore::new(IMPORTS)),
                limits: Limits::over_http(settings.max_import_bytes, settings.generation.bytes),
                // On the disk of the database: what is too large for that could not be stored either.
                folder: database_folder(&settings.database),
            },
            uploads: Arc::new(Semaphore::new(ARRIVING_UPLOADS)),
            highlighting: Highlighting::default(),
            hosts: AllowedHosts::new(settings.address.ip(), settings.allowed_hosts),
            service_worker: service_worker_script(&settings.leptos).into(),
            leptos: settings.leptos,
            background: Handle::current(),
        };
        let allowed = machine::connections();
        let connections = settings.connections;
        let limits = accept::Limits {
            connections: connections.count.unwrap_or(allowed),
            header: connections.header,
            write: connections.write,
        };
        let count = settings.workers.unwrap_or_else(machine::processors);
        let workers = Workers::start(count, move || providers.prepare_thread()).map_err(StartupError::Workers)?;
        let cannot = |error| StartupError::Address(settings.address, error);
        let listener = listen(settings.address)?.into_std().map_err(cannot)?;
        let address = listener.local_addr().map_err(cannot)?;
        let listeners = workers.runtimes().map(|_| listener.try_clone()).collect::<io::Result<_>>().map_err(cannot)?;
        if !address.ip().is_loopback() {
            tracing::warn!("whoever can reach {address} can chat and spend the keys of this server");
        }
        Ok(Self { listeners, address, state, limits, workers, grace: settings.shutdown_grace })
    }

    /// Where it serves; the port is the real one when 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Tells how many answers are being written.
    pub fn running(&self) -> impl Fn() -> usize + Send + 'static {
        let engine = Arc::clone(&self.state.engine);
        move || engine.running()
    }

    /// The runtime of each thread that serves.
    pub fn runtimes(&self) -> impl Iterator<Item = &Handle> {
        self.workers.runtimes()
    }

    /// Serves until `stop` is cancelled; then takes no more connections, lets answers finish for the grace time, and ends
    /// the rest as interrupted.
    pub async fn run(self, stop: CancellationToken) {
        let Self { listeners, state, limits, workers, grace, .. } = self;
        let (engine, conversations) = (Arc::clone(&state.engine), state.conversations.clone());
        let connections = accept::serve(listeners, router(state), limits, workers, stop).await;
        tracing::info!(answers = engine.running(), "stopping");
        engine.shut_down(grace).await;
        connections.shut_down().await;
        conversations.close().await;
    }
}

/// The folder of a database; none for one that is in memory.
fn database_folder(database: &Path) -> Option<PathBuf> {
    let folder = database.parent().filter(|_| database != Path::new(IN_MEMORY))?;
    Some(if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() })
}

fn listen(address: SocketAddr) -> Result<TcpListener, StartupError> {
    let bind = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        // A restart must not wait for the last connections of the one before to be forgotten.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    bind().map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => StartupError::AddressTaken(address),
        _ => StartupError::Address(address, error),
    })
}
