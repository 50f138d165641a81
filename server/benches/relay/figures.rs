//! What is measured, and how it is shown.

use super::client::Load;
use std::{
    fs,
    sync::OnceLock,
    time::{Duration, Instant},
};

/// The time since the program began: provider and clients share one clock.
pub(crate) fn now() -> Duration {
    static BEGAN: OnceLock<Instant> = OnceLock::new();
    BEGAN.get_or_init(Instant::now).elapsed()
}

/// What one run has shown.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Figures {
    /// From the request to the first token: median and 99th percentile.
    first: (Duration, Duration),
    /// From a token's writing to its reading: median and 99th percentile.
    relay: (Duration, Duration),
    tokens_per_second: f64,
    /// Time on the processor, of the relay alone.
    pub(crate) cpu_per_token: Duration,
    /// From the first token to the last, all streams together.
    pub(crate) speech: Duration,
}

impl Figures {
    pub(crate) fn new(
        mut firsts: Vec<Duration>,
        mut relays: Vec<Duration>,
        duration: Duration,
        speech: Duration,
    ) -> Self {
        firsts.sort_unstable();
        relays.sort_unstable();
        let at = |sorted: &[Duration], share: f64| sorted[((sorted.len() - 1) as f64 * share).round() as usize];
        Self {
            first: (at(&firsts, 0.5), at(&firsts, 0.99)),
            relay: (at(&relays, 0.5), at(&relays, 0.99)),
            tokens_per_second: relays.len() as f64 / duration.as_secs_f64(),
            cpu_per_token: Duration::ZERO,
            speech,
        }
    }

    /// The median of each figure.
    pub(crate) fn median(runs: &[Self]) -> Self {
        let middle = |figure: fn(&Self) -> Duration| {
            let mut sorted: Vec<_> = runs.iter().map(figure).collect();
            sorted.sort_unstable();
            sorted[sorted.len() / 2]
        };
        let mut rates: Vec<_> = runs.iter().map(|run| run.tokens_per_second).collect();
        rates.sort_unstable_by(f64::total_cmp);
        Self {
            first: (middle(|run| run.first.0), middle(|run| run.first.1)),
            relay: (middle(|run| run.relay.0), middle(|run| run.relay.1)),
            tokens_per_second: rates[rates.len() / 2],
            cpu_per_token: middle(|run| run.cpu_per_token),
            speech: middle(|run| run.speech),
        }
    }
}

/// A table in Markdown, as docs/performance.md has it.
pub(crate) fn table(load: Load, proxy: Figures, rivulet: Figures) -> String {
    let rate = load.rate.map_or_else(|| "as fast as it goes".into(), |rate| format!("{rate} tokens/s each"));
    let mut table = format!(
        "| {} streams × {} tokens, {rate} | plain proxy | Rivulet | ratio |\n|---|---|---|---|\n",
        load.streams, load.tokens
    );
    let mut time = |what: &str, figure: fn(&Figures) -> Duration| {
        let (proxy, rivulet) = (figure(&proxy).as_secs_f64() * 1e6, figure(&rivulet).as_secs_f64() * 1e6);
        table.push_str(&format!("| {what} | {proxy:.1} µs | {rivulet:.1} µs | {:.1} |\n", rivulet / proxy));
    };
    if load.rate.is_some() {
        time("first token, p50", |figures| figures.first.0);
        time("first token, p99", |figures| figures.first.1);
        time("relay of a token, p50", |figures| figures.relay.0);
        time("relay of a token, p99", |figures| figures.relay.1);
    }
    time("CPU per token", |figures| figures.cpu_per_token);
    if load.rate.is_none() {
        let (proxy, rivulet) = (proxy.tokens_per_second, rivulet.tokens_per_second);
        table.push_str(&format!("| tokens a second | {proxy:.0} | {rivulet:.0} | {:.2} |\n", rivulet / proxy));
    }
    table
}

/// The time that the threads whose names begin in one of these ways have had on the processor, as Linux counts it for its
/// scheduler.
pub(crate) fn cpu_of(names: &[&str]) -> Duration {
    let threads = fs::read_dir("/proc/self/task").unwrap().filter_map(Result::ok).map(|entry| entry.path());
    let is_named = |comm: String| names.iter().any(|name| comm.starts_with(name));
    let named = threads.filter(|path| fs::read_to_string(path.join("comm")).is_ok_and(is_named));
    let nanoseconds = named.filter_map(|path| {
        let times = fs::read_to_string(path.join("schedstat")).ok()?;
        times.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanoseconds.sum())
}
