//! `data: {"content":"…"}` … `data: [DONE]`: what `POST /api/chat` speaks. An error is
//! `data: {"error":{"code","message"}}` before `[DONE]`.

use super::{EVENT_STREAM, Encoder, Flow, frame};
use crate::generation::Entry;
use protocol::event::StreamEvent;
use serde::Serialize;
use serde_json::json;

/// The mark that ends OpenAI's streams, and this format's.
pub(super) const DONE: &[u8] = b"data: [DONE]\n\n";

/// The format; it has nothing to remember.
#[derive(Debug, Default)]
pub struct Content;

#[derive(Serialize)]
struct Piece<'a> {
    content: &'a str,
}

impl Encoder for Content {
    fn content_type(&self) -> &'static str {
        EVENT_STREAM
    }

    fn overhead(&self) -> usize {
        b"data: {\"content\":\"\"}\n\n".len()
    }

    fn encode(&mut self, _number: u64, entry: &Entry, out: &mut Vec<u8>) -> Flow {
        match &entry.event {
            StreamEvent::Chunk { content } => frame(out, &Piece { content }),
            StreamEvent::Error(error) => {
                frame(out, &json!({"error": {"code": error.code, "message": error.message}}));
            }
            _ => {}
        }
        if entry.event.is_terminal() {
            out.extend_from_slice(DONE);
            return Flow::End;
        }
        Flow::Continue
    }
}
