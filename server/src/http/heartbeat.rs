//! When a silent stream gets a comment.

use crate::timer::Timer;
use std::{
    task::{Context, Poll},
    time::{Duration, Instant},
};

/// How finely silence is measured: a comment comes up to this part of the time later than it should.
const TICKS: u32 = 4;

/// Comes when nothing has been written for a while. What is written costs no look at the clock, only a mark.
#[derive(Debug)]
pub(super) struct Heartbeat {
    tick: Duration,
    /// Ticks since something was written.
    silent: u32,
    timer: Timer,
}

impl Heartbeat {
    pub(super) fn new(every: Duration) -> Self {
        let tick = every / TICKS;
        Self { tick, silent: 0, timer: Timer::after(tick) }
    }

    /// Something was written.
    pub(super) fn wrote(&mut self) {
        // The tick that is under way has begun before.
        self.silent = 0;
    }

    /// Whether the silence has lasted long enough. For `woken_for_more` see [`Timer::poll`].
    pub(super) fn poll_due(&mut self, context: &mut Context<'_>, woken_for_more: bool) -> Poll<()> {
        while self.timer.poll(context, woken_for_more).is_ready() {
            self.timer.reset(Instant::now() + self.tick);
            self.silent += 1;
            if self.silent > TICKS {
                self.silent = 1;
                return Poll::Ready(());
            }
        }
        Poll::Pending
    }
}
