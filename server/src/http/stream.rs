//! The response that follows a generation: drives an encoder with a reader's events.

use super::{compression, delivery::Delivery, error::ApiError, heartbeat::Heartbeat};
use crate::{
    encode::{EVENT_STREAM, Encoder, Flow},
    generation::{Reader, StopOnDrop},
};
use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::Response,
};
use futures::Stream;
use std::{io, time::Duration};

/// About how many bytes are written together when a reader has fallen behind.
pub(super) const WRITE_SIZE: usize = 32 * 1024;

/// How long the head of a response waits for the first event.
const LONGEST_HEAD: Duration = Duration::from_secs(5);

/// Follows a generation for a client that can come back: its leaving stops nothing.
pub(super) fn follow(reader: Reader, encoder: impl Encoder, delivery: Delivery) -> Response {
    respond(Follower::new(reader, encoder, delivery, None), delivery)
}

/// Follows a generation for a client that cannot come back: its leaving is the cancel.
///
/// The response begins with the first event that says something, so that a failure before that is an HTTP status. It
/// waits for that only for a short time: clients and proxies take a response without a head for a dead one.
pub(super) async fn follow_or_stop(
    reader: Reader,
    encoder: impl Encoder,
    delivery: Delivery,
) -> Result<Response, ApiError> {
    let stop = reader.generation().stop_on_drop();
    let first = tokio::time::timeout(delivery.heartbeat.min(LONGEST_HEAD), reader.generation().failed_at_once()).await;
    if let Ok(Some(error)) = first {
        return Err(ApiError { error, retry_after: reader.generation().retry_after() });
    }
    Ok(respond(Follower::new(reader, encoder, delivery, Some(stop)), delivery))
}

/// Follows a generation for a client that cannot come back, from its very first event.
pub(super) fn follow_at_once_or_stop(reader: Reader, encoder: impl Encoder, delivery: Delivery) -> Response {
    let stop = reader.generation().stop_on_drop();
    respond(Follower::new(reader, encoder, delivery, Some(stop)), delivery)
}

fn respond<E: Encoder>(follower: Follower<E>, delivery: Delivery) -> Response {
    let content_type = follower.encoder.content_type();
    streamed(futures::stream::unfold(follower, Follower::next), content_type, delivery)
}

/// A response that is sent piece by piece.
pub(super) fn streamed(
    pieces: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
    content_type: &'static str,
    delivery: Delivery,
) -> Response {
    // A word has nothing to repeat: plain text, flushed at each token, would grow to twice its size.
    let (varies, coding) = match content_type == EVENT_STREAM {
        true => (delivery.varies, delivery.coding),
        false => (false, None),
    };
    let body = match coding {
        None => Body::from_stream(pieces),
        Some(coding) => Body::from_stream(compression::compressed(pieces, coding)),
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    if varies {
        headers.insert(header::VARY, HeaderValue::from(header::ACCEPT_ENCODING));
    }
    if let Some(coding) = coding {
        headers.insert(header::CONTENT_ENCODING, coding.name());
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

struct Follower<E> {
    reader: Reader,
    encoder: E,
    flow: Flow,
    heartbeat: Heartbeat,
    padded: bool,
    _stop: Option<StopOnDrop>,
}

impl<E: Encoder> Follower<E> {
    fn new(reader: Reader, encoder: E, delivery: Delivery, stop: Option<StopOnDrop>) -> Self {
        let Delivery { heartbeat, padded, .. } = delivery;
        let heartbeat = Heartbeat::new(heartbeat);
        Self { reader, encoder, flow: Flow::Continue, heartbeat, padded, _stop: stop }
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
                () = self.heartbeat.due() => out.extend_from_slice(self.encoder.heartbeat()),
            }
        }
        self.heartbeat.wrote();
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
        let (encoder, flow, padded) = (&mut self.encoder, &mut self.flow, self.padded);
        self.reader.read(|number, entry| {
            *flow = if padded { encoder.encode_padded(number, entry, out) } else { encoder.encode(number, entry, out) };
            *flow == Flow::Continue && out.len() < WRITE_SIZE
        });
    }
}
