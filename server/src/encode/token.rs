//! `{"type":"text","token":"…"}` …, `{"type":"done","fullText":"…"}`, `{"type":"error","error":"…"}`: what
//! `POST /api/chat/stream` speaks.

use super::{EVENT_STREAM, Encoder, Flow, frame};
use crate::generation::Entry;
use protocol::event::StreamEvent;
use serde::Serialize;

/// The format; it remembers the text for its last event.
#[derive(Debug, Default)]
pub struct Token {
    full_text: String,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Event<'a> {
    Text {
        token: &'a str,
    },
    Done {
        #[serde(rename = "fullText")]
        full_text: &'a str,
    },
    Error {
        error: &'a str,
    },
}

impl Encoder for Token {
    fn content_type(&self) -> &'static str {
        EVENT_STREAM
    }

    fn overhead(&self) -> usize {
        b"data: {\"type\":\"text\",\"token\":\"\"}\n\n".len()
    }

    fn encode(&mut self, _number: u64, entry: &Entry, out: &mut Vec<u8>) -> Flow {
        match &entry.event {
            StreamEvent::Chunk { content } => {
                self.full_text.push_str(content);
                frame(out, &Event::Text { token: content });
                Flow::Continue
            }
            StreamEvent::Complete(_) => {
                frame(out, &Event::Done { full_text: &self.full_text });
                Flow::End
            }
            StreamEvent::Error(error) => {
                frame(out, &Event::Error { error: &error.message });
                Flow::End
            }
            _ => Flow::Continue,
        }
    }
}
