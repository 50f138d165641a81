//! Tells clients how they stand: `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10) on every response
//! of a route that generates. What is counted, and when, is the engine's affair.

use super::state::AppState;
use crate::{
    client::Client,
    rate_limit::{RateLimiter, whole_seconds},
};
use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    middleware::Next,
    response::Response,
};
use std::time::Instant;

/// Adds the headers to a response.
pub(super) async fn tell(State(state): State<AppState>, client: Client, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if let Some(limiter) = state.engine.rate_limit() {
        write(&mut response, limiter, client);
    }
    response
}

fn write(response: &mut Response, limiter: &RateLimiter, client: Client) {
    let (quota, standing) = (limiter.quota(), limiter.standing(client, Instant::now()));
    // How long `r` stays what it is, if nothing is taken: a client that is refused may come back then.
    let seconds = whole_seconds(standing.next);
    let refused = response.status() == StatusCode::TOO_MANY_REQUESTS || standing.remaining == 0;
    let headers = response.headers_mut();
    let policy = format!("\"generations\";q={};w={}", quota.count(), quota.window_seconds());
    let limit = format!("\"generations\";r={};t={seconds}", standing.remaining);
    for (name, value) in [("ratelimit-policy", policy), ("ratelimit", limit)] {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    }
    // Never earlier than what `t` says, whatever it is that the client waits for.
    let asked = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if refused && asked.is_some_and(|asked| asked < seconds) {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
}
