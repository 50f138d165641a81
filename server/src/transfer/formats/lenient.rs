//! What other programs are not strict about.
//!
//! Nothing here takes much more memory than it has bytes in the file: a list of nothing has three bytes for each, and as a `Vec` of
//! anything it would have dozens. So lists are counted while they are read, or become what they say at once.

use super::MOST_MESSAGES;
use serde::{
    Deserialize, Deserializer,
    de::{
        Error, IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer, value::SeqAccessDeserializer,
    },
};
use std::{fmt, marker::PhantomData};

/// The most places for messages in one conversation. Some hold nothing that a person was meant to see: calls of tools, thoughts.
const MOST_PLACES: usize = 2 * MOST_MESSAGES;

fn too_many<E: Error>() -> E {
    E::custom(format_args!("there are more than {MOST_PLACES} entries, the most for one conversation"))
}

/// A text, or an object or list that says more.
#[derive(Debug)]
pub(super) enum TextOr<T> {
    Text(String),
    Other(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for TextOr<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for TextOrVisitor<T> {
            type Value = TextOr<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, an object or a list")
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(TextOr::Text(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
                T::deserialize(SeqAccessDeserializer::new(list)).map(TextOr::Other)
            }

            fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(object)).map(TextOr::Other)
            }
        }

        deserializer.deserialize_any(TextOrVisitor(PhantomData))
    }
}

/// An object. Anything else may stand there too, and is passed over.
#[derive(Debug)]
pub(super) struct ObjectOrNothing<T>(pub(super) Option<T>);

impl<T> Default for ObjectOrNothing<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for ObjectOrNothing<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
            type Value = ObjectOrNothing<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(ObjectOrNothing(None))
            }

            fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
                Ok(ObjectOrNothing(None))
            }

            fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
                Ok(ObjectOrNothing(None))
            }

            fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
                Ok(ObjectOrNothing(None))
            }

            fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
                Ok(ObjectOrNothing(None))
            }

            fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
                Ok(ObjectOrNothing(None))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
                IgnoredAny.visit_seq(list).map(|_| ObjectOrNothing(None))
            }

            fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(object)).map(|object| ObjectOrNothing(Some(object)))
            }
        }

        deserializer.deserialize_any(ObjectVisitor(PhantomData))
    }
}

/// What a list comes to.
pub(super) trait Gather: Default {
    /// What stands in the list.
    type Item;

    fn add(&mut self, item: Self::Item);
}

/// A list of which only what it comes to is kept.
#[derive(Debug, Default)]
pub(super) struct Gathered<T>(pub(super) T);

impl<'de, T> Deserialize<'de> for Gathered<T>
where
    T: Gather,
    T::Item: Deserialize<'de>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct GatheredVisitor<T>(PhantomData<T>);

        impl<'de, T> Visitor<'de> for GatheredVisitor<T>
        where
            T: Gather,
            T::Item: Deserialize<'de>,
        {
            type Value = Gathered<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut gathered = T::default();
                while let Some(item) = list.next_element()? {
                    gathered.add(item);
                }
                Ok(Gathered(gathered))
            }
        }

        deserializer.deserialize_seq(GatheredVisitor(PhantomData))
    }
}

/// Adds a part of a text, which stands by itself.
pub(super) fn add_paragraph(text: &mut String, part: &str) {
    if !text.is_empty() && !part.is_empty() {
        text.push_str("\n\n");
    }
    text.push_str(part);
}

/// A list of messages, which ends where there are too many.
pub(super) fn places<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    struct PlacesVisitor<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for PlacesVisitor<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut places = Vec::new();
            while let Some(place) = list.next_element()? {
                if places.len() == MOST_PLACES {
                    return Err(too_many());
                }
                places.push(place);
            }
            Ok(places)
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Vec::new())
        }
    }

    deserializer.deserialize_any(PlacesVisitor(PhantomData))
}

/// An object as a list, in the order of the file, which ends where there are too many.
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
                    if entries.len() == MOST_PLACES {
                        return Err(too_many());
                    }
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
