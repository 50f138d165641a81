//! The time limits of one answer.

use crate::{config::GenerationLimits, timer::Timer};
use protocol::error::{ErrorCode, PublicError};
use std::{
    pin::pin,
    task::{Context, Poll},
    time::{Duration, Instant},
};

/// How finely silence is measured: a provider may be silent for this part of the limit longer than the limit says.
const TICKS: u32 = 8;
/// After so many pieces in a row without a pause the clock is looked at.
const UNPAUSED: u32 = 256;

/// Watches a provider's silence and the whole duration with one timer. A piece of the answer costs no look at the clock, only a
/// mark; the timer finds the mark and waits on.
pub(super) struct Watchdog {
    limits: GenerationLimits,
    started: Instant,
    /// When the present attempt began.
    asked: Instant,
    /// When the timer last found that something had been said.
    heard: Instant,
    /// Whether something was said since.
    mark: bool,
    speaks: bool,
    pieces: u32,
    timer: Timer,
}

impl Watchdog {
    pub(super) fn new(limits: GenerationLimits) -> Self {
        let started = Instant::now();
        let timer = Timer::after(limits.first_chunk.min(limits.duration));
        let (asked, heard) = (started, started);
        Self { limits, started, asked, heard, mark: false, speaks: false, pieces: 0, timer }
    }

    /// Another attempt begins, after a pause: its first token has the whole limit.
    pub(super) fn ask_again(&mut self, pause: Duration) {
        self.asked = Instant::now() + pause;
        let (deadline, _) = self.deadline();
        self.timer.reset(deadline);
    }

    /// The provider said something; `speaks` once it was a piece of the answer.
    pub(super) fn heard(&mut self, speaks: bool) -> Result<(), PublicError> {
        self.mark = true;
        self.pieces = self.pieces.wrapping_add(1);
        if speaks && !self.speaks {
            self.speaks = true;
            let (deadline, _) = self.listen();
            self.timer.reset(deadline);
        }
        // A provider that always has something to say never lets the timer be looked at.
        if self.pieces.is_multiple_of(UNPAUSED) && self.started.elapsed() >= self.limits.duration {
            return Err(self.took_too_long());
        }
        Ok(())
    }

    /// Waits for the provider, until one of the limits is up.
    pub(super) async fn guard<T>(&mut self, provider: impl Future<Output = T>) -> Result<T, PublicError> {
        let (mut provider, mut first) = (pin!(provider), true);
        std::future::poll_fn(|context| {
            if let Poll::Ready(said) = provider.as_mut().poll(context) {
                return Poll::Ready(Ok(said));
            }
            // Whoever polls a second time was woken by something else than the provider.
            let woken_for_more = !std::mem::take(&mut first);
            self.poll_limits(context, woken_for_more).map(Err)
        })
        .await
    }

    fn poll_limits(&mut self, context: &mut Context<'_>, woken_for_more: bool) -> Poll<PublicError> {
        while self.timer.poll(context, woken_for_more).is_ready() {
            let (deadline, error) = self.listen();
            if Instant::now() >= deadline {
                return Poll::Ready(error);
            }
            self.timer.reset(deadline.min(self.next_tick()));
        }
        Poll::Pending
    }

    fn next_tick(&self) -> Instant {
        let limit = if self.speaks { self.limits.idle } else { self.limits.first_chunk };
        Instant::now() + (limit / TICKS).max(Duration::from_millis(1))
    }

    /// Takes note of what was said; gives when the next limit is up, and what to say then.
    fn listen(&mut self) -> (Instant, PublicError) {
        if std::mem::take(&mut self.mark) {
            self.heard = Instant::now();
        }
        self.deadline()
    }

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

    fn took_too_long(&self) -> PublicError {
        let message = format!("The answer took longer than {:?}, this server's limit.", self.limits.duration);
        PublicError::new(ErrorCode::LimitReached, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;
    use tokio::time::sleep;

    fn watchdog(change: impl FnOnce(&mut GenerationLimits)) -> Watchdog {
        let mut limits = Settings::read(|_| None).unwrap().generation;
        change(&mut limits);
        Watchdog::new(limits)
    }

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test]
    async fn silence_is_noticed_before_and_after_the_first_piece() {
        let mut dog = watchdog(|limits| limits.first_chunk = SECOND / 20);
        let error = dog.guard(std::future::pending::<()>()).await.unwrap_err();
        assert!(error.message.contains("sent nothing"), "{error}");

        let mut dog = watchdog(|limits| limits.idle = SECOND / 10);
        for _ in 0..6 {
            dog.guard(sleep(SECOND / 40)).await.unwrap();
            dog.heard(true).unwrap();
        }
        let began = Instant::now();
        let error = dog.guard(std::future::pending::<()>()).await.unwrap_err();
        assert!(error.message.contains("fell silent"), "{error}");
        assert!(began.elapsed() >= SECOND / 12, "the last piece counts");
    }

    #[tokio::test]
    async fn a_timer_that_fires_together_with_a_piece_is_not_lost() {
        let mut dog = watchdog(|limits| limits.idle = SECOND / 20);
        dog.guard(sleep(SECOND / 1000)).await.unwrap();
        dog.heard(true).unwrap();
        // Arms the timer, lets it fire while nobody looks, and has a piece ready then.
        assert!(futures::poll!(pin!(dog.guard(std::future::pending::<()>()))).is_pending());
        assert!(futures::poll!(pin!(dog.guard(std::future::pending::<()>()))).is_pending());
        std::thread::sleep(SECOND / 5);
        tokio::task::yield_now().await;
        dog.guard(std::future::ready(())).await.unwrap();
        dog.heard(true).unwrap();
        let end = tokio::time::timeout(10 * SECOND, dog.guard(std::future::pending::<()>())).await;
        assert!(end.expect("the watchdog sleeps").is_err());
    }

    #[tokio::test]
    async fn a_provider_that_never_pauses_is_stopped_too() {
        let mut dog = watchdog(|limits| limits.duration = SECOND / 20);
        let told = async {
            loop {
                dog.guard(std::future::ready(())).await?;
                dog.heard(true)?;
            }
        };
        let error: Result<(), PublicError> = tokio::time::timeout(10 * SECOND, told).await.expect("nobody looked");
        assert_eq!(error.unwrap_err().code, ErrorCode::LimitReached);
    }
}
