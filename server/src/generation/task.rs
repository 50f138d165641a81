//! The task of one generation: asks the provider, numbers what it says, and always ends the log.

use super::{
    engine::{KeptText, OnEnd},
    handle::Generation,
    registry::Registry,
};
use crate::{
    config::GenerationLimits,
    providers::{Delta, Provider, ProviderError, ProviderPrompt},
};
use futures::{FutureExt, StreamExt};
use protocol::{
    error::{ErrorCode, PublicError},
    event::{Complete, FinishReason, Stats, Status, StreamEvent, Usage},
};
use std::{
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{sync::OwnedSemaphorePermit, time::Sleep};

/// Everything that a generation needs to run.
pub(super) struct Task {
    pub(super) generation: Arc<Generation>,
    pub(super) registry: Arc<Registry>,
    pub(super) provider: Arc<dyn Provider>,
    pub(super) limits: GenerationLimits,
    /// The place among the most generations at one time; free again when the task is gone.
    pub(super) place: OwnedSemaphorePermit,
    /// What has come of the answer already.
    pub(super) kept: Option<KeptText>,
}

impl Task {
    /// Runs to the end, whatever the end is.
    pub(super) async fn run(self, prompt: ProviderPrompt, on_end: Option<OnEnd>) {
        let Self { generation, registry, provider, limits, place, kept } = self;
        let close = CloseOnDrop { generation: &generation, registry: &registry };
        generation.log.append([StreamEvent::Status(Box::new(Status::Processing(generation.names.clone())))]);
        if let Some(KeptText { content, reasoning }) = kept {
            let reasoning = (!reasoning.is_empty()).then_some(StreamEvent::Reasoning { content: reasoning });
            generation.log.append(reasoning.into_iter().chain([StreamEvent::Chunk { content }]));
        }
        let mut progress = Progress::new(limits);
        // Leaving the select drops the provider's stream, which closes its socket: a cancel is as fast as that.
        let end = tokio::select! {
            biased;
            () = generation.cancel.cancelled() => generation.cancelled(),
            end = AssertUnwindSafe(drive(&generation, provider.as_ref(), prompt, &mut progress)).catch_unwind() => {
                // The panic hook has logged what and where; the answer ends, and is stored, like any that failed.
                end.unwrap_or_else(|_| Err(PublicError::new(ErrorCode::Internal, FAILED)))
            }
        };
        let last = progress.terminal(end, &generation);
        if let StreamEvent::Error(error) = &last {
            tracing::warn!(generation = %generation.id(), model = generation.names.model, code = %error.code,
                message = error.message, "an answer failed");
        }
        if let Some(on_end) = on_end {
            let mut transcript = generation.transcript();
            transcript.apply(transcript.message.last_event_id + 1, &last);
            on_end(transcript.message).await;
        }
        drop(place);
        generation.log.append([last]);
        drop(close);
    }
}

async fn drive(
    generation: &Generation,
    provider: &dyn Provider,
    prompt: ProviderPrompt,
    progress: &mut Progress,
) -> Result<FinishReason, PublicError> {
    let mut watchdog = Watchdog::new(progress.limits);
    let refused = |error: ProviderError| {
        error.retry_after.map(|wait| generation.retry_after.set(wait));
        PublicError::from(error)
    };
    let mut stream = watchdog.guard(provider.generate(prompt)).await?.map_err(refused)?;
    while let Some(batch) = watchdog.guard(stream.next()).await? {
        generation.log.append(batch.map_err(refused)?.into_iter().filter_map(|delta| progress.take(delta)));
        if let Some(error) = progress.over_limit() {
            return Err(error);
        }
        watchdog.heard(progress.first_chunk.is_some())?;
    }
    Ok(progress.finish.take().unwrap_or(FinishReason::Stop))
}

/// What has been counted of one answer.
struct Progress {
    limits: GenerationLimits,
    started: Instant,
    first_chunk: Option<Duration>,
    chunks: u64,
    bytes: usize,
    usage: Option<Usage>,
    finish: Option<FinishReason>,
}

impl Progress {
    fn new(limits: GenerationLimits) -> Self {
        let started = Instant::now();
        Self { limits, started, first_chunk: None, chunks: 0, bytes: 0, usage: None, finish: None }
    }

    /// Counts a delta, and says what readers are told of it. Pieces over the limits are left out.
    fn take(&mut self, delta: Delta) -> Option<StreamEvent> {
        let event = match delta {
            Delta::Usage(usage) => {
                self.usage = Some(usage);
                return None;
            }
            Delta::Finish(reason) => {
                self.finish = Some(reason);
                return None;
            }
            Delta::Text(content) => StreamEvent::Chunk { content },
            Delta::Reasoning(content) => StreamEvent::Reasoning { content },
        };
        if let StreamEvent::Chunk { content } | StreamEvent::Reasoning { content } = &event {
            self.bytes += content.len();
        }
        self.chunks += 1;
        self.first_chunk.get_or_insert_with(|| self.started.elapsed());
        self.over_limit().is_none().then_some(event)
    }

    fn over_limit(&self) -> Option<PublicError> {
        let what = if self.chunks > self.limits.chunks {
            format!("{} pieces", self.limits.chunks)
        } else if self.bytes > self.limits.bytes {
            format!("{} bytes", self.limits.bytes)
        } else {
            return None;
        };
        let message = format!("The answer reached this server's limit of {what}. What had come is kept.");
        Some(PublicError::new(ErrorCode::LimitReached, message))
    }

    fn terminal(self, end: Result<FinishReason, PublicError>, generation: &Generation) -> StreamEvent {
        match end {
            Ok(finish_reason) => StreamEvent::Complete(Box::new(Complete {
                finish_reason,
                session_id: generation.session_id,
                suggestions: Vec::new(),
                usage: self.usage,
                stats: Stats {
                    first_chunk_ms: self.first_chunk.map(milliseconds),
                    duration_ms: milliseconds(self.started.elapsed()),
                    chunks: self.chunks,
                },
            })),
            Err(error) => StreamEvent::Error(error),
        }
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Watches a provider's silence and the whole duration with one timer, which is set anew only when it fires: a timer
/// for each token would cost more than the token.
struct Watchdog {
    limits: GenerationLimits,
    started: Instant,
    heard: Instant,
    speaks: bool,
    timer: Pin<Box<Sleep>>,
}

impl Watchdog {
    fn new(limits: GenerationLimits) -> Self {
        let started = Instant::now();
        let timer = Box::pin(tokio::time::sleep(limits.first_chunk.min(limits.duration)));
        Self { limits, started, heard: started, speaks: false, timer }
    }

    /// The provider said something; `speaks` once it was a piece of the answer.
    fn heard(&mut self, speaks: bool) -> Result<(), PublicError> {
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
    async fn guard<T>(&mut self, provider: impl Future<Output = T>) -> Result<T, PublicError> {
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
            false => (self.started, self.limits.first_chunk, "sent nothing for"),
            true => (self.heard, self.limits.idle, "fell silent for"),
        };
        let (silence, end) = (since + limit, self.started + self.limits.duration);
        if end < silence {
            return (end, self.took_too_long());
        }
        (silence, PublicError::new(ErrorCode::UpstreamTimeout, format!("The model {what} {limit:?}.")))
    }
}

const FAILED: &str = "The server failed while it wrote this answer.";

/// Whatever happens to the task (a panic, a runtime that goes away), its log is closed and the registry told.
struct CloseOnDrop<'a> {
    generation: &'a Generation,
    registry: &'a Registry,
}

impl Drop for CloseOnDrop<'_> {
    fn drop(&mut self) {
        if !self.generation.is_ended() {
            let error = PublicError::new(ErrorCode::Internal, FAILED);
            self.generation.log.append([StreamEvent::Error(error)]);
        }
        self.registry.ended(self.generation);
    }
}
