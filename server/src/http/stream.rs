//! The response that follows a generation: drives an encoder with a reader's events.

use super::error::ApiError;
use crate::{
    encode::{Encoder, Flow},
    generation::{Reader, StopOnDrop},
};
use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::Response,
};
use std::{
    io,
    pin::Pin,
    time::{Duration, Instant},
};
use tokio::time::Sleep;

/// About how many bytes are written together when a reader has fallen behind.
const WRITE_SIZE: usize = 32 * 1024;

/// How long the head of a response waits for the first event.
const LONGEST_HEAD: Duration = Duration::from_secs(5);

/// Follows a generation for a client that can come back: its leaving stops nothing.
pub(super) fn follow(reader: Reader, encoder: impl Encoder, heartbeat: Duration) -> Response {
    respond(Follower::new(reader, encoder, heartbeat, None))
}

/// Follows a generation for a client that cannot come back: its leaving is the cancel.
///
/// The response begins with the first event that says something, so that a failure before that is an HTTP status. It
/// waits for that only for a short time: clients and proxies take a response without a head for a dead one.
pub(super) async fn follow_or_stop(
    reader: Reader,
    encoder: impl Encoder,
    heartbeat: Duration,
) -> Result<Response, ApiError> {
    let stop = reader.generation().stop_on_drop();
    let first = tokio::time::timeout(heartbeat.min(LONGEST_HEAD), reader.generation().failed_at_once()).await;
    if let Ok(Some(error)) = first {
        return Err(ApiError { error, retry_after: reader.generation().retry_after() });
    }
    Ok(respond(Follower::new(reader, encoder, heartbeat, Some(stop))))
}

/// Follows a generation for a client that cannot come back, from its very first event.
pub(super) fn follow_at_once_or_stop(reader: Reader, encoder: impl Encoder, heartbeat: Duration) -> Response {
    let stop = reader.generation().stop_on_drop();
    respond(Follower::new(reader, encoder, heartbeat, Some(stop)))
}

fn respond<E: Encoder>(follower: Follower<E>) -> Response {
    let content_type = follower.encoder.content_type();
    let mut response = Response::new(Body::from_stream(futures::stream::unfold(follower, Follower::next)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

struct Follower<E> {
    reader: Reader,
    encoder: E,
    flow: Flow,
    heartbeat: Duration,
    wrote: Instant,
    /// Set anew only when it fires, not for each token.
    timer: Pin<Box<Sleep>>,
    _stop: Option<StopOnDrop>,
}

impl<E: Encoder> Follower<E> {
    fn new(reader: Reader, encoder: E, heartbeat: Duration, stop: Option<StopOnDrop>) -> Self {
        let timer = Box::pin(tokio::time::sleep(heartbeat));
        Self { reader, encoder, flow: Flow::Continue, heartbeat, wrote: Instant::now(), timer, _stop: stop }
    }

    /// The next piece of the body; `None` at its end.
    async fn next(mut self) -> Option<(io::Result<Bytes>, Self)> {
        let mut out = Vec::new();
        while out.is_empty() && self.flow == Flow::Continue {
            tokio::select! {
                biased;
                more = self.reader.ready() => {
                    if !more {
                        return None;
                    }
                    self.encode(&mut out);
                }
                () = &mut self.timer => self.beat(&mut out),
            }
        }
        self.wrote = Instant::now();
        if !out.is_empty() {
            return Some((Ok(out.into()), self));
        }
        // What was said before an abort has been written by now.
        let aborts = std::mem::replace(&mut self.flow, Flow::End) == Flow::Abort;
        if aborts {
            // A body that fails takes unsent bytes with it; one that is pending is flushed first.
            tokio::task::yield_now().await;
        }
        aborts.then(|| (Err(io::Error::other("the answer failed")), self))
    }

    /// Encodes what there is, as one piece for one write.
    fn encode(&mut self, out: &mut Vec<u8>) {
        let (encoder, flow) = (&mut self.encoder, &mut self.flow);
        self.reader.read(|number, entry| {
            *flow = encoder.encode(number, entry, out);
            *flow == Flow::Continue && out.len() < WRITE_SIZE
        });
    }

    fn beat(&mut self, out: &mut Vec<u8>) {
        let due = self.wrote + self.heartbeat;
        if Instant::now() >= due {
            out.extend_from_slice(self.encoder.heartbeat());
            self.wrote = Instant::now();
        }
        self.timer.as_mut().reset((self.wrote + self.heartbeat).into());
    }
}
