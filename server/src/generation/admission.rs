//! Decides whether one more generation may begin: for its client, and for the machine.

use super::{engine::EngineError, memory::LogMemory};
use crate::{
    byte_budget::{ByteBudget, ByteShare},
    client::Client,
    config::AdmissionLimits,
    rate_limit::RateLimiter,
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// The places of a generation that may run; they are free again when they are dropped.
pub(super) struct Places {
    /// Among the generations of its client.
    pub(super) client: OwnedSemaphorePermit,
    /// Among all generations.
    pub(super) server: OwnedSemaphorePermit,
    /// Room for the files of its question, until the model begins to answer.
    pub(super) files: ByteShare,
}

/// Says who may start a generation.
#[derive(Debug)]
pub(super) struct Admission {
    limits: AdmissionLimits,
    rate: Option<RateLimiter>,
    clients: Mutex<HashMap<Client, Arc<Semaphore>>>,
    server: Arc<Semaphore>,
    memory: LogMemory,
    files: ByteBudget,
    /// Told when memory runs short, so that what can be forgotten is forgotten.
    short: Notify,
}

/// From this many clients on, those that run nothing are forgotten when another comes.
const MANY_CLIENTS: usize = 1024;

impl Admission {
    pub(super) fn new(limits: AdmissionLimits) -> Self {
        Self {
            limits,
            rate: limits.rate.map(RateLimiter::new),
            clients: Mutex::default(),
            server: places(limits.streams),
            memory: LogMemory::limited(limits.memory),
            files: ByteBudget::new(limits.waiting_files),
            short: Notify::new(),
        }
    }

    /// What all logs take together.
    pub(super) fn memory(&self) -> &LogMemory {
        &self.memory
    }

    /// The limit on how often a client may begin; `None` where there is none.
    pub(super) fn rate(&self) -> Option<&RateLimiter> {
        self.rate.as_ref()
    }

    /// Takes what a generation needs. The rate comes last: whoever is refused for another reason has lost nothing.
    pub(super) fn admit(&self, client: Client, file_bytes: u64) -> Result<Places, EngineError> {
        self.check_memory()?;
        let files = self.files.take(file_bytes).ok_or(EngineError::TooManyFiles)?;
        let server = Arc::clone(&self.server).try_acquire_owned().map_err(|_| EngineError::Busy)?;
        let place = self.client_places(client).try_acquire_owned();
        let place = place.map_err(|_| EngineError::TooManyStreams(self.limits.client_streams.unwrap_or_default()))?;
        if let Some(rate) = &self.rate {
            let taken = rate.take(client, 1, Instant::now());
            taken.map_err(|refused| EngineError::RateLimited {
                quota: rate.quota(),
                // One is never more than the quota.
                retry_after: refused.retry_after.unwrap_or(refused.standing.reset),
            })?;
        }
        Ok(Places { client: place, server, files })
    }

    /// Whether a generation of this client would be admitted now; takes nothing.
    pub(super) fn check(&self, client: Client) -> Result<(), EngineError> {
        self.check_memory()?;
        if self.server.available_permits() == 0 {
            return Err(EngineError::Busy);
        }
        if let (Some(most), 0) = (self.limits.client_streams, self.client_places(client).available_permits()) {
            return Err(EngineError::TooManyStreams(most));
        }
        match &self.rate {
            Some(rate) => match rate.standing(client, Instant::now()) {
                standing if standing.remaining > 0 => Ok(()),
                standing => Err(EngineError::RateLimited { quota: rate.quota(), retry_after: standing.next }),
            },
            None => Ok(()),
        }
    }

    /// What was admitted has not begun after all.
    pub(super) fn give_back(&self, client: Client) {
        if let Some(rate) = &self.rate {
            rate.give_back(client);
        }
    }

    /// Forgets clients that run nothing and have all of their quota.
    pub(super) fn forget_idle(&self) {
        if let Some(rate) = &self.rate {
            rate.forget_idle(Instant::now());
        }
        forget_idle(&mut self.clients.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Waits until memory runs short.
    pub(super) async fn memory_is_short(&self) {
        self.short.notified().await;
    }

    fn check_memory(&self) -> Result<(), EngineError> {
        if self.limits.memory.is_none_or(|most| self.memory.bytes() < most) {
            return Ok(());
        }
        self.short.notify_one();
        Err(EngineError::OutOfMemory)
    }

    fn client_places(&self, client: Client) -> Arc<Semaphore> {
        let Some(most) = self.limits.client_streams else { return places(1) };
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if clients.len() >= MANY_CLIENTS && clients.len() == clients.capacity() {
            forget_idle(&mut clients);
        }
        Arc::clone(clients.entry(client).or_insert_with(|| places(most)))
    }
}

/// Whoever holds a place holds its semaphore too.
fn forget_idle(clients: &mut HashMap<Client, Arc<Semaphore>>) {
    clients.retain(|_, places| Arc::strong_count(places) > 1);
    clients.shrink_to_fit();
}

fn places(most: usize) -> Arc<Semaphore> {
    Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)))
}
