//! How fast an answer comes, and what it costs.

use protocol::{event::StreamEvent, message::Message, usage::Cost};

/// The figures under an answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figures {
    /// From the question to the first token, in milliseconds.
    pub first_token_ms: Option<f64>,
    /// How many tokens were written; approximate until the provider tells.
    pub tokens: Option<u64>,
    /// How many tokens were read.
    pub input_tokens: Option<u64>,
    /// Tokens in a second, since the first one.
    pub tokens_per_second: Option<f64>,
    /// From the question to the end, in milliseconds.
    pub duration_ms: Option<f64>,
    /// How long the model thought, in milliseconds.
    pub reasoning_ms: Option<f64>,
    /// What it cost.
    pub cost: Option<Cost>,
}

impl Figures {
    /// What a message that has ended tells about itself.
    pub fn of(message: &Message) -> Self {
        let input_tokens = message.usage.map(|usage| usage.input_tokens).filter(|tokens| *tokens > 0);
        let cost = message.cost.clone();
        let Some(stats) = message.stats else { return Self { input_tokens, cost, ..Self::default() } };
        let written = message.usage.map(|usage| usage.output_tokens).filter(|tokens| *tokens > 0);
        let tokens = written.unwrap_or(stats.chunks);
        let writing = stats.first_chunk_ms.map(|first| stats.duration_ms.saturating_sub(first) as f64);
        Self {
            first_token_ms: stats.first_chunk_ms.map(|ms| ms as f64),
            tokens: (tokens > 0).then_some(tokens),
            input_tokens,
            tokens_per_second: writing.and_then(|ms| rate(tokens, ms)),
            duration_ms: Some(stats.duration_ms as f64),
            reasoning_ms: stats.reasoning_ms.map(|ms| ms as f64),
            cost,
        }
    }

    /// Whether there is anything to tell.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Measures an answer while it comes: each piece counts as a token.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Stopwatch {
    /// When the question was sent; not known to a page that resumes.
    sent: Option<f64>,
    first: Option<f64>,
    /// Since when the model thinks.
    thinks: Option<f64>,
    thought: Option<f64>,
    pieces: u64,
}

impl Stopwatch {
    /// Begins when the question is sent.
    pub(crate) fn started(now: f64) -> Self {
        Self { sent: Some(now), ..Self::default() }
    }

    /// A piece came.
    pub(crate) fn piece(&mut self, event: &StreamEvent, now: f64) {
        self.first.get_or_insert(now);
        self.pieces += 1;
        if matches!(event, StreamEvent::Reasoning { .. }) {
            self.thinks.get_or_insert(now);
        } else if let Some(since) = self.thinks.take() {
            *self.thought.get_or_insert_default() += now - since;
        }
    }

    /// The figures at this moment.
    pub(crate) fn figures(&self, now: f64) -> Figures {
        let Some(first) = self.first else { return Figures::default() };
        Figures {
            first_token_ms: self.sent.map(|sent| first - sent),
            tokens: self.sent.map(|_| self.pieces),
            tokens_per_second: rate(self.pieces, now - first),
            // A page that came later has not seen all of it.
            reasoning_ms: self.sent.and(self.thought),
            ..Figures::default()
        }
    }
}

/// Too short a time gives no rate worth showing.
fn rate(tokens: u64, milliseconds: f64) -> Option<f64> {
    (tokens > 1 && milliseconds >= 100.0).then(|| tokens as f64 / milliseconds * 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{
        event::{Stats, Usage},
        id::MessageId,
    };

    #[test]
    fn the_providers_count_goes_before_our_own() {
        let mut message = Message::answer(MessageId(uuid::Uuid::nil()), None, 0);
        assert!(Figures::of(&message).is_empty());
        message.stats = Some(Stats { first_chunk_ms: Some(500), reasoning_ms: None, duration_ms: 1500, chunks: 20 });
        assert_eq!(Figures::of(&message).tokens_per_second, Some(20.0));
        message.usage = Some(Usage { input_tokens: 1, output_tokens: 40, ..Usage::default() });
        assert_eq!((Figures::of(&message).tokens, Figures::of(&message).input_tokens), (Some(40), Some(1)));
    }

    #[test]
    fn a_stopwatch_counts_pieces() {
        let mut watch = Stopwatch::started(100.0);
        for at in [300.0, 400.0, 500.0] {
            watch.piece(&StreamEvent::Chunk { content: "a".into() }, at);
        }
        let figures = watch.figures(1300.0);
        assert_eq!((figures.first_token_ms, figures.tokens), (Some(200.0), Some(3)));
        assert_eq!((figures.tokens_per_second, figures.reasoning_ms), (Some(3.0), None));
    }

    #[test]
    fn a_stopwatch_sums_the_thoughts() {
        let (thought, word) =
            (StreamEvent::Reasoning { content: "hm".into() }, StreamEvent::Chunk { content: "a".into() });
        let mut watch = Stopwatch::started(0.0);
        for (event, at) in [(&thought, 100.0), (&thought, 900.0), (&word, 1100.0), (&thought, 2000.0), (&word, 2500.0)]
        {
            watch.piece(event, at);
        }
        assert_eq!(watch.figures(3000.0).reasoning_ms, Some(1500.0));
        let mut late = Stopwatch::default();
        late.piece(&thought, 100.0);
        late.piece(&word, 200.0);
        assert_eq!(late.figures(300.0).reasoning_ms, None, "it may have begun before this page came");
    }
}
