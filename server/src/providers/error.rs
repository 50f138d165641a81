//! What can go wrong with a provider, as one type.

use protocol::error::{ErrorCode, PublicError};
use std::time::Duration;

/// A provider's failure, before a stream or inside it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct ProviderError {
    /// The class, always one of the `upstream_` codes.
    pub code: ErrorCode,
    /// A sentence for a person. Holds no key, and of the provider's own words only those that were found harmless.
    pub message: String,
    /// How long the provider asks to wait before the next attempt.
    pub retry_after: Option<Duration>,
}

impl ProviderError {
    /// An error without a hint when to try again.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), retry_after: None }
    }
}

impl From<ProviderError> for PublicError {
    fn from(error: ProviderError) -> Self {
        PublicError::new(error.code, error.message)
    }
}
