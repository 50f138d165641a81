//! The page's files: scripts and styles whose names change with their content, and what lies in `public/`.

use super::{error::ApiError, page, state::AppState};
use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, Method, header},
    response::{IntoResponse, Response},
};
use protocol::error::ErrorCode;
use tower::ServiceExt;
use tower_http::services::ServeDir;

/// A file of the site, or the page that says that there is none.
pub(super) async fn file_or_not_found(State(state): State<AppState>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return ApiError::new(ErrorCode::NotFound, "There is nothing at this address.").into_response();
    }
    let site = ServeDir::new(&*state.leptos.site_root).append_index_html_on_directories(false);
    let site = site.precompressed_br().precompressed_gzip();
    let (parts, body) = request.into_parts();
    let asked = Request::from_parts(parts.clone(), Body::empty());
    let Ok(response) = site.oneshot(asked).await;
    if !response.status().is_success() && !response.status().is_redirection() {
        return page::not_found(state, Request::from_parts(parts, body)).await.into_response();
    }
    let mut response = response.map(Body::new);
    let path = parts.uri.path();
    let is_hashed = state.leptos.hash_files && path.starts_with(&state.leptos.site_pkg_dir_route_base());
    // Each version of what others have made has a folder of its own.
    let caching =
        if is_hashed || path.starts_with("/vendor/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    response
}
