//! Files that go with questions: kept as they come, tied to a message when it is sent, removed with the last that has them.

use super::{
    branches,
    conversations::{self, AFTER_FOUND, owner_key},
    rows::{integer, owner_name, time},
    transfer::NOT_DELETED,
};
use crate::{
    clock,
    store::{AttachedBytes, AttachedFile, MOST_UNSENT, StoreError, UNSENT},
    visitor::Owner,
};
use protocol::{
    attachment::Attachment,
    id::{AttachmentId, ConversationId},
};
use sqlx::{Row, SqliteConnection, query, query_scalar, sqlite::SqliteRow};

/// What [`attachment`] reads, of `attachments a`.
macro_rules! columns {
    () => {
        "a.key, a.id, a.name, a.media_type, a.size, a.width, a.height"
    };
}

/// What stands after it.
const AFTER: usize = 7;

fn attachment(row: &SqliteRow) -> Result<(i64, Attachment), StoreError> {
    let attachment = Attachment {
        id: AttachmentId(row.try_get(1)?),
        name: row.try_get(2)?,
        media_type: row.try_get(3)?,
        size: time(row.try_get(4)?),
        width: row.try_get(5)?,
        height: row.try_get(6)?,
    };
    Ok((row.try_get(0)?, attachment))
}

fn file(row: &SqliteRow) -> Result<AttachedFile, StoreError> {
    let content: Vec<u8> = row.try_get(AFTER)?;
    Ok(AttachedFile { attachment: attachment(row)?.1, content: content.into() })
}

pub(super) const UNSENT_OF_OWNER: &str = "SELECT count(*) FROM attachments WHERE owner = ? AND unused_since > 0";

/// Keeps a file that no message has yet; `is_limited` where it must not be one of too many.
pub(super) async fn add(
    connection: &mut SqliteConnection,
    owner: &Owner,
    file: &AttachedFile,
    is_limited: bool,
) -> Result<(), StoreError> {
    let owner = owner_key(connection, owner).await?;
    if is_limited {
        let unsent: i64 = query_scalar(UNSENT_OF_OWNER).bind(owner).fetch_one(&mut *connection).await?;
        if unsent >= MOST_UNSENT {
            return Err(StoreError::TooManyUnsent);
        }
    }
    let AttachedFile { attachment: Attachment { id, name, media_type, size, width, height }, content } = file;
    let insert = "INSERT INTO attachments (id, owner, name, media_type, size, width, height, unused_since, content) \
                  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    query(insert)
        .bind(id.0)
        .bind(owner)
        .bind(name)
        .bind(media_type)
        .bind(integer(*size))
        .bind(width)
        .bind(height)
        .bind(integer(clock::now()).max(1))
        .bind(&content[..])
        .execute(connection)
        .await?;
    Ok(())
}

/// The owner's files that were not sent yet, or are in a message that is not deleted.
macro_rules! of_owner {
    ($columns:expr) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM attachments a WHERE a.id = ? AND a.owner = (SELECT key FROM owners WHERE name = ?) AND (a.unused_since > 0 OR \
             EXISTS (SELECT 1 FROM message_attachments l CROSS JOIN messages m ON m.key = l.message \
             CROSS JOIN conversations c ON c.key = m.conversation \
             WHERE l.attachment = a.key AND m.deleted_at IS NULL AND c.deleted_at IS NULL))"
        )
    };
}
pub(super) const ONE: &str = of_owner!(columns!());
pub(super) const ONE_WITH_CONTENT: &str = of_owner!(concat!(columns!(), ", a.content"));

async fn one(
    connection: &mut SqliteConnection,
    owner: &Owner,
    id: AttachmentId,
) -> Result<(i64, Attachment), StoreError> {
    let row = query(ONE).bind(id.0).bind(owner_name(owner)).fetch_optional(connection).await?;
    attachment(&row.ok_or(StoreError::NotFound("attachment"))?)
}

/// What is known of a file.
pub(super) async fn known(
    connection: &mut SqliteConnection,
    owner: &Owner,
    id: AttachmentId,
) -> Result<Attachment, StoreError> {
    Ok(one(connection, owner, id).await?.1)
}

/// A file with its content.
pub(super) async fn get(
    connection: &mut SqliteConnection,
    owner: &Owner,
    id: AttachmentId,
) -> Result<AttachedFile, StoreError> {
    let row = query(ONE_WITH_CONTENT).bind(id.0).bind(owner_name(owner)).fetch_optional(connection).await?;
    file(&row.ok_or(StoreError::NotFound("attachment"))?)
}

pub(super) const OF_CONVERSATION: &str = concat!(
    "SELECT ",
    columns!(),
    ", a.content, l.message FROM attachments a CROSS JOIN message_attachments l ON l.attachment = a.key \
     CROSS JOIN messages m ON m.key = l.message WHERE a.id = ? AND m.conversation = ?"
);

/// A file of the branch that is shared under a token.
pub(super) async fn shared(
    connection: &mut SqliteConnection,
    token: &str,
    id: AttachmentId,
) -> Result<AttachedFile, StoreError> {
    let gone = || StoreError::NotFound("shared attachment");
    let row = query(conversations::BY_TOKEN).bind(token).fetch_optional(&mut *connection).await?.ok_or_else(gone)?;
    let conversation = conversations::found(&row)?.key;
    let head: Option<i64> = row.try_get(AFTER_FOUND)?;
    let head: Option<i64> = query_scalar(NOT_DELETED).bind(head).fetch_optional(&mut *connection).await?;
    for row in query(OF_CONVERSATION).bind(id.0).bind(conversation).fetch_all(&mut *connection).await? {
        // Who knows the token knows nothing of other branches.
        if branches::depth(connection, head, row.try_get(AFTER + 1)?).await?.is_some() {
            return file(&row);
        }
    }
    Err(gone())
}

pub(super) const BYTES: &str = "SELECT coalesce(sum(a.size) FILTER (WHERE a.width IS NOT NULL), 0), coalesce(sum(a.size) FILTER (WHERE a.width IS NULL), 0) \
     FROM conversations c CROSS JOIN messages m ON m.conversation = c.key CROSS JOIN message_attachments l ON l.message = m.key \
     CROSS JOIN attachments a ON a.key = l.attachment WHERE c.id = ? AND c.owner = (SELECT key FROM owners WHERE name = ?)";

/// How many bytes the files of a conversation have; none of one that is not there.
pub(super) async fn bytes(
    connection: &mut SqliteConnection,
    owner: &Owner,
    id: ConversationId,
) -> Result<AttachedBytes, StoreError> {
    let row = query(BYTES).bind(id.0).bind(owner_name(owner)).fetch_one(connection).await?;
    Ok(AttachedBytes { images: time(row.try_get(0)?), texts: time(row.try_get(1)?) })
}

/// Removes a file that no message has.
pub(super) async fn remove(
    connection: &mut SqliteConnection,
    owner: &Owner,
    id: AttachmentId,
) -> Result<(), StoreError> {
    let (key, _) = one(connection, owner, id).await?;
    let delete = "DELETE FROM attachments WHERE key = ? AND unused_since IS NOT NULL";
    match query(delete).bind(key).execute(connection).await?.rows_affected() {
        0 => Err(StoreError::InMessage),
        _ => Ok(()),
    }
}

/// Ties files to a message that was just added.
pub(super) async fn tie(
    connection: &mut SqliteConnection,
    owner: i64,
    message: i64,
    attachments: &[Attachment],
) -> Result<(), StoreError> {
    for (position, Attachment { id, .. }) in attachments.iter().enumerate() {
        let update = "UPDATE attachments SET unused_since = NULL WHERE id = ? AND owner = ? RETURNING key";
        let key: Option<i64> = query_scalar(update).bind(id.0).bind(owner).fetch_optional(&mut *connection).await?;
        query("INSERT INTO message_attachments (message, position, attachment) VALUES (?, ?, ?)")
            .bind(message)
            .bind(position as i64)
            .bind(key.ok_or(StoreError::NotFound("attachment"))?)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

pub(super) const UNTIE: &str = "UPDATE attachments SET unused_since = 0 WHERE key IN (SELECT l.attachment FROM json_each(?1) gone \
     CROSS JOIN message_attachments l ON l.message = gone.value) AND NOT EXISTS (SELECT 1 FROM message_attachments l \
     WHERE l.attachment = attachments.key AND l.message NOT IN (SELECT value FROM json_each(?1)))";

/// Messages are about to be removed: what only they have goes with them, a little later.
pub(super) async fn untie(connection: &mut SqliteConnection, messages: &str) -> Result<(), StoreError> {
    for statement in [UNTIE, "DELETE FROM message_attachments WHERE message IN (SELECT value FROM json_each(?1))"] {
        query(statement).bind(messages).execute(&mut *connection).await?;
    }
    Ok(())
}

/// The most files that are removed in one step: a large one takes as long as hundreds of messages.
const REMOVED_AT_ONCE: i64 = 8;

pub(super) const TO_REMOVE: &str = "SELECT key FROM attachments WHERE unused_since <= ? LIMIT ?";

/// Removes files that no message has any more, and those that were never sent; `true` if there may be more.
pub(super) async fn purge(connection: &mut SqliteConnection) -> Result<bool, StoreError> {
    let before = integer(clock::now()) - i64::try_from(UNSENT.as_millis()).unwrap_or(i64::MAX);
    let keys: Vec<i64> = query_scalar(TO_REMOVE).bind(before).bind(REMOVED_AT_ONCE).fetch_all(&mut *connection).await?;
    for key in &keys {
        query("DELETE FROM attachments WHERE key = ?").bind(key).execute(&mut *connection).await?;
    }
    Ok(keys.len() as i64 == REMOVED_AT_ONCE)
}

/// The files of a message, from the JSON that [`rows::message_columns`](super::rows) makes of them.
pub(super) fn listed(json: Option<&str>) -> Vec<Attachment> {
    let Some(json) = json.filter(|json| *json != "[]") else { return Vec::new() };
    serde_json::from_str(json).unwrap_or_default()
}

/// The ids of a message's files, from a JSON list of them.
pub(super) fn ids(json: Option<&str>) -> Vec<AttachmentId> {
    serde_json::from_str(json.unwrap_or("[]")).unwrap_or_default()
}

/// The owner of a conversation.
pub(super) async fn owner_of(connection: &mut SqliteConnection, conversation: i64) -> Result<i64, StoreError> {
    Ok(query_scalar("SELECT owner FROM conversations WHERE key = ?").bind(conversation).fetch_one(connection).await?)
}
