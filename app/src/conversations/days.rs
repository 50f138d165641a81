//! Conversations by day, as their reader counts days.

use protocol::{conversation::ConversationSummary, id::ConversationId};

const MINUTE: u64 = 60_000;
const DAY: u64 = 24 * 60 * MINUTE;

/// A part of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Those that a person keeps at the top.
    Pinned,
    /// Those of today; also what a wrong clock has put into the future.
    Today,
    /// Those of yesterday.
    Yesterday,
    /// Those of the seven days before today.
    PreviousWeek,
    /// Those of a month.
    Month {
        /// The year, where it is not the present one.
        year: Option<i64>,
        /// The month, from 1.
        month: u32,
    },
}

/// A line of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// The name of a group.
    Head(Group),
    /// A conversation.
    One(ConversationId),
}

/// The clock of whoever reads the list.
#[derive(Clone, Copy)]
pub struct Clock<F> {
    /// Now, in milliseconds since 1970 UTC.
    pub now: u64,
    /// How far local time is ahead of UTC at such a moment, in minutes.
    pub offset: F,
}

impl<F: Fn(u64) -> i32> Clock<F> {
    /// The local day, counted from 1970-01-01.
    fn day(&self, moment: u64) -> i64 {
        let local = moment as i64 + i64::from((self.offset)(moment)) * MINUTE as i64;
        local.div_euclid(DAY as i64)
    }

    fn group(&self, one: &ConversationSummary) -> Group {
        if one.pinned {
            return Group::Pinned;
        }
        let (today, day) = (self.day(self.now), self.day(one.updated_at));
        match today - day {
            ..=0 => Group::Today,
            1 => Group::Yesterday,
            2..=7 => Group::PreviousWeek,
            _ => {
                let ((present, _), (year, month)) = (month(today), month(day));
                Group::Month { year: (year != present).then_some(year), month }
            }
        }
    }

    /// The lines of a list that is in order.
    pub fn lines(&self, list: &[ConversationSummary]) -> Vec<Line> {
        let mut lines = Vec::with_capacity(list.len() + 8);
        let mut before = None;
        for one in list {
            let group = self.group(one);
            if before.replace(group) != Some(group) {
                lines.push(Line::Head(group));
            }
            lines.push(Line::One(one.id));
        }
        lines
    }
}

/// The year and the month of a day that is counted from 1970-01-01. (Howard Hinnant, "chrono-compatible low-level date
/// algorithms", `civil_from_days`.)
fn month(day: i64) -> (i64, u32) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-21 00:30 UTC.
    const NOW: u64 = 1_795_221_000_000;

    fn one(number: u128, updated_at: u64, pinned: bool) -> ConversationSummary {
        let id = ConversationId(uuid::Uuid::from_u128(number));
        ConversationSummary { id, title: String::new(), created_at: 0, updated_at, pinned, generation_id: None }
    }

    fn group(offset: i32, updated_at: u64) -> Group {
        Clock { now: NOW, offset: |_| offset }.group(&one(1, updated_at, false))
    }

    #[test]
    fn a_day_begins_at_the_readers_midnight() {
        let hour = 60 * MINUTE;
        assert_eq!(group(0, NOW - hour), Group::Yesterday);
        assert_eq!(group(60, NOW - hour), Group::Today);
        assert_eq!(group(-60, NOW), Group::Today);
        assert_eq!(group(-60, NOW - 24 * hour), Group::Yesterday);
        assert_eq!(group(0, NOW + 30 * hour), Group::Today);
    }

    #[test]
    fn older_ones_go_by_the_week_and_then_by_the_month() {
        let days = |days: u64| group(0, NOW - days * DAY);
        assert_eq!((days(2), days(7)), (Group::PreviousWeek, Group::PreviousWeek));
        assert_eq!(days(8), Group::Month { year: None, month: 11 });
        assert_eq!(days(21), Group::Month { year: None, month: 10 });
        assert_eq!(days(325), Group::Month { year: Some(2025), month: 12 });
        assert_eq!(group(0, 0), Group::Month { year: Some(1970), month: 1 });
        // 29 February 2024.
        assert_eq!(group(0, 1_709_164_800_000), Group::Month { year: Some(2024), month: 2 });
    }

    #[test]
    fn each_group_has_one_head() {
        let list = [one(1, 0, true), one(2, NOW, false), one(3, NOW, false), one(4, 0, false)];
        let lines = Clock { now: NOW, offset: |_| 0 }.lines(&list);
        let [pinned, first, second, third] = list.map(|one| Line::One(one.id));
        let old = Line::Head(Group::Month { year: Some(1970), month: 1 });
        assert_eq!(lines, [Line::Head(Group::Pinned), pinned, Line::Head(Group::Today), first, second, old, third]);
    }
}
