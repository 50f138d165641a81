//! Where a reader of all of an owner's generations is, as text that a client sends back after a cut.

use std::{collections::BTreeMap, fmt, num::ParseIntError, str::FromStr};

/// The generations of an owner have places, counted from 1 in the order in which they began. A position says up to which
/// place they are known, and how far each has been read that is not at its end.
///
/// Its text is `<epoch>-<newest>`, and `.<place>-<number>` for each of these: `9f3a1c02-12.7-120.12-3`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// Tells the owner's feed from those before it, whose places mean nothing now.
    pub(super) epoch: u32,
    pub(super) newest: u64,
    pub(super) under_way: BTreeMap<u64, u64>,
}

/// A text that is no position, or one of events that have not come yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a position")]
pub struct InvalidPosition;

impl From<ParseIntError> for InvalidPosition {
    fn from(_: ParseIntError) -> Self {
        Self
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}-{}", self.epoch, self.newest)?;
        self.under_way.iter().try_for_each(|(place, number)| write!(f, ".{place}-{number}"))
    }
}

impl FromStr for Position {
    type Err = InvalidPosition;

    fn from_str(text: &str) -> Result<Self, InvalidPosition> {
        let mut parts = text.split('.').map(|part| part.split_once('-').ok_or(InvalidPosition));
        let (epoch, newest) = parts.next().ok_or(InvalidPosition)??;
        let (epoch, newest) = (u32::from_str_radix(epoch, 16)?, newest.parse()?);
        let under_way = parts.map(|part| part.and_then(|(place, number)| Ok((place.parse()?, number.parse()?))));
        let under_way: BTreeMap<u64, u64> = under_way.collect::<Result<_, InvalidPosition>>()?;
        if under_way.keys().any(|place| *place > newest) {
            return Err(InvalidPosition);
        }
        Ok(Self { epoch, newest, under_way })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_reads_what_it_writes() {
        let position = Position { epoch: 0x9f, newest: 12, under_way: [(7, 120), (12, 0)].into() };
        assert_eq!(position.to_string(), "0000009f-12.7-120.12-0");
        assert_eq!(position.to_string().parse(), Ok(position));
        assert_eq!("1-0".parse::<Position>().unwrap().to_string(), "00000001-0");
        for wrong in
            ["", "0", "5", "x-1", "1-", "1-x", "1-2.", "1-2.1", "1-2.3-1", "1-2.1-x", "1-2 ", "1--2", "fffffffff-1"]
        {
            assert_eq!(wrong.parse::<Position>(), Err(InvalidPosition), "{wrong:?}");
        }
    }
}
