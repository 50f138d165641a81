//! A circuit breaker: a provider that keeps failing is left alone for a while, so that nobody waits for it in vain.
//!
//! Closed, it lets every request through and counts failures in a row. At the limit it opens: requests are refused at once.
//! After the pause one request is let through as a trial, and its outcome closes or opens it again.

use super::ProviderError;
use protocol::error::ErrorCode;
use std::{
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// When a provider is paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerLimits {
    /// Failures in a row that pause it; none to never pause it.
    pub failures: Option<u32>,
    /// How long it is paused.
    pub pause: Duration,
}

/// The state of one provider.
#[derive(Debug, Default)]
pub struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Failures since the last success.
    failures: u32,
    /// Until when it is paused; a time that has passed means that a trial is due.
    paused_until: Option<Instant>,
    /// Whether the trial is under way.
    on_trial: bool,
}

/// The provider is paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paused {
    /// How many times in a row it failed.
    pub failures: u32,
    /// For how long it is not asked.
    pub rest: Duration,
}

impl Paused {
    /// The refusal in words.
    pub fn error(self, label: &str) -> ProviderError {
        let seconds = self.rest.as_secs() + 1;
        let message = format!("{label} failed {} times in a row and is left alone for {seconds} s.", self.failures);
        ProviderError { retry_after: Some(self.rest), ..ProviderError::new(ErrorCode::UpstreamOverloaded, message) }
    }
}

impl Breaker {
    /// Lets a request through, or says for how long none is.
    pub fn admit(self: &Arc<Self>, limits: BreakerLimits) -> Result<Permit, Paused> {
        self.admit_at(Instant::now(), limits)
    }

    fn admit_at(self: &Arc<Self>, now: Instant, limits: BreakerLimits) -> Result<Permit, Paused> {
        let mut state = self.state();
        let trial = match state.paused_until {
            None => false,
            Some(until) if until > now => return Err(Paused { failures: state.failures, rest: until - now }),
            // The trial may take as long as an answer does; the others come back when it may have ended.
            Some(_) if state.on_trial => return Err(Paused { failures: state.failures, rest: TRIAL }),
            Some(_) => true,
        };
        state.on_trial |= trial;
        drop(state);
        Ok(Permit { breaker: Arc::clone(self), limits, trial, told: false })
    }

    /// How the provider is doing, if it is paused or on trial.
    pub fn paused(&self) -> Option<Paused> {
        let state = self.state();
        let until = state.paused_until?;
        Some(Paused { failures: state.failures, rest: until.saturating_duration_since(Instant::now()) })
    }

    /// A panic while holding the lock cannot leave a half-changed state.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What those who come during a trial are asked to wait.
const TRIAL: Duration = Duration::from_secs(1);

/// What the outcome of a request has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerChange {
    /// The provider is paused from now on.
    Opened,
    /// The provider answers again.
    Closed,
}

/// A request that was let through; told how it went. One that is dropped untold (it was stopped) says nothing about the provider.
#[derive(Debug)]
pub struct Permit {
    breaker: Arc<Breaker>,
    limits: BreakerLimits,
    trial: bool,
    told: bool,
}

impl Permit {
    /// The provider has begun to answer, or failed in this way. Refusals that say something about the request, or about the
    /// key, are answers. Gives what that changes for those who come next.
    pub fn tell(self, outcome: Result<(), ErrorCode>) -> Option<BreakerChange> {
        self.tell_at(Instant::now(), outcome)
    }

    fn tell_at(mut self, now: Instant, outcome: Result<(), ErrorCode>) -> Option<BreakerChange> {
        use ErrorCode::{UpstreamFailure, UpstreamOverloaded, UpstreamTimeout, UpstreamTruncated};
        self.told = true;
        let mut state = self.breaker.state();
        let is_failure =
            |code| matches!(code, UpstreamFailure | UpstreamOverloaded | UpstreamTimeout | UpstreamTruncated);
        if !outcome.is_err_and(is_failure) {
            let before = mem::take(&mut *state);
            return before.paused_until.map(|_| BreakerChange::Closed);
        }
        state.failures = state.failures.saturating_add(1);
        if self.trial || self.limits.failures.is_some_and(|most| state.failures >= most) {
            state.on_trial = false;
            let before = state.paused_until.replace(now + self.limits.pause);
            return before.is_none().then_some(BreakerChange::Opened);
        }
        None
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.trial && !self.told {
            self.breaker.state().on_trial = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: BreakerLimits = BreakerLimits { failures: Some(3), pause: Duration::from_secs(30) };

    fn fail(breaker: &Arc<Breaker>, now: Instant) {
        let _ = breaker.admit_at(now, LIMITS).unwrap().tell_at(now, Err(ErrorCode::UpstreamOverloaded));
    }

    #[test]
    fn it_opens_after_failures_in_a_row_and_lets_one_trial_through() {
        let (breaker, start) = (Arc::new(Breaker::default()), Instant::now());
        (0..3).for_each(|_| fail(&breaker, start));
        let refused = breaker.admit_at(start + Duration::from_secs(10), LIMITS).unwrap_err();
        assert_eq!(refused, Paused { failures: 3, rest: Duration::from_secs(20) });

        let later = start + Duration::from_secs(31);
        let trial = breaker.admit_at(later, LIMITS).unwrap();
        assert!(breaker.admit_at(later, LIMITS).is_err(), "one trial at a time");
        drop(trial);
        let again = breaker.admit_at(later, LIMITS).unwrap().tell_at(later, Err(ErrorCode::UpstreamFailure));
        assert_eq!(again, None, "it was paused before");
        assert!(breaker.admit_at(later, LIMITS).is_err(), "a trial that fails pauses again");

        let last = later + Duration::from_secs(31);
        assert_eq!(breaker.admit_at(last, LIMITS).unwrap().tell(Ok(())), Some(BreakerChange::Closed));
        assert_eq!(breaker.admit_at(last, LIMITS).unwrap().tell(Ok(())), None);
        assert!(breaker.admit_at(last, LIMITS).is_ok() && breaker.paused().is_none());
    }

    #[test]
    fn only_failures_in_a_row_count_and_only_those_of_the_provider() {
        let (breaker, now) = (Arc::new(Breaker::default()), Instant::now());
        for _ in 0..5 {
            fail(&breaker, now);
            fail(&breaker, now);
            let _ = breaker.admit_at(now, LIMITS).unwrap().tell_at(now, Err(ErrorCode::UpstreamBadRequest));
        }
        assert!(breaker.paused().is_none());
    }

    #[test]
    fn off_means_never() {
        let (breaker, limits) = (Arc::new(Breaker::default()), BreakerLimits { failures: None, ..LIMITS });
        for _ in 0..100 {
            assert_eq!(breaker.admit(limits).unwrap().tell(Err(ErrorCode::UpstreamFailure)), None);
        }
        assert!(breaker.admit(limits).is_ok());
    }
}
