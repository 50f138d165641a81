//! What other programs are not strict about.

use serde::{Deserialize, Deserializer, de::IgnoredAny, de::MapAccess, de::Visitor};
use serde_json::Value;
use std::{fmt, marker::PhantomData};

/// A time as milliseconds since 1970 UTC, from seconds, milliseconds, microseconds or nanoseconds, as a number or as text. Which of
/// these follows from the size: seconds are meant up to the year 5138.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(pub(super) Option<u64>);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(|value| Self(millis(&value)))
    }
}

fn millis(value: &Value) -> Option<u64> {
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
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

/// An object as a list, in the order of the file.
#[derive(Debug)]
pub(super) struct Entries<T>(pub(super) Vec<(String, T)>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for EntriesVisitor<T> {
            type Value = Entries<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(EntriesVisitor(PhantomData))
    }
}

/// Anything that may be there or not, and of which nothing more is asked.
pub(super) type Present = Option<IgnoredAny>;

/// The same JSON with every half of a character replaced; `None` if there was none, so that something else is wrong with it.
pub(super) fn mended(json: &[u8]) -> Option<Vec<u8>> {
    let text = String::from_utf8_lossy(json);
    let mut mended = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(at) = rest.find('\\') {
        let escape = &rest[at..];
        let length = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => 12,
            (Some(0xd800..0xe000), _) => {
                mended.push_str(&rest[..at]);
                mended.push_str("\\ufffd");
                rest = &escape[6..];
                continue;
            }
            (Some(_), _) => 6,
            // The backslash and what follows it, so that `\\u` is not taken for an escape.
            (None, _) => 1 + escape[1..].chars().next().map_or(0, char::len_utf8),
        };
        mended.push_str(&rest[..at + length]);
        rest = &rest[at + length..];
    }
    mended.push_str(rest);
    (mended.as_bytes() != json).then(|| mended.into_bytes())
}

/// The number of an escape such as `\ud83d`.
fn unit(escape: &str) -> Option<u16> {
    let digits = escape.strip_prefix("\\u")?.get(..4)?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
}

/// What a value should have been, without its place.
pub(super) fn in_words(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn times_are_read_in_any_unit() {
        let expected = Some(1_700_000_000_123);
        for value in [
            json!(1_700_000_000.123),
            json!(1_700_000_000_123_u64),
            json!(1_700_000_000_123_000_u64),
            json!("1700000000.123"),
        ] {
            assert_eq!(millis(&value), expected, "{value}");
        }
        assert_eq!(millis(&json!(1_700_000_000_123_000_000_u64)), expected);
        for value in [json!(null), json!(0), json!(-5), json!("soon"), json!(1e300), json!({})] {
            assert_eq!(millis(&value), None, "{value}");
        }
    }

    #[test]
    fn only_halves_of_characters_are_mended() {
        let mend = |text: &str| mended(text.as_bytes()).map(|bytes| String::from_utf8(bytes).unwrap());
        assert_eq!(mend(r#""a\ud83db""#).unwrap(), r#""a\ufffdb""#);
        assert_eq!(mend(r#""a\ude00\ud83d""#).unwrap(), r#""a\ufffd\ufffd""#);
        assert_eq!(mend(r#""\ud83d\ude00 \\ud83d \u00e9 \n \"""#), None);
        assert_eq!(mend(r#""\"#), None);
        assert_eq!(mended(b"\"\xff\"").unwrap(), "\"\u{fffd}\"".as_bytes());
    }
}
