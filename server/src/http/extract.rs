//! Reads requests; every refusal is a problem that names what was wrong.

use super::{body, error::ApiError, state::AppState};
use crate::byte_budget::ByteShare;
use axum::{
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::{HeaderMap, HeaderName, request::Parts},
};
use protocol::{error::ErrorCode, id::InvalidId, request::InvalidField};
use serde::de::DeserializeOwned;
use std::{collections::HashMap, str::FromStr};

/// A JSON body, whatever its `Content-Type` says: clients that forget the header are common, and requests from other
/// sites are refused by their origin. An empty body counts as `{}`.
pub(super) struct Json<T>(pub T);

impl<T: DeserializeOwned + Send + 'static> FromRequest<AppState> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, ApiError> {
        body::parsed(request, state, text_limit(state)).await.map(|(value, _)| Self(value))
    }
}

/// The same for requests whose messages may hold images, with what it takes of the memory for bodies: images are looked at after it
/// has been read.
pub(super) struct JsonWithImages<T>(pub T, pub ByteShare);

impl<T: DeserializeOwned + Send + 'static> FromRequest<AppState> for JsonWithImages<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, ApiError> {
        // Base64 has four characters for three bytes.
        let images = usize::try_from(state.input.attachments.total_bytes / 3 * 4).unwrap_or(usize::MAX);
        let limit = text_limit(state).saturating_add(images);
        body::parsed(request, state, limit).await.map(|(value, share)| Self(value, share))
    }
}

/// JSON may escape a character as six bytes (\u0041), and there are names and brackets around the text.
fn text_limit(state: &AppState) -> usize {
    state.input.max_bytes.saturating_mul(6).saturating_add(64 * 1024)
}

pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let body = if body.trim_ascii().is_empty() { b"{}" } else { body };
    if body.trim_ascii_start().first().is_some_and(|first| matches!(first, b'[' | b'"')) {
        return Err(ApiError::new(ErrorCode::InvalidRequest, "The body must be a JSON object."));
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let (path, inner) = (error.path().to_string(), error.inner());
        if inner.is_data() && path != "." {
            return InvalidField::new(path, format!("is not as it should be: {}", in_words(inner))).into();
        }
        let message = match inner.is_data() {
            true => format!("The body must be a JSON object: {}.", in_words(inner)),
            false => format!("The body is not JSON: {inner}."),
        };
        ApiError::new(ErrorCode::InvalidRequest, message)
    })?;
    json.end().map_err(|error| ApiError::new(ErrorCode::InvalidRequest, format!("The body is not JSON: {error}.")))?;
    Ok(value)
}

/// What a value should have been, without the words of this program.
fn in_words(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
    let Some((found, expected)) = text.rsplit_once(", expected ") else { return text.to_owned() };
    let expected = match expected {
        "f64" => "a number",
        "u32" => "a whole number that is not negative",
        "usize" | "u64" => "a whole number",
        "a sequence" => "an array",
        other if other.starts_with("struct ") => "an object",
        other => other,
    };
    format!("{found}, expected {expected}")
}

/// An id in the path.
pub(super) struct Id<T>(pub T);

impl<T, S> FromRequestParts<S> for Id<T>
where
    T: FromStr<Err = InvalidId>,
    S: Send + Sync,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Name(text) = Name::from_request_parts(parts, state).await?;
        let id = text
            .parse()
            .map_err(|error: InvalidId| ApiError::new(ErrorCode::InvalidRequest, format!("The {error}.")))?;
        Ok(Self(id))
    }
}

/// Two ids in the path.
pub(super) struct Ids<T, U>(pub T, pub U);

impl<T, U, S> FromRequestParts<S> for Ids<T, U>
where
    T: FromStr<Err = InvalidId>,
    U: FromStr<Err = InvalidId>,
    S: Send + Sync,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Path((first, second)) =
            path.map_err(|_| ApiError::new(ErrorCode::InvalidRequest, "The path is not UTF-8."))?;
        let wrong = |error: InvalidId| ApiError::new(ErrorCode::InvalidRequest, format!("The {error}."));
        Ok(Self(first.parse().map_err(wrong)?, second.parse().map_err(wrong)?))
    }
}

/// A name in the path.
pub(super) struct Name(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Name {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| ApiError::new(ErrorCode::InvalidRequest, "The path is not UTF-8."))?;
        Ok(Self(text))
    }
}

/// The query of the address.
pub(super) struct Query(pub HashMap<String, String>);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let query = axum::extract::Query::from_request_parts(parts, state).await;
        let query = query.map_err(|_| ApiError::new(ErrorCode::InvalidRequest, "The query cannot be read."))?;
        Ok(Self(query.0))
    }
}

pub(super) const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Where to read on, and what the client calls it: `Last-Event-ID`, or `?after=`. A reconnecting `EventSource` repeats its
/// first address, so that what the header says is newer.
pub(super) fn resume_point<'a>(
    headers: &'a HeaderMap,
    query: &'a HashMap<String, String>,
) -> Result<Option<(&'static str, &'a str)>, ApiError> {
    let in_header = header(headers, &LAST_EVENT_ID)?.map(|text| ("The header `Last-Event-ID`", text));
    let in_query = query.get("after").map(|text| ("`after`", text.as_str()));
    Ok([in_header, in_query].into_iter().flatten().find(|(_, text)| !text.is_empty()))
}

/// A header as text; a refusal if it is there but is not visible ASCII.
pub(super) fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, ApiError> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let text = value.to_str().map_err(|_| {
        ApiError::new(ErrorCode::InvalidRequest, format!("The header `{name}` must hold visible ASCII only."))
    })?;
    Ok(Some(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::request::{PromptRequest, SendMessage};

    fn refused<T: DeserializeOwned + std::fmt::Debug>(body: &str) -> String {
        parse::<T>(body.as_bytes()).unwrap_err_or_debug()
    }

    trait UnwrapErr {
        fn unwrap_err_or_debug(self) -> String;
    }
    impl<T: std::fmt::Debug> UnwrapErr for Result<T, ApiError> {
        fn unwrap_err_or_debug(self) -> String {
            self.unwrap_err().error.message
        }
    }

    #[test]
    fn refusals_name_the_field() {
        let prompt = refused::<PromptRequest>;
        assert!(prompt(r#"{"temperature":"hot"}"#).starts_with("`temperature` is not as it should be"));
        assert!(prompt(r#"{"temperature":"hot"}"#).ends_with("expected a number"));
        assert!(prompt("5").ends_with("expected an object."), "{}", prompt("5"));
        assert!(prompt(r#"{"messages":[{"role":"user","content":5}]}"#).starts_with("`messages[0].content`"));
        assert!(prompt(r#"{"messages":[{"role":"king","content":"x"}]}"#).starts_with("`messages[0].role`"));
        assert!(prompt(r#"{"messages":"x"}"#).starts_with("`messages`"));
        assert!(prompt("[]").starts_with("The body must be a JSON object"));
        assert!(prompt("hello").starts_with("The body is not JSON"));
        assert!(prompt("{} {}").starts_with("The body is not JSON"));
        assert!(prompt("{\"message\":\"\u{fffd}").starts_with("The body is not JSON"));
        let send = refused::<SendMessage>;
        assert!(send(r#"{"content":1}"#).starts_with("`content`"));
        assert!(send(r#"{"content":"a","max_tokens":-1}"#).starts_with("`max_tokens`"));
        assert!(send(r#"{"retry":"nonsense"}"#).starts_with("`retry`"));
    }
}
