//! `GET /api/search`: finds what was said.

use super::{
    conversations::{cursor, limit},
    error::ApiError,
    extract::Query,
    state::AppState,
};
use crate::visitor::Owner;
use axum::{Extension, Json, extract::State};
use protocol::{request::InvalidField, search::SearchResults};

/// How many hits one page has where nobody says.
const LIMIT: usize = 20;

/// The most that it can have.
const MOST: usize = 100;

/// The most bytes of a query; what people paste by mistake is longer.
const LONGEST: usize = 4096;

pub(super) async fn search(
    State(state): State<AppState>,
    Extension(owner): Extension<Owner>,
    Query(query): Query,
) -> Result<Json<SearchResults>, ApiError> {
    let text = query.get("q").map_or("", String::as_str);
    if text.len() > LONGEST {
        return Err(InvalidField::new("q", format!("must be at most {LONGEST} bytes")).into());
    }
    let limit = limit(&query, LIMIT, MOST)?;
    Ok(Json(state.conversations.search(&owner, text, limit, cursor(&query)).await?))
}
