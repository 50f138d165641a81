//! The one mapping from errors to responses: `application/problem+json` (RFC 9457).
//!
//! A handler returns an [`ApiError`]. Its response carries the problem as an extension, and the outermost middleware
//! writes the body, because only that knows the request's id.

use crate::{conversation::ConversationError, encode::openai, generation::EngineError};
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use protocol::{
    error::{ErrorCode, Problem, PublicError},
    request::InvalidField,
};
use std::borrow::Cow;

/// What a handler returns in place of an answer.
#[derive(Debug, Clone)]
pub struct ApiError(pub PublicError);

impl ApiError {
    /// An error with this code and sentence.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self(PublicError::new(code, message))
    }
}

impl<E: Into<PublicError>> From<E> for ApiError
where
    E: FromInternal,
{
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// The errors of other rooms that a handler may pass on with `?`.
pub trait FromInternal {}
impl FromInternal for PublicError {}
impl FromInternal for InvalidField {}
impl FromInternal for EngineError {}
impl FromInternal for ConversationError {}

/// Travels from the handler to the outermost middleware.
#[derive(Debug, Clone)]
struct Unwritten(PublicError);

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = status(self.0.code).into_response();
        response.extensions_mut().insert(Unwritten(self.0));
        response
    }
}

/// Writes the body of a response that carries a problem.
pub fn write_problem(response: Response, request_id: &str) -> Response {
    let (mut parts, body) = response.into_parts();
    let Some(Unwritten(error)) = parts.extensions.remove::<Unwritten>() else {
        return Response::from_parts(parts, body);
    };
    let problem = Problem {
        kind: Cow::Borrowed("about:blank"),
        title: Cow::Borrowed(parts.status.canonical_reason().unwrap_or("Error")),
        status: parts.status.as_u16(),
        detail: error.message.clone(),
        code: error.code,
        request_id: Some(request_id.to_owned()),
    };
    // An extension member (RFC 9457, 3.2) makes the same document readable to OpenAI's clients.
    let mut body = serde_json::to_value(problem).unwrap_or_default();
    body["error"] = openai::error(&error);
    if matches!(parts.status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
        parts.headers.entry(header::RETRY_AFTER).or_insert(HeaderValue::from_static("5"));
    }
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    parts.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(body.to_string()))
}

/// The status for a code. A provider that refuses the server's key is the server's failure, not the client's.
fn status(code: ErrorCode) -> StatusCode {
    use ErrorCode::*;
    match code {
        InvalidRequest | UpstreamBadRequest | UpstreamContextTooLong | UpstreamContentFiltered => {
            StatusCode::BAD_REQUEST
        }
        CrossSite => StatusCode::FORBIDDEN,
        NotFound | ModelNotFound | UpstreamNotFound => StatusCode::NOT_FOUND,
        MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Conflict => StatusCode::CONFLICT,
        TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        RateLimited | UpstreamRateLimited => StatusCode::TOO_MANY_REQUESTS,
        Overloaded | UpstreamOverloaded | Interrupted | LimitReached => StatusCode::SERVICE_UNAVAILABLE,
        UpstreamAuthentication | UpstreamPermission | UpstreamFailure | UpstreamTruncated => StatusCode::BAD_GATEWAY,
        UpstreamTimeout => StatusCode::GATEWAY_TIMEOUT,
        Internal | Unknown => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
