//! `POST /api/highlight`: what the parts of code are, for the page, while the code is being written.

use super::{error::ApiError, extract::Json, state::AppState};
use crate::highlight::Highlighter;
use axum::extract::State;
use protocol::{
    error::ErrorCode,
    highlight::{HighlightRequest, Highlighted, LONGEST},
    request::InvalidField,
};
use std::{sync::Arc, time::Duration};
use tokio::sync::Semaphore;

/// How much highlighting is done at one time: it must not take the processors from the answers.
const AT_ONE_TIME: usize = 1;

/// How long a request waits for its turn before it is refused; the page shows code as it is then.
const PATIENCE: Duration = Duration::from_secs(3);

/// Highlights for the page.
#[derive(Clone)]
pub struct Highlighting {
    pub(super) highlighter: Highlighter,
    places: Arc<Semaphore>,
}

impl Default for Highlighting {
    fn default() -> Self {
        Self { highlighter: Highlighter::default(), places: Arc::new(Semaphore::new(AT_ONE_TIME)) }
    }
}

pub(super) async fn highlight(
    State(state): State<AppState>,
    Json(request): Json<HighlightRequest>,
) -> Result<axum::Json<Highlighted>, ApiError> {
    if request.code.len() > LONGEST {
        return Err(InvalidField::new("code", format!("must be at most {LONGEST} bytes")).into());
    }
    let Highlighting { highlighter, places } = state.highlighting;
    let turn = tokio::time::timeout(PATIENCE, places.acquire_owned()).await;
    let Ok(Ok(place)) = turn else {
        return Err(ApiError::new(ErrorCode::Overloaded, "The server has no time for highlighting."));
    };
    let work = move || {
        let HighlightRequest { language, after, code } = request;
        let found = highlighter.lines(&language, after.as_deref(), &code);
        drop(place);
        found
    };
    let failed = |_| ApiError::new(ErrorCode::Internal, "The server failed on this code.");
    let found = state.background.spawn_blocking(work).await.map_err(failed)?;
    found.map(axum::Json).map_err(|error| InvalidField::new("after", error.to_string()).into())
}
