//! What went wrong with an answer, as Open WebUI says it.

use super::scalar::Scalar;
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use std::fmt;

/// An error's text: it is an object, a text, or only said to be there. None if it is said not to be there.
#[derive(Debug)]
pub(super) struct Failure(pub(super) Option<String>);

impl<'de> Deserialize<'de> for Failure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FailureVisitor;

        fn failed<E>() -> Result<Failure, E> {
            Ok(Failure(Some("It failed.".to_owned())))
        }

        impl<'de> Visitor<'de> for FailureVisitor {
            type Value = Failure;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an error")
            }

            fn visit_bool<E>(self, failed: bool) -> Result<Failure, E> {
                Ok(Failure(failed.then(|| "It failed.".to_owned())))
            }

            fn visit_str<E>(self, text: &str) -> Result<Failure, E> {
                Ok(Failure(Some(text.to_owned())))
            }

            fn visit_i64<E>(self, _: i64) -> Result<Failure, E> {
                failed()
            }

            fn visit_u64<E>(self, _: u64) -> Result<Failure, E> {
                failed()
            }

            fn visit_f64<E>(self, _: f64) -> Result<Failure, E> {
                failed()
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Failure, A::Error> {
                IgnoredAny.visit_seq(list).and_then(|_| failed())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Failure, A::Error> {
                let mut texts: [Option<String>; 3] = Default::default();
                while let Some(name) = object.next_key::<String>()? {
                    match ["content", "message", "detail"].iter().position(|known| *known == name) {
                        Some(at) => texts[at] = object.next_value::<Scalar>()?.into_text(),
                        None => drop(object.next_value::<IgnoredAny>()?),
                    }
                }
                let text = texts.into_iter().flatten().next();
                text.map_or_else(failed, |text| Ok(Failure(Some(text))))
            }
        }

        deserializer.deserialize_any(FailureVisitor)
    }
}
