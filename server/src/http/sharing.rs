//! Conversations behind an address that cannot be guessed: sharing, revoking, and the page that everybody can read who has the
//! address.

use super::{
    error::ApiError,
    extract::{Id, Name, Query},
    language,
    page::{self, theme},
    policy,
    state::AppState,
};
use crate::visitor::Owner;
use app::{shared_document, spoken_in};
use axum::{
    Extension,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use leptos::prelude::{IntoView, Owner as ReactiveOwner, RenderHtml, provide_context};
use protocol::{
    conversation::{Conversation, ShareLink},
    error::ErrorCode,
    id::{ConversationId, InvalidId},
    request::InvalidField,
};

/// `POST /api/conversations/{id}/share`.
pub(super) async fn share(
    State(state): State<AppState>,
    Extension(owner): Extension<Owner>,
    Id(id): Id<ConversationId>,
) -> Result<axum::Json<ShareLink>, ApiError> {
    Ok(axum::Json(state.conversations.share(&owner, id).await?))
}

/// `DELETE /api/conversations/{id}/share`.
pub(super) async fn unshare(
    State(state): State<AppState>,
    Extension(owner): Extension<Owner>,
    Id(id): Id<ConversationId>,
) -> Result<StatusCode, ApiError> {
    state.conversations.unshare(&owner, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The most messages on one page: whoever has the address may ask for it again and again. A link leads to those before them.
const MESSAGES: usize = 500;

/// `GET /s/{token}`: who reads it is nobody's business, so that no cookie is set.
pub(super) async fn page(
    State(state): State<AppState>,
    name: Result<Name, ApiError>,
    query: Result<Query, ApiError>,
    request: Request,
) -> Result<Response, ApiError> {
    let found = match (name, query) {
        (Ok(Name(token)), Ok(Query(query))) => part(&state, &token, query.get("before").map(String::as_str)).await,
        (Err(error), _) | (_, Err(error)) => Err(error),
    };
    let conversation = match found {
        Ok(conversation) => conversation,
        Err(error) if matches!(error.error.code, ErrorCode::NotFound | ErrorCode::InvalidRequest) => {
            let mut response = page::not_found(state, request).await?;
            keep_private(response.headers_mut());
            return Ok(response);
        }
        Err(error) => return Err(error),
    };
    let (options, theme) = (state.leptos.clone(), theme(&request));
    let language = language::of_page(request.headers());
    let rendered = page::server_rendered(&state.highlighting.highlighter);
    let render = move || {
        spoken_in(language, || {
            ReactiveOwner::new().with(|| {
                provide_context(rendered);
                shared_document(options, conversation, theme).into_view().to_html()
            })
        })
    };
    // The panic hook has logged what and where.
    let failed = |_| ApiError::new(ErrorCode::Internal, "The server failed on this page.");
    let html = state.background.spawn_blocking(render).await.map_err(failed)?;
    let mut response = Html(html).into_response();
    keep_private(response.headers_mut());
    language::declare(response.headers_mut(), language);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy::shared_page());
    Ok(response)
}

async fn part(state: &AppState, token: &str, before: Option<&str>) -> Result<Conversation, ApiError> {
    let before = before.map(str::parse).transpose();
    let before = before.map_err(|error: InvalidId| InvalidField::new("before", format!("is wrong: a {error}")))?;
    Ok(state.conversations.shared(token, before, MESSAGES).await?)
}

/// Neither kept by caches, so that what is revoked is gone, nor found by search engines, nor told to the sites that it links to.
fn keep_private(headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
}
