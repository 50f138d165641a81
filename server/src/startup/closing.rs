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
        // After a rush the table would stay as large as it was.
        if wakers.by_connection.is_empty() {
            wakers.by_connection.shrink_to_fit();
        }
        drop(wakers);
        drop(waker);
    }
}
