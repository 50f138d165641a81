//! What every handler can reach. Built in one place: `startup`.

use super::{client_address::TrustedProxies, highlight::Highlighting, host::AllowedHosts};
use crate::{
    byte_budget::ByteBudget, client::Places, config::Padding, conversation::Conversations, generation::Engine,
    rate_limit::RateLimiter, transfer::import::Limits,
};
use leptos::config::LeptosOptions;
use protocol::request::InputLimits;
use std::{path::PathBuf, sync::Arc, time::Duration};
use tokio::{runtime::Handle, sync::Semaphore};

/// The shared state; cloning it is cheap.
#[derive(Clone)]
pub struct AppState {
    /// Starts, finds and stops generations.
    pub engine: Arc<Engine>,
    /// Conversations that remember.
    pub conversations: Conversations,
    /// How often a client may make a conversation; `None` for no limit.
    pub conversation_limit: Option<Arc<RateLimiter>>,
    /// How often a client may ask for anything else than an answer; `None` for no limit.
    pub request_limit: Option<Arc<RateLimiter>>,
    /// How much code a client may have coloured, and how many formulas set; `None` for no limit.
    pub rendering_limit: Option<Arc<RateLimiter>>,
    /// How many event streams a client may read at one time; `None` for no limit.
    pub readers: Option<Arc<Places>>,
    /// Instructions for requests that bring none.
    pub system_prompt: Option<Arc<str>>,
    /// How much a request may hold.
    pub input: InputLimits,
    /// How long a request's body may take to arrive.
    pub body_timeout: Duration,
    /// How much of the memory the bodies of requests may take while they arrive.
    pub bodies: ByteBudget,
    /// The proxies that are believed when they say whom they ask for.
    pub proxies: TrustedProxies,
    /// How often a silent stream gets a comment.
    pub heartbeat: Duration,
    /// Whether events are filled up to fixed sizes.
    pub padding: Padding,
    /// Whether streams are compressed for clients that accept it.
    pub compress_streams: bool,
    /// How files of conversations are taken in.
    pub imports: Imports,
    /// How many files for questions may arrive at one time: each is kept on the disk.
    pub uploads: Arc<Semaphore>,
    /// Highlights code.
    pub highlighting: Highlighting,
    /// The names under which browsers may reach the server.
    pub hosts: AllowedHosts,
    /// Where the page's files are, and what they are called.
    pub leptos: LeptosOptions,
    /// The page's service worker, as browsers get it.
    pub service_worker: Arc<str>,
    /// Runs what takes long without waiting, such as rendering a page: on the thread of a connection it would hold up the
    /// tokens of all others there.
    pub background: Handle,
}

/// How files of conversations are taken in.
#[derive(Debug, Clone)]
pub struct Imports {
    /// How many may arrive at one time: each is kept on the disk.
    pub arriving: Arc<Semaphore>,
    /// Whether one client may send several of them; `None` if it may.
    pub clients: Option<Arc<Places>>,
    /// How many of those that have arrived are taken in at one time.
    pub working: Arc<Semaphore>,
    /// How large they may be.
    pub limits: Limits,
    /// Where they are while they are read; none for the system's own place.
    pub folder: Option<PathBuf>,
}

impl axum::extract::FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}
