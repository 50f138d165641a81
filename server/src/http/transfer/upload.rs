//! Receives a file that may be large: on the disk, where it has no name and is gone when it is closed.

use super::super::{error::ApiError, state::AppState};
use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderMap, header},
};
use http_body_util::BodyExt;
use protocol::error::ErrorCode;
use std::{
    fs::File,
    io::{self, Write},
    path::Path,
    time::Duration,
};
use tokio::{sync::mpsc, time::Instant};

/// How many pieces may wait for the disk.
const WAITING: usize = 16;
/// The least that must come of a file, in bytes a second: who sends more slowly keeps others from sending theirs.
const SLOWEST: f64 = 4096.0;
/// How much of a file that is refused is taken, in bytes and in time.
const THROWN_AWAY: usize = 64 << 20;
const PATIENCE: Duration = Duration::from_secs(10);

/// How large a file may be.
pub(in crate::http) struct Limit {
    /// The most bytes.
    pub(in crate::http) bytes: u64,
    /// What is said of a larger one.
    pub(in crate::http) refusal: String,
}

impl Limit {
    fn refuse(&self) -> ApiError {
        ApiError::new(ErrorCode::TooLarge, self.refusal.clone())
    }
}

/// The body of a request as a file. Within the time of a body some of it must come, if it is not all; all of it may take longer.
pub(in crate::http) async fn received(state: &AppState, request: Request, limit: &Limit) -> Result<File, ApiError> {
    if let Err(refused) = check_head(request.headers(), limit) {
        throw_away(request.into_body()).await;
        return Err(refused);
    }
    let (to_disk, pieces) = mpsc::channel(WAITING);
    let folder = state.imports.folder.clone();
    let writing = state.background.spawn_blocking(move || write(folder.as_deref(), pieces));
    let sent = send(state, request.into_body(), limit, to_disk).await;
    let written = writing.await.map_err(|_| ApiError::new(ErrorCode::Internal, "The server failed on this file."))?;
    // Who could not send because nothing could be written is told that.
    match written {
        Err(error) => {
            tracing::warn!(%error, "a file that was sent could not be written");
            let message = "The file cannot be kept while it is read: the server's disk may be full.";
            Err(ApiError::new(ErrorCode::StorageUnavailable, message))
        }
        Ok(file) => sent.map(|()| file),
    }
}

fn check_head(headers: &HeaderMap, limit: &Limit) -> Result<(), ApiError> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if text(header::CONTENT_TYPE).is_some_and(|kind| kind.to_ascii_lowercase().starts_with("multipart/")) {
        let message =
            "The body must be the file itself, not a form with the file in it (with curl, `--data-binary @file`).";
        return Err(ApiError::new(ErrorCode::InvalidRequest, message));
    }
    if text(header::CONTENT_LENGTH)
        .and_then(|length| length.parse::<u64>().ok())
        .is_some_and(|length| length > limit.bytes)
    {
        return Err(limit.refuse());
    }
    Ok(())
}

async fn send(state: &AppState, mut body: Body, limit: &Limit, to_disk: mpsc::Sender<Bytes>) -> Result<(), ApiError> {
    let patience = state.body_timeout;
    let enough = (patience.as_secs_f64() * SLOWEST) as u64;
    let (mut received, mut lately, mut until) = (0, 0, Instant::now() + patience);
    loop {
        let frame = tokio::time::timeout_at(until, body.frame()).await.map_err(|_| {
            let message =
                format!("Only {lately} bytes of the file came in {patience:?}; it must be {enough} at least.");
            ApiError::new(ErrorCode::RequestTimeout, message)
        })?;
        let Some(frame) = frame else { return Ok(()) };
        let frame =
            frame.map_err(|_| ApiError::new(ErrorCode::InvalidRequest, "The body ended before it was whole."))?;
        let Ok(piece) = frame.into_data() else { continue };
        received += piece.len() as u64;
        lately += piece.len() as u64;
        if lately >= enough {
            (lately, until) = (0, Instant::now() + patience);
        }
        if received > limit.bytes {
            throw_away(body).await;
            return Err(limit.refuse());
        }
        if to_disk.send(piece).await.is_err() {
            return Ok(());
        }
    }
}

/// Takes what a client still sends, as much of it as is fair: one that is cut off while it sends does not read why.
pub(in crate::http) async fn throw_away(mut body: Body) {
    let all = async {
        let mut taken = 0;
        while taken < THROWN_AWAY {
            let Some(Ok(frame)) = body.frame().await else { return };
            taken += frame.data_ref().map_or(0, Bytes::len);
        }
    };
    let _ = tokio::time::timeout(PATIENCE, all).await;
}

fn write(folder: Option<&Path>, mut pieces: mpsc::Receiver<Bytes>) -> io::Result<File> {
    let mut file = match folder {
        Some(folder) => tempfile::tempfile_in(folder),
        None => tempfile::tempfile(),
    }?;
    while let Some(piece) = pieces.blocking_recv() {
        file.write_all(&piece)?;
    }
    Ok(file)
}
