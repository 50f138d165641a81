//! Tells clients how they stand: `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10) on every response
//! of a route that generates, on the one that makes conversations, and on all others that cost something. How generations are counted
//! is the engine's affair; the others are counted here.

use super::{error::ApiError, state::AppState, transfer::throw_away};
use crate::{
    client::Client,
    rate_limit::{Quota, RateLimiter, Refused, in_words, whole_seconds},
};
use axum::{
    extract::{Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_LENGTH, RETRY_AFTER},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use protocol::{error::ErrorCode, highlight::LONGEST};
use std::time::Instant;

/// How many conversations a client may make for each answer that it may ask for. A person makes fewer than one; whoever makes
/// more than ten only fills the store.
const CONVERSATIONS_PER_GENERATION: u32 = 10;

/// What limits how often a client may make a conversation, where answers are limited to `generations`.
pub fn conversation_limiter(generations: Quota) -> RateLimiter {
    RateLimiter::new(generations.times(CONVERSATIONS_PER_GENERATION))
}

/// Adds the headers to a response.
pub(super) async fn tell(State(state): State<AppState>, client: Client, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if let Some(limiter) = state.engine.rate_limit() {
        write(&mut response, "generations", limiter, client);
    }
    response
}

/// Lets a client make a conversation if it may, and adds the headers. What is refused for another reason costs nothing.
pub(super) async fn limit_conversations(
    State(state): State<AppState>,
    client: Client,
    request: Request,
    next: Next,
) -> Response {
    let Some(limiter) = &state.conversation_limit else { return next.run(request).await };
    let mut response = match limiter.take(client, 1, Instant::now()) {
        Ok(_) => {
            let response = next.run(request).await;
            if !response.status().is_success() {
                limiter.give_back(client);
            }
            response
        }
        Err(refused) => refusal("You have made as many conversations as one client may here", limiter, refused),
    };
    write(&mut response, "conversations", limiter, client);
    response
}

/// What a request counts as that asks for something else than an answer.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cost {
    /// One request.
    One,
    /// A file for a question comes in: it is kept.
    Upload,
    /// All of somebody's conversations go out, or others come in: work for seconds.
    Transfer,
    /// Code is coloured or a formula is set, which has a limit of its own and counts by its length.
    Rendering,
}

/// How much of what is rendered counts as one, in bytes.
const RENDERED: u64 = 4096;

impl Cost {
    /// How often it counts. What does not say how long it is, is taken to be as long as code may be.
    fn of(self, request: &Request) -> u32 {
        match self {
            Self::One => 1,
            Self::Upload => 5,
            Self::Transfer => 30,
            Self::Rendering => {
                let length = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
                u32::try_from(length.unwrap_or(LONGEST as u64) / RENDERED).unwrap_or(u32::MAX).saturating_add(1)
            }
        }
    }

    fn limiter(self, state: &AppState) -> Option<&RateLimiter> {
        match self {
            Self::Rendering => state.rendering_limit.as_deref(),
            _ => state.request_limit.as_deref(),
        }
    }

    fn policy(self) -> &'static str {
        match self {
            Self::Rendering => "rendering",
            _ => "requests",
        }
    }
}

/// Lets a client ask for something else than an answer if it may, and adds the headers.
pub(super) async fn limit(state: AppState, cost: Cost, client: Client, request: Request, next: Next) -> Response {
    let Some(limiter) = cost.limiter(&state) else { return next.run(request).await };
    let count = cost.of(&request).min(limiter.quota().count());
    let mut response = match limiter.take(client, count, Instant::now()) {
        Ok(_) => next.run(request).await,
        Err(refused) => {
            throw_away(request.into_body()).await;
            refusal("You have asked for as much as one client may here", limiter, refused)
        }
    };
    // A limit that is nearer has its own.
    if !response.headers().contains_key(POLICY) {
        write(&mut response, cost.policy(), limiter, client);
    }
    response
}

fn refusal(reason: &str, limiter: &RateLimiter, refused: Refused) -> Response {
    let (quota, wait) = (limiter.quota(), refused.retry_after.unwrap_or(refused.standing.reset));
    let message = format!("{reason}: {quota}. Try again in {}.", in_words(wait));
    ApiError { retry_after: Some(wait), ..ApiError::new(ErrorCode::RateLimited, message) }.into_response()
}

const POLICY: &str = "ratelimit-policy";

fn write(response: &mut Response, policy: &str, limiter: &RateLimiter, client: Client) {
    let (quota, standing) = (limiter.quota(), limiter.standing(client, Instant::now()));
    // How long `r` stays what it is, if nothing is taken: a client that is refused may come back then.
    let seconds = whole_seconds(standing.next);
    let refused = response.status() == StatusCode::TOO_MANY_REQUESTS || standing.remaining == 0;
    let headers = response.headers_mut();
    let limit = format!("\"{policy}\";r={};t={seconds}", standing.remaining);
    let policy = format!("\"{policy}\";q={};w={}", quota.count(), quota.window_seconds());
    for (name, value) in [(POLICY, policy), ("ratelimit", limit)] {
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
