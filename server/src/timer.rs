//! A timer for tasks that are woken often by something else: it is looked at only when it may have fired.
//!
//! Who calls it: `generation` for its limits, `http` for heartbeats.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::{Duration, Instant},
};
use tokio::time::Sleep;

/// One timer of one task.
#[derive(Debug)]
pub struct Timer {
    sleep: Pin<Box<Sleep>>,
    /// Whether it knows whom to wake.
    armed: bool,
}

impl Timer {
    /// Fires once after this time.
    pub fn after(duration: Duration) -> Self {
        Self { sleep: Box::pin(tokio::time::sleep(duration)), armed: false }
    }

    /// Fires then instead.
    pub fn reset(&mut self, deadline: Instant) {
        self.sleep.as_mut().reset(deadline.into());
        self.armed = false;
    }

    /// Whether it has fired. `woken_for_more` says that the task was woken since it last looked and has found nothing else to do;
    /// a task that has just been busy need not look again at a timer that will wake it anyway.
    pub fn poll(&mut self, context: &mut Context<'_>, woken_for_more: bool) -> Poll<()> {
        // One waking may have stood for both, the timer and what kept the task busy: then the timer has fired already.
        if self.armed && !woken_for_more && !self.sleep.is_elapsed() {
            return Poll::Pending;
        }
        let fired = self.sleep.as_mut().poll(context);
        self.armed = fired.is_pending();
        fired
    }
}
