//! The one mapping from errors to responses: `application/problem+json` (RFC 9457).
//!
//! A handler returns an [`ApiError`]. Its response carries the problem as an extension, and the outermost middleware
//! writes the body, because only that knows the request's id.

use crate::{conversation::ConversationError, encode::openai, generation::EngineError, rate_limit::whole_seconds};
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use protocol::{
    error::{ErrorCode, Problem, PublicError},
    request::InvalidField,
};
use std::{borrow::Cow, time::Duration};

/// What a handler returns in place of an answer.
#[derive(Debug, Clone)]
pub struct ApiError {
    /// What the client is told.
    pub error: PublicError,
    /// How long it is asked to wait, where that is known.
    pub retry_after: Option<Duration>,
    /// Whether the log has it already.
    pub is_logged: bool,
}

impl ApiError {
    /// How an answer has ended: its generation has said so in the log.
    pub fn of_answer(error: PublicError, retry_after: Option<Duration>) -> Self {
        Self { error, retry_after, is_logged: true }
    }

    /// An error with this code and sentence.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        PublicError::new(code, message).into()
    }
}

impl<E: Into<PublicError>> From<E> for ApiError
where
    E: FromInternal,
{
    fn from(error: E) -> Self {
        let retry_after = error.retry_after();
        Self { error: error.into(), retry_after, is_logged: false }
    }
}

/// The errors of other rooms that a handler may pass on with `?`.
pub trait FromInternal {
    /// How long the client has to wait, where that is known.
    fn retry_after(&self) -> Option<Duration> {
        None
    }
}
impl FromInternal for PublicError {}
impl FromInternal for InvalidField {}
impl FromInternal for EngineError {
    fn retry_after(&self) -> Option<Duration> {
        self.retry_after()
    }
}
impl FromInternal for ConversationError {
    fn retry_after(&self) -> Option<Duration> {
        self.retry_after()
    }
}

/// What a client is asked to wait when nobody has said how long it will take.
const RETRY_SOON: Duration = Duration::from_secs(5);

/// Travels from the handler to the outermost middleware.
#[derive(Debug, Clone)]
struct Unwritten {
    error: PublicError,
    is_logged: bool,
}

/// Whether a response is of an error that the log has already.
pub fn is_logged(response: &Response) -> bool {
    response.extensions().get::<Unwritten>().is_some_and(|unwritten| unwritten.is_logged)
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = status(self.error.code).into_response();
        let busy = matches!(response.status(), StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS);
        if let Some(wait) = self.retry_after.or_else(|| busy.then_some(RETRY_SOON)) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(whole_seconds(wait)));
        }
        if self.error.code == ErrorCode::RequestTimeout {
            // The rest of the request, should it ever come, is nobody's.
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response.extensions_mut().insert(Unwritten { error: self.error, is_logged: self.is_logged });
        response
    }
}

/// Writes the body of a response that carries a problem.
pub fn write_problem(response: Response, request_id: &str) -> Response {
    let (mut parts, body) = response.into_parts();
    let Some(Unwritten { error, .. }) = parts.extensions.remove::<Unwritten>() else {
        return Response::from_parts(parts, body);
    };
    let body = document(parts.status, &error, Some(request_id));
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM));
    parts.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(body))
}

const PROBLEM: &str = "application/problem+json";

fn document(status: StatusCode, error: &PublicError, request_id: Option<&str>) -> String {
    let problem = Problem {
        kind: Cow::Borrowed("about:blank"),
        title: Cow::Borrowed(status.canonical_reason().unwrap_or("Error")),
        status: status.as_u16(),
        detail: error.message.clone(),
        code: error.code,
        request_id: request_id.map(str::to_owned),
    };
    // An extension member (RFC 9457, 3.2) makes the same document readable to OpenAI's clients.
    let mut body = serde_json::to_value(problem).unwrap_or_default();
    body["error"] = openai::error(error);
    body.to_string()
}

/// The whole response to a connection beyond the most that there may be: nobody reads its request.
pub fn too_many_connections() -> String {
    let message = "The server has as many connections as it can serve. Try again in a moment.";
    let error = PublicError::new(ErrorCode::Overloaded, message);
    let (status, wait) = (status(error.code), RETRY_SOON.as_secs());
    let body = document(status, &error, None);
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {PROBLEM}\r\ncontent-length: {length}\r\nretry-after: {wait}\r\n\
         cache-control: no-store\r\nconnection: close\r\n\r\n{body}"
    )
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
        RequestTimeout => StatusCode::REQUEST_TIMEOUT,
        TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        RateLimited | UpstreamRateLimited => StatusCode::TOO_MANY_REQUESTS,
        Overloaded | UpstreamOverloaded | Interrupted | StorageUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        UpstreamAuthentication | UpstreamPermission | UpstreamFailure | UpstreamTruncated => StatusCode::BAD_GATEWAY,
        UpstreamTimeout | LimitReached => StatusCode::GATEWAY_TIMEOUT,
        Internal | Unknown => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
