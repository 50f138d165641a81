//! The embedded demo model, `demo/rivulet`: no network, no key, and every state that a real provider can show.
//!
//! It answers with rich markdown about what was asked, at a human pace. Commands at the start of the last message script
//! the rest ([`script`]): how fast, how long, and how it ends. What it says follows from the prompt alone.

mod answer;
mod script;

use super::{Delta, DeltaStream, Provider, ProviderError, ProviderPrompt, continuation::GO_ON, fault::Fault};
use answer::Pieces;
use async_trait::async_trait;
use futures::{StreamExt, stream};
use protocol::{
    error::ErrorCode,
    event::{FinishReason, Usage},
    message::Role,
    model::ModelInfo,
    request::Turn,
};
use script::{End, Pace, Script};
use std::time::Duration;

/// The full name of the demo model.
pub const DEMO_MODEL: &str = "demo/rivulet";

/// The demo provider. `/help` tells what it can do.
#[derive(Debug, Clone, Copy, Default)]
pub struct Demo;

#[async_trait]
impl Provider for Demo {
    fn id(&self) -> &str {
        "demo"
    }

    fn label(&self) -> &str {
        "Demo"
    }

    async fn models(&self) -> Result<Vec<ModelInfo>, ProviderError> {
        Ok(vec![ModelInfo {
            id: DEMO_MODEL.into(),
            provider: "demo".into(),
            label: "Rivulet demo".into(),
            sees_images: Some(true),
        }])
    }

    async fn generate(&self, prompt: &ProviderPrompt) -> Result<DeltaStream, ProviderError> {
        let mut questions: Vec<&str> =
            prompt.turns.iter().filter(|turn| turn.role == Role::User).map(|turn| turn.content.as_str()).collect();
        let said = said_before(&mut questions, &prompt.turns);
        let mut script = Script::read(questions.last().copied().unwrap_or_default());
        if said.is_some() {
            // What broke off once need not break off again.
            script = Script { end: End::Stop, reasoning: false, ..script };
        }
        if let End::Error { code, after: 0 } = script.end {
            return Err(failure(code));
        }
        if script.end == End::Hang {
            return Ok(stream::pending().boxed());
        }
        let read = prompt.turns.iter().map(|turn| turn.text().split_whitespace().count() as u64).sum();
        let asked = prompt.turns.iter().rev().find(|turn| turn.role == Role::User && turn.content != GO_ON);
        let files = asked.map(|turn| turn.files.as_slice()).unwrap_or_default();
        let previous = questions.len().checked_sub(2).map(|at| Script::read(questions[at]).question);
        let reasoning = if script.reasoning { Pieces::of(answer::reasoning(&script.question)) } else { Pieces::none() };
        let text = match (script.help, script.long) {
            (true, _) => Pieces::of(script::HELP.to_owned()),
            (_, Some(words)) => Pieces::long(words),
            _ => Pieces::of(answer::answer(&script.question, previous.as_deref(), &script.notes, files)),
        };
        let text = text.after(said.unwrap_or_default());
        let limit = prompt.parameters.max_tokens.map_or(usize::MAX, |tokens| tokens as usize);
        let speech = Speech { reasoning, text, script, limit, read, written: 0, state: State::Speaking };
        Ok(stream::unfold(speech, Speech::next).boxed())
    }
}

/// What has come of an answer that is to be taken on; the request for it is no question.
fn said_before<'a>(questions: &mut Vec<&str>, turns: &'a [Turn]) -> Option<&'a str> {
    questions.pop_if(|last| *last == GO_ON)?;
    turns.iter().rev().find(|turn| turn.role == Role::Assistant).map(|turn| turn.content.as_str())
}

fn failure(code: ErrorCode) -> ProviderError {
    let hint = (code == ErrorCode::UpstreamRateLimited).then_some(Duration::from_secs(1));
    Fault::with(code, "this is what was asked for").into_error("The demo model", None, hint)
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Speaking,
    Ended,
}

/// An answer under way.
struct Speech {
    reasoning: Pieces,
    text: Pieces,
    script: Script,
    /// The most pieces, as `max_tokens` asks.
    limit: usize,
    read: u64,
    written: usize,
    state: State,
}

impl Speech {
    async fn next(mut self) -> Option<(Result<Vec<Delta>, ProviderError>, Self)> {
        if self.state == State::Ended {
            return None;
        }
        if let Some(stop) = self.scripted_end() {
            if self.script.end == End::Stall {
                std::future::pending::<()>().await;
            }
            return self.end(stop);
        }
        let delta = match self.reasoning.next() {
            Some(piece) => Delta::Reasoning(piece),
            None => match self.text.next() {
                Some(piece) => Delta::Text(piece),
                None => return self.end(Ok(FinishReason::Stop)),
            },
        };
        self.pause().await;
        self.written += 1;
        Some((Ok(vec![delta]), self))
    }

    /// How the script ends the answer, once it has come to that place.
    fn scripted_end(&self) -> Option<Result<FinishReason, ProviderError>> {
        /// Enough pieces to see that an answer had begun.
        const MIDWAY: usize = 24;
        let reached = |pieces: usize| self.written >= pieces;
        match self.script.end {
            End::Error { code, after } if reached(after) => Some(Err(failure(code))),
            End::Cut if reached(MIDWAY) => {
                let message = "The demo model broke off in the middle of the answer, as it was asked to.";
                Some(Err(ProviderError::new(ErrorCode::UpstreamTruncated, message)))
            }
            End::Filter if reached(MIDWAY) => Some(Ok(FinishReason::ContentFilter)),
            End::Length if reached(MIDWAY) => Some(Ok(FinishReason::Length)),
            End::Stall if reached(MIDWAY) => Some(Ok(FinishReason::Stop)),
            _ if reached(self.limit) => Some(Ok(FinishReason::Length)),
            _ => None,
        }
    }

    fn end(mut self, stop: Result<FinishReason, ProviderError>) -> Option<(Result<Vec<Delta>, ProviderError>, Self)> {
        self.state = State::Ended;
        let usage = Usage { input_tokens: self.read, output_tokens: self.written as u64, ..Usage::default() };
        Some((stop.map(|reason| vec![Delta::Usage(usage), Delta::Finish(reason)]), self))
    }

    /// Waits as long as a person would take to speak the piece; the first comes at once.
    async fn pause(&self) {
        let variation = (self.written as u64 * 7919) % 13;
        let pause = match self.script.pace {
            Pace::Fast if self.written % 32 == 31 => return tokio::task::yield_now().await,
            Pace::Fast => return,
            Pace::Human => Duration::from_millis(14 + variation),
            Pace::Slow => Duration::from_millis(180 + 10 * variation),
        };
        if self.written > 0 {
            tokio::time::sleep(pause).await;
        }
    }
}

#[cfg(test)]
mod tests;
