//! Errors in the language of the page. The server says in English what was wrong in detail; here each kind of error has a sentence that says what to do.

use super::*;
use protocol::error::{ErrorCode, PublicError};

/// An error in the words of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Explained {
    /// What is wrong, in the language of the page.
    pub(crate) sentence: String,
    /// What the server says, in English, if that is another language.
    pub(crate) detail: Option<String>,
}

/// An error in the words of the page: in English the server's own, otherwise a sentence for its kind, and the server's below it.
pub(crate) fn explained(error: &PublicError) -> Explained {
    let kind = kind(error.code);
    let message = error.message.clone();
    // What the page itself has said of a lost connection is in its language.
    if kind.is_empty() || language() == Language::English || message == connection_lost() {
        return Explained::own(&message);
    }
    Explained { sentence: kind.to_owned(), detail: Some(message) }
}

impl Explained {
    /// What the page itself has to say.
    pub(crate) fn own(sentence: &str) -> Self {
        Self { sentence: sentence.to_owned(), detail: None }
    }

    /// Both, one behind the other.
    pub(crate) fn joined(self) -> String {
        match self.detail {
            // What is between the two marks is read from left to right, wherever it stands.
            Some(detail) => format!("{} (\u{2066}{detail}\u{2069})", self.sentence),
            None => self.sentence,
        }
    }
}

fn kind(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::UpstreamAuthentication => error_upstream_authentication(),
        ErrorCode::UpstreamPermission => error_upstream_permission(),
        ErrorCode::UpstreamRateLimited => error_upstream_rate_limited(),
        ErrorCode::UpstreamOverloaded => error_upstream_overloaded(),
        ErrorCode::UpstreamBadRequest => error_upstream_bad_request(),
        ErrorCode::UpstreamContextTooLong => error_upstream_context_too_long(),
        ErrorCode::UpstreamContentFiltered => error_upstream_content_filtered(),
        ErrorCode::UpstreamNotFound | ErrorCode::ModelNotFound => error_model_not_found(),
        ErrorCode::UpstreamFailure => error_upstream_failure(),
        ErrorCode::UpstreamTruncated => error_upstream_truncated(),
        ErrorCode::UpstreamTimeout => error_upstream_timeout(),
        ErrorCode::LimitReached => error_limit_reached(),
        ErrorCode::Interrupted => error_interrupted(),
        ErrorCode::InvalidRequest | ErrorCode::MethodNotAllowed => error_invalid_request(),
        ErrorCode::NotFound => error_not_found(),
        ErrorCode::Conflict => error_conflict(),
        ErrorCode::TooLarge => error_too_large(),
        ErrorCode::RequestTimeout => error_request_timeout(),
        ErrorCode::CrossSite => error_cross_site(),
        ErrorCode::RateLimited => error_rate_limited(),
        ErrorCode::Overloaded => error_overloaded(),
        ErrorCode::StorageUnavailable => error_storage_unavailable(),
        ErrorCode::Internal => error_internal(),
        ErrorCode::Unknown => "",
    }
}
