//! The response that follows a generation: drives an encoder with a reader's events.

use super::{compression, delivery::Delivery, error::ApiError, heartbeat::Heartbeat, readers::ReaderPlace};
use crate::{
    encode::{EVENT_STREAM, Encoder, Flow},
    generation::{Reader, StopOnDrop},
};
use axum::{
    body::{Body, Bytes, HttpBody},
    http::{HeaderValue, header},
    response::Response,
};
use futures::{Stream, StreamExt};
use hyper::body::Frame;
use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

/// About how many bytes are written together when a reader has fallen behind.
pub(super) const WRITE_SIZE: usize = 32 * 1024;

/// How long the head of a response waits for the first event.
const LONGEST_HEAD: Duration = Duration::from_secs(5);

/// Follows a generation for a client that can come back: its leaving stops nothing.
pub(super) fn follow(reader: Reader, encoder: impl Encoder, delivery: Delivery, place: ReaderPlace) -> Response {
    respond(Follower::new(reader, encoder, delivery, Held::Place(place)), delivery)
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
        return Err(ApiError::of_answer(error, reader.generation().retry_after()));
    }
    Ok(respond(Follower::new(reader, encoder, delivery, Held::Stop(stop)), delivery))
}

/// Follows a generation for a client that cannot come back, from its very first event.
pub(super) fn follow_at_once_or_stop(reader: Reader, encoder: impl Encoder, delivery: Delivery) -> Response {
    let stop = reader.generation().stop_on_drop();
    respond(Follower::new(reader, encoder, delivery, Held::Stop(stop)), delivery)
}

fn respond<E: Encoder>(follower: Follower<E>, delivery: Delivery) -> Response {
    let content_type = follower.encoder.content_type();
    streamed(follower, content_type, delivery)
}

/// A response that is sent piece by piece.
pub(super) fn streamed(
    pieces: impl Stream<Item = io::Result<Bytes>> + Send + Unpin + 'static,
    content_type: &'static str,
    delivery: Delivery,
) -> Response {
    // A word has nothing to repeat: plain text, flushed at each token, would grow to twice its size.
    let (varies, coding) = match content_type == EVENT_STREAM {
        true => (delivery.varies, delivery.coding),
        false => (false, None),
    };
    let body = match coding {
        None => Body::new(Pieces(pieces)),
        Some(coding) => Body::new(Pieces(compression::compressed(pieces, coding).boxed())),
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

/// Follows one generation.
struct Follower<E> {
    reader: Reader,
    encoder: E,
    flow: Flow,
    heartbeat: Heartbeat,
    padded: bool,
    /// Whether it waits, so that a waking that brings no event is the heartbeat's.
    waits: bool,
    _held: Held,
}

/// What ends with the response.
#[expect(dead_code, reason = "it is there to be dropped")]
enum Held {
    /// Whoever can come back has a place for as long as they read.
    Place(ReaderPlace),
    /// Whoever cannot stops the generation by leaving.
    Stop(StopOnDrop),
}

/// What most pieces fit into.
const PIECE: usize = 128;

impl<E: Encoder> Follower<E> {
    fn new(reader: Reader, encoder: E, delivery: Delivery, held: Held) -> Self {
        let Delivery { heartbeat, padded, .. } = delivery;
        let heartbeat = Heartbeat::new(heartbeat);
        Self { reader, encoder, flow: Flow::Continue, heartbeat, padded, waits: false, _held: held }
    }

    /// Encodes what there is, as one piece for one write. `false` once all has been read.
    fn poll_encode(&mut self, context: &mut Context<'_>, out: &mut Vec<u8>) -> Poll<bool> {
        let Self { reader, encoder, flow, padded, .. } = self;
        reader.poll_read(context, |number, entry| {
            if out.capacity() == 0 {
                out.reserve(PIECE);
            }
            *flow = match padded {
                true => encoder.encode_padded(number, entry, out),
                false => encoder.encode(number, entry, out),
            };
            *flow == Flow::Continue && out.len() < WRITE_SIZE
        })
    }

    /// What comes after the last piece.
    fn poll_end(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        match self.flow {
            Flow::Abort if !self.waits => {
                // A body that fails takes unsent bytes with it; one that is pending is flushed first.
                self.waits = true;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Flow::Abort => {
                self.flow = Flow::End;
                Poll::Ready(Some(Err(io::Error::other("the answer failed"))))
            }
            _ => Poll::Ready(None),
        }
    }
}

impl<E: Encoder> Stream for Follower<E> {
    type Item = io::Result<Bytes>;

    /// The next piece of the body. Written by hand because it runs for each token of each reader.
    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        let this = self.get_mut();
        let mut out = Vec::new();
        while out.is_empty() && this.flow == Flow::Continue {
            match this.poll_encode(context, &mut out) {
                Poll::Ready(true) => this.waits = false,
                Poll::Ready(false) => return Poll::Ready(None),
                Poll::Pending => {
                    let woken_for_more = std::mem::replace(&mut this.waits, true);
                    ready!(this.heartbeat.poll_due(context, woken_for_more));
                    out.extend_from_slice(this.encoder.heartbeat());
                }
            }
        }
        if out.is_empty() {
            return this.poll_end(context);
        }
        this.heartbeat.wrote();
        Poll::Ready(Some(Ok(out.into())))
    }
}

/// A body of pieces as they come, without the layers that `Body::from_stream` puts around each.
struct Pieces<S>(S);

impl<S: Stream<Item = io::Result<Bytes>> + Unpin> HttpBody for Pieces<S> {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.0.poll_next_unpin(context).map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}
