//! `GET /api/models`: what is configured and found.

use super::state::AppState;
use axum::{Json, extract::State};
use protocol::model::ModelList;

pub(super) async fn list(State(state): State<AppState>) -> Json<ModelList> {
    let list = state.engine.providers().list().await;
    Json(ModelList { storage: state.conversations.trouble(), attachments: state.input.attachments, ..list })
}
