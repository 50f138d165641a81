//! How fast an answer comes.

use protocol::message::Message;

/// The figures under an answer.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Figures {
    /// From the question to the first token, in milliseconds.
    pub first_token_ms: Option<f64>,
    /// How many tokens were written; approximate until the provider tells.
    pub tokens: Option<u64>,
    /// Tokens in a second, since the first one.
    pub tokens_per_second: Option<f64>,
}

impl Figures {
    /// What a message that has ended tells about itself.
    pub fn of(message: &Message) -> Self {
        let Some(stats) = message.stats else { return Self::default() };
        let written = message.usage.map(|usage| usage.output_tokens).filter(|tokens| *tokens > 0);
        let tokens = written.unwrap_or(stats.chunks);
        let writing = stats.first_chunk_ms.map(|first| stats.duration_ms.saturating_sub(first) as f64);
        Self {
            first_token_ms: stats.first_chunk_ms.map(|ms| ms as f64),
            tokens: (tokens > 0).then_some(tokens),
            tokens_per_second: writing.and_then(|ms| rate(tokens, ms)),
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
    pieces: u64,
}

impl Stopwatch {
    /// Begins when the question is sent.
    pub(crate) fn started(now: f64) -> Self {
        Self { sent: Some(now), ..Self::default() }
    }

    /// A piece came.
    pub(crate) fn piece(&mut self, now: f64) {
        self.first.get_or_insert(now);
        self.pieces += 1;
    }

    /// The figures at this moment.
    pub(crate) fn figures(&self, now: f64) -> Figures {
        let Some(first) = self.first else { return Figures::default() };
        Figures {
            first_token_ms: self.sent.map(|sent| first - sent),
            tokens: self.sent.map(|_| self.pieces),
            tokens_per_second: rate(self.pieces, now - first),
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
        message.stats = Some(Stats { first_chunk_ms: Some(500), duration_ms: 1500, chunks: 20 });
        assert_eq!(Figures::of(&message).tokens_per_second, Some(20.0));
        message.usage = Some(Usage { input_tokens: 1, output_tokens: 40 });
        assert_eq!(Figures::of(&message).tokens, Some(40));
    }

    #[test]
    fn a_stopwatch_counts_pieces() {
        let mut watch = Stopwatch::started(100.0);
        for at in [300.0, 400.0, 500.0] {
            watch.piece(at);
        }
        let figures = watch.figures(1300.0);
        assert_eq!((figures.first_token_ms, figures.tokens), (Some(200.0), Some(3)));
        assert_eq!(figures.tokens_per_second, Some(3.0));
    }
}
