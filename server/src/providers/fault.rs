//! What a provider's error means: from a status and a body to one class and a sentence.

use super::{ProviderError, Secret, scrub::scrub};
use protocol::error::ErrorCode;
use serde_json::Value;
use std::time::Duration;

/// A failure before it is put in words: its class, and what the provider itself said about it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fault {
    pub(super) code: ErrorCode,
    /// The provider's words, not yet scrubbed.
    pub(super) words: Option<String>,
}

impl Fault {
    pub(super) fn new(code: ErrorCode) -> Self {
        Self { code, words: None }
    }

    /// Bytes that are not the protocol.
    pub(super) fn nonsense() -> Self {
        Self::with(ErrorCode::UpstreamFailure, "its answer could not be understood")
    }

    /// The answer broke off.
    pub(super) fn truncated() -> Self {
        Self::new(ErrorCode::UpstreamTruncated)
    }

    pub(super) fn with(code: ErrorCode, words: impl Into<String>) -> Self {
        Self { code, words: Some(words.into()) }
    }

    /// The failure that an HTTP answer other than 2xx tells of. The status decides; the body refines.
    pub(super) fn of_answer(status: u16, body: &str) -> Self {
        match serde_json::from_str::<Value>(body) {
            Ok(body) => Self::classify(Some(status), Report::read(error_in(&body).unwrap_or(&body), &body)),
            Err(_) => Self::classify(Some(status), Report::default()),
        }
    }

    /// Whether an HTTP answer refuses only that the answer is streamed: OpenAI does for organisations that it has not
    /// verified (`"param":"stream"`), and so do servers whose model or proxy cannot.
    pub(super) fn refuses_streaming(status: u16, body: &str) -> bool {
        let Ok(body) = serde_json::from_str::<Value>(body) else { return false };
        let error = error_in(&body).unwrap_or(&body);
        let report = Report::read(error, &body);
        let unable =
            ["not support", "unsupported", "must be verified", "not available", "not allowed", "not implemented"];
        let named = error["param"] == "stream" || report.says(&["stream"]);
        matches!(status, 400 | 403 | 404 | 405 | 422 | 501) && named && report.says(&unable)
    }

    /// The failure that a piece of a stream tells of, if it tells of one: an `error` that is an object or a string.
    pub(super) fn in_stream(frame: &Value) -> Option<Self> {
        let error = error_in(frame)?;
        let status = ["status_code", "code"].iter().find_map(|name| number(&error[*name]));
        let status = status.filter(|status| (400..600).contains(status));
        Some(Self::classify(status, Report::read(error, frame)))
    }

    fn classify(status: Option<u16>, report: Report) -> Self {
        Self { code: report.code(status), words: report.message.filter(|words| !words.trim().is_empty()) }
    }

    /// Puts the failure in words.
    pub(super) fn into_error(self, label: &str, key: Option<&Secret>, retry_after: Option<Duration>) -> ProviderError {
        let sentence = match self.code {
            ErrorCode::UpstreamAuthentication => format!("{label} did not accept this server's key"),
            ErrorCode::UpstreamPermission => format!("{label} does not allow this request"),
            ErrorCode::UpstreamRateLimited => format!("{label} limits how often it may be asked"),
            ErrorCode::UpstreamOverloaded => format!("{label} is too busy at the moment"),
            ErrorCode::UpstreamBadRequest => format!("{label} found fault with the request"),
            ErrorCode::UpstreamContextTooLong => "The conversation is longer than the model can read".into(),
            ErrorCode::UpstreamContentFiltered => format!("{label} refused the content"),
            ErrorCode::UpstreamNotFound => format!("{label} does not know this model"),
            ErrorCode::UpstreamTruncated => format!("{label} broke off in the middle of the answer"),
            ErrorCode::UpstreamTimeout => format!("{label} took too long"),
            _ => format!("{label} failed"),
        };
        // What is said about a refused key echoes the key more often than it helps.
        let words = self.words.filter(|_| self.code != ErrorCode::UpstreamAuthentication);
        let words = words.map(|words| scrub(&key.map_or_else(|| words.clone(), |key| key.redact(&words))));
        let message = match words.filter(|words| !words.is_empty()) {
            Some(words) if words.ends_with(['.', '!', '?', '…']) => format!("{sentence}: {words}"),
            Some(words) => format!("{sentence}: {words}."),
            None => format!("{sentence}."),
        };
        ProviderError { code: self.code, message, retry_after }
    }
}

/// The part of an answer that is an error.
fn error_in(body: &Value) -> Option<&Value> {
    let body = body.as_array().and_then(|list| list.first()).unwrap_or(body);
    let error = &body["error"];
    let told = match error {
        Value::Object(fields) => !fields.is_empty(),
        Value::String(text) => !text.is_empty(),
        _ => false,
    };
    told.then_some(error)
}

fn number(value: &Value) -> Option<u16> {
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
    u16::try_from(number).ok()
}

/// What an error object says, whatever the dialect.
#[derive(Debug, Default)]
struct Report {
    /// Its type, code, status and reasons, in lower case, each between spaces.
    kinds: String,
    message: Option<String>,
}

impl Report {
    fn read(error: &Value, around: &Value) -> Self {
        let around = around.as_array().and_then(|list| list.first()).unwrap_or(around);
        let mut kinds = String::from(" ");
        let reasons = error["details"].as_array().into_iter().flatten().map(|detail| &detail["reason"]);
        let named = [&error["type"], &error["code"], &error["status"], &error["innererror"]["code"], &around["code"]];
        for kind in named.into_iter().chain(reasons).filter_map(Value::as_str) {
            kinds.push_str(&kind.to_ascii_lowercase());
            kinds.push(' ');
        }
        let validation = &error["detail"][0]["msg"];
        let messages = [error, &error["message"], &error["detail"], validation, &around["message"], &around["detail"]];
        Self { kinds, message: messages.into_iter().find_map(Value::as_str).map(str::to_owned) }
    }

    fn is(&self, kinds: &[&str]) -> bool {
        kinds.iter().any(|kind| self.kinds.contains(kind))
    }

    fn says(&self, phrases: &[&str]) -> bool {
        let message = self.message.as_deref().unwrap_or_default().to_ascii_lowercase();
        phrases.iter().any(|phrase| message.contains(phrase))
    }

    fn code(&self, status: Option<u16>) -> ErrorCode {
        match status {
            Some(401) => ErrorCode::UpstreamAuthentication,
            Some(429) => ErrorCode::UpstreamRateLimited,
            Some(413) => ErrorCode::UpstreamContextTooLong,
            Some(402) => ErrorCode::UpstreamPermission,
            Some(404) => ErrorCode::UpstreamNotFound,
            Some(408) => ErrorCode::UpstreamTimeout,
            _ if self.is_context() => ErrorCode::UpstreamContextTooLong,
            Some(400) if self.is(&["api_key_invalid", "invalid_api_key"]) => ErrorCode::UpstreamAuthentication,
            Some(503 | 529) => ErrorCode::UpstreamOverloaded,
            Some(status @ 500..) if status < 600 && self.is(&["overloaded"]) => ErrorCode::UpstreamOverloaded,
            Some(500..) => ErrorCode::UpstreamFailure,
            _ if self.is_filter() => ErrorCode::UpstreamContentFiltered,
            Some(403) => ErrorCode::UpstreamPermission,
            Some(499) => ErrorCode::UpstreamFailure,
            Some(400..500) => ErrorCode::UpstreamBadRequest,
            Some(_) => ErrorCode::UpstreamFailure,
            None => self.code_by_words(),
        }
    }

    /// The class of an error that has no status, as in a stream.
    fn code_by_words(&self) -> ErrorCode {
        let classes: [(&[&str], ErrorCode); 8] = [
            (&["authentication", "api_key", "unauthenticated", "unauthorized"], ErrorCode::UpstreamAuthentication),
            (&["rate_limit", "quota", "resource_exhausted", "too_many_requests"], ErrorCode::UpstreamRateLimited),
            (&["permission", "billing", "forbidden", "insufficient_credits"], ErrorCode::UpstreamPermission),
            (&["overloaded", "unavailable", "capacity"], ErrorCode::UpstreamOverloaded),
            (&["timeout", "deadline_exceeded"], ErrorCode::UpstreamTimeout),
            (&["request_too_large"], ErrorCode::UpstreamContextTooLong),
            (&["not_found"], ErrorCode::UpstreamNotFound),
            (&["invalid_", "bad_request", "failed_precondition", "unsupported"], ErrorCode::UpstreamBadRequest),
        ];
        let class = classes.into_iter().find(|(kinds, _)| self.is(kinds)).map(|(_, code)| code);
        class.unwrap_or_else(|| match () {
            () if self.says(&["rate limit", "rate-limit", "too many requests"]) => ErrorCode::UpstreamRateLimited,
            () if self.says(&["overloaded", "server busy"]) => ErrorCode::UpstreamOverloaded,
            () if self.says(&["not found, try pulling", "model not found"]) => ErrorCode::UpstreamNotFound,
            () => ErrorCode::UpstreamFailure,
        })
    }

    fn is_context(&self) -> bool {
        const KINDS: [&str; 4] =
            ["context_length_exceeded", "exceed_context_size", "context_window_exceeded", "context_too_long"];
        const PHRASES: [&str; 13] = [
            "prompt is too long",
            "prompt too long",
            "maximum context length",
            "exceeds the context",
            "exceed context",
            "exceeds the available context",
            "exceeds context",
            "exceed the context",
            "context length exceeded",
            "exceeds the maximum number of tokens",
            "context size has been exceeded",
            "maximum prompt length",
            "too large for model with",
        ];
        self.is(&KINDS)
            || self.says(&PHRASES)
            || (self.says(&["input token count", "input length and `max_tokens`"]) && self.says(&["exceed"]))
    }

    fn is_filter(&self) -> bool {
        self.is(&[
            "content_filter",
            "content_policy",
            "responsibleaipolicy",
            "moderation",
            "prohibited_content",
            " safety ",
        ])
    }
}

#[cfg(test)]
mod tests;
