//! The wire formats: from numbered events to bytes. Pure: no clock, no network, no HTTP.
//!
//! What lives here: the [`Encoder`] trait, one file for each format. Answers that are not streamed are folds of the same
//! events ([`protocol::transcript::Transcript`]), encoded beside their streaming sisters.
//!
//! Who calls it: `http::stream` drives an encoder with a reader's events.
//!
//! What it must not know: HTTP, generations' tasks, stores.

pub mod content;
pub mod feed;
pub mod openai;
mod padding;
pub mod text;
pub mod token;
pub mod typed;

use crate::generation::Entry;
use serde::Serialize;

/// What the body does after an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// It goes on.
    Continue,
    /// It ends as it should.
    End,
    /// It is cut, so that the client sees that the answer is not whole: for formats that have no words for an error.
    Abort,
}

/// Turns the events of one generation into one reader's bytes.
pub trait Encoder: Send + Unpin + 'static {
    /// The `Content-Type` of the body.
    fn content_type(&self) -> &'static str;

    /// Appends what this event says to `out`; nothing where the format has no words for it.
    fn encode(&mut self, number: u64, entry: &Entry, out: &mut Vec<u8>) -> Flow;

    /// The same, in sizes that say nothing of the text.
    fn encode_padded(&mut self, number: u64, entry: &Entry, out: &mut Vec<u8>) -> Flow {
        let start = out.len();
        let flow = self.encode(number, entry, out);
        padding::comment(out, start, self.overhead());
        flow
    }

    /// What the frame of a piece takes around its text, in bytes.
    fn overhead(&self) -> usize;

    /// What to send into a silence so that nothing on the way cuts the connection; empty where the format has nothing.
    fn heartbeat(&self) -> &'static [u8] {
        HEARTBEAT
    }
}

/// A comment, which readers of server-sent events pass over.
pub const HEARTBEAT: &[u8] = b": heartbeat\n\n";

/// The `Content-Type` of server-sent events.
pub const EVENT_STREAM: &str = "text/event-stream";

/// Appends `data: <json>` and the empty line that ends the frame.
fn frame(out: &mut Vec<u8>, data: &impl Serialize) {
    out.extend_from_slice(b"data: ");
    json(out, data);
    out.extend_from_slice(b"\n\n");
}

/// Appends JSON. Our wire types are plain structs and strings: writing them into memory cannot fail.
fn json(out: &mut Vec<u8>, data: &impl Serialize) {
    if let Err(error) = serde_json::to_writer(out, data) {
        unreachable!("a wire type has no JSON: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generation::Log;
    use protocol::{
        error::{ErrorCode, PublicError},
        event::{Complete, FinishReason, Processing, Stats, Status, StreamEvent, Usage},
        id::GenerationId,
    };

    /// What a format makes of a generation: its bytes and how it ends.
    fn run(encoder: &mut dyn Encoder, events: Vec<StreamEvent>) -> (String, Flow) {
        let log = Log::new();
        log.append(events);
        let (mut out, mut flow) = (Vec::new(), Flow::Continue);
        log.read(0, |number, entry| {
            flow = encoder.encode(number, entry, &mut out);
            flow == Flow::Continue
        });
        (String::from_utf8(out).unwrap(), flow)
    }

    fn whole() -> Vec<StreamEvent> {
        let names = Processing {
            generation_id: GenerationId(uuid::Uuid::nil()),
            conversation_id: None,
            message_id: None,
            user_message_id: None,
            model: "demo/rivulet".into(),
        };
        vec![
            StreamEvent::Status(Box::new(Status::Processing(names))),
            StreamEvent::Reasoning { content: "Hm.".into() },
            StreamEvent::Chunk { content: "I \"am\"\n".into() },
            StreamEvent::Chunk { content: "här 🦀".into() },
            StreamEvent::Complete(Box::new(Complete {
                finish_reason: FinishReason::Stop,
                session_id: None,
                suggestions: vec![],
                usage: Some(Usage { input_tokens: 3, output_tokens: 4, ..Usage::default() }),
                cost: None,
                stats: Stats { first_chunk_ms: Some(1), duration_ms: 2, chunks: 3, ..Stats::default() },
            })),
        ]
    }

    fn failed() -> Vec<StreamEvent> {
        let mut events = whole();
        events.truncate(3);
        events.push(StreamEvent::Error(PublicError::new(ErrorCode::UpstreamOverloaded, "The provider is too busy.")));
        events
    }

    #[test]
    fn typed_events() {
        let (text, flow) = run(&mut typed::Typed, whole());
        assert_eq!(flow, Flow::End);
        insta::assert_snapshot!(text, @r#"
        id: 1
        data: {"type":"status","status":"processing","generation_id":"00000000-0000-0000-0000-000000000000","model":"demo/rivulet"}

        id: 2
        data: {"type":"reasoning","content":"Hm."}

        id: 3
        data: {"type":"chunk","content":"I \"am\"\n"}

        id: 4
        data: {"type":"chunk","content":"här 🦀"}

        id: 5
        data: {"type":"complete","finish_reason":"stop","suggestions":[],"usage":{"input_tokens":3,"output_tokens":4},"stats":{"first_chunk_ms":1,"duration_ms":2,"chunks":3}}
        "#);
        let (text, flow) = run(&mut typed::Typed, failed());
        assert_eq!(flow, Flow::End);
        assert!(text.ends_with(
            "id: 4\ndata: {\"type\":\"error\",\"code\":\"upstream_overloaded\",\"message\":\"The provider is too busy.\",\"retryable\":true}\n\n"
        ));
    }

    #[test]
    fn content_events() {
        let (text, flow) = run(&mut content::Content, whole());
        assert_eq!(flow, Flow::End);
        insta::assert_snapshot!(text, @r#"
        data: {"content":"I \"am\"\n"}

        data: {"content":"här 🦀"}

        data: [DONE]
        "#);
        let (text, flow) = run(&mut content::Content, failed());
        assert_eq!(flow, Flow::End);
        assert!(text.ends_with(
            "data: {\"error\":{\"code\":\"upstream_overloaded\",\"message\":\"The provider is too busy.\"}}\n\ndata: [DONE]\n\n"
        ));
    }

    /// What each event of an answer with these pieces takes on the wire.
    fn sizes(encoder: &mut dyn Encoder, pieces: &[&str]) -> Vec<usize> {
        let log = Log::new();
        let [status, .., complete] = &whole()[..] else { unreachable!("it has a beginning and an end") };
        let chunks = pieces.iter().map(|piece| StreamEvent::Chunk { content: (*piece).into() });
        log.append([status.clone()].into_iter().chain(chunks).chain([complete.clone()]));
        let mut sizes = Vec::new();
        log.read(0, |number, entry| {
            let mut out = Vec::new();
            encoder.encode_padded(number, entry, &mut out);
            sizes.push(out.len());
            true
        });
        sizes
    }

    #[test]
    fn padded_frames_tell_nothing_of_short_pieces() {
        // Up to 60 bytes of JSON; the typed frames' numbers take the rest of 64.
        let long = "a".repeat(60);
        let mut pieces = vec!["", "a", " the", "\n\n", "\"", "\u{1}\u{1}", "🦀", "internationalisation", &long];
        pieces.resize(1200, "x");
        let formats: [&mut dyn Encoder; 4] = [
            &mut typed::Typed,
            &mut content::Content,
            &mut token::Token::default(),
            &mut openai::Chunks::new(7, false),
        ];
        for encoder in formats {
            let kind = encoder.overhead();
            let sizes = sizes(encoder, &pieces);
            let size = sizes[1];
            assert!(sizes[1..=pieces.len()].iter().all(|other| *other == size), "{kind}: {:?}", &sizes[..12]);
        }
    }

    #[test]
    fn padding_is_passed_over_by_readers() {
        let read = |encoder: &mut dyn Encoder| {
            let (mut out, log) = (Vec::new(), Log::new());
            log.append(whole());
            log.read(0, |number, entry| encoder.encode_padded(number, entry, &mut out) == Flow::Continue);
            let mut frames = Vec::new();
            let mut decoder = protocol::sse::SseDecoder::new();
            decoder.push(&out, |frame| frames.push((frame.id.to_owned(), frame.data.to_owned()))).unwrap();
            (String::from_utf8(out).unwrap(), frames)
        };
        let (text, frames) = read(&mut typed::Typed);
        assert_eq!(frames.len(), 5);
        for ((id, data), (number, event)) in frames.iter().zip((1..).zip(whole())) {
            assert_eq!(id.parse(), Ok(number));
            assert_eq!(serde_json::from_str::<StreamEvent>(data).unwrap(), event);
        }
        // Readers that cut at empty lines find either data alone or a comment alone.
        for block in text.split_terminator("\n\n") {
            assert!(block.starts_with("id: ") || block.starts_with(':'), "{block}");
            assert!(!block.contains("\n:"), "{block}");
        }
        let (_, frames) = read(&mut openai::Chunks::new(7, true));
        assert_eq!(frames.last().unwrap().1, "[DONE]");
        let chunk: serde_json::Value = serde_json::from_str(&frames[2].1).unwrap();
        assert_eq!(chunk["choices"][0]["delta"]["content"], "I \"am\"\n");
        assert!(chunk["obfuscation"].as_str().unwrap().len() > 50);
        assert_eq!(run(&mut text::Text, whole()).0, "I \"am\"\nhär 🦀");
    }

    #[test]
    fn plain_text() {
        assert_eq!(run(&mut text::Text, whole()), ("I \"am\"\nhär 🦀".to_owned(), Flow::End));
        assert_eq!(run(&mut text::Text, failed()), ("I \"am\"\n".to_owned(), Flow::Abort));
    }

    #[test]
    fn token_events() {
        let (text, flow) = run(&mut token::Token::default(), whole());
        assert_eq!(flow, Flow::End);
        insta::assert_snapshot!(text, @r#"
        data: {"type":"text","token":"I \"am\"\n"}

        data: {"type":"text","token":"här 🦀"}

        data: {"type":"done","fullText":"I \"am\"\nhär 🦀"}
        "#);
        let (text, _) = run(&mut token::Token::default(), failed());
        assert!(text.ends_with("data: {\"type\":\"error\",\"error\":\"The provider is too busy.\"}\n\n"));
    }

    #[test]
    fn openai_chunks() {
        let mut encoder = openai::Chunks::new(7, true);
        let (text, flow) = run(&mut encoder, whole());
        assert_eq!(flow, Flow::End);
        insta::assert_snapshot!(text, @r#"
        data: {"id":"chatcmpl-00000000000000000000000000000000","object":"chat.completion.chunk","created":7,"model":"demo/rivulet","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-00000000000000000000000000000000","object":"chat.completion.chunk","created":7,"model":"demo/rivulet","choices":[{"index":0,"delta":{"reasoning_content":"Hm."},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-00000000000000000000000000000000","object":"chat.completion.chunk","created":7,"model":"demo/rivulet","choices":[{"index":0,"delta":{"content":"I \"am\"\n"},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-00000000000000000000000000000000","object":"chat.completion.chunk","created":7,"model":"demo/rivulet","choices":[{"index":0,"delta":{"content":"här 🦀"},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-00000000000000000000000000000000","object":"chat.completion.chunk","created":7,"model":"demo/rivulet","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}

        data: {"id":"chatcmpl-00000000000000000000000000000000","object":"chat.completion.chunk","created":7,"model":"demo/rivulet","choices":[],"usage":{"completion_tokens":4,"prompt_tokens":3,"total_tokens":7}}

        data: [DONE]
        "#);
        let (text, _) = run(&mut openai::Chunks::new(7, false), failed());
        assert!(text.ends_with(
            "data: {\"error\":{\"code\":\"upstream_overloaded\",\"message\":\"The provider is too busy.\",\"param\":null,\"type\":\"server_error\"}}\n\ndata: [DONE]\n\n"
        ), "{text}");
    }
}
