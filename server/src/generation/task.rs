//! The task of one generation: asks the provider, numbers what it says, and always ends the log.

use super::{
    attempts::{Attempts, Failure, Next},
    burst::{Burst, Telling},
    engine::{KeptText, OnEnd},
    handle::Generation,
    progress::Progress,
    registry::Registry,
    watchdog::Watchdog,
};
use crate::{
    byte_budget::ByteShare,
    config::GenerationLimits,
    providers::{BreakerChange, Provider, ProviderPrompt},
};
use futures::{
    FutureExt,
    future::{AbortRegistration, Abortable, Aborted},
};
use protocol::{
    error::{ErrorCode, PublicError},
    event::{FinishReason, Status, StreamEvent},
};
use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tokio::sync::OwnedSemaphorePermit;

/// Everything that a generation needs to run.
pub(super) struct Task {
    pub(super) generation: Arc<Generation>,
    pub(super) registry: Arc<Registry>,
    pub(super) attempts: Attempts,
    pub(super) limits: GenerationLimits,
    /// The place among the most generations at one time; free again when the task is gone.
    pub(super) place: OwnedSemaphorePermit,
    /// Room for the files of the prompt.
    pub(super) files: ByteShare,
    /// What has come of the answer already.
    pub(super) kept: Option<KeptText>,
    /// Hears when it is to stop.
    pub(super) aborted: AbortRegistration,
}

impl Task {
    /// Runs to the end, whatever the end is.
    pub(super) async fn run(self, prompt: ProviderPrompt, on_end: Option<OnEnd>) {
        let Self { generation, registry, attempts, limits, place, files, kept, aborted } = self;
        let close = CloseOnDrop { generation: &generation, registry: &registry };
        generation.log.append([StreamEvent::Status(Box::new(Status::Processing(generation.names.clone())))]);
        if let Some(KeptText { content, reasoning }) = kept {
            let reasoning = (!reasoning.is_empty()).then_some(StreamEvent::Reasoning { content: reasoning });
            generation.log.append(reasoning.into_iter().chain([StreamEvent::Chunk { content }]));
        }
        let mut progress = Progress::new(limits);
        let driven = AssertUnwindSafe(drive(&generation, attempts, (prompt, files), &mut progress)).catch_unwind();
        // An abort drops the provider's stream, which closes its socket: a cancel is as fast as that.
        let end = match Abortable::new(driven, aborted).await {
            Ok(Ok(end)) => end,
            // The panic hook has logged what and where; the answer ends, and is stored, like any that failed.
            Ok(Err(_)) => Err(PublicError::new(ErrorCode::Internal, FAILED).into()),
            Err(Aborted) => generation.cancelled().map_err(Failure::from),
        };
        // That a provider is paused was said when it was; everybody who comes meanwhile would say it again.
        let was_paused = end.as_ref().is_err_and(|failure| failure.paused);
        let last = progress.terminal(end.map_err(|failure| failure.error), &generation);
        if let StreamEvent::Error(error) = &last
            && !was_paused
        {
            tracing::warn!(generation = %generation.id(), model = generation.names.model, code = %error.code,
                message = error.message, "an answer failed");
        }
        if let Some(on_end) = on_end {
            // Nobody waits for the store to see what has come.
            generation.log.tell_readers();
            let mut transcript = generation.transcript();
            transcript.apply(transcript.message.last_event_id + 1, &last);
            on_end(transcript.message).await;
        }
        drop(place);
        generation.log.append([last]);
        drop(close);
    }
}

/// Asks until a model answers, then follows it to its end.
async fn drive(
    generation: &Generation,
    attempts: Attempts,
    (prompt, files): (ProviderPrompt, ByteShare),
    progress: &mut Progress,
) -> Result<FinishReason, Failure> {
    let mut watchdog = Watchdog::new(progress.limits());
    let told = |failure: Failure| {
        failure.retry_after.map(|wait| generation.retry_after.set(wait));
        failure
    };
    // What asking takes in memory is given back when the answer has begun.
    let begun = Box::pin(begin(generation, attempts, prompt, progress, &mut watchdog)).await;
    drop(files);
    // An answer without any text ends before it has begun.
    if let Some(mut stream) = begun.map_err(told)? {
        while hear(generation, &mut stream, progress, &mut watchdog).await.map_err(told)? {}
    }
    Ok(progress.finish())
}

/// Asks one model after the other, with pauses, until the first piece of an answer is there.
async fn begin(
    generation: &Generation,
    mut attempts: Attempts,
    mut prompt: ProviderPrompt,
    progress: &mut Progress,
    watchdog: &mut Watchdog,
) -> Result<Option<Burst>, Failure> {
    let tell = |status| generation.log.append([StreamEvent::Status(Box::new(status))]);
    loop {
        prompt.model.clone_from(&attempts.model().model);
        let failure = match attempts.admit() {
            Ok(permit) => {
                progress.set_price(attempts.model().price);
                let model = attempts.model();
                // Of what was shown to another before, it is only told.
                let told = (model.sees_images == Some(false)).then(|| prompt.clone().without_images());
                let answer =
                    ask(generation, &*model.provider, told.as_ref().unwrap_or(&prompt), progress, watchdog).await;
                if let Some(permit) = permit {
                    let change = permit.tell(answer.as_ref().map(drop).map_err(|failure| failure.error.code));
                    tell_operator(attempts.model().provider.label(), change);
                }
                match answer {
                    Ok(stream) => return Ok(stream),
                    Err(failure) => failure,
                }
            }
            Err(paused) => paused,
        };
        progress.begin_anew();
        let pause = match attempts.after(&failure) {
            Next::Again { status, pause } => {
                tell(status);
                pause
            }
            Next::Other { status } => {
                if !failure.paused {
                    tracing::warn!(generation = %generation.id(), code = %failure.error.code,
                        message = failure.error.message, to = attempts.model().id, "another model is asked");
                }
                tell(status);
                Duration::ZERO
            }
            Next::GiveUp => return Err(failure),
        };
        watchdog.ask_again(pause);
        watchdog.guard(tokio::time::sleep(pause)).await?;
    }
}

fn tell_operator(provider: &str, change: Option<BreakerChange>) {
    match change {
        Some(BreakerChange::Opened) => {
            tracing::warn!(provider, "a provider keeps failing and is left alone for a while")
        }
        Some(BreakerChange::Closed) => tracing::info!(provider, "a provider answers again"),
        None => {}
    }
}

/// Asks one model; gives its stream once the first piece of the answer is in the log; none if the answer is over without any.
async fn ask(
    generation: &Generation,
    provider: &dyn Provider,
    prompt: &ProviderPrompt,
    progress: &mut Progress,
    watchdog: &mut Watchdog,
) -> Result<Option<Burst>, Failure> {
    let mut stream = Burst::new(watchdog.guard(provider.generate(prompt)).await??);
    while !progress.has_begun() {
        if !hear(generation, &mut stream, progress, watchdog).await? {
            return Ok(None);
        }
    }
    Ok(Some(stream))
}

/// Takes the next batch of what the provider says; false at its end.
async fn hear(
    generation: &Generation,
    stream: &mut Burst,
    progress: &mut Progress,
    watchdog: &mut Watchdog,
) -> Result<bool, Failure> {
    let log = &generation.log;
    let Some((batch, when)) = stream.next(log, watchdog).await? else { return Ok(false) };
    let events = batch?.into_iter().filter_map(|delta| progress.take(delta));
    match when {
        Telling::AtOnce => log.append(events),
        Telling::Later => log.append_untold(events),
    }
    if let Some(error) = progress.over_limit().or_else(|| log.is_too_much().then(out_of_memory)) {
        return Err(error.into());
    }
    watchdog.heard(progress.has_begun())?;
    Ok(true)
}

fn out_of_memory() -> PublicError {
    let message = "The server ran short of memory, and this was its longest answer. What had come is kept.";
    PublicError::new(ErrorCode::Overloaded, message)
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
