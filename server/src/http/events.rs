//! `GET /api/events`: all of a visitor's answers in one stream, so that many tabs need one connection.

use super::{
    delivery::Delivery,
    error::ApiError,
    extract::{Query, resume_point},
    heartbeat::Heartbeat,
    readers::ReaderPlace,
    state::AppState,
    stream::{self, WRITE_SIZE},
};
use crate::{
    encode::{EVENT_STREAM, HEARTBEAT, feed},
    generation::{FeedReader, Position},
    visitor::Owner,
};
use axum::{Extension, body::Bytes, extract::State, http::HeaderMap, response::Response};
use futures::StreamExt;
use protocol::error::ErrorCode;
use std::io;

/// The events of what runs, or after `Last-Event-ID` or `?after=` of what that position does not cover; then of what
/// begins later.
pub(super) async fn all(
    State(state): State<AppState>,
    place: ReaderPlace,
    delivery: Delivery,
    Extension(owner): Extension<Owner>,
    headers: HeaderMap,
    Query(query): Query,
) -> Result<Response, ApiError> {
    let after = resume_point(&headers, &query)?;
    let wrong = |_| {
        let (name, text) = after.unwrap_or_default();
        let message = format!("{name} must be the `id` of an event of this route, or be left out; it is {text:?}.");
        ApiError::new(ErrorCode::InvalidRequest, message)
    };
    let position = after.map(|(_, text)| text.parse::<Position>()).transpose().map_err(wrong)?;
    let reader = state.engine.follow(&owner, position).map_err(wrong)?;
    let follower = Follower::new(reader, delivery, place);
    Ok(stream::streamed(futures::stream::unfold(follower, Follower::next).boxed(), EVENT_STREAM, delivery))
}

struct Follower {
    reader: FeedReader,
    heartbeat: Heartbeat,
    padded: bool,
    opened: bool,
    _place: ReaderPlace,
}

impl Follower {
    fn new(reader: FeedReader, delivery: Delivery, place: ReaderPlace) -> Self {
        let Delivery { heartbeat, padded, .. } = delivery;
        Self { reader, heartbeat: Heartbeat::new(heartbeat), padded, opened: false, _place: place }
    }

    /// The next piece of the body; `None` once the server stops.
    async fn next(mut self) -> Option<(io::Result<Bytes>, Self)> {
        let mut out = Vec::new();
        if !std::mem::replace(&mut self.opened, true) {
            feed::opening(&mut out, self.reader.position(), self.reader.opened_with());
        } else {
            let heartbeat = std::future::poll_fn(|context| self.heartbeat.poll_due(context, true));
            tokio::select! {
                biased;
                more = self.reader.ready() => {
                    if !more {
                        return None;
                    }
                    self.encode(&mut out);
                }
                () = heartbeat => out.extend_from_slice(HEARTBEAT),
            }
        }
        self.heartbeat.wrote();
        Some((Ok(out.into()), self))
    }

    /// Encodes what there is of all of them, as one piece for one write.
    fn encode(&mut self, out: &mut Vec<u8>) {
        let padded = self.padded;
        while out.len() < WRITE_SIZE && self.reader.is_ready() {
            if let Some(change) = self.reader.take_change() {
                feed::change(out, self.reader.position(), &change);
                continue;
            }
            self.reader.read(|event| {
                feed::event(out, event, padded);
                out.len() < WRITE_SIZE
            });
        }
    }
}
