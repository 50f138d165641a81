//! What has been counted of one answer, and how it is told at its end.

use super::handle::Generation;
use crate::{config::GenerationLimits, prices::Price, providers::Delta};
use protocol::{
    error::{ErrorCode, PublicError},
    event::{Complete, FinishReason, Stats, StreamEvent, Usage},
};
use std::time::{Duration, Instant};

/// What has been counted of one answer.
pub(super) struct Progress {
    limits: GenerationLimits,
    started: Instant,
    first_chunk: Option<Duration>,
    thinking_since: Option<Instant>,
    thought: Option<Duration>,
    chunks: u64,
    bytes: usize,
    usage: Option<Usage>,
    price: Option<Price>,
    finish: Option<FinishReason>,
}

impl Progress {
    pub(super) fn new(limits: GenerationLimits) -> Self {
        Self {
            limits,
            started: Instant::now(),
            first_chunk: None,
            thinking_since: None,
            thought: None,
            chunks: 0,
            bytes: 0,
            usage: None,
            price: None,
            finish: None,
        }
    }

    /// The time limits and the most of everything.
    pub(super) fn limits(&self) -> GenerationLimits {
        self.limits
    }

    /// Whether a piece of the answer has come.
    pub(super) fn has_begun(&self) -> bool {
        self.first_chunk.is_some()
    }

    /// From now on a model of this price is asked.
    pub(super) fn set_price(&mut self, price: Option<Price>) {
        self.price = price;
    }

    /// Forgets what an attempt told that came to nothing.
    pub(super) fn begin_anew(&mut self) {
        (self.usage, self.finish) = (None, None);
    }

    /// Why the model ended, once its stream is over.
    pub(super) fn finish(&mut self) -> FinishReason {
        self.finish.take().unwrap_or(FinishReason::Stop)
    }

    /// Counts a delta, and says what readers are told of it. Pieces over the limits are left out.
    pub(super) fn take(&mut self, delta: Delta) -> Option<StreamEvent> {
        let event = match delta {
            Delta::Usage(usage) => {
                self.usage = Some(usage);
                return None;
            }
            Delta::Finish(reason) => {
                self.finish = Some(reason);
                return None;
            }
            Delta::Text(content) => {
                self.end_thinking();
                StreamEvent::Chunk { content }
            }
            Delta::Reasoning(content) => {
                self.thinking_since.get_or_insert_with(Instant::now);
                StreamEvent::Reasoning { content }
            }
        };
        if let StreamEvent::Chunk { content } | StreamEvent::Reasoning { content } = &event {
            self.bytes += content.len();
        }
        self.chunks += 1;
        self.first_chunk.get_or_insert_with(|| self.started.elapsed());
        self.over_limit().is_none().then_some(event)
    }

    fn end_thinking(&mut self) {
        if let Some(since) = self.thinking_since.take() {
            *self.thought.get_or_insert_default() += since.elapsed();
        }
    }

    pub(super) fn over_limit(&self) -> Option<PublicError> {
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

    pub(super) fn terminal(mut self, end: Result<FinishReason, PublicError>, generation: &Generation) -> StreamEvent {
        self.end_thinking();
        match end {
            Ok(finish_reason) => StreamEvent::Complete(Box::new(Complete {
                finish_reason,
                session_id: generation.session_id,
                suggestions: Vec::new(),
                usage: self.usage,
                cost: self.price.zip(self.usage).map(|(price, usage)| price.cost(usage)),
                stats: Stats {
                    first_chunk_ms: self.first_chunk.map(milliseconds),
                    reasoning_ms: self.thought.map(milliseconds),
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
