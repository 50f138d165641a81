//! JSON into the types of the wire.
//!
//! The text is first read into [`Json`], and each type from that: serde_json's reader, which takes arrays for structures too and
//! keeps track of lines, would be compiled once for every type, and the page's WASM is what a first visit waits for.

use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer, Visitor, value::StringDeserializer},
};
use std::fmt;

/// Reads a value; none where the text is not JSON or not of this type.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    T::deserialize(parse(text)?).ok()
}

fn parse(text: &str) -> Option<Json> {
    serde_json::from_str(text).ok()
}

/// Any JSON. The fields of an object keep their order.
enum Json {
    Null,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyJson)
    }
}

struct AnyJson;

impl<'de> Visitor<'de> for AnyJson {
    type Value = Json;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Unsigned(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Signed(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut fields: A) -> Result<Json, A::Error> {
        let mut object = Vec::new();
        while let Some(field) = fields.next_entry()? {
            object.push(field);
        }
        Ok(Json::Object(object))
    }
}

/// JSON that is not of the type that was asked for. Nobody is told more than that.
#[derive(Debug)]
struct Mismatch;

impl fmt::Display for Mismatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not of this type")
    }
}

impl std::error::Error for Mismatch {}

impl de::Error for Mismatch {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }

    // The default would write sentences that nobody reads.
    fn invalid_type(_: de::Unexpected<'_>, _: &dyn de::Expected) -> Self {
        Self
    }

    fn invalid_value(_: de::Unexpected<'_>, _: &dyn de::Expected) -> Self {
        Self
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }

    fn missing_field(_: &'static str) -> Self {
        Self
    }

    fn duplicate_field(_: &'static str) -> Self {
        Self
    }
}

impl Json {
    fn number<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self {
            Self::Unsigned(number) => visitor.visit_u64(number),
            Self::Signed(number) => visitor.visit_i64(number),
            Self::Float(number) => visitor.visit_f64(number),
            _ => Err(Mismatch),
        }
    }

    fn text<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        let Self::Text(text) = self else { return Err(Mismatch) };
        visitor.visit_string(text)
    }
}

macro_rules! read_as {
    ($kind:ident: $($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
            self.$kind(visitor)
        })*
    };
}

impl<'de> Deserializer<'de> for Json {
    type Error = Mismatch;

    read_as!(number: deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16
        deserialize_u32 deserialize_u64 deserialize_f32 deserialize_f64);
    read_as!(text: deserialize_char deserialize_str deserialize_string deserialize_identifier deserialize_bytes
        deserialize_byte_buf);

    /// Types of the wire say what they are; those that look first are for requests, which only the server reads.
    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Mismatch> {
        Err(Mismatch)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        let Self::Bool(value) = self else { return Err(Mismatch) };
        visitor.visit_bool(value)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self {
            Self::Null => visitor.visit_none(),
            value => visitor.visit_some(value),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        let Self::List(items) = self else { return Err(Mismatch) };
        visitor.visit_seq(Items(items.into_iter()))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        let Self::Object(fields) = self else { return Err(Mismatch) };
        visitor.visit_map(Fields { fields: fields.into_iter(), value: Json::Null })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        self.deserialize_map(visitor)
    }

    /// Only enums without fields: the page reads no others.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        let Self::Text(name) = self else { return Err(Mismatch) };
        let name: StringDeserializer<Mismatch> = name.into_deserializer();
        visitor.visit_enum(name)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! { unit unit_struct tuple tuple_struct }
}

struct Items(std::vec::IntoIter<Json>);

impl<'de> de::SeqAccess<'de> for Items {
    type Error = Mismatch;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Mismatch> {
        self.0.next().map(|item| seed.deserialize(item)).transpose()
    }
}

struct Fields {
    fields: std::vec::IntoIter<(String, Json)>,
    /// Of the field whose name was read last.
    value: Json,
}

impl<'de> de::MapAccess<'de> for Fields {
    type Error = Mismatch;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Mismatch> {
        let Some((name, value)) = self.fields.next() else { return Ok(None) };
        self.value = value;
        seed.deserialize(Json::Text(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Mismatch> {
        seed.deserialize(std::mem::replace(&mut self.value, Json::Null))
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::PageData;
    use protocol::{
        conversation::Conversation, error::Problem, event::StreamEvent, feed::FeedFrame, search::SearchResults,
    };
    use serde::de::DeserializeOwned;
    use std::fmt::Debug;

    const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

    fn same<T: DeserializeOwned + PartialEq + Debug>(text: &str) {
        let text = text.replace("ID", &format!("\"{ID}\""));
        assert_eq!(read::<T>(&text), serde_json::from_str(&text).ok(), "{text}");
    }

    #[test]
    fn types_are_read_as_by_serde_json() {
        for event in [
            r#"{"type":"chunk","content":"a\nü\u00fc","new":[1,{"x":null}]}"#,
            r#"{"type":"status","status":"processing","generation_id":ID,"message_id":ID,"model":"a/b"}"#,
            r#"{"type":"status","status":"retrying","attempt":2,"delay_ms":800}"#,
            r#"{"type":"complete","finish_reason":"odd","usage":{"input_tokens":1},"stats":{"chunks":3}}"#,
            r#"{"type":"error","code":"overloaded","message":"busy","retryable":true}"#,
            r#"{"content":"a","type":"reasoning"}"#,
            r#"{"type":"hologram","x":1}"#,
            r#"{"type":"chunk"}"#,
            r#"{"type":"chunk","content":5}"#,
            r#"{"type":"chunk","content":"a""#,
            "[]",
            "7",
        ] {
            same::<StreamEvent>(event);
        }
        same::<FeedFrame>(r#"{"generation_id":ID,"id":2,"event":{"type":"chunk","content":"a"}}"#);
        same::<FeedFrame>(r#"{"storage":null}"#);
        same::<FeedFrame>(r#"{"generations":[ID,ID]}"#);
        same::<Problem>(r#"{"type":"t","title":"T","status":404,"detail":"d","code":"not_found"}"#);
        same::<Problem>(r#"{"type":"t","title":"T","status":70000,"detail":"d","code":"not_found"}"#);
        same::<SearchResults>(
            r#"{"hits":[{"conversation_id":ID,"title":[{"text":"a","hit":true}],"snippet":[],"role":"user","created_at":1}]}"#,
        );
        same::<SearchResults>(r#"{"hits":[{"conversation_id":"no id","title":[],"snippet":[],"created_at":-1}]}"#);
    }

    #[test]
    fn a_page_is_read_as_it_was_written() {
        let conversation = r#"{"id":ID,"title":"T","created_at":1,"updated_at":2,"pinned":true,"settings":{"temperature":0.7,
            "max_tokens":5},"messages":[{"id":ID,"role":"assistant","content":"a","status":"complete","created_at":3}]}"#;
        same::<Conversation>(conversation);
        let data = PageData { now: 5, zone_offset: -60, theme: Some(crate::Theme::Dark), ..PageData::default() };
        assert_eq!(read::<PageData>(&serde_json::to_string(&data).unwrap()), Some(data));
    }
}
