//! Walks along `parent`: a branch is read from its end, because that is where it is shown from.

use super::rows::{self, MessageRow, message_columns};
use crate::store::{StoreError, Window};
use protocol::{id::MessageId, message::Message};
use sqlx::{Row, SqliteConnection, query, query_scalar};
use std::collections::HashMap;
use uuid::Uuid;

/// The key of a message of this conversation that is not deleted.
pub(super) async fn key(
    connection: &mut SqliteConnection,
    conversation: i64,
    message: MessageId,
) -> Result<i64, StoreError> {
    let select = "SELECT key FROM messages WHERE id = ? AND conversation = ? AND deleted_at IS NULL";
    let key = query_scalar(select).bind(message.0).bind(conversation).fetch_optional(connection).await?;
    key.ok_or(StoreError::NotFound("message"))
}

const ONE: &str = concat!(
    "SELECT ",
    message_columns!(),
    " FROM messages m LEFT JOIN messages p ON p.key = m.parent WHERE m.id = ? AND m.conversation = ? AND m.deleted_at IS NULL"
);

/// A message of this conversation that is not deleted.
pub(super) async fn one(
    connection: &mut SqliteConnection,
    conversation: i64,
    message: MessageId,
) -> Result<MessageRow, StoreError> {
    let row = query(ONE).bind(message.0).bind(conversation).fetch_optional(connection).await?;
    rows::message(&row.ok_or(StoreError::NotFound("message"))?)
}

/// The last `?2` messages of the branch that ends with `?1`, the last one first.
pub(super) const UP: &str = concat!(
    "WITH RECURSIVE branch (key, depth) AS (SELECT ?1, 1 UNION ALL \
     SELECT m.parent, depth + 1 FROM branch JOIN messages m ON m.key = branch.key \
     WHERE m.parent IS NOT NULL AND depth < ?2) SELECT ",
    message_columns!(),
    " FROM branch CROSS JOIN messages m ON m.key = branch.key LEFT JOIN messages p ON p.key = m.parent ORDER BY depth"
);

/// The last messages of the branch that ends with this one, the first of them first.
pub(super) async fn up(
    connection: &mut SqliteConnection,
    from: Option<i64>,
    limit: usize,
) -> Result<Vec<MessageRow>, StoreError> {
    let Some(from) = from.filter(|_| limit > 0) else { return Ok(Vec::new()) };
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let branch = query(UP).bind(from).bind(limit).fetch_all(connection).await?;
    branch.iter().rev().map(rows::message).collect()
}

/// The keys of the branch that ends with a message, the last one first.
pub(super) const PATH: &str = "WITH RECURSIVE branch (key) AS (SELECT ?1 UNION ALL \
     SELECT m.parent FROM branch JOIN messages m ON m.key = branch.key WHERE m.parent IS NOT NULL) SELECT key FROM branch";

/// How many messages stand after this one in the branch that ends with `head`; none if it is not in it.
pub(super) async fn depth(
    connection: &mut SqliteConnection,
    head: Option<i64>,
    message: i64,
) -> Result<Option<usize>, StoreError> {
    let Some(head) = head else { return Ok(None) };
    let path: Vec<i64> = query_scalar(PATH).bind(head).fetch_all(connection).await?;
    Ok(path.iter().position(|key| *key == message))
}

/// The text that the branch of a message begins with.
pub(super) const BEGINNING: &str = "WITH RECURSIVE branch (key) AS (SELECT ?1 UNION ALL \
     SELECT m.parent FROM branch JOIN messages m ON m.key = branch.key WHERE m.parent IS NOT NULL) \
     SELECT m.content FROM messages m WHERE m.key = (SELECT min(key) FROM branch)";

pub(super) async fn beginning(connection: &mut SqliteConnection, message: i64) -> Result<String, StoreError> {
    Ok(query_scalar(BEGINNING).bind(message).fetch_one(connection).await?)
}

/// The newest of the messages that follow this one; itself if none does. Keys grow, so it is a leaf. (A plain join would read the
/// whole conversation for each message.)
pub(super) const NEWEST_LEAF: &str = "WITH RECURSIVE below (key) AS (SELECT ?1 UNION ALL \
     SELECT m.key FROM below CROSS JOIN messages m ON m.conversation = ?2 AND m.parent = below.key AND m.deleted_at IS NULL) \
     SELECT max(key) FROM below";

pub(super) async fn newest_leaf(
    connection: &mut SqliteConnection,
    conversation: i64,
    message: i64,
) -> Result<i64, StoreError> {
    Ok(query_scalar(NEWEST_LEAF).bind(message).bind(conversation).fetch_one(connection).await?)
}

/// The keys of a message and all that follow it and have this time of deletion.
pub(super) const BELOW: &str = "WITH RECURSIVE below (key) AS (SELECT ?1 UNION ALL \
     SELECT m.key FROM below CROSS JOIN messages m ON m.conversation = ?2 AND m.parent = below.key AND m.deleted_at IS ?3) \
     SELECT key FROM below";

pub(super) async fn below(
    connection: &mut SqliteConnection,
    conversation: i64,
    message: i64,
    deleted_at: Option<i64>,
) -> Result<Vec<i64>, StoreError> {
    Ok(query_scalar(BELOW).bind(message).bind(conversation).bind(deleted_at).fetch_all(connection).await?)
}

/// A part of the branch that ends with `head`, and whether there is more above it.
pub(super) async fn window(
    connection: &mut SqliteConnection,
    conversation: i64,
    head: Option<i64>,
    window: Window,
) -> Result<(Vec<Message>, bool), StoreError> {
    let (from, limit) = match window {
        Window::All => (head, usize::MAX),
        Window::Last(limit) => (head, limit),
        Window::Before(message, limit) => (one(connection, conversation, message).await?.parent, limit),
        Window::Around(message, before) => {
            let message = key(connection, conversation, message).await?;
            let after = depth(connection, head, message).await?.unwrap_or(0);
            (head, after + 1 + before)
        }
    };
    let part = up(connection, from, limit).await?;
    let earlier = part.first().is_some_and(|first| first.parent.is_some());
    Ok((with_siblings(connection, conversation, part).await?, earlier))
}

pub(super) const CHILDREN: &str =
    "SELECT id, role FROM messages WHERE conversation = ? AND parent IS ? AND deleted_at IS NULL ORDER BY key";

pub(super) const VERSIONS: &str = "SELECT m.parent, m.id, m.role FROM json_each(?2) parents \
     CROSS JOIN messages m ON m.conversation = ?1 AND m.parent = parents.value WHERE m.deleted_at IS NULL ORDER BY m.key";

/// Tells each message its other versions.
async fn with_siblings(
    connection: &mut SqliteConnection,
    conversation: i64,
    part: Vec<MessageRow>,
) -> Result<Vec<Message>, StoreError> {
    let parents: Vec<i64> = part.iter().filter_map(|row| row.parent).collect();
    let parents = serde_json::to_string(&parents).unwrap_or_default();
    let mut versions: HashMap<(Option<i64>, String), Vec<MessageId>> = HashMap::new();
    for row in query(VERSIONS).bind(conversation).bind(parents).fetch_all(&mut *connection).await? {
        let id = MessageId(row.try_get::<Uuid, _>(1)?);
        versions.entry((row.try_get(0)?, row.try_get(2)?)).or_default().push(id);
    }
    if part.iter().any(|row| row.parent.is_none()) {
        for row in query(CHILDREN).bind(conversation).bind(None::<i64>).fetch_all(connection).await? {
            versions.entry((None, row.try_get(1)?)).or_default().push(MessageId(row.try_get::<Uuid, _>(0)?));
        }
    }
    let tell = |MessageRow { parent, mut message, .. }| {
        let siblings = versions.get(&(parent, rows::role_name(message.role).to_owned()));
        message.siblings = siblings.filter(|siblings| siblings.len() > 1).cloned().unwrap_or_default();
        message
    };
    Ok(part.into_iter().map(tell).collect())
}
