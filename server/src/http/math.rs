//! `POST /api/math`: formulas as MathML, for the page, when an answer has come.

use super::{error::ApiError, extract::Json, state::AppState};
use crate::mathml::{LONGEST, mathml};
use axum::extract::State;
use protocol::{
    error::ErrorCode,
    formula::{Formula, MathMl},
    request::InvalidField,
};

pub(super) async fn math(
    State(state): State<AppState>,
    Json(Formula { tex, display }): Json<Formula>,
) -> Result<axum::Json<MathMl>, ApiError> {
    if tex.len() > LONGEST {
        return Err(InvalidField::new("tex", format!("must be at most {LONGEST} bytes")).into());
    }
    let failed = |_| ApiError::new(ErrorCode::Internal, "The server failed on this formula.");
    let mathml = state.background.spawn_blocking(move || mathml(&tex, display)).await.map_err(failed)?;
    Ok(axum::Json(MathMl { mathml }))
}
