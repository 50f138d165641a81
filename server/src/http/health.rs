//! `/healthz` and `/readyz`: for those who watch over the server.

use super::{error::ApiError, state::AppState};
use axum::{Json, extract::State};
use protocol::error::ErrorCode;
use serde_json::{Value, json};

/// The process answers.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// The server takes new requests. A provider that is paused, or whose list could not be read, says so; it keeps nobody else
/// from being answered. A store that cannot write keeps everybody from asking.
pub(super) async fn ready(State(state): State<AppState>) -> Result<Json<Value>, ApiError> {
    if state.engine.is_stopping() {
        return Err(ApiError::new(ErrorCode::Overloaded, "The server is stopping."));
    }
    if let Some(trouble) = state.conversations.trouble() {
        return Err(trouble.into());
    }
    let providers = state.engine.providers().states();
    Ok(Json(json!({"status": "ready", "generations": state.engine.running(), "providers": providers})))
}
