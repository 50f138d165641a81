//! Typed events, numbered: what the page and `conversation-stream` speak. See [`protocol::event`].

use super::{EVENT_STREAM, Encoder, Flow, json};
use crate::generation::Entry;
use bytes::Bytes;
use protocol::event::StreamEvent;
use std::io::Write;

/// `id: <n>` and `data: <event>`. No `event:` field, so that `EventSource.onmessage` sees all.
#[derive(Debug, Default)]
pub struct Typed;

impl Encoder for Typed {
    fn content_type(&self) -> &'static str {
        EVENT_STREAM
    }

    /// The numbers' digits beyond the first count as text: they grow with the number, which whoever counts knows.
    fn overhead(&self) -> usize {
        BEFORE_NUMBER.len() + 1 + BEFORE_DATA.len() + EMPTY_CHUNK.len() + END.len()
    }

    fn encode(&mut self, number: u64, entry: &Entry, out: &mut Vec<u8>) -> Flow {
        out.extend_from_slice(entry.frame(|event| frame(number, event)));
        if entry.event.is_terminal() { Flow::End } else { Flow::Continue }
    }
}

const BEFORE_NUMBER: &[u8] = b"id: ";
const BEFORE_DATA: &[u8] = b"\ndata: ";
const END: &[u8] = b"\n\n";

/// A piece without text.
pub(super) const EMPTY_CHUNK: &[u8] = b"{\"type\":\"chunk\",\"content\":\"\"}";

/// The event as JSON, from the frame that all readers share.
pub(super) fn data(number: u64, entry: &Entry) -> &[u8] {
    let frame = entry.frame(|event| frame(number, event));
    let digits = number.checked_ilog10().unwrap_or(0) as usize + 1;
    &frame[BEFORE_NUMBER.len() + digits + BEFORE_DATA.len()..frame.len() - END.len()]
}

fn frame(number: u64, event: &StreamEvent) -> Bytes {
    let mut out = Vec::with_capacity(64);
    out.extend_from_slice(BEFORE_NUMBER);
    // Writing into a Vec cannot fail.
    let _ = write!(out, "{number}");
    out.extend_from_slice(BEFORE_DATA);
    json(&mut out, event);
    out.extend_from_slice(END);
    out.shrink_to_fit();
    out.into()
}
