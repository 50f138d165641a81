//! What every request passes through, in order, with the reason for each layer.

use super::{
    error::{ApiError, is_logged, write_problem},
    host::{self, AllowedHosts},
    policy,
};
use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderValue, Response},
    middleware::{Next, from_fn, from_fn_with_state},
    response::IntoResponse,
};
use futures::FutureExt;
use protocol::error::ErrorCode;
use std::panic::AssertUnwindSafe;
use tower_http::csrf::{CsrfLayer, ProtectionError};
use uuid::Uuid;

/// Wraps the routes. The last layer added is the first that a request meets.
pub(super) fn wrap(routes: Router, hosts: AllowedHosts) -> Router {
    routes
        // A panic in a handler is a 500 with a problem document, not a closed socket.
        .layer(from_fn(catch_panic))
        // Pages of other sites must not spend this server's keys or read its answers through the reader's browser.
        .layer(CsrfLayer::new().with_rejection_response(cross_site))
        // Nor may they call themselves by this server's address, which makes them look like its own pages (DNS rebinding).
        .layer(from_fn_with_state(hosts, host::check))
        // Outermost: names the request, writes problem documents with that name, logs failures once.
        .layer(from_fn(outermost))
}

async fn outermost(request: Request, next: Next) -> Response<Body> {
    let id = Uuid::now_v7().simple().to_string();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let is_data = path.starts_with("/api/") || path.starts_with("/v1/");
    let response = next.run(request).await;
    let status = response.status();
    if status.is_server_error() && !is_logged(&response) {
        tracing::warn!(request = id, %method, path, status = status.as_u16(), "a request failed");
    } else {
        tracing::debug!(request = id, %method, path, status = status.as_u16(), "a request was answered");
    }
    let mut response = write_problem(response, &id);
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert("x-request-id", id);
    }
    policy::restrict(headers, is_data);
    response
}

async fn catch_panic(request: Request, next: Next) -> Response<Body> {
    // The panic hook has logged what and where. tower-http's layer would do, but it wraps every piece of every stream.
    let response = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    response
        .unwrap_or_else(|_| ApiError::new(ErrorCode::Internal, "The server failed on this request.").into_response())
}

fn cross_site(_: ProtectionError) -> Response<Body> {
    let message = "This request comes from a page of another site, which is not allowed.";
    ApiError::new(ErrorCode::CrossSite, message).into_response()
}
