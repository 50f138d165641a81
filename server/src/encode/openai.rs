//! OpenAI's chat completions, streamed and whole: what `/v1` speaks.
//!
//! Format: <https://platform.openai.com/docs/api-reference/chat>. `delta.reasoning_content` is DeepSeek's addition, which
//! most clients know. `obfuscation` is OpenAI's own name for padding.

use super::{EVENT_STREAM, Encoder, Flow, content::DONE, frame, padding};
use crate::generation::Entry;
use protocol::{
    error::{ErrorCode, PublicError},
    event::{Processing, Status, StreamEvent, Usage},
    id::GenerationId,
    message::Message,
};
use serde::Serialize;
use serde_json::{Value, json};

/// The streamed format.
#[derive(Debug)]
pub struct Chunks {
    id: String,
    model: String,
    created: u64,
    include_usage: bool,
    padded: bool,
    /// What a padded chunk takes around its text; known once the names are.
    overhead: usize,
}

#[derive(Serialize)]
struct Chunk<'a> {
    id: &'a str,
    object: &'static str,
    created: u64,
    model: &'a str,
    choices: &'a [Choice<'a>],
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Value>,
}

#[derive(Serialize)]
struct Choice<'a> {
    index: u32,
    delta: Delta<'a>,
    logprobs: (),
    finish_reason: Option<&'a str>,
}

#[derive(Serialize, Default)]
struct Delta<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_content: Option<&'a str>,
}

const CHUNK_END: &[u8] = b"}\n\n";
const OBFUSCATION: &[u8] = b",\"obfuscation\":\"";
const OBFUSCATION_END: &[u8] = b"\"}\n\n";

impl Chunks {
    /// A stream of a generation that began at `created`, in seconds since 1970 UTC. `include_usage` is the client's
    /// `stream_options.include_usage`.
    pub fn new(created: u64, include_usage: bool) -> Self {
        Self { id: String::new(), model: String::new(), created, include_usage, padded: false, overhead: 0 }
    }

    fn chunk(&self, out: &mut Vec<u8>, delta: Delta<'_>, finish_reason: Option<&str>) {
        self.write(out, &[Choice { index: 0, delta, logprobs: (), finish_reason }], None);
    }

    fn write(&self, out: &mut Vec<u8>, choices: &[Choice<'_>], usage: Option<Value>) {
        let (id, model) = (self.id.as_str(), self.model.as_str());
        let start = out.len();
        frame(out, &Chunk { id, object: "chat.completion.chunk", created: self.created, model, choices, usage });
        if self.padded {
            out.truncate(out.len() - CHUNK_END.len());
            out.extend_from_slice(OBFUSCATION);
            padding::fill(out, padding::missing(out.len() - start + OBFUSCATION_END.len(), self.overhead));
            out.extend_from_slice(OBFUSCATION_END);
        }
    }

    /// Measures an empty chunk: the id and the model's name stand in each.
    fn measure(&mut self) {
        if !self.padded {
            return;
        }
        let mut empty = Vec::new();
        self.padded = false;
        self.chunk(&mut empty, Delta { content: Some(""), ..Delta::default() }, None);
        self.padded = true;
        self.overhead = empty.len() - CHUNK_END.len() + OBFUSCATION.len() + OBFUSCATION_END.len();
    }

    fn begin(&mut self, names: &Processing, out: &mut Vec<u8>) {
        self.id = completion_id(names.generation_id);
        self.model.clone_from(&names.model);
        self.measure();
        let delta = Delta { role: Some("assistant"), content: Some(""), ..Delta::default() };
        self.chunk(out, delta, None);
    }
}

impl Encoder for Chunks {
    fn content_type(&self) -> &'static str {
        EVENT_STREAM
    }

    fn overhead(&self) -> usize {
        self.overhead
    }

    fn encode_padded(&mut self, number: u64, entry: &Entry, out: &mut Vec<u8>) -> Flow {
        self.padded = true;
        self.encode(number, entry, out)
    }

    fn encode(&mut self, _number: u64, entry: &Entry, out: &mut Vec<u8>) -> Flow {
        match &entry.event {
            StreamEvent::Status(status) => match &**status {
                Status::Processing(names) => self.begin(names, out),
                Status::Fallback { to, .. } => {
                    self.model.clone_from(to);
                    self.measure();
                }
                _ => {}
            },
            StreamEvent::Chunk { content } => {
                self.chunk(out, Delta { content: Some(content), ..Delta::default() }, None);
            }
            StreamEvent::Reasoning { content } => {
                self.chunk(out, Delta { reasoning_content: Some(content), ..Delta::default() }, None);
            }
            StreamEvent::Complete(complete) => {
                self.chunk(out, Delta::default(), Some(finish_reason(complete.finish_reason.as_str())));
                if self.include_usage {
                    self.write(out, &[], Some(usage(complete.usage.unwrap_or_default())));
                }
            }
            StreamEvent::Error(problem) => frame(out, &json!({ "error": error(problem) })),
            StreamEvent::Context {} | StreamEvent::Unknown => {}
        }
        if entry.event.is_terminal() {
            out.extend_from_slice(DONE);
            return Flow::End;
        }
        Flow::Continue
    }
}

/// The whole answer, for clients that do not stream.
pub fn completion(generation: GenerationId, message: &Message) -> Value {
    let mut said = json!({"role": "assistant", "content": message.content, "refusal": null});
    if !message.reasoning.is_empty() {
        said["reasoning_content"] = json!(message.reasoning);
    }
    let reason = message.finish_reason.as_ref().map_or("stop", |reason| finish_reason(reason.as_str()));
    json!({
        "id": completion_id(generation),
        "object": "chat.completion",
        "created": message.created_at / 1000,
        "model": message.model,
        "choices": [{"index": 0, "message": said, "logprobs": null, "finish_reason": reason}],
        "usage": usage(message.usage.unwrap_or_default()),
    })
}

/// The `error` member that OpenAI's clients look for.
pub fn error(problem: &PublicError) -> Value {
    let kind = match problem.code {
        ErrorCode::InvalidRequest
        | ErrorCode::UpstreamBadRequest
        | ErrorCode::UpstreamContextTooLong
        | ErrorCode::UpstreamContentFiltered
        | ErrorCode::TooLarge
        | ErrorCode::RequestTimeout
        | ErrorCode::Conflict
        | ErrorCode::NotFound
        | ErrorCode::ModelNotFound
        | ErrorCode::UpstreamNotFound
        | ErrorCode::MethodNotAllowed => "invalid_request_error",
        ErrorCode::RateLimited | ErrorCode::UpstreamRateLimited => "rate_limit_error",
        ErrorCode::UpstreamAuthentication | ErrorCode::UpstreamPermission => "authentication_error",
        _ => "server_error",
    };
    json!({"message": problem.message, "type": kind, "param": null, "code": problem.code})
}

/// OpenAI's clients know four reasons; a person's stop is a stop to them.
fn finish_reason(reason: &str) -> &str {
    if matches!(reason, "length" | "content_filter" | "tool_calls") { reason } else { "stop" }
}

fn usage(usage: Usage) -> Value {
    json!({"prompt_tokens": usage.input_tokens, "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens})
}

fn completion_id(generation: GenerationId) -> String {
    format!("chatcmpl-{}", generation.0.simple())
}
