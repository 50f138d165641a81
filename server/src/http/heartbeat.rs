//! When a silent stream gets a comment.

use std::{
    pin::Pin,
    time::{Duration, Instant},
};
use tokio::time::Sleep;

/// Comes when nothing has been written for a while.
#[derive(Debug)]
pub(super) struct Heartbeat {
    every: Duration,
    wrote: Instant,
    /// Set anew only when it fires, not for each token.
    timer: Pin<Box<Sleep>>,
}

impl Heartbeat {
    pub(super) fn new(every: Duration) -> Self {
        Self { every, wrote: Instant::now(), timer: Box::pin(tokio::time::sleep(every)) }
    }

    /// Something was written.
    pub(super) fn wrote(&mut self) {
        self.wrote = Instant::now();
    }

    /// Waits until the silence has lasted long enough. Dropping the wait loses nothing.
    pub(super) async fn due(&mut self) {
        loop {
            (&mut self.timer).await;
            let due = Instant::now() >= self.wrote + self.every;
            if due {
                self.wrote();
            }
            self.timer.as_mut().reset((self.wrote + self.every).into());
            if due {
                return;
            }
        }
    }
}
