//! Reads the body of a request that is JSON: up to a size, within a time, and of all bodies no more at one time than there is memory for.

use super::{error::ApiError, extract::parse, state::AppState, transfer::throw_away};
use crate::byte_budget::ByteShare;
use axum::{
    body::{Body, Bytes, HttpBody},
    extract::Request,
};
use http_body_util::BodyExt;
use protocol::error::ErrorCode;
use serde::de::DeserializeOwned;

/// A body up to this size is taken whatever the others take, and read on the thread of its connection.
const SMALL: usize = 64 * 1024;

/// The body as a `T`, with what it takes of the memory for bodies.
pub(super) async fn parsed<T>(request: Request, state: &AppState, limit: usize) -> Result<(T, ByteShare), ApiError>
where
    T: DeserializeOwned + Send + 'static,
{
    let (bytes, share) = arrived(request, state, limit).await?;
    if bytes.len() <= SMALL {
        return parse(&bytes).map(|value| (value, share));
    }
    // Megabytes take milliseconds, which the tokens of all others on this thread would wait.
    let parsing = state.background.spawn_blocking(move || parse(&bytes));
    let parsed = parsing.await.map_err(|_| ApiError::new(ErrorCode::Internal, "The server failed on this request."))?;
    parsed.map(|value| (value, share))
}

async fn arrived(request: Request, state: &AppState, limit: usize) -> Result<(Bytes, ByteShare), ApiError> {
    let mut body = request.into_body();
    let mut share = state.bodies.share();
    let collected = tokio::time::timeout(state.body_timeout, collect(&mut body, limit, &mut share)).await;
    match collected {
        Ok(Ok(bytes)) => Ok((bytes, share)),
        Ok(Err(refused)) => {
            drop(share);
            throw_away(body).await;
            Err(refused)
        }
        Err(_) => {
            let message = format!("The body took longer than {:?} to arrive.", state.body_timeout);
            Err(ApiError::new(ErrorCode::RequestTimeout, message))
        }
    }
}

async fn collect(body: &mut Body, limit: usize, share: &mut ByteShare) -> Result<Bytes, ApiError> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame =
            frame.map_err(|_| ApiError::new(ErrorCode::InvalidRequest, "The body ended before it was whole."))?;
        let Ok(piece) = frame.into_data() else { continue };
        let length = bytes.len() + piece.len();
        if length > limit {
            return Err(ApiError::new(ErrorCode::TooLarge, format!("The body is larger than {limit} bytes.")));
        }
        if length > SMALL && !share.grow_to(length as u64) {
            let message = "The server is busy with other large requests. Try again in a moment.";
            return Err(ApiError::new(ErrorCode::Overloaded, message));
        }
        // Most bodies come in one piece.
        if bytes.is_empty() && body.is_end_stream() {
            return Ok(piece);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes.into())
}
