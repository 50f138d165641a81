//! The page, rendered on the server. All that it shows at first is in its HTML.

use super::{
    conversations::{LIST_LIMIT, MESSAGE_LIMIT},
    error::ApiError,
    extract::Id,
    state::AppState,
    visitor::cookie,
};
use crate::{store::Window, visitor::Owner};
use app::{PageData, Theme, shell};
use axum::{
    Extension,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use leptos::prelude::provide_context;
use protocol::{error::ErrorCode, id::ConversationId, model::ModelList};

const THEME_COOKIE: &str = "rivulet_theme";

/// `GET /`: a new chat.
pub(super) async fn new_chat(
    State(state): State<AppState>,
    Extension(owner): Extension<Owner>,
    request: Request,
) -> Result<Response, ApiError> {
    let data = data(&state, &owner, theme(&request)).await?;
    render(&state, data, request).await
}

/// `GET /c/{id}`: a conversation, with an answer under way as far as it has come.
pub(super) async fn conversation(
    State(state): State<AppState>,
    Extension(owner): Extension<Owner>,
    id: Result<Id<ConversationId>, ApiError>,
    request: Request,
) -> Result<Response, ApiError> {
    let mut data = data(&state, &owner, theme(&request)).await?;
    match id {
        Err(_) => data.not_found = true,
        Ok(Id(id)) => {
            match state.conversations.get(&owner, id, Window::Last(MESSAGE_LIMIT)).await.map_err(ApiError::from) {
                Ok(conversation) => data.conversation = Some(conversation),
                Err(error) if error.error.code == ErrorCode::NotFound => data.not_found = true,
                Err(error) => return Err(error),
            }
        }
    }
    render(&state, data, request).await
}

/// The page that says that there is nothing at this address.
pub(super) async fn not_found(state: AppState, request: Request) -> Result<Response, ApiError> {
    let data = PageData {
        models: state.engine.providers().cached_list(),
        not_found: true,
        theme: theme(&request),
        ..PageData::default()
    };
    render(&state, data, request).await
}

async fn data(state: &AppState, owner: &Owner, theme: Option<Theme>) -> Result<PageData, ApiError> {
    Ok(PageData {
        conversations: state.conversations.list(owner, LIST_LIMIT, None).await?.conversations,
        models: ModelList { storage: state.conversations.trouble(), ..state.engine.providers().cached_list() },
        theme,
        ..PageData::default()
    })
}

pub(super) fn theme(request: &Request) -> Option<Theme> {
    cookie(request.headers(), THEME_COOKIE)?.parse().ok()
}

async fn render(state: &AppState, data: PageData, request: Request) -> Result<Response, ApiError> {
    let not_found = data.not_found;
    let options = state.leptos.clone();
    let render = leptos_axum::render_app_async_with_context(
        move || provide_context(data.clone()),
        move || shell(options.clone()),
    );
    // The panic hook has logged what and where.
    let failed = |_| ApiError::new(ErrorCode::Internal, "The server failed on this page.");
    let mut response = state.background.spawn(render(request)).await.map_err(failed)?;
    if not_found {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    // The page is the visitor's own and changes with every message.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(response)
}
