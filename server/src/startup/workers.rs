//! The threads that serve connections. Each has a runtime of its own: a connection, the answers asked over it and the provider's
//! socket stay on one of them from beginning to end.
//!
//! With a runtime that moves tasks between its threads, nearly every token finds the memory that it touches in the cache of
//! another processor; `docs/decisions/0013-one-runtime-for-each-thread.md` has the figures.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::runtime::{Builder, Handle};
use tokio_util::sync::CancellationToken;

/// The threads. They end when this is dropped, and what runs on them ends with them.
pub(super) struct Workers {
    workers: Vec<Worker>,
    stop: CancellationToken,
}

struct Worker {
    runtime: Handle,
    connections: Arc<AtomicUsize>,
}

/// A connection's place on its worker.
pub(super) struct Seat {
    connections: Arc<AtomicUsize>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Workers {
    /// Starts so many threads; each begins with `prepare`.
    pub(super) fn start(count: usize, prepare: impl Fn() + Send + Clone + 'static) -> io::Result<Self> {
        let stop = CancellationToken::new();
        let start = |number| Worker::start(number, stop.clone(), prepare.clone());
        let workers = (1..=count).map(start).collect::<io::Result<_>>()?;
        Ok(Self { workers, stop })
    }

    /// The worker with the fewest connections, and one more place on it.
    pub(super) fn seat(&self) -> Option<(&Handle, Seat)> {
        let worker = self.workers.iter().min_by_key(|worker| worker.connections.load(Ordering::Relaxed))?;
        worker.connections.fetch_add(1, Ordering::Relaxed);
        Some((&worker.runtime, Seat { connections: Arc::clone(&worker.connections) }))
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Worker {
    fn start(number: usize, stop: CancellationToken, prepare: impl Fn() + Send + 'static) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        std::thread::Builder::new().name(format!("worker-{number}")).spawn(move || {
            prepare();
            runtime.block_on(stop.cancelled());
        })?;
        Ok(Self { runtime: handle, connections: Arc::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn connections_are_spread_and_end_with_the_workers() {
        let workers = Workers::start(2, || {}).unwrap();
        let (first, one) = workers.seat().unwrap();
        let (second, _two) = workers.seat().unwrap();
        assert_ne!(first.id(), second.id());
        drop(one);
        assert_eq!(workers.seat().unwrap().0.id(), first.id(), "a place that is free again is taken");

        let (held, dropped) = tokio::sync::oneshot::channel::<()>();
        first.spawn(async move {
            let _held = held;
            std::future::pending::<()>().await;
        });
        drop(workers);
        assert!(dropped.await.is_err(), "what ran on a worker is gone");
    }
}
