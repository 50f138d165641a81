//! Numbers, texts and times, whichever of them stands there.

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use std::fmt;

/// A time as milliseconds since 1970 UTC, from seconds, milliseconds, microseconds or nanoseconds, as a number or as text. Which of
/// these follows from the size: seconds are meant up to the year 5138.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(pub(super) Option<u64>);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Scalar::deserialize(deserializer).map(|value| Self(millis(&value)))
    }
}

fn millis(value: &Scalar) -> Option<u64> {
    let number = match value {
        Scalar::Nothing => return None,
        Scalar::Number(number) => *number,
        Scalar::Text(text) => text.trim().parse().ok()?,
    };
    let millis = match number {
        number if !number.is_finite() || number <= 0.0 => return None,
        seconds if seconds < 1e11 => seconds * 1e3,
        millis if millis < 1e14 => millis,
        micros if micros < 1e17 => micros / 1e3,
        nanos => nanos / 1e6,
    };
    // What is later than that is nonsense.
    (millis < 1e14).then_some(millis.round() as u64)
}

/// A text or a number. Anything else may stand there too, and is passed over.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) enum Scalar {
    #[default]
    Nothing,
    Number(f64),
    Text(String),
}

impl Scalar {
    pub(super) fn into_text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Nothing | Self::Number(_) => None,
        }
    }

    /// A number of things.
    pub(super) fn count(&self) -> Option<u64> {
        match self {
            Self::Number(number) if *number >= 0.0 && *number < 1e15 => Some(*number as u64),
            Self::Number(_) | Self::Nothing | Self::Text(_) => None,
        }
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ScalarVisitor;

        impl<'de> Visitor<'de> for ScalarVisitor {
            type Value = Scalar;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_unit<E>(self) -> Result<Scalar, E> {
                Ok(Scalar::Nothing)
            }

            fn visit_bool<E>(self, _: bool) -> Result<Scalar, E> {
                Ok(Scalar::Nothing)
            }

            fn visit_i64<E>(self, number: i64) -> Result<Scalar, E> {
                Ok(Scalar::Number(number as f64))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Scalar, E> {
                Ok(Scalar::Number(number as f64))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Scalar, E> {
                Ok(Scalar::Number(number))
            }

            fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
                Ok(Scalar::Text(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Scalar, A::Error> {
                IgnoredAny.visit_seq(list).map(|_| Scalar::Nothing)
            }

            fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Scalar, A::Error> {
                IgnoredAny.visit_map(object).map(|_| Scalar::Nothing)
            }
        }

        deserializer.deserialize_any(ScalarVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn times_are_read_in_any_unit() {
        let expected = Some(1_700_000_000_123);
        for value in [
            json!(1_700_000_000.123),
            json!(1_700_000_000_123_u64),
            json!(1_700_000_000_123_000_u64),
            json!("1700000000.123"),
        ] {
            assert_eq!(moment(&value), expected, "{value}");
        }
        assert_eq!(moment(&json!(1_700_000_000_123_000_000_u64)), expected);
        for value in
            [json!(null), json!(0), json!(-5), json!("soon"), json!(1e300), json!({}), json!([[1]]), json!(true)]
        {
            assert_eq!(moment(&value), None, "{value}");
        }
    }

    fn moment(value: &Value) -> Option<u64> {
        serde_json::from_str::<Moment>(&value.to_string()).unwrap().0
    }
}
