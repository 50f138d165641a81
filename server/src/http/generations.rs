//! `/api/generations`: resume and stop.

use super::{
    delivery::Delivery,
    error::ApiError,
    extract::{Id, Query, resume_point},
    state::AppState,
    stream,
};
use crate::{encode::typed::Typed, visitor::Owner};
use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use protocol::{error::ErrorCode, id::GenerationId};

/// The events after `Last-Event-ID` or `?after=`, as far as they have come and then live.
pub(super) async fn events(
    State(state): State<AppState>,
    delivery: Delivery,
    Extension(owner): Extension<Owner>,
    Id(id): Id<GenerationId>,
    headers: HeaderMap,
    Query(query): Query,
) -> Result<Response, ApiError> {
    let (name, after) = resume_point(&headers, &query)?.unwrap_or(("`after`", "0"));
    let wrong = || {
        let message = format!("{name} must be the number of an event of this generation, or 0; it is {after:?}.");
        ApiError::new(ErrorCode::InvalidRequest, message)
    };
    let number = after.trim().parse().map_err(|_| wrong())?;
    let generation = state.conversations.events(&owner, id, number).await?;
    let reader = generation.subscribe(number).ok_or_else(wrong)?;
    Ok(stream::follow(reader, Typed, delivery))
}

/// Stops a generation; what had come is kept. Stopping what has ended changes nothing.
pub(super) async fn stop(
    State(state): State<AppState>,
    Extension(owner): Extension<Owner>,
    Id(id): Id<GenerationId>,
) -> Result<StatusCode, ApiError> {
    state.conversations.stop(&owner, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
