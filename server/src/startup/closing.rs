//! Tells every connection that the server stops. hyper-util's `GracefulShutdown` does the same, but looks at a channel each time
//! that a connection is woken, which is for each token.

use hyper_util::server::graceful::GracefulConnection;
use std::{
    collections::HashMap,
    future::poll_fn,
    pin::pin,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::Waker,
};
use tokio_util::task::TaskTracker;

/// A table with no more room than this is left as it is.
const LEAST_ROOM: usize = 64;

/// The connections that are open, and whether they are to end.
#[derive(Debug, Default)]
pub(super) struct Closing {
    begun: AtomicBool,
    open: TaskTracker,
    wakers: Mutex<Wakers>,
}

#[derive(Debug, Default)]
struct Wakers {
    last: u64,
    by_connection: HashMap<u64, Waker>,
}

impl Closing {
    /// Drives a connection to its end: its own, or that of the request that it is at once the server stops.
    pub(super) async fn drive<C: GracefulConnection>(&self, connection: C) {
        let _open = self.open.token();
        let (mut connection, mut entry, mut told) = (pin!(connection), None, false);
        let end = poll_fn(|context| {
            // The waker of a task stays the same, so it is left here once.
            entry.get_or_insert_with(|| Entry::new(self, context.waker().clone()));
            if !told && self.begun.load(Ordering::Acquire) {
                told = true;
                connection.as_mut().graceful_shutdown();
            }
            connection.as_mut().poll(context)
        });
        // An error here is a client that left; its streams have noticed by themselves.
        let _ = end.await;
    }

    /// Lets each connection finish what it is doing, and waits for all.
    pub(super) async fn close(&self) {
        self.begun.store(true, Ordering::Release);
        let wakers: Vec<Waker> = self.wakers().by_connection.values().cloned().collect();
        wakers.into_iter().for_each(Waker::wake);
        self.open.close();
        self.open.wait().await;
    }

    fn wakers(&self) -> MutexGuard<'_, Wakers> {
        self.wakers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One connection among those that will be told.
struct Entry<'a> {
    closing: &'a Closing,
    number: u64,
}

impl<'a> Entry<'a> {
    fn new(closing: &'a Closing, waker: Waker) -> Self {
        let mut wakers = closing.wakers();
        wakers.last += 1;
        let number = wakers.last;
        wakers.by_connection.insert(number, waker);
        Self { closing, number }
    }
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        let mut wakers = self.closing.wakers();
        let waker = wakers.by_connection.remove(&self.number);
        // After a rush the table would stay as large as it was. It goes down by halves at least, so that few who leave pay for it.
        let left = wakers.by_connection.len();
        if wakers.by_connection.capacity() > LEAST_ROOM.max(4 * left) {
            wakers.by_connection.shrink_to(2 * left);
        }
        drop(wakers);
        drop(waker);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_goes_down_after_a_rush_though_somebody_stays() {
        let closing = Closing::default();
        let room = || closing.wakers().by_connection.capacity();
        let stays = Entry::new(&closing, Waker::noop().clone());
        let rush: Vec<_> = (0..10_000).map(|_| Entry::new(&closing, Waker::noop().clone())).collect();
        let most = room();
        drop(rush);
        assert!(most >= 10_000 && room() <= 2 * LEAST_ROOM, "{most} went down to {}", room());
        drop(stays);
        assert!(closing.wakers().by_connection.is_empty());
    }
}
