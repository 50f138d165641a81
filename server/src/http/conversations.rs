//! `/api/conversations`: the page's own routes.

use super::{
    delivery::Delivery,
    error::ApiError,
    extract::{Id, Ids, Json, Query, header},
    readers::ReaderPlace,
    state::AppState,
    stream,
};
use crate::{client::Client, conversation::Send, encode::typed::Typed, store::Window, visitor::Owner};
use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, HeaderName, StatusCode},
    response::{IntoResponse, Response},
};
use protocol::{
    conversation::{Conversation, ConversationChange, ConversationList, ConversationSettings, ConversationSummary},
    error::ErrorCode,
    id::{ConversationId, InvalidId, MessageId},
    request::{CheckedMessage, InvalidField, SendMessage, named, validate_settings},
};
use std::collections::HashMap;

/// How many conversations one page of the list has where nobody says.
pub(super) const LIST_LIMIT: usize = 50;

/// The most that it can have.
const LONGEST_LIST: usize = 200;

/// How many messages a part of a conversation has where nobody says.
const MESSAGE_LIMIT: usize = 100;

/// The most that it can have.
const MOST_MESSAGES: usize = 1000;

/// How many messages stand above the one that a search opens at.
const AROUND: usize = 20;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const LONGEST_KEY: usize = 255;

/// One page of the list: `?limit=` and `?cursor=`.
pub(super) async fn list(
    State(state): State<AppState>,
    Extension(owner): Extension<Owner>,
    Query(query): Query,
) -> Result<axum::Json<ConversationList>, ApiError> {
    let limit = limit(&query, LIST_LIMIT, LONGEST_LIST)?;
    Ok(axum::Json(state.conversations.list(&owner, limit, cursor(&query)).await?))
}

/// The `limit` of a query.
pub(super) fn limit(query: &HashMap<String, String>, default: usize, most: usize) -> Result<usize, ApiError> {
    let Some(text) = query.get("limit").filter(|text| !text.is_empty()) else { return Ok(default) };
    let limit = text.parse().ok().filter(|limit| (1..=most).contains(limit));
    Ok(limit.ok_or_else(|| InvalidField::new("limit", format!("must be a whole number from 1 to {most}")))?)
}

/// The `cursor` of a query.
pub(super) fn cursor(query: &HashMap<String, String>) -> Option<&str> {
    query.get("cursor").map(String::as_str).filter(|cursor| !cursor.is_empty())
}

pub(super) async fn create(
    State(state): State<AppState>,
    Extension(owner): Extension<Owner>,
    Json(settings): Json<ConversationSettings>,
) -> Result<(StatusCode, axum::Json<Conversation>), ApiError> {
    validate_settings(&settings, state.input)?;
    let settings = ConversationSettings { model: named(settings.model), ..settings };
    if let Some(model) = &settings.model {
        state.engine.check_model(model)?;
    }
    let conversation = state.conversations.create(&owner, settings).await?;
    Ok((StatusCode::CREATED, axum::Json(conversation)))
}

/// The shown branch, or with `?limit=`, `?before=` or `?around=` a part of one.
pub(super) async fn get(
    State(state): State<AppState>,
    Extension(owner): Extension<Owner>,
    Id(id): Id<ConversationId>,
    Query(query): Query,
) -> Result<axum::Json<Conversation>, ApiError> {
    Ok(axum::Json(state.conversations.get(&owner, id, window(&query)?).await?))
}

fn window(query: &HashMap<String, String>) -> Result<Window, ApiError> {
    let message = |name: &str| {
        let text = query.get(name).filter(|text| !text.is_empty());
        let id = text.map(|text| {
            text.parse().map_err(|error: InvalidId| InvalidField::new(name, format!("is wrong: a {error}")))
        });
        id.transpose()
    };
    let limited = query.get("limit").is_some_and(|text| !text.is_empty());
    let limit = limit(query, MESSAGE_LIMIT, MOST_MESSAGES)?;
    Ok(match (message("around")?, message("before")?) {
        (Some(_), Some(_)) => {
            return Err(InvalidField::new("around", "and `before` cannot both be given: send one of them").into());
        }
        (Some(message), None) => Window::Around(message, AROUND),
        (None, Some(message)) => Window::Before(message, limit),
        (None, None) if limited => Window::Last(limit),
        (None, None) => Window::All,
    })
}

/// Renames, pins, shows another branch, or restores.
pub(super) async fn change(
    State(state): State<AppState>,
    Extension(owner): Extension<Owner>,
    Id(id): Id<ConversationId>,
    Json(change): Json<ConversationChange>,
) -> Result<axum::Json<ConversationSummary>, ApiError> {
    Ok(axum::Json(state.conversations.change(&owner, id, change.resolve()?).await?))
}

/// Hides a message and all that follow it.
pub(super) async fn delete_message(
    State(state): State<AppState>,
    Extension(owner): Extension<Owner>,
    Ids(id, message): Ids<ConversationId, MessageId>,
) -> Result<StatusCode, ApiError> {
    state.conversations.delete_message(&owner, id, message).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes that back.
pub(super) async fn restore_message(
    State(state): State<AppState>,
    Extension(owner): Extension<Owner>,
    Ids(id, message): Ids<ConversationId, MessageId>,
) -> Result<StatusCode, ApiError> {
    state.conversations.restore_message(&owner, id, message).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn delete(
    State(state): State<AppState>,
    Extension(owner): Extension<Owner>,
    Id(id): Id<ConversationId>,
) -> Result<StatusCode, ApiError> {
    state.conversations.delete(&owner, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn send(
    State(state): State<AppState>,
    (place, delivery): (ReaderPlace, Delivery),
    Extension(owner): Extension<Owner>,
    client: Client,
    Id(conversation): Id<ConversationId>,
    headers: HeaderMap,
    Json(request): Json<SendMessage>,
) -> Result<Response, ApiError> {
    let idempotency_key = idempotency_key(&headers)?;
    let (whole, detached) = (request.whole, request.detached);
    let CheckedMessage { ask, attachments, settings } = request.resolve(state.input)?;
    let (known_settings, is_session) = (None, false);
    let send = Send { client, conversation, ask, attachments, settings, idempotency_key, known_settings, is_session };
    let generation = state.conversations.send(&owner, send).await?;
    if whole {
        generation.ended().await;
        return Ok(axum::Json(state.conversations.answer(&owner, generation.id()).await?).into_response());
    }
    if detached {
        return Ok((StatusCode::ACCEPTED, axum::Json(&generation.names)).into_response());
    }
    Ok(stream::follow(generation.reader(), Typed, delivery, place))
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let key = header(headers, &IDEMPOTENCY_KEY)?.map(str::trim).filter(|key| !key.is_empty());
    if key.is_some_and(|key| key.len() > LONGEST_KEY) {
        let message = format!("The header `Idempotency-Key` must have at most {LONGEST_KEY} characters.");
        return Err(ApiError::new(ErrorCode::InvalidRequest, message));
    }
    Ok(key.map(str::to_owned))
}
