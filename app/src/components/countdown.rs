//! Counting down to a moment.

use crate::{browser::time, erased::effect, words};
use leptos::prelude::*;

/// The seconds that are left until a moment (in milliseconds since 1970 UTC), rounded up. Nothing ticks while the page is
/// hidden. Where there is a moment from the beginning, only for what the browser renders: the server has no clock here.
pub(super) fn seconds_left(until: Signal<Option<f64>>) -> Signal<u64> {
    let left = RwSignal::new(until.get_untracked().map_or(0, time::seconds_until));
    effect(move |_| {
        if let Some(until) = until.get() {
            left.set(time::seconds_until(until));
            leptos::reactive::spawn_local_scoped_with_cancellation(time::count_down(until, move |now| {
                if left.try_get_untracked().is_some_and(|before| before != now) {
                    left.set(now);
                }
            }));
        }
    });
    left.into()
}

/// A time as a person would say it, which stays on one line.
pub(super) fn duration(seconds: u64) -> String {
    let (minutes, rest) = ((seconds / 60).to_string(), (seconds % 60).to_string());
    let said = match seconds {
        0..60 => words::seconds(&rest),
        60..3600 if seconds.is_multiple_of(60) => words::minutes(&minutes),
        60..3600 => words::minutes_and_seconds(&minutes, &rest),
        _ => words::hours_and_minutes(&(seconds / 3600).to_string(), &(seconds % 3600 / 60).to_string()),
    };
    said.replace(' ', "\u{a0}")
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn times_are_said_in_the_units_that_fit() {
        let said = [1, 59, 60, 125, 3599, 3600, 7500].map(duration);
        let said = said.map(|said| said.replace('\u{a0}', " "));
        assert_eq!(said, ["1 s", "59 s", "1 min", "2 min 5 s", "59 min 59 s", "1 h 0 min", "2 h 5 min"]);
    }
}
