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
        b"id: 1\ndata: {\"type\":\"chunk\",\"content\":\"\"}\n\n".len()
    }

    fn encode(&mut self, number: u64, entry: &Entry, out: &mut Vec<u8>) -> Flow {
        out.extend_from_slice(entry.frame(|event| frame(number, event)));
        if entry.event.is_terminal() { Flow::End } else { Flow::Continue }
    }
}

fn frame(number: u64, event: &StreamEvent) -> Bytes {
    let mut out = Vec::with_capacity(64);
    // Writing into a Vec cannot fail.
    let _ = write!(out, "id: {number}\ndata: ");
    json(&mut out, event);
    out.extend_from_slice(b"\n\n");
    out.shrink_to_fit();
    out.into()
}
