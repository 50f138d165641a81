//! Which model is asked when: the one that was asked for, again after a pause, then those of `RIVULET_FALLBACK`.
//!
//! All of it happens before the first token: what a person has seen is never said again by another model.

use crate::providers::{BreakerLimits, Permit, ProviderError, ResolvedModel};
use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use protocol::{
    error::{ErrorCode, PublicError},
    event::Status,
};
use std::{collections::VecDeque, time::Duration};

/// How often and how patiently a model is asked again.
#[derive(Debug, Clone, Copy)]
pub struct RetryPolicy {
    /// How many times one model is asked again.
    pub retries: usize,
    /// The first pause; each later one is twice as long, and each is lengthened by chance to up to twice, so that many that
    /// failed together do not come back together.
    pub delay: Duration,
    /// The longest pause. A provider that asks for a longer one is not waited for.
    pub longest: Duration,
    /// When a provider is paused.
    pub breaker: BreakerLimits,
}

/// The models to ask, and how often the present one was asked.
pub(super) struct Attempts {
    policy: RetryPolicy,
    model: ResolvedModel,
    others: VecDeque<ResolvedModel>,
    attempt: u32,
    pauses: ExponentialBackoff,
}

/// Why an attempt failed: the provider's doing, or one of our limits.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    pub(super) error: PublicError,
    /// How long the provider asks to wait.
    pub(super) retry_after: Option<Duration>,
    /// Whether the provider is paused, and was not asked.
    pub(super) paused: bool,
}

impl From<ProviderError> for Failure {
    fn from(error: ProviderError) -> Self {
        Self { retry_after: error.retry_after, error: error.into(), paused: false }
    }
}

impl From<PublicError> for Failure {
    fn from(error: PublicError) -> Self {
        Self { error, retry_after: None, paused: false }
    }
}

/// What to do after a failure.
pub(super) enum Next {
    /// Ask the same model after a pause.
    Again { status: Status, pause: Duration },
    /// Ask another model.
    Other { status: Status },
    /// Tell the failure.
    GiveUp,
}

impl Attempts {
    pub(super) fn new(policy: RetryPolicy, model: ResolvedModel, others: Vec<ResolvedModel>) -> Self {
        Self { policy, model, others: others.into(), attempt: 1, pauses: pauses(policy) }
    }

    /// An image is asked about: who cannot see it has nothing to say.
    pub(super) fn only_seeing(&mut self) {
        self.others.retain(|model| model.sees_images != Some(false));
    }

    /// The model whose turn it is.
    pub(super) fn model(&self) -> &ResolvedModel {
        &self.model
    }

    /// Asks the breaker of the model's provider.
    pub(super) fn admit(&self) -> Result<Option<Permit>, Failure> {
        let admitted = self.model.breaker.as_ref().map(|breaker| breaker.admit(self.policy.breaker)).transpose();
        admitted.map_err(|paused| Failure { paused: true, ..paused.error(self.model.provider.label()).into() })
    }

    /// Decides what comes after this failure.
    pub(super) fn after(&mut self, failure: &Failure) -> Next {
        let code = failure.error.code;
        if !failure.paused
            && again_may_help(code)
            && let Some(next) = self.again(failure.retry_after)
        {
            return next;
        }
        if !another_may_help(code) {
            return Next::GiveUp;
        }
        let Some(other) = self.others.pop_front() else { return Next::GiveUp };
        let status = Status::Fallback { from: self.model.id.clone(), to: other.id.clone() };
        (self.model, self.attempt, self.pauses) = (other, 1, pauses(self.policy));
        Next::Other { status }
    }

    fn again(&mut self, asked: Option<Duration>) -> Option<Next> {
        let pause = self.pauses.next()?.max(asked.unwrap_or_default());
        if pause > self.policy.longest {
            return None;
        }
        self.attempt += 1;
        let delay_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
        Some(Next::Again { status: Status::Retrying { attempt: self.attempt, delay_ms }, pause })
    }
}

fn pauses(policy: RetryPolicy) -> ExponentialBackoff {
    ExponentialBuilder::new()
        .with_min_delay(policy.delay)
        // The chance comes on top.
        .with_max_delay(policy.longest / 2)
        .with_max_times(policy.retries)
        .with_jitter()
        .build()
}

/// Whether the same request may succeed a little later. A model that was silent for the whole limit has had its chance.
fn again_may_help(code: ErrorCode) -> bool {
    code.retryable() && code != ErrorCode::UpstreamTimeout
}

/// Whether another model may do better: not where the provider found fault with the request itself.
fn another_may_help(code: ErrorCode) -> bool {
    use ErrorCode::{UpstreamAuthentication, UpstreamContextTooLong, UpstreamNotFound, UpstreamPermission};
    code.retryable()
        || matches!(code, UpstreamAuthentication | UpstreamContextTooLong | UpstreamNotFound | UpstreamPermission)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::Demo;
    use std::sync::Arc;

    fn model(name: &str) -> ResolvedModel {
        let id = format!("demo/{name}");
        ResolvedModel {
            id,
            provider: Arc::new(Demo),
            model: name.into(),
            breaker: None,
            price: None,
            sees_images: None,
        }
    }

    fn attempts(retries: usize) -> Attempts {
        let policy = RetryPolicy {
            retries,
            delay: Duration::from_millis(100),
            longest: Duration::from_secs(10),
            breaker: BreakerLimits { failures: None, pause: Duration::from_secs(1) },
        };
        Attempts::new(policy, model("a"), vec![model("b")])
    }

    fn failure(code: ErrorCode, retry_after: Option<u64>) -> Failure {
        let error = PublicError::new(code, "x");
        Failure { error, retry_after: retry_after.map(Duration::from_millis), paused: false }
    }

    #[test]
    fn it_retries_with_longer_pauses_then_falls_back_then_gives_up() {
        let (mut attempts, busy) = (attempts(2), failure(ErrorCode::UpstreamOverloaded, None));
        for model in ["demo/a", "demo/b"] {
            assert_eq!(attempts.model().id, model);
            for (attempt, range) in [(2, 100..=200), (3, 200..=400)] {
                let Next::Again { status: Status::Retrying { attempt: next, delay_ms }, .. } = attempts.after(&busy)
                else {
                    panic!("attempt {attempt} of {model} is missing")
                };
                assert!(next == attempt && range.contains(&delay_ms), "{next} {delay_ms}");
            }
            match attempts.after(&busy) {
                Next::Other { status } => {
                    assert_eq!(status, Status::Fallback { from: "demo/a".into(), to: "demo/b".into() });
                }
                Next::GiveUp => assert_eq!(model, "demo/b"),
                Next::Again { .. } => panic!("a third retry"),
            }
        }
    }

    #[test]
    fn the_provider_says_how_long_to_wait_up_to_a_limit() {
        let wait = |milliseconds| attempts(1).after(&failure(ErrorCode::UpstreamRateLimited, Some(milliseconds)));
        assert!(matches!(wait(5_000), Next::Again { pause, .. } if pause == Duration::from_secs(5)));
        assert!(matches!(wait(11_000), Next::Other { .. }));
    }

    #[test]
    fn a_fault_in_the_request_is_told_at_once() {
        let after = |code| attempts(2).after(&failure(code, None));
        assert!(matches!(after(ErrorCode::UpstreamBadRequest), Next::GiveUp));
        assert!(matches!(after(ErrorCode::UpstreamContentFiltered), Next::GiveUp));
        assert!(matches!(after(ErrorCode::UpstreamAuthentication), Next::Other { .. }));
        assert!(matches!(after(ErrorCode::UpstreamTimeout), Next::Other { .. }));
        let paused = Failure { paused: true, ..failure(ErrorCode::UpstreamOverloaded, None) };
        assert!(matches!(attempts(2).after(&paused), Next::Other { .. }));
    }
}
