//! Conversations themselves: made, listed, changed, deleted, restored, and at last removed.

use super::{
    branches, deletion,
    rows::{self, AFTER_SUMMARY, integer, owner_name, summary_columns},
    usage,
};
use crate::{
    store::{MOST_PINNED, OwnerSummary, StoreError},
    visitor::Owner,
};
use protocol::{
    conversation::{ConversationChange, ConversationList, ConversationSettings, ConversationSummary},
    id::{ConversationId, MessageId},
    usage::UsageTotals,
};
use sqlx::{Row, SqliteConnection, query, query_scalar, sqlite::SqliteRow};
use uuid::Uuid;

/// Who has given a conversation its title.
pub(super) mod title_by {
    pub(crate) const NOBODY: i64 = 0;
    pub(crate) const QUESTION: i64 = 1;
    pub(crate) const MODEL: i64 = 2;
    pub(crate) const PERSON: i64 = 3;
}

/// A conversation and the names of its rows.
pub(super) struct Found {
    pub(super) key: i64,
    pub(super) head: Option<i64>,
    pub(super) title_by: i64,
    pub(super) share_token: Option<String>,
    pub(super) summary: ConversationSummary,
    pub(super) settings: ConversationSettings,
    pub(super) usage: UsageTotals,
}

/// The columns that [`found`] reads, of `conversations c`.
macro_rules! found_columns {
    () => {
        concat!(
            summary_columns!(),
            ", c.key, c.head, c.title_by, c.share_token, c.model, c.system_prompt, c.temperature, c.top_p, c.max_tokens, c.usage"
        )
    };
}

pub(super) const AFTER_FOUND: usize = AFTER_SUMMARY + 10;

pub(super) const FIND: &str = concat!(
    "SELECT ",
    found_columns!(),
    " FROM conversations c WHERE c.id = ? AND c.owner = (SELECT key FROM owners WHERE name = ?) AND c.deleted_at IS NULL"
);

pub(super) const BY_TOKEN: &str = concat!(
    "SELECT ",
    found_columns!(),
    ", (SELECT m.key FROM messages m WHERE m.key = c.share_head AND m.conversation = c.key) FROM conversations c WHERE c.share_token = ? AND c.deleted_at IS NULL"
);

pub(super) fn found(row: &SqliteRow) -> Result<Found, StoreError> {
    Ok(Found {
        key: row.try_get(AFTER_SUMMARY)?,
        head: row.try_get(AFTER_SUMMARY + 1)?,
        title_by: row.try_get(AFTER_SUMMARY + 2)?,
        share_token: row.try_get(AFTER_SUMMARY + 3)?,
        summary: rows::summary(row)?,
        settings: rows::settings(row, AFTER_SUMMARY + 4)?,
        usage: usage::read(row.try_get(AFTER_SUMMARY + 9)?),
    })
}

/// An owner's conversation that is not deleted.
pub(super) async fn find(
    connection: &mut SqliteConnection,
    owner: &Owner,
    id: ConversationId,
) -> Result<Found, StoreError> {
    let row = query(FIND).bind(id.0).bind(owner_name(owner)).fetch_optional(connection).await?;
    found(&row.ok_or(StoreError::NotFound("conversation"))?)
}

/// The key of an owner, who is made where nobody knew of them.
pub(super) async fn owner_key(connection: &mut SqliteConnection, owner: &Owner) -> Result<i64, StoreError> {
    let name = owner_name(owner);
    let known =
        query_scalar("SELECT key FROM owners WHERE name = ?").bind(&name).fetch_optional(&mut *connection).await?;
    match known {
        Some(key) => Ok(key),
        None => Ok(query_scalar("INSERT INTO owners (name) VALUES (?) RETURNING key")
            .bind(name)
            .fetch_one(connection)
            .await?),
    }
}

pub(super) async fn create(
    connection: &mut SqliteConnection,
    owner: i64,
    summary: &ConversationSummary,
    settings: &ConversationSettings,
) -> Result<i64, StoreError> {
    let by = if summary.title.is_empty() { title_by::NOBODY } else { title_by::PERSON };
    let insert = "INSERT INTO conversations (id, owner, title, title_by, pinned, created_at, updated_at, model, system_prompt, \
                  temperature, top_p, max_tokens, title_indexed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING key";
    let key = query_scalar(insert)
        .bind(summary.id.0)
        .bind(owner)
        .bind(&summary.title)
        .bind(by)
        .bind(summary.pinned)
        .bind(integer(summary.created_at))
        .bind(integer(summary.updated_at))
        .bind(&settings.model)
        .bind(&settings.system_prompt)
        .bind(settings.parameters.temperature)
        .bind(settings.parameters.top_p)
        .bind(settings.parameters.max_tokens)
        .bind(summary.title.is_empty())
        .fetch_one(connection)
        .await?;
    Ok(key)
}

pub(super) const PINNED: &str = concat!(
    "SELECT ",
    summary_columns!(),
    " FROM conversations c WHERE c.owner = (SELECT key FROM owners WHERE name = ?) AND c.pinned = 1 \
     AND c.deleted_at IS NULL AND c.head IS NOT NULL ORDER BY c.updated_at DESC, c.id DESC"
);

pub(super) const RECENT: &str = concat!(
    "SELECT ",
    summary_columns!(),
    " FROM conversations c WHERE c.owner = (SELECT key FROM owners WHERE name = ?) AND c.pinned = 0 \
     AND c.deleted_at IS NULL AND c.head IS NOT NULL AND (c.updated_at, c.id) < (?, ?) \
     ORDER BY c.updated_at DESC, c.id DESC LIMIT ?"
);

/// One page. The cursor is the place of the last conversation in it, so that what moves in between is at worst seen twice.
pub(super) async fn list(
    connection: &mut SqliteConnection,
    owner: &Owner,
    limit: usize,
    cursor: Option<String>,
) -> Result<ConversationList, StoreError> {
    let name = owner_name(owner);
    let mut conversations = Vec::new();
    let (before, id) = match cursor {
        Some(cursor) => place(&cursor).ok_or(StoreError::InvalidCursor)?,
        None => {
            let pinned = query(PINNED).bind(&name).fetch_all(&mut *connection).await?;
            conversations = pinned.iter().map(rows::summary).collect::<Result<_, _>>()?;
            (i64::MAX, Uuid::max())
        }
    };
    // One more than is asked for tells whether there is a next page.
    let most = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let recent = query(RECENT).bind(name).bind(before).bind(id).bind(most).fetch_all(connection).await?;
    let more = recent.len() > limit;
    for row in recent.iter().take(limit) {
        conversations.push(rows::summary(row)?);
    }
    let next = conversations.last().filter(|_| more).map(|last| format!("{}.{}", last.updated_at, last.id.0.simple()));
    Ok(ConversationList { conversations, next })
}

fn place(cursor: &str) -> Option<(i64, Uuid)> {
    let (before, id) = cursor.split_once('.')?;
    Some((before.parse().ok()?, Uuid::try_parse(id).ok()?))
}

pub(super) async fn change(
    connection: &mut SqliteConnection,
    owner: &Owner,
    id: ConversationId,
    change: ConversationChange,
) -> Result<ConversationSummary, StoreError> {
    let ConversationChange { title, pinned, head, deleted } = change;
    if deleted == Some(false) {
        deletion::restore(connection, owner, id).await?;
        let restored = find(connection, owner, id).await?;
        pin_only_if_allowed(connection, restored.key).await?;
    }
    let conversation = find(connection, owner, id).await?;
    if let Some(title) = title {
        set_title(connection, conversation.key, &title, title_by::PERSON).await?;
    }
    if let Some(pinned) = pinned {
        if pinned && !conversation.summary.pinned && !may_pin(connection, conversation.key).await? {
            return Err(StoreError::TooManyPinned);
        }
        query("UPDATE conversations SET pinned = ? WHERE key = ?")
            .bind(pinned)
            .bind(conversation.key)
            .execute(&mut *connection)
            .await?;
    }
    if let Some(message) = head {
        show(connection, conversation.key, message).await?;
    }
    Ok(find(connection, owner, id).await?.summary)
}

/// How many conversations the owner of this one has pinned besides it.
pub(super) const COUNT_PINNED: &str = "SELECT count(*) FROM conversations WHERE owner = (SELECT owner FROM conversations WHERE key = ?1) \
     AND pinned = 1 AND deleted_at IS NULL AND head IS NOT NULL AND key <> ?1";

async fn may_pin(connection: &mut SqliteConnection, conversation: i64) -> Result<bool, StoreError> {
    let pinned: i64 = query_scalar(COUNT_PINNED).bind(conversation).fetch_one(connection).await?;
    Ok(pinned < MOST_PINNED)
}

/// Unpins what comes in or comes back, if as many others are pinned as may be.
pub(super) async fn pin_only_if_allowed(
    connection: &mut SqliteConnection,
    conversation: i64,
) -> Result<(), StoreError> {
    if !may_pin(connection, conversation).await? {
        query("UPDATE conversations SET pinned = 0 WHERE key = ?").bind(conversation).execute(connection).await?;
    }
    Ok(())
}

/// Whether the branch that is shown has this message.
pub(super) async fn is_shown(
    connection: &mut SqliteConnection,
    owner: &Owner,
    id: ConversationId,
    message: MessageId,
) -> Result<bool, StoreError> {
    let conversation = find(connection, owner, id).await?;
    let key = branches::key(connection, conversation.key, message).await?;
    Ok(branches::depth(connection, conversation.head, key).await?.is_some())
}

/// Shows the branch through a message, down to its newest leaf.
pub(super) async fn show(
    connection: &mut SqliteConnection,
    conversation: i64,
    message: MessageId,
) -> Result<(), StoreError> {
    let message = branches::key(connection, conversation, message).await?;
    let leaf = branches::newest_leaf(connection, conversation, message).await?;
    set_head(connection, conversation, Some(leaf)).await
}

pub(super) async fn set_head(
    connection: &mut SqliteConnection,
    conversation: i64,
    head: Option<i64>,
) -> Result<(), StoreError> {
    let update = "UPDATE conversations SET head = ? WHERE key = ?";
    query(update).bind(head).bind(conversation).execute(connection).await?;
    Ok(())
}

pub(super) async fn set_title(
    connection: &mut SqliteConnection,
    conversation: i64,
    title: &str,
    by: i64,
) -> Result<(), StoreError> {
    query("UPDATE conversations SET title = ?, title_by = ?, title_indexed = 0 WHERE key = ?")
        .bind(title)
        .bind(by)
        .bind(conversation)
        .execute(connection)
        .await?;
    Ok(())
}

/// Gives a conversation a model's title, unless a person has given it one.
pub(super) async fn title_by_model(
    connection: &mut SqliteConnection,
    owner: &Owner,
    id: ConversationId,
    title: &str,
) -> Result<Option<ConversationSummary>, StoreError> {
    let conversation = find(connection, owner, id).await?;
    if conversation.title_by == title_by::PERSON {
        return Ok(None);
    }
    set_title(connection, conversation.key, title, title_by::MODEL).await?;
    Ok(Some(find(connection, owner, id).await?.summary))
}

/// Everybody who owns a conversation.
pub(super) const OWNERS: &str = "SELECT o.name, count(*), max(c.updated_at) FROM conversations c JOIN owners o ON o.key = c.owner \
     WHERE c.deleted_at IS NULL AND c.head IS NOT NULL GROUP BY c.owner ORDER BY max(c.updated_at) DESC, c.owner";

pub(super) async fn owners(connection: &mut SqliteConnection) -> Result<Vec<OwnerSummary>, StoreError> {
    let found: Vec<(String, i64, i64)> = sqlx::query_as(OWNERS).fetch_all(connection).await?;
    let summary = |(name, conversations, updated_at): (String, i64, i64)| {
        let owner = rows::owner(&name)?;
        Some(OwnerSummary { owner, conversations: conversations.unsigned_abs(), updated_at: updated_at.unsigned_abs() })
    };
    Ok(found.into_iter().filter_map(summary).collect())
}
