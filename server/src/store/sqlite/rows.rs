//! Rows, and what they are outside this database. They are private to it.

use super::attachments;
use crate::{
    store::StoreError,
    visitor::{Owner, VisitorId},
};
use protocol::{
    conversation::{ConversationSettings, ConversationSummary},
    error::PublicError,
    event::{FinishReason, Stats, Usage},
    id::{ConversationId, GenerationId, MessageId},
    message::{Message, MessageStatus, Role},
    request::Parameters,
    usage::Cost,
};
use serde::{Deserialize, Serialize};
use sqlx::{Row, SqliteConnection, query, query_scalar, sqlite::SqliteRow};
use uuid::Uuid;

/// The columns that [`message`] reads, of `messages m` and its parent `p`.
macro_rules! message_columns {
    () => {
        "m.key, m.parent, m.id, p.id, m.role, m.status, m.content, m.reasoning, m.created_at, m.model, m.generation, \
         m.last_event, m.outcome, CASE m.role WHEN 'user' THEN (SELECT json_group_array(json_object('id', lower(hex(a.id)), \
         'name', a.name, 'media_type', a.media_type, 'size', a.size, 'width', a.width, 'height', a.height) ORDER BY l.position) \
         FROM message_attachments l CROSS JOIN attachments a ON a.key = l.attachment WHERE l.message = m.key) END"
    };
}
pub(super) use message_columns;

/// The column after them.
pub(super) const AFTER_MESSAGE: usize = 14;

/// The columns that [`summary`] reads, of `conversations c`; as many follow as the caller wants, from [`AFTER_SUMMARY`] on.
macro_rules! summary_columns {
    () => {
        "c.id, c.title, c.created_at, c.updated_at, c.pinned, c.generation"
    };
}
pub(super) use summary_columns;

/// The same behind `RETURNING`, where a table has no other name.
macro_rules! returned_summary {
    () => {
        "id, title, created_at, updated_at, pinned, generation"
    };
}
pub(super) use returned_summary;

pub(super) const AFTER_SUMMARY: usize = 6;

/// How an answer ended, in one column because nothing is looked for in it.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Outcome {
    #[serde(skip_serializing_if = "Option::is_none")]
    finish_reason: Option<FinishReason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Usage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<Cost>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stats: Option<Stats>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<PublicError>,
}

/// A message and the names that its row and its parent's have here.
#[derive(Debug)]
pub(super) struct MessageRow {
    pub(super) key: i64,
    pub(super) parent: Option<i64>,
    pub(super) message: Message,
}

pub(super) fn message(row: &SqliteRow) -> Result<MessageRow, StoreError> {
    let outcome: Option<&str> = row.try_get(12)?;
    let outcome: Outcome = outcome.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
    let message = Message {
        id: MessageId(row.try_get(2)?),
        parent_id: row.try_get::<Option<Uuid>, _>(3)?.map(MessageId),
        role: role(row.try_get(4)?)?,
        status: status(row.try_get(5)?)?,
        content: row.try_get(6)?,
        attachments: attachments::listed(row.try_get(13)?),
        reasoning: row.try_get(7)?,
        created_at: time(row.try_get(8)?),
        model: row.try_get(9)?,
        generation_id: row.try_get::<Option<Uuid>, _>(10)?.map(GenerationId),
        last_event_id: time(row.try_get(11)?),
        finish_reason: outcome.finish_reason,
        usage: outcome.usage,
        cost: outcome.cost,
        stats: outcome.stats,
        error: outcome.error,
        siblings: Vec::new(),
    };
    Ok(MessageRow { key: row.try_get(0)?, parent: row.try_get(1)?, message })
}

pub(super) fn summary(row: &SqliteRow) -> Result<ConversationSummary, StoreError> {
    Ok(ConversationSummary {
        id: ConversationId(row.try_get(0)?),
        title: row.try_get(1)?,
        created_at: time(row.try_get(2)?),
        updated_at: time(row.try_get(3)?),
        pinned: row.try_get(4)?,
        generation_id: row.try_get::<Option<Uuid>, _>(5)?.map(GenerationId),
    })
}

/// Settings from `model, system_prompt, temperature, top_p, max_tokens`, beginning at a column.
pub(super) fn settings(row: &SqliteRow, at: usize) -> Result<ConversationSettings, StoreError> {
    Ok(ConversationSettings {
        model: row.try_get(at)?,
        system_prompt: row.try_get(at + 1)?,
        parameters: Parameters {
            temperature: row.try_get(at + 2)?,
            top_p: row.try_get(at + 3)?,
            max_tokens: row.try_get(at + 4)?,
        },
    })
}

/// Adds a message, which search does not know yet; gives the key of its row.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    conversation: i64,
    parent: Option<i64>,
    message: &Message,
) -> Result<i64, StoreError> {
    let insert = "INSERT INTO messages (id, conversation, parent, role, status, content, reasoning, created_at, model, generation, \
                  last_event, outcome, indexed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0) RETURNING key";
    let key = query_scalar(insert)
        .bind(message.id.0)
        .bind(conversation)
        .bind(parent)
        .bind(role_name(message.role))
        .bind(message.status.as_str())
        .bind(&message.content)
        .bind(&message.reasoning)
        .bind(integer(message.created_at))
        .bind(&message.model)
        .bind(message.generation_id.map(|id| id.0))
        .bind(integer(message.last_event_id))
        .bind(outcome(message))
        .fetch_one(connection)
        .await?;
    Ok(key)
}

/// Ends an answer that is being written; `false` if there is none of this key.
pub(super) async fn end(connection: &mut SqliteConnection, key: i64, answer: &Message) -> Result<bool, StoreError> {
    let update = "UPDATE messages SET status = ?, content = ?, reasoning = ?, model = ?, last_event = ?, outcome = ? \
                  WHERE key = ? AND status = 'streaming'";
    let updated = query(update)
        .bind(answer.status.as_str())
        .bind(&answer.content)
        .bind(&answer.reasoning)
        .bind(&answer.model)
        .bind(integer(answer.last_event_id))
        .bind(outcome(answer))
        .bind(key)
        .execute(connection)
        .await?;
    Ok(updated.rows_affected() > 0)
}

fn outcome(message: &Message) -> Option<String> {
    let Message { finish_reason, usage, cost, stats, error, .. } = message.clone();
    let nothing = finish_reason.is_none() && usage.is_none() && stats.is_none() && error.is_none();
    let outcome = Outcome { finish_reason, usage, cost, stats, error };
    (!nothing).then(|| serde_json::to_string(&outcome).unwrap_or_default())
}

pub(super) fn role(text: &str) -> Result<Role, StoreError> {
    match text {
        "system" => Ok(Role::System),
        "user" => Ok(Role::User),
        "assistant" => Ok(Role::Assistant),
        other => Err(StoreError::Failed(format!("a message has the role {other:?}"))),
    }
}

pub(super) fn role_name(role: Role) -> &'static str {
    match role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
    }
}

fn status(text: &str) -> Result<MessageStatus, StoreError> {
    let named = MessageStatus::ALL.into_iter().find(|status| status.as_str() == text);
    named.ok_or_else(|| StoreError::Failed(format!("a message has the status {text:?}")))
}

/// What is stored of an owner.
pub(super) fn owner_name(owner: &Owner) -> String {
    match owner {
        Owner::Visitor(visitor) => format!("visitor:{}", visitor.secret()),
        Owner::User(name) => format!("user:{name}"),
    }
}

/// The owner of this name; `None` where it is of a kind that this program does not know.
pub(super) fn owner(name: &str) -> Option<Owner> {
    match name.split_once(':')? {
        ("visitor", secret) => VisitorId::parse(secret).map(Owner::Visitor),
        ("user", name) => Some(Owner::User(name.to_owned())),
        _ => None,
    }
}

/// SQLite's integers are signed; times and event numbers never come near the end of them.
pub(super) fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn time(integer: i64) -> u64 {
    u64::try_from(integer).unwrap_or(0)
}
