//! So many of something at one time for each client.

use super::Client;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// From this many clients on, those that hold nothing are forgotten when another comes.
const MANY_CLIENTS: usize = 1024;

/// The places of all clients.
#[derive(Debug)]
pub struct Places {
    most: usize,
    clients: Mutex<HashMap<Client, Arc<Semaphore>>>,
}

impl Places {
    /// So many for each client.
    pub fn new(most: usize) -> Self {
        Self { most: most.min(Semaphore::MAX_PERMITS), clients: Mutex::default() }
    }

    /// How many each client has.
    pub fn most(&self) -> usize {
        self.most
    }

    /// One of the client's places, which is free again when it is dropped; `None` if it has taken all.
    pub fn take(&self, client: Client) -> Option<OwnedSemaphorePermit> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if clients.len() >= MANY_CLIENTS && clients.len() == clients.capacity() {
            // Whoever holds a place holds its semaphore too.
            clients.retain(|_, places| Arc::strong_count(places) > 1);
            clients.shrink_to_fit();
        }
        let places = clients.entry(client).or_insert_with(|| Arc::new(Semaphore::new(self.most)));
        Arc::clone(places).try_acquire_owned().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    #[test]
    fn each_client_has_its_own_and_those_without_any_are_forgotten() {
        let (places, client) = (Places::new(2), |number: u32| Client::new(Ipv4Addr::from(number).into()));
        let held = [places.take(client(1)).unwrap(), places.take(client(1)).unwrap()];
        assert!(places.take(client(1)).is_none());
        for number in 2..100_000 {
            assert!(places.take(client(number)).is_some());
        }
        assert!(places.clients.lock().unwrap().len() <= 4 * MANY_CLIENTS);
        assert!(places.take(client(1)).is_none(), "who holds some is not forgotten");
        drop(held);
        assert!(places.take(client(1)).is_some());
    }
}
