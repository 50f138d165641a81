//! What a client may take, as it is written in the settings.

use std::{fmt, str::FromStr, time::Duration};

/// So many in so much time. All of them may be taken at once; then they come back one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    count: u32,
    period: Duration,
}

/// More than anybody could start.
const MOST: u32 = 1_000_000;
/// A year; what is longer is a slip of the keyboard.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

impl Quota {
    /// How many.
    pub fn count(self) -> u32 {
        self.count
    }

    /// In how many whole seconds, rounded up.
    pub fn window_seconds(self) -> u64 {
        whole_seconds(self.period)
    }

    /// So many times as many in the same time.
    pub fn times(self, factor: u32) -> Self {
        Self { count: self.count.saturating_mul(factor).min(MOST), ..self }
    }

    /// How long one takes to come back. Never nothing.
    pub(super) fn interval(self) -> Duration {
        self.period / self.count
    }

    /// How long all of them take. Reckoned from the interval, so that no fraction of one is ever left over.
    pub(super) fn capacity(self) -> Duration {
        self.interval() * self.count
    }
}

/// A duration in whole seconds, rounded up: who comes back too early is refused again.
pub fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

/// How long to wait, for a person: `5 seconds`.
pub fn in_words(wait: Duration) -> String {
    match whole_seconds(wait) {
        1 => "1 second".into(),
        seconds @ 2..120 => format!("{seconds} seconds"),
        seconds => format!("{} minutes", seconds.div_ceil(60)),
    }
}

const EXPECTED: &str = "must be a number and a time, such as 10/min, 1/s, 100/h or 5/10s, or off";

impl FromStr for Quota {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (count, period) = text.split_once('/').ok_or(EXPECTED)?;
        let period = period.trim();
        let period =
            if period.starts_with(|first: char| first.is_ascii_digit()) { period } else { &format!("1{period}") };
        let count: u32 = count.trim().parse().map_err(|_| EXPECTED)?;
        let period = humantime::parse_duration(period).map_err(|_| EXPECTED)?;
        if !(1..=MOST).contains(&count) || period < Duration::from_millis(1) || period > LONGEST {
            return Err(format!("must allow 1 to {MOST} in at least a millisecond and at most a year, or be off"));
        }
        Ok(Self { count, period })
    }
}

impl fmt::Display for Quota {
    /// In words: `10 in a minute`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in ", self.count)?;
        match self.period.as_millis() {
            1_000 => f.write_str("a second"),
            60_000 => f.write_str("a minute"),
            3_600_000 => f.write_str("an hour"),
            86_400_000 => f.write_str("a day"),
            _ => humantime::format_duration(self.period).fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotas_are_read_or_explained() {
        for (text, words, seconds) in [
            ("10/min", "10 in a minute", 60),
            ("1/s", "1 in a second", 1),
            ("100/h", "100 in an hour", 3600),
            ("5/10s", "5 in 10s", 10),
            ("5 / 1500ms", "5 in 1s 500ms", 2),
            ("3/day", "3 in a day", 86400),
        ] {
            let quota: Quota = text.parse().unwrap();
            assert_eq!((quota.to_string().as_str(), quota.window_seconds()), (words, seconds), "{text}");
        }
        let many = "3/h".parse::<Quota>().unwrap().times(10);
        assert_eq!((many.to_string().as_str(), many.times(u32::MAX).count()), ("30 in an hour", MOST));
        for wrong in ["", "10", "/min", "0/min", "-1/min", "1.5/s", "10/", "10/soon", "10/0s", "5000000/s", "1/3years"]
        {
            assert!(wrong.parse::<Quota>().unwrap_err().starts_with("must"), "{wrong}");
        }
    }
}
