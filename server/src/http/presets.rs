//! `/api/presets`: a visitor's prompt presets.

use super::{
    error::ApiError,
    extract::{Id, Json},
    state::AppState,
};
use crate::{conversation::ConversationError, store::StoreError, visitor::Owner};
use axum::{Extension, extract::State, http::StatusCode};
use protocol::{
    id::PresetId,
    preset::{Preset, PresetList, PresetText},
};
use uuid::Uuid;

pub(super) async fn list(
    State(state): State<AppState>,
    Extension(owner): Extension<Owner>,
) -> Result<axum::Json<PresetList>, ApiError> {
    let presets = state.conversations.store().presets(&owner).await.map_err(refused)?;
    Ok(axum::Json(PresetList { presets }))
}

pub(super) async fn create(
    State(state): State<AppState>,
    Extension(owner): Extension<Owner>,
    Json(text): Json<PresetText>,
) -> Result<(StatusCode, axum::Json<Preset>), ApiError> {
    let preset = text.resolve()?.preset(PresetId(Uuid::new_v4()));
    state.conversations.store().add_preset(&owner, preset.clone()).await.map_err(refused)?;
    Ok((StatusCode::CREATED, axum::Json(preset)))
}

pub(super) async fn replace(
    State(state): State<AppState>,
    Extension(owner): Extension<Owner>,
    Id(id): Id<PresetId>,
    Json(text): Json<PresetText>,
) -> Result<axum::Json<Preset>, ApiError> {
    let preset = text.resolve()?.preset(id);
    state.conversations.store().change_preset(&owner, preset.clone()).await.map_err(refused)?;
    Ok(axum::Json(preset))
}

pub(super) async fn delete(
    State(state): State<AppState>,
    Extension(owner): Extension<Owner>,
    Id(id): Id<PresetId>,
) -> Result<StatusCode, ApiError> {
    state.conversations.store().delete_preset(&owner, id).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

fn refused(error: StoreError) -> ApiError {
    ConversationError::from(error).into()
}
