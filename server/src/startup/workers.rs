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

/// How many more connections than another a worker keeps.
const SLACK: usize = 8;

/// Where a connection goes.
pub(super) struct Seat<'a> {
    /// The runtime of the worker, if it is not the one that accepted.
    pub(super) elsewhere: Option<&'a Handle>,
    pub(super) place: Place,
}

/// A connection's place on its worker.
pub(super) struct Place {
    connections: Arc<AtomicUsize>,
}

impl Drop for Place {
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

    /// The runtime of each.
    pub(super) fn runtimes(&self) -> impl Iterator<Item = &Handle> {
        self.workers.iter().map(|worker| &worker.runtime)
    }

    /// One more place for a connection that the worker of this number has accepted: there, unless it has many more than another.
    /// Moving a connection takes two threads, and each may have to wait for a processor.
    pub(super) fn seat(&self, accepted_by: usize) -> Seat<'_> {
        let count = |worker: &Worker| worker.connections.load(Ordering::Relaxed);
        let own = &self.workers[accepted_by];
        let fewest = self.workers.iter().min_by_key(|worker| count(worker)).unwrap_or(own);
        let worker = if count(own) > count(fewest) + SLACK { fewest } else { own };
        worker.connections.fetch_add(1, Ordering::Relaxed);
        let place = Place { connections: Arc::clone(&worker.connections) };
        Seat { elsewhere: (!std::ptr::eq(worker, own)).then_some(&worker.runtime), place }
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

    #[test]
    fn connections_stay_where_they_came_until_one_worker_has_many_more() {
        let workers = Workers::start(2, || {}).unwrap();
        let mut places: Vec<Place> = (0..=SLACK).map(|_| workers.seat(0).place).collect();
        assert!(workers.seat(1).elsewhere.is_none());
        let moved = workers.seat(0);
        assert_eq!(moved.elsewhere.map(Handle::id), workers.runtimes().nth(1).map(Handle::id));
        places.truncate(1);
        assert!(workers.seat(0).elsewhere.is_none(), "places that are free again count no more");
    }

    #[tokio::test]
    async fn what_runs_on_workers_ends_with_them() {
        let workers = Workers::start(1, || {}).unwrap();
        let (held, dropped) = tokio::sync::oneshot::channel::<()>();
        let runtime = workers.runtimes().next().unwrap().clone();
        runtime.spawn(async move {
            let _held = held;
            std::future::pending::<()>().await;
        });
        drop(workers);
        assert!(dropped.await.is_err(), "what ran on a worker is gone");
    }
}
