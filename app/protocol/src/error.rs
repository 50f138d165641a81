//! Errors as people and programs outside the server see them: a stable code, a sentence, and whether to try again.

use serde::{Deserialize, Serialize};
use std::{borrow::Cow, fmt};

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal),+ $(,)?) => {
        /// What went wrong, as a stable code. Codes that begin with `upstream_` are the provider's doing.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum ErrorCode {
            $($(#[$doc])* #[serde(rename = $text)] $variant,)+
            /// A code that this build does not know; readers must not fail on it.
            #[serde(other, rename = "unknown")]
            Unknown,
        }

        impl ErrorCode {
            /// Every code that the server can send, for the documentation and for tests.
            pub const ALL: &[ErrorCode] = &[$(ErrorCode::$variant),+];

            /// The code as it stands on the wire.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(ErrorCode::$variant => $text,)+
                    ErrorCode::Unknown => "unknown",
                }
            }
        }
    };
}

codes! {
    /// The provider did not accept the server's key (401).
    UpstreamAuthentication = "upstream_authentication",
    /// The provider knows the key but does not allow the request (403), or wants payment (402).
    UpstreamPermission = "upstream_permission",
    /// The provider limits how often it may be asked (429).
    UpstreamRateLimited = "upstream_rate_limited",
    /// The provider is too busy (503, 529, `overloaded_error`).
    UpstreamOverloaded = "upstream_overloaded",
    /// The provider found fault with the request (400, 422).
    UpstreamBadRequest = "upstream_bad_request",
    /// The conversation is longer than the model can read.
    UpstreamContextTooLong = "upstream_context_too_long",
    /// The provider refused the content.
    UpstreamContentFiltered = "upstream_content_filtered",
    /// The provider does not know the model.
    UpstreamNotFound = "upstream_not_found",
    /// The provider failed (5xx), could not be reached, or spoke nonsense.
    UpstreamFailure = "upstream_failure",
    /// The provider's stream ended without its end mark: the answer is not whole.
    UpstreamTruncated = "upstream_truncated",
    /// The provider was silent for too long.
    UpstreamTimeout = "upstream_timeout",
    /// The answer reached a limit of this server (chunks, bytes or duration).
    LimitReached = "limit_reached",
    /// The server stopped in the middle of the answer.
    Interrupted = "interrupted",
    /// The request is not what the route takes; the message names the field.
    InvalidRequest = "invalid_request",
    /// There is no such thing, or it belongs to somebody else.
    NotFound = "not_found",
    /// No configured provider offers the model that was asked for.
    ModelNotFound = "model_not_found",
    /// The route exists but does not speak this method.
    MethodNotAllowed = "method_not_allowed",
    /// The request contradicts the present state, such as a second answer while one is under way.
    Conflict = "conflict",
    /// The body is larger than the server takes.
    TooLarge = "too_large",
    /// The request's body took longer to arrive than the server waits.
    RequestTimeout = "request_timeout",
    /// The request comes from a page of another site.
    CrossSite = "cross_site",
    /// The client asks more often than this server allows.
    RateLimited = "rate_limited",
    /// This server is too busy.
    Overloaded = "overloaded",
    /// This server cannot store anything at present: its disk is full, or may not be written to.
    StorageUnavailable = "storage_unavailable",
    /// A fault of this server; the log has the details under the request id.
    Internal = "internal",
}

impl ErrorCode {
    /// Whether the same request may succeed later without being changed.
    pub fn retryable(self) -> bool {
        use ErrorCode::*;
        matches!(
            self,
            UpstreamRateLimited
                | UpstreamOverloaded
                | UpstreamFailure
                | UpstreamTruncated
                | UpstreamTimeout
                | Interrupted
                | RequestTimeout
                | RateLimited
                | Overloaded
                | StorageUnavailable
                | Internal
        )
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An error fit to be shown: never holds a key, an upstream body or a path of the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct PublicError {
    /// The stable code.
    pub code: ErrorCode,
    /// A sentence for a person.
    pub message: String,
    /// Whether trying again without a change may help.
    #[serde(default)]
    pub retryable: bool,
}

impl PublicError {
    /// An error whose `retryable` follows from its code.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), retryable: code.retryable() }
    }
}

/// The body of an HTTP error, `application/problem+json` (RFC 9457) with Rivulet's `code` and `request_id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// A URI that names the kind of problem; always `about:blank` (RFC 9457, 4.2.1), as `code` says it.
    #[serde(rename = "type")]
    pub kind: Cow<'static, str>,
    /// The status in words.
    pub title: Cow<'static, str>,
    /// The HTTP status.
    pub status: u16,
    /// A sentence for a person, naming what was wrong and what would be right.
    pub detail: String,
    /// The stable code.
    pub code: ErrorCode,
    /// The id under which the server's log knows the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_what_they_write_and_tolerate_new_ones() {
        for code in ErrorCode::ALL {
            let json = serde_json::to_string(code).unwrap();
            assert_eq!(json, format!("\"{code}\""));
            assert_eq!(serde_json::from_str::<ErrorCode>(&json).unwrap(), *code);
        }
        assert_eq!(serde_json::from_str::<ErrorCode>("\"from_the_future\"").unwrap(), ErrorCode::Unknown);
    }
}
