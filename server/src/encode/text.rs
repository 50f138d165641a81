//! Raw text: what `POST /api/streaming-chat` speaks. Plain text has no words for an error: a failure cuts the body.

use super::{Encoder, Flow};
use crate::generation::Entry;
use protocol::event::StreamEvent;

/// The format; it has nothing to remember.
#[derive(Debug, Default)]
pub struct Text;

impl Encoder for Text {
    fn content_type(&self) -> &'static str {
        "text/plain; charset=utf-8"
    }

    fn encode(&mut self, _number: u64, entry: &Entry, out: &mut Vec<u8>) -> Flow {
        match &entry.event {
            StreamEvent::Chunk { content } => out.extend_from_slice(content.as_bytes()),
            StreamEvent::Complete(_) => return Flow::End,
            StreamEvent::Error(_) => return Flow::Abort,
            _ => {}
        }
        Flow::Continue
    }

    /// Plain text is nothing but text: there is no room for padding.
    fn encode_padded(&mut self, number: u64, entry: &Entry, out: &mut Vec<u8>) -> Flow {
        self.encode(number, entry, out)
    }

    fn overhead(&self) -> usize {
        0
    }

    fn heartbeat(&self) -> &'static [u8] {
        b""
    }
}
