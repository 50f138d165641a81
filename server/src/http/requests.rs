//! What routes read, by itself: for the fuzz targets. Each gives the refusal that a client would get.

use super::{extract::parse, generations, openai::ChatCompletionRequest};
use crate::attachment::check_images;
use axum::http::HeaderValue;
use protocol::{
    error::{ErrorCode, PublicError},
    request::{Asks, InputLimits, PromptRequest, SendMessage},
};

/// The body of the stateless routes and of the sessions.
pub fn prompt(body: &[u8], asks: Asks, limits: InputLimits) -> Result<(), PublicError> {
    let request = parse::<PromptRequest>(body).map_err(|refused| refused.error)?;
    Ok(request.resolve(asks, limits).map(drop)?)
}

/// The body of `POST /api/conversations/{id}/messages`.
pub fn send_message(body: &[u8], limits: InputLimits) -> Result<(), PublicError> {
    let request = parse::<SendMessage>(body).map_err(|refused| refused.error)?;
    Ok(request.resolve(limits).map(drop)?)
}

/// The body of `POST /v1/chat/completions`.
pub fn chat_completion(body: &[u8], limits: InputLimits) -> Result<(), PublicError> {
    let request = parse::<ChatCompletionRequest>(body).map_err(|refused| refused.error)?;
    let mut prompt = request.resolve(limits)?;
    Ok(check_images(&mut prompt.turns, limits.attachments)?)
}

/// The header `Last-Event-ID`; bytes that can be no header never reach the route.
pub fn last_event_id(header: &[u8]) -> Result<u64, PublicError> {
    let refused = |_| PublicError::new(ErrorCode::InvalidRequest, "The header holds bytes that no header can hold.");
    let value = HeaderValue::from_bytes(header).map_err(refused)?;
    generations::last_event_id(value).map_err(|refused| refused.error)
}
