//! The typed events of a generation: what stands in the log, and in `data:` of the SSE frames.
//!
//! Format: `{"type":"chunk","content":"I "}`, one JSON object an event; the frame's `id:` is the event's number, counted
//! from 1. Readers ignore types and fields that they do not know. `complete` and `error` end a stream; an end without
//! either means that the connection broke, and that the reader goes on from its last number.
//!
//! A field means the same in every type that has it, new types included.

use crate::{
    error::PublicError,
    id::{ConversationId, GenerationId, MessageId},
    usage::Cost,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

mod fields;

use fields::EventFields;

/// One event of a generation. Rare large variants are boxed, so that a log of chunks stays small.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", try_from = "EventFields")]
pub enum StreamEvent {
    /// Something about the generation itself.
    Status(Box<Status>),
    /// What the server put into the prompt besides the conversation. No fields are defined yet.
    Context {},
    /// A piece of what the model thinks before it speaks.
    Reasoning {
        /// The piece.
        content: String,
    },
    /// A piece of the answer.
    Chunk {
        /// The piece.
        content: String,
    },
    /// The end: the model is done, or was stopped.
    Complete(Box<Complete>),
    /// The end: it failed. What came before stays.
    Error(PublicError),
    /// A type that this build does not know.
    Unknown,
}

impl StreamEvent {
    /// Whether this event ends the stream.
    pub fn is_terminal(&self) -> bool {
        matches!(self, Self::Complete(_) | Self::Error(_))
    }
}

/// `{"type":"status","status":…}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Status {
    /// The first event of each generation: it was accepted, and these are its names.
    Processing(Processing),
    /// The provider failed before the first token; it is asked again after a pause.
    Retrying {
        /// Which attempt comes next, counted from 1.
        attempt: u32,
        /// How long the pause is, in milliseconds.
        delay_ms: u64,
    },
    /// The provider failed before the first token; another model is asked.
    Fallback {
        /// The model that failed.
        from: String,
        /// The model that is asked now.
        to: String,
    },
    /// A status that this build does not know.
    Unknown,
}

/// The names of a generation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Processing {
    /// The generation: to resume and to stop it.
    pub generation_id: GenerationId,
    /// The conversation, on routes that have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<ConversationId>,
    /// The answer's message, on routes that have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<MessageId>,
    /// The question's message, on routes that have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_message_id: Option<MessageId>,
    /// The model, as `provider/model`.
    pub model: String,
}

/// The end of an answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Complete {
    /// Why the model ended.
    pub finish_reason: FinishReason,
    /// The session that remembers this exchange, on routes that have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<ConversationId>,
    /// What a person might ask next; empty where nothing is suggested.
    pub suggestions: Vec<String>,
    /// What it cost in tokens, where the provider says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// What that is in money, where the server has a price for the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
    /// How fast it was.
    pub stats: Stats,
}

/// Why a model ended. Reasons of providers that are none of these are kept in their own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FinishReason {
    /// The model was done.
    Stop,
    /// The answer reached the most tokens allowed.
    Length,
    /// The provider refused to go on.
    ContentFilter,
    /// The model asks for a tool to be called.
    ToolCalls,
    /// A person stopped it.
    Cancelled,
    /// Any other reason, in the provider's words.
    Other(Box<str>),
}

impl FinishReason {
    /// The reason as it stands on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::ContentFilter => "content_filter",
            Self::ToolCalls => "tool_calls",
            Self::Cancelled => "cancelled",
            Self::Other(reason) => reason,
        }
    }
}

impl From<&str> for FinishReason {
    fn from(text: &str) -> Self {
        match text {
            "stop" => Self::Stop,
            "length" => Self::Length,
            "content_filter" => Self::ContentFilter,
            "tool_calls" => Self::ToolCalls,
            "cancelled" => Self::Cancelled,
            other => Self::Other(other.into()),
        }
    }
}

impl Serialize for FinishReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for FinishReason {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self::from(text.as_str()))
    }
}

/// What a generation cost, in the provider's tokens. A count that the provider did not give is 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// Tokens read, cached ones included.
    pub input_tokens: u64,
    /// Those of them that the provider had in its cache.
    #[serde(skip_serializing_if = "is_zero")]
    pub cached_input_tokens: u64,
    /// Tokens written, reasoning included.
    pub output_tokens: u64,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// How fast a generation was, measured by the server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Stats {
    /// From the start to the first piece of answer or reasoning, in milliseconds; none if there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_chunk_ms: Option<u64>,
    /// How long the model thought before it spoke and in between, in milliseconds; none if it showed no thoughts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_ms: Option<u64>,
    /// From the start to the end, in milliseconds.
    pub duration_ms: u64,
    /// How many pieces came, answer and reasoning.
    pub chunks: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;
    use serde_json::json;

    fn wire(event: &StreamEvent) -> serde_json::Value {
        let value = serde_json::to_value(event).unwrap();
        assert_eq!(&serde_json::from_value::<StreamEvent>(value.clone()).unwrap(), event);
        value
    }

    #[test]
    fn events_stand_on_the_wire_as_documented() {
        assert_eq!(wire(&StreamEvent::Chunk { content: "I ".into() }), json!({"type": "chunk", "content": "I "}));
        let status = |status| StreamEvent::Status(Box::new(status));
        assert_eq!(
            wire(&status(Status::Retrying { attempt: 2, delay_ms: 800 })),
            json!({"type": "status", "status": "retrying", "attempt": 2, "delay_ms": 800})
        );
        assert_eq!(
            wire(&StreamEvent::Error(PublicError::new(ErrorCode::UpstreamOverloaded, "busy"))),
            json!({"type": "error", "code": "upstream_overloaded", "message": "busy", "retryable": true})
        );
        let complete = Complete {
            finish_reason: FinishReason::Stop,
            session_id: None,
            suggestions: vec![],
            usage: Some(Usage { input_tokens: 9, cached_input_tokens: 1, output_tokens: 2 }),
            cost: Some(Cost { currency: "USD".into(), amount: 0.5 }),
            stats: Stats { first_chunk_ms: Some(3), reasoning_ms: Some(6), duration_ms: 4, chunks: 5 },
        };
        assert_eq!(
            wire(&StreamEvent::Complete(Box::new(complete))),
            json!({"type": "complete", "finish_reason": "stop", "suggestions": [],
                "usage": {"input_tokens": 9, "cached_input_tokens": 1, "output_tokens": 2},
                "cost": {"currency": "USD", "amount": 0.5},
                "stats": {"first_chunk_ms": 3, "reasoning_ms": 6, "duration_ms": 4, "chunks": 5}})
        );
    }

    #[test]
    fn readers_tolerate_what_they_do_not_know() {
        let read = |text| serde_json::from_str::<StreamEvent>(text).unwrap();
        assert_eq!(read(r#"{"type":"hologram","x":1}"#), StreamEvent::Unknown);
        assert_eq!(read(r#"{"type":"chunk","content":"a","new":1}"#), StreamEvent::Chunk { content: "a".into() });
        assert_eq!(
            read(r#"{"type":"status","status":"dreaming","depth":2}"#),
            StreamEvent::Status(Box::new(Status::Unknown))
        );
        assert!(matches!(read(r#"{"type":"context","passages":[]}"#), StreamEvent::Context {}));
    }

    #[test]
    fn a_chunk_is_small_in_memory() {
        assert!(size_of::<StreamEvent>() <= 40, "{}", size_of::<StreamEvent>());
    }
}
