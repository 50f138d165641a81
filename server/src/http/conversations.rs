//! `/api/conversations`: the page's own routes.

use super::{
    delivery::Delivery,
    error::ApiError,
    extract::{Id, Json, header},
    state::AppState,
    stream,
};
use crate::{client::Client, conversation::Send, encode::typed::Typed, visitor::Owner};
use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, HeaderName, StatusCode},
    response::{IntoResponse, Response},
};
use protocol::{
    conversation::{Conversation, ConversationList, ConversationSettings},
    error::ErrorCode,
    id::ConversationId,
    request::{SendMessage, named, validate_settings},
};

/// The most conversations in one list.
pub(super) const LIST_LIMIT: usize = 200;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const LONGEST_KEY: usize = 255;

pub(super) async fn list(
    State(state): State<AppState>,
    Extension(owner): Extension<Owner>,
) -> Result<axum::Json<ConversationList>, ApiError> {
    let conversations = state.conversations.list(&owner, LIST_LIMIT).await?;
    Ok(axum::Json(ConversationList { conversations }))
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

pub(super) async fn get(
    State(state): State<AppState>,
    Extension(owner): Extension<Owner>,
    Id(id): Id<ConversationId>,
) -> Result<axum::Json<Conversation>, ApiError> {
    Ok(axum::Json(state.conversations.get(&owner, id).await?))
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
    delivery: Delivery,
    Extension(owner): Extension<Owner>,
    client: Client,
    Id(conversation): Id<ConversationId>,
    headers: HeaderMap,
    Json(request): Json<SendMessage>,
) -> Result<Response, ApiError> {
    let idempotency_key = idempotency_key(&headers)?;
    let (whole, detached) = (request.whole, request.detached);
    let (ask, settings) = request.resolve(state.input)?;
    let send = Send { client, conversation, ask, settings, idempotency_key, is_session: false };
    let generation = state.conversations.send(&owner, send).await?;
    if whole {
        generation.ended().await;
        return Ok(axum::Json(state.conversations.answer(&owner, generation.id()).await?).into_response());
    }
    if detached {
        return Ok((StatusCode::ACCEPTED, axum::Json(&generation.names)).into_response());
    }
    Ok(stream::follow(generation.reader(), Typed, delivery))
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let key = header(headers, &IDEMPOTENCY_KEY)?.map(str::trim).filter(|key| !key.is_empty());
    if key.is_some_and(|key| key.len() > LONGEST_KEY) {
        let message = format!("The header `Idempotency-Key` must have at most {LONGEST_KEY} characters.");
        return Err(ApiError::new(ErrorCode::InvalidRequest, message));
    }
    Ok(key.map(str::to_owned))
}
