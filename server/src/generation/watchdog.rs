//! The time limits of one answer.

use crate::config::GenerationLimits;
use protocol::error::{ErrorCode, PublicError};
use std::{
    pin::Pin,
    time::{Duration, Instant},
};
use tokio::time::Sleep;

/// Watches a provider's silence and the whole duration with one timer, which is set anew only when it fires: a timer
/// for each token would cost more than the token.
pub(super) struct Watchdog {
    limits: GenerationLimits,
    started: Instant,
    /// When the present attempt began.
    asked: Instant,
    heard: Instant,
    speaks: bool,
    timer: Pin<Box<Sleep>>,
}

impl Watchdog {
    pub(super) fn new(limits: GenerationLimits) -> Self {
        let started = Instant::now();
        let timer = Box::pin(tokio::time::sleep(limits.first_chunk.min(limits.duration)));
        Self { limits, started, asked: started, heard: started, speaks: false, timer }
    }

    /// Another attempt begins, after a pause: its first token has the whole limit.
    pub(super) fn ask_again(&mut self, pause: Duration) {
        self.asked = Instant::now() + pause;
        let (deadline, _) = self.deadline();
        self.timer.as_mut().reset(deadline.into());
    }

    /// The provider said something; `speaks` once it was a piece of the answer.
    pub(super) fn heard(&mut self, speaks: bool) -> Result<(), PublicError> {
        self.heard = Instant::now();
        // A provider that always has something to say never lets the timer be looked at.
        if self.heard >= self.started + self.limits.duration {
            return Err(self.took_too_long());
        }
        if speaks && !self.speaks {
            // The idle limit may be shorter than what the timer waits for now.
            self.speaks = true;
            let (deadline, _) = self.deadline();
            self.timer.as_mut().reset(deadline.into());
        }
        Ok(())
    }

    fn took_too_long(&self) -> PublicError {
        let message = format!("The answer took longer than {:?}, this server's limit.", self.limits.duration);
        PublicError::new(ErrorCode::LimitReached, message)
    }

    /// Waits for the provider, until one of the limits is up.
    pub(super) async fn guard<T>(&mut self, provider: impl Future<Output = T>) -> Result<T, PublicError> {
        tokio::pin!(provider);
        loop {
            tokio::select! {
                biased;
                said = &mut provider => return Ok(said),
                () = &mut self.timer => {
                    let (deadline, error) = self.deadline();
                    if Instant::now() >= deadline {
                        return Err(error);
                    }
                    self.timer.as_mut().reset(deadline.into());
                }
            }
        }
    }

    /// When the next limit is up, and what to say then.
    fn deadline(&self) -> (Instant, PublicError) {
        let (since, limit, what) = match self.speaks {
            false => (self.asked, self.limits.first_chunk, "sent nothing for"),
            true => (self.heard, self.limits.idle, "fell silent for"),
        };
        let (silence, end) = (since + limit, self.started + self.limits.duration);
        if end < silence {
            return (end, self.took_too_long());
        }
        (silence, PublicError::new(ErrorCode::UpstreamTimeout, format!("The model {what} {limit:?}.")))
    }
}
