//! How often each client may start a generation, or make a conversation: the generic cell rate algorithm (GCRA).
//!
//! What lives here: [`Quota`], what is allowed; [`RateLimiter`], which counts; [`Standing`], how a client stands.
//! For each client it keeps one moment: when all that was taken will have come back. Quota comes back one by one and evenly, so
//! that there is no window at whose end everybody returns at once.
//!
//! Who calls it: `generation`, before it takes a generation on; `http`, before a conversation is made, and to tell clients how
//! they stand.
//!
//! What it must not know: what is counted, and how a client is found.

mod quota;

use crate::client::Client;
pub use quota::{Quota, in_words, whole_seconds};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// How a client stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// How many it may start now.
    pub remaining: u32,
    /// How long until one more comes back; nothing when it has all of them.
    pub next: Duration,
    /// How long until all of them are back.
    pub reset: Duration,
}

/// A client that has to wait. Being refused costs nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// How it stands.
    pub standing: Standing,
    /// How long until the same request passes; `None` if it asks for more than can ever be saved up.
    pub retry_after: Option<Duration>,
}

/// The most clients that are remembered, about 5 MiB of them.
const MOST_CLIENTS: usize = 100_000;
/// Below this many nobody looks for clients to forget.
const FEW_CLIENTS: usize = 1024;

/// Counts what each client starts.
#[derive(Debug)]
pub struct RateLimiter {
    quota: Quota,
    clients: Mutex<Clients>,
}

/// For each client the moment when all that it took will have come back. A client that is not here has all of it.
#[derive(Debug)]
struct Clients {
    full_at: HashMap<Client, Instant>,
    /// At this size clients that have everything back are looked for: the work for each new client stays the same.
    forget_at: usize,
}

impl RateLimiter {
    /// A limiter that has seen nobody yet.
    pub fn new(quota: Quota) -> Self {
        Self { quota, clients: Mutex::new(Clients { full_at: HashMap::new(), forget_at: FEW_CLIENTS }) }
    }

    /// What is allowed.
    pub fn quota(&self) -> Quota {
        self.quota
    }

    /// Takes so many of what the client has; all of them or, when that is more than it has, none.
    pub fn take(&self, client: Client, count: u32, now: Instant) -> Result<Standing, Refused> {
        let mut clients = self.clients();
        let taken = clients.taken(client, now);
        let (cost, most) = (self.quota.interval() * count, self.quota.capacity());
        let after = taken.saturating_add(cost);
        if after > most {
            let retry_after = (cost <= most).then(|| after - most);
            return Err(Refused { standing: self.standing_of(taken), retry_after });
        }
        clients.set(client, now + after, now);
        Ok(self.standing_of(after))
    }

    /// Gives one back that was taken for something that never began.
    pub fn give_back(&self, client: Client) {
        if let Some(full_at) = self.clients().full_at.get_mut(&client) {
            *full_at = full_at.checked_sub(self.quota.interval()).unwrap_or(*full_at);
        }
    }

    /// How a client stands.
    pub fn standing(&self, client: Client, now: Instant) -> Standing {
        self.standing_of(self.clients().taken(client, now))
    }

    /// Forgets the clients that have everything back.
    pub fn forget_idle(&self, now: Instant) {
        self.clients().forget_idle(now);
    }

    /// `taken` is how long it takes until everything is back.
    fn standing_of(&self, taken: Duration) -> Standing {
        let (interval, most) = (self.quota.interval(), self.quota.capacity());
        let left = most.saturating_sub(taken).as_nanos();
        let remaining = u32::try_from(left / interval.as_nanos()).unwrap_or(u32::MAX);
        let next = (interval * (remaining + 1)).saturating_sub(most - taken.min(most)).min(taken);
        Standing { remaining, next, reset: taken }
    }

    /// A panic while holding the lock cannot leave half a client.
    fn clients(&self) -> MutexGuard<'_, Clients> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clients {
    fn taken(&self, client: Client, now: Instant) -> Duration {
        self.full_at.get(&client).map_or(Duration::ZERO, |full_at| full_at.saturating_duration_since(now))
    }

    fn set(&mut self, client: Client, full_at: Instant, now: Instant) {
        if !self.full_at.contains_key(&client) && self.full_at.len() >= self.forget_at {
            self.forget_idle(now);
            self.forget_half_of_too_many();
            self.forget_at = (2 * self.full_at.len()).clamp(FEW_CLIENTS, MOST_CLIENTS);
        }
        self.full_at.insert(client, full_at);
    }

    fn forget_idle(&mut self, now: Instant) {
        self.full_at.retain(|_, full_at| *full_at > now);
        self.full_at.shrink_to_fit();
    }

    /// Whoever owns so many addresses is held by other limits. Those go first who would have everything back first.
    fn forget_half_of_too_many(&mut self) {
        if self.full_at.len() < MOST_CLIENTS {
            return;
        }
        let mut moments: Vec<_> = self.full_at.values().copied().collect();
        let (_, median, _) = moments.select_nth_unstable(MOST_CLIENTS / 2);
        let median = *median;
        self.full_at.retain(|_, full_at| *full_at > median);
    }
}

#[cfg(test)]
mod tests;
