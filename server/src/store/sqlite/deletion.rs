//! What is hidden can be restored for a while; then it is removed.

use super::{
    attachments, branches, conversations, import,
    rows::{self, integer, owner_name},
    search::index,
};
use crate::{
    clock,
    store::{StoreError, UNDO},
    visitor::Owner,
};
use protocol::{
    conversation::ConversationSummary,
    id::{ConversationId, GenerationId, MessageId},
};
use sqlx::{SqliteConnection, query, query_as, query_scalar};
use std::time::Duration;
use uuid::Uuid;

/// Hides a conversation; gives the generations of its answers.
pub(super) async fn delete(
    connection: &mut SqliteConnection,
    owner: &Owner,
    id: ConversationId,
) -> Result<Vec<GenerationId>, StoreError> {
    let conversation = conversations::find(connection, owner, id).await?;
    query("UPDATE conversations SET deleted_at = ? WHERE key = ?")
        .bind(integer(clock::now()))
        .bind(conversation.key)
        .execute(&mut *connection)
        .await?;
    let select = "SELECT generation FROM messages WHERE conversation = ? AND generation IS NOT NULL";
    let generations: Vec<Uuid> = query_scalar(select).bind(conversation.key).fetch_all(connection).await?;
    Ok(generations.into_iter().map(GenerationId).collect())
}

/// Restoring what is not deleted changes nothing.
pub(super) async fn restore(
    connection: &mut SqliteConnection,
    owner: &Owner,
    id: ConversationId,
) -> Result<(), StoreError> {
    let update = "UPDATE conversations SET deleted_at = NULL \
                  WHERE id = ? AND owner = (SELECT key FROM owners WHERE name = ?) AND deleted_at > ? AND deleted_at < ?";
    query(update)
        .bind(id.0)
        .bind(owner_name(owner))
        .bind(undo_ends())
        .bind(import::UNDER_WAY)
        .execute(connection)
        .await?;
    Ok(())
}

/// What was deleted before this time cannot be restored any more.
pub(super) fn undo_ends() -> i64 {
    before(UNDO)
}

fn before(ago: Duration) -> i64 {
    integer(clock::now()) - i64::try_from(ago.as_millis()).unwrap_or(i64::MAX)
}

/// Hides a message and all that follow it.
pub(super) async fn delete_message(
    connection: &mut SqliteConnection,
    owner: &Owner,
    id: ConversationId,
    message: MessageId,
    now: u64,
) -> Result<ConversationSummary, StoreError> {
    let conversation = conversations::find(connection, owner, id).await?;
    let row = branches::one(connection, conversation.key, message).await?;
    let gone = branches::below(connection, conversation.key, row.key, None).await?;
    let streaming =
        "SELECT generation FROM messages WHERE key IN (SELECT value FROM json_each(?)) AND status = 'streaming'";
    let keys = serde_json::to_string(&gone).unwrap_or_default();
    let under_way: Option<Uuid> = query_scalar(streaming).bind(&keys).fetch_optional(&mut *connection).await?;
    if let Some(generation) = under_way {
        return Err(StoreError::AnswerUnderWay(GenerationId(generation)));
    }
    mark(connection, &keys, Some(integer(now))).await?;
    if conversation.head.is_some_and(|head| gone.contains(&head)) {
        let head = beside(connection, conversation.key, &row).await?;
        conversations::set_head(connection, conversation.key, head).await?;
    }
    Ok(conversations::find(connection, owner, id).await?.summary)
}

async fn mark(connection: &mut SqliteConnection, keys: &str, deleted_at: Option<i64>) -> Result<(), StoreError> {
    let update = "UPDATE messages SET deleted_at = ? WHERE key IN (SELECT value FROM json_each(?))";
    query(update).bind(deleted_at).bind(keys).execute(connection).await?;
    Ok(())
}

/// What is shown in the place of a branch that is gone: the newest leaf of the newest other version, or the parent.
async fn beside(
    connection: &mut SqliteConnection,
    conversation: i64,
    gone: &rows::MessageRow,
) -> Result<Option<i64>, StoreError> {
    let select =
        "SELECT max(key) FROM messages WHERE conversation = ? AND parent IS ? AND role = ? AND deleted_at IS NULL";
    let other: Option<i64> = query_scalar(select)
        .bind(conversation)
        .bind(gone.parent)
        .bind(rows::role_name(gone.message.role))
        .fetch_one(&mut *connection)
        .await?;
    match other {
        Some(other) => Ok(Some(branches::newest_leaf(connection, conversation, other).await?)),
        None => Ok(gone.parent),
    }
}

/// Takes the deletion of a message back, with all that went with it, and shows its branch.
pub(super) async fn restore_message(
    connection: &mut SqliteConnection,
    owner: &Owner,
    id: ConversationId,
    message: MessageId,
) -> Result<ConversationSummary, StoreError> {
    let conversation = conversations::find(connection, owner, id).await?;
    // Under a parent that is gone as well, nobody would see it.
    let select = "SELECT m.key, m.deleted_at FROM messages m LEFT JOIN messages p ON p.key = m.parent \
                  WHERE m.id = ? AND m.conversation = ? AND m.deleted_at > ? AND p.deleted_at IS NULL";
    let found: Option<(i64, i64)> = query_as(select)
        .bind(message.0)
        .bind(conversation.key)
        .bind(undo_ends())
        .fetch_optional(&mut *connection)
        .await?;
    let (key, deleted_at) = found.ok_or(StoreError::NotFound("deleted message"))?;
    let back = branches::below(connection, conversation.key, key, Some(deleted_at)).await?;
    mark(connection, &serde_json::to_string(&back).unwrap_or_default(), None).await?;
    conversations::show(connection, conversation.key, message).await?;
    Ok(conversations::find(connection, owner, id).await?.summary)
}

/// How long a conversation in which nothing was ever said is kept.
const EMPTY_FOR: Duration = Duration::from_secs(24 * 3600);

/// The most messages that are removed in one step: whoever wants to write must not wait long.
const PURGED_AT_ONCE: i64 = 100;

/// Conversations that nobody can restore any more, and those in which nothing is, not even something to be restored.
pub(super) const GONE: &str = "SELECT key FROM (SELECT key FROM conversations WHERE deleted_at <= ? LIMIT 20) UNION ALL \
     SELECT key FROM (SELECT key FROM conversations c WHERE c.head IS NULL AND c.deleted_at IS NULL AND c.updated_at < ? \
     AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.conversation = c.key) LIMIT 20)";

/// Removes what nobody can restore any more; `true` if there is more.
pub(super) async fn purge(connection: &mut SqliteConnection) -> Result<bool, StoreError> {
    import::abandon_broken_off(connection).await?;
    let gone: Vec<i64> =
        query_scalar(GONE).bind(undo_ends()).bind(before(EMPTY_FOR)).fetch_all(&mut *connection).await?;
    for conversation in gone {
        let select = "SELECT key FROM messages WHERE conversation = ? LIMIT ?";
        let messages = query_scalar(select).bind(conversation).bind(PURGED_AT_ONCE).fetch_all(&mut *connection).await?;
        let more = messages.len() as i64 == PURGED_AT_ONCE;
        remove_messages(connection, messages).await?;
        if more {
            return Ok(true);
        }
        index::forget_title(connection, conversation).await?;
        query("DELETE FROM conversations WHERE key = ?").bind(conversation).execute(&mut *connection).await?;
    }
    // Children before their parents: a shared address that names one of them is led to its parent.
    let select = "SELECT key FROM messages WHERE deleted_at <= ? ORDER BY key DESC LIMIT ?";
    let messages: Vec<i64> =
        query_scalar(select).bind(undo_ends()).bind(PURGED_AT_ONCE).fetch_all(&mut *connection).await?;
    let more = messages.len() as i64 == PURGED_AT_ONCE;
    remove_messages(connection, messages).await?;
    let rest: Option<i64> = query_scalar("SELECT 1 FROM conversations WHERE deleted_at <= ? LIMIT 1")
        .bind(undo_ends())
        .fetch_optional(&mut *connection)
        .await?;
    // What the messages leave behind goes with the last of them.
    Ok(attachments::purge(connection).await? || more || rest.is_some())
}

async fn remove_messages(connection: &mut SqliteConnection, messages: Vec<i64>) -> Result<(), StoreError> {
    if messages.is_empty() {
        return Ok(());
    }
    let keys = serde_json::to_string(&messages).unwrap_or_default();
    index::forget_messages(connection, &keys).await?;
    query(SHARE_LESS).bind(&keys).execute(&mut *connection).await?;
    attachments::untie(connection, &keys).await?;
    for delete in [
        "DELETE FROM pieces WHERE message IN (SELECT value FROM json_each(?))",
        "DELETE FROM messages WHERE key IN (SELECT value FROM json_each(?))",
    ] {
        query(delete).bind(&keys).execute(&mut *connection).await?;
    }
    Ok(())
}

/// A shared branch whose end is removed ends with the last message before that stays.
pub(super) const SHARE_LESS: &str = "UPDATE conversations SET share_head = ( \
     WITH RECURSIVE up (key) AS (SELECT conversations.share_head UNION ALL \
     SELECT m.parent FROM up JOIN messages m ON m.key = up.key WHERE up.key IN (SELECT value FROM json_each(?1))) \
     SELECT min(key) FROM up) \
     WHERE key IN (SELECT conversation FROM messages WHERE key IN (SELECT value FROM json_each(?1))) \
     AND share_head IN (SELECT value FROM json_each(?1))";
