//! How an event is read: the fields of all types at once, and then what its type makes of them.
//!
//! Serde's own way, to look for the type first, keeps a copy of all that stands before it, reads each type from the copy with
//! code of its own, and so makes each token dearer and the page's WASM larger.

use super::{Complete, FinishReason, Processing, Stats, Status, StreamEvent, Usage};
use crate::{
    error::{ErrorCode, PublicError},
    id::{ConversationId, GenerationId, MessageId},
    usage::Cost,
};
use serde::Deserialize;

/// Every field that any type has.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct EventFields {
    #[serde(rename = "type")]
    kind: Option<Kind>,
    content: Option<String>,
    status: Option<StatusKind>,
    generation_id: Option<GenerationId>,
    conversation_id: Option<ConversationId>,
    message_id: Option<MessageId>,
    user_message_id: Option<MessageId>,
    model: Option<String>,
    attempt: Option<u32>,
    delay_ms: Option<u64>,
    from: Option<String>,
    to: Option<String>,
    finish_reason: Option<FinishReason>,
    session_id: Option<ConversationId>,
    suggestions: Vec<String>,
    usage: Option<Usage>,
    cost: Option<Cost>,
    stats: Stats,
    code: Option<ErrorCode>,
    message: Option<String>,
    retryable: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Status,
    Context,
    Reasoning,
    Chunk,
    Complete,
    Error,
    #[serde(other)]
    Unknown,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum StatusKind {
    Processing,
    Retrying,
    Fallback,
    #[serde(other)]
    Unknown,
}

/// A field that an event of its type must have.
#[derive(Debug, thiserror::Error)]
#[error("missing field `{0}`")]
pub(super) struct MissingField(&'static str);

fn some<T>(field: Option<T>, name: &'static str) -> Result<T, MissingField> {
    field.ok_or(MissingField(name))
}

impl TryFrom<EventFields> for StreamEvent {
    type Error = MissingField;

    fn try_from(fields: EventFields) -> Result<Self, MissingField> {
        Ok(match some(fields.kind.as_ref(), "type")? {
            Kind::Status => Self::Status(Box::new(fields.status()?)),
            Kind::Context => Self::Context {},
            Kind::Reasoning => Self::Reasoning { content: some(fields.content, "content")? },
            Kind::Chunk => Self::Chunk { content: some(fields.content, "content")? },
            Kind::Complete => Self::Complete(Box::new(Complete {
                finish_reason: some(fields.finish_reason, "finish_reason")?,
                session_id: fields.session_id,
                suggestions: fields.suggestions,
                usage: fields.usage,
                cost: fields.cost,
                stats: fields.stats,
            })),
            Kind::Error => Self::Error(PublicError {
                code: some(fields.code, "code")?,
                message: some(fields.message, "message")?,
                retryable: fields.retryable,
            }),
            Kind::Unknown => Self::Unknown,
        })
    }
}

impl EventFields {
    fn status(self) -> Result<Status, MissingField> {
        Ok(match some(self.status, "status")? {
            StatusKind::Processing => Status::Processing(Processing {
                generation_id: some(self.generation_id, "generation_id")?,
                conversation_id: self.conversation_id,
                message_id: self.message_id,
                user_message_id: self.user_message_id,
                model: some(self.model, "model")?,
            }),
            StatusKind::Retrying => {
                Status::Retrying { attempt: some(self.attempt, "attempt")?, delay_ms: some(self.delay_ms, "delay_ms")? }
            }
            StatusKind::Fallback => Status::Fallback { from: some(self.from, "from")?, to: some(self.to, "to")? },
            StatusKind::Unknown => Status::Unknown,
        })
    }
}
