//! `/api/generations`: resume and stop.

use super::{
    delivery::Delivery,
    error::ApiError,
    extract::{Id, LAST_EVENT_ID, Query, resume_point},
    readers::ReaderPlace,
    state::AppState,
    stream,
};
use crate::{encode::typed::Typed, visitor::Owner};
use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use protocol::{error::ErrorCode, id::GenerationId};
use std::collections::HashMap;

/// The events after `Last-Event-ID` or `?after=`, as far as they have come and then live. A 204 says that there are none and
/// that none will come.
pub(super) async fn events(
    State(state): State<AppState>,
    place: ReaderPlace,
    delivery: Delivery,
    Extension(owner): Extension<Owner>,
    Id(id): Id<GenerationId>,
    headers: HeaderMap,
    Query(query): Query,
) -> Result<Response, ApiError> {
    let Position { name, after, number } = position(&headers, &query)?;
    let Some(generation) = state.conversations.events(&owner, id, number).await? else {
        // What an EventSource must be told so that it does not come back: WHATWG HTML, 9.2.3.
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    let reader = generation.subscribe(number).ok_or_else(|| wrong(name, after))?;
    Ok(stream::follow(reader, Typed, delivery, place))
}

/// Where a reader goes on from, and the words that it said it in.
struct Position<'a> {
    name: &'static str,
    after: &'a str,
    number: u64,
}

fn position<'a>(headers: &'a HeaderMap, query: &'a HashMap<String, String>) -> Result<Position<'a>, ApiError> {
    let (name, after) = resume_point(headers, query)?.unwrap_or(("`after`", "0"));
    let number = after.trim().parse().map_err(|_| wrong(name, after))?;
    Ok(Position { name, after, number })
}

fn wrong(name: &str, after: &str) -> ApiError {
    let message = format!("{name} must be the number of an event of this generation, or 0; it is {after:?}.");
    ApiError::new(ErrorCode::InvalidRequest, message)
}

/// The number in a `Last-Event-ID` header.
pub(super) fn last_event_id(value: HeaderValue) -> Result<u64, ApiError> {
    let (headers, query) = (HeaderMap::from_iter([(LAST_EVENT_ID, value)]), HashMap::new());
    position(&headers, &query).map(|position| position.number)
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
