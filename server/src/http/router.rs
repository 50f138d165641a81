//! Every route on one screen.

use super::{
    attachments, conversations, diagram, error::ApiError, events, generations, health, highlight, math, middleware,
    models, openai, page, presets, rate_limit, rate_limit::Cost, search, service_worker, sessions, sharing, site,
    state::AppState, stateless, transfer, visitor,
};
use crate::client::Client;
use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    routing::{delete, get, post, put},
};
use protocol::error::ErrorCode;
use tower::util::option_layer;

/// The whole server.
pub fn router(state: AppState) -> Router {
    // Whoever asks for an answer is told how often it may, where there is a limit.
    let is_limited = state.engine.rate_limit().is_some();
    let tell = || option_layer(is_limited.then(|| from_fn_with_state(state.clone(), rate_limit::tell)));
    let limit = option_layer(
        state.conversation_limit.is_some().then(|| from_fn_with_state(state.clone(), rate_limit::limit_conversations)),
    );
    // What costs something else.
    let counted = |cost: Cost| {
        let limit = move |State(state): State<AppState>, client: Client, request: Request, next: Next| {
            rate_limit::limit(state, cost, client, request, next)
        };
        from_fn_with_state(state.clone(), limit)
    };
    let uploads = Router::new().route("/api/attachments", post(attachments::add)).route_layer(counted(Cost::Upload));
    let transfers = Router::new()
        .route("/api/export", get(transfer::export_all))
        .route("/api/import", post(transfer::import))
        .route_layer(counted(Cost::Transfer));
    let others = Router::new()
        .route("/api/conversations", post(conversations::create).route_layer(limit).get(conversations::list))
        .route(
            "/api/conversations/{id}",
            get(conversations::get).patch(conversations::change).delete(conversations::delete),
        )
        .route("/api/conversations/{id}/messages/{message}", delete(conversations::delete_message))
        .route("/api/conversations/{id}/messages/{message}/restore", post(conversations::restore_message))
        .route("/api/conversations/{id}/share", post(sharing::share).delete(sharing::unshare))
        .route("/api/conversations/{id}/export", get(transfer::export_one))
        .route("/api/attachments/{id}", get(attachments::get).delete(attachments::remove))
        .route("/api/search", get(search::search))
        .route("/api/presets", get(presets::list).post(presets::create))
        .route("/api/presets/{id}", put(presets::replace).delete(presets::delete))
        .route("/api/generations/{id}/events", get(generations::events))
        .route("/api/events", get(events::all))
        .route("/", get(page::new_chat))
        .route("/c/{id}", get(page::conversation))
        .route_layer(counted(Cost::One));
    // Who asks matters only to what belongs to somebody.
    let personal = Router::new()
        .route("/api/conversations/{id}/messages", post(conversations::send))
        .route_layer(tell())
        // Nothing keeps anybody from stopping.
        .route("/api/generations/{id}", delete(generations::stop))
        .merge(others)
        .merge(transfers)
        .merge(uploads)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn_with_state(state.proxies.clone(), visitor::identify));

    let shared = Router::new()
        .route("/s/{token}", get(sharing::page))
        .route("/s/{token}/attachments/{id}", get(attachments::shared))
        .route_layer(counted(Cost::One));
    let rendering = Router::new()
        .route("/api/highlight", post(highlight::highlight))
        .route("/api/math", post(math::math))
        .route_layer(counted(Cost::Rendering));
    let open = Router::new()
        .route("/api/chat", post(stateless::chat))
        .route("/api/streaming-chat", post(stateless::streaming_chat))
        .route("/api/chat/stream", post(stateless::chat_stream))
        .route("/api/conversation-stream/{user_id}", post(sessions::stream))
        .route("/api/conversation/{user_id}", post(sessions::answer))
        .route("/v1/chat/completions", post(openai::chat_completions))
        .route_layer(tell())
        .route("/api/models", get(models::list))
        .merge(rendering)
        .route("/v1/models", get(openai::list_models))
        .route("/v1/models/{*id}", get(openai::get_model))
        .merge(shared)
        .route("/service-worker.js", get(service_worker::worker))
        .route("/diagram", get(diagram::frame))
        .route("/offline", get(service_worker::offline))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/api/{*rest}", axum::routing::any(not_found))
        .route("/v1/{*rest}", axum::routing::any(not_found))
        .method_not_allowed_fallback(method_not_allowed);

    let hosts = state.hosts.clone();
    middleware::wrap(personal.merge(open).fallback(site::file_or_not_found).with_state(state), hosts)
}

async fn method_not_allowed(method: axum::http::Method) -> ApiError {
    let message = format!("This address does not answer to {method}; the `Allow` header lists what it does answer to.");
    ApiError::new(ErrorCode::MethodNotAllowed, message)
}

async fn not_found() -> ApiError {
    ApiError::new(ErrorCode::NotFound, "There is no such route; docs/api.md lists them all.")
}
