//! How many event streams a client reads at one time: each holds a connection, of which there are only so many for all.

use super::{error::ApiError, state::AppState};
use crate::client::Client;
use axum::{extract::FromRequestParts, http::request::Parts};
use protocol::error::ErrorCode;
use tokio::sync::OwnedSemaphorePermit;

/// A place among the client's, for as long as it reads.
#[derive(Debug)]
pub(super) struct ReaderPlace {
    _place: Option<OwnedSemaphorePermit>,
}

impl FromRequestParts<AppState> for ReaderPlace {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let Some(readers) = &state.readers else { return Ok(Self { _place: None }) };
        let client = Client::from_request_parts(parts, state).await?;
        let place = readers.take(client).ok_or_else(|| {
            let message = format!(
                "{} streams are read by you already, as many as one client may at a time here. Close a tab, or wait for one to end.",
                readers.most()
            );
            ApiError::new(ErrorCode::RateLimited, message)
        })?;
        Ok(Self { _place: Some(place) })
    }
}
