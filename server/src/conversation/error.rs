//! Why a conversation cannot be read or gone on with.

use crate::{generation::EngineError, store::StoreError};
use protocol::{
    error::{ErrorCode, PublicError},
    request::InvalidField,
};
use std::time::Duration;

/// Why a conversation cannot be read or gone on with.
#[derive(Debug, thiserror::Error)]
pub enum ConversationError {
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A field of the request is not what it should be.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The engine refused.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A fault of this server; the panic hook has logged it.
    #[error("the server failed on this request")]
    Failed,
    /// The client's name for a request came again with another request.
    #[error("this `Idempotency-Key` was used for another question; use a new one for each")]
    KeyReused,
    /// The numbers of an answer's events mean nothing any more.
    #[error(
        "the events of this answer are not kept one by one any more; read it again with `after=0`, or read its conversation"
    )]
    Forgotten,
    /// An answer that never began cannot be taken on.
    #[error("this answer holds no text to go on from; ask again with `retry`")]
    NothingToContinue,
}

impl ConversationError {
    /// How long the client has to wait, where that is known.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Engine(error) => error.retry_after(),
            _ => None,
        }
    }
}

impl From<ConversationError> for PublicError {
    fn from(error: ConversationError) -> Self {
        let code = match &error {
            ConversationError::Engine(error) => return error.clone().into(),
            ConversationError::Invalid(invalid) => return invalid.clone().into(),
            ConversationError::Failed => ErrorCode::Internal,
            ConversationError::NothingToContinue | ConversationError::KeyReused => ErrorCode::InvalidRequest,
            ConversationError::Store(StoreError::NotFound(_)) | ConversationError::Forgotten => ErrorCode::NotFound,
            ConversationError::Store(
                StoreError::AnswerUnderWay(_)
                | StoreError::AlreadyThere
                | StoreError::TooManyPinned
                | StoreError::TooManyPresets
                | StoreError::TooManyUnsent
                | StoreError::InMessage,
            ) => ErrorCode::Conflict,
            ConversationError::Store(StoreError::InvalidCursor) => ErrorCode::InvalidRequest,
            ConversationError::Store(StoreError::Unavailable(_)) => ErrorCode::StorageUnavailable,
            ConversationError::Store(error @ StoreError::Failed(_)) => {
                // What SQLite says is for the log; it may name files and statements.
                tracing::error!(%error, "a request failed");
                return ConversationError::Failed.into();
            }
        };
        let mut sentence = error.to_string();
        if let Some(first) = sentence.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        if !sentence.ends_with('.') {
            sentence.push('.');
        }
        PublicError::new(code, sentence)
    }
}
