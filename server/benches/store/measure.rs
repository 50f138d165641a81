//! Times, and what most and nearly all of them were.

use std::{fmt, time::Duration};

/// What was measured of one thing.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    waited: Vec<Duration>,
    bytes: usize,
}

impl Figures {
    pub(crate) fn add(&mut self, waited: Duration, bytes: usize) {
        self.waited.push(waited);
        self.bytes = bytes;
    }

    /// In milliseconds; of so few, the 99th of a hundred is nearly the longest.
    fn percentile(&self, percent: usize) -> f64 {
        let mut sorted = self.waited.clone();
        sorted.sort_unstable();
        let at = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
        sorted.get(at).map_or(0.0, Duration::as_secs_f64) * 1e3
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1} ms | {:.1} ms | {}", self.percentile(50), self.percentile(99), self.bytes)
    }
}
