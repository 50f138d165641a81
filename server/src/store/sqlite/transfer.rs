//! Conversations with all their branches on their way out, and those that are shared.

use super::{
    branches,
    conversations::{self, AFTER_FOUND, title_by},
    pieces,
    rows::{self, message_columns, owner_name},
};
use crate::{
    store::{StoreError, WholeConversation, Window, title::title},
    visitor::Owner,
};
use protocol::{
    conversation::Conversation,
    id::{ConversationId, MessageId},
    message::{Message, MessageStatus},
    usage::UsageTotals,
};
use sqlx::{Row, SqliteConnection, query, query_scalar};

pub(super) const ALL_MESSAGES: &str = concat!(
    "SELECT ",
    message_columns!(),
    " FROM messages m LEFT JOIN messages p ON p.key = m.parent WHERE m.conversation = ? AND m.deleted_at IS NULL ORDER BY m.key"
);

pub(super) async fn whole(
    connection: &mut SqliteConnection,
    owner: &Owner,
    id: ConversationId,
) -> Result<WholeConversation, StoreError> {
    let conversation = conversations::find(connection, owner, id).await?;
    let rows = query(ALL_MESSAGES).bind(conversation.key).fetch_all(&mut *connection).await?;
    let rows = rows.iter().map(rows::message).collect::<Result<Vec<_>, _>>()?;
    let head = rows.iter().find(|row| Some(row.key) == conversation.head).map(|row| row.message.id);
    let mut messages = Vec::with_capacity(rows.len());
    for row in rows {
        messages.push(match row.message.status {
            MessageStatus::Streaming => so_far(connection, row.key, row.message).await?,
            _ => row.message,
        });
    }
    let origin = query_scalar("SELECT origin FROM conversations WHERE key = ?");
    let origin = origin.bind(conversation.key).fetch_one(connection).await?;
    Ok(WholeConversation { summary: conversation.summary, settings: conversation.settings, messages, head, origin })
}

/// An answer that is being written, with the pieces that are kept of it. The server that writes it knows more.
async fn so_far(connection: &mut SqliteConnection, key: i64, message: Message) -> Result<Message, StoreError> {
    let pieces::Whole { content, reasoning, .. } =
        pieces::whole(connection, [key]).await?.remove(&key).unwrap_or_default();
    Ok(Message { content, reasoning, ..message })
}

/// The owner's next conversation after one that has this key, and its own key.
pub(super) const NEXT: &str = "SELECT key, id FROM conversations WHERE owner = (SELECT key FROM owners WHERE name = ?) \
     AND deleted_at IS NULL AND head IS NOT NULL AND key > ? ORDER BY key LIMIT 1";

pub(super) async fn next(
    connection: &mut SqliteConnection,
    owner: &Owner,
    after: i64,
) -> Result<Option<(i64, WholeConversation)>, StoreError> {
    let row = query(NEXT).bind(owner_name(owner)).bind(after).fetch_optional(&mut *connection).await?;
    let Some(row) = row else { return Ok(None) };
    let id = ConversationId(row.try_get(1)?);
    Ok(Some((row.try_get(0)?, whole(connection, owner, id).await?)))
}

pub(super) async fn share(
    connection: &mut SqliteConnection,
    owner: &Owner,
    id: ConversationId,
    token: &str,
) -> Result<String, StoreError> {
    let conversation = conversations::find(connection, owner, id).await?;
    if conversation.head.is_none() {
        return Err(StoreError::NotFound("message in this conversation"));
    }
    let update = "UPDATE conversations SET share_token = coalesce(share_token, ?), share_head = head WHERE key = ? \
                  RETURNING share_token";
    Ok(query_scalar(update).bind(token).bind(conversation.key).fetch_one(connection).await?)
}

pub(super) async fn unshare(
    connection: &mut SqliteConnection,
    owner: &Owner,
    id: ConversationId,
) -> Result<(), StoreError> {
    let conversation = conversations::find(connection, owner, id).await?;
    let update = "UPDATE conversations SET share_token = NULL, share_head = NULL WHERE key = ?";
    query(update).bind(conversation.key).execute(connection).await?;
    Ok(())
}

/// The last message of a branch that is not deleted: what was deleted since is not shown, nor what followed it.
pub(super) const NOT_DELETED: &str = "WITH RECURSIVE branch (key, deleted_at) AS (SELECT key, deleted_at FROM messages WHERE key = ? UNION ALL \
     SELECT m.key, m.deleted_at FROM branch JOIN messages b ON b.key = branch.key JOIN messages m ON m.key = b.parent \
     WHERE branch.deleted_at IS NOT NULL) SELECT key FROM branch WHERE deleted_at IS NULL";

pub(super) async fn shared(
    connection: &mut SqliteConnection,
    token: &str,
    before: Option<MessageId>,
    limit: usize,
) -> Result<Conversation, StoreError> {
    let gone = || StoreError::NotFound("shared conversation");
    let row = query(conversations::BY_TOKEN).bind(token).fetch_optional(&mut *connection).await?.ok_or_else(gone)?;
    let mut found = conversations::found(&row)?;
    let head: Option<i64> = row.try_get(AFTER_FOUND)?;
    let head = query_scalar(NOT_DELETED).bind(head).fetch_optional(&mut *connection).await?.ok_or_else(gone)?;
    let from = match before {
        None => Some(head),
        Some(message) => {
            let row = branches::one(connection, found.key, message).await?;
            // Who knows the token knows nothing of other branches.
            branches::depth(connection, Some(head), row.key).await?.ok_or_else(gone)?;
            row.parent
        }
    };
    let branch = branches::up(connection, from, limit).await?;
    let earlier = branch.first().ok_or_else(gone)?.parent.is_some();
    if found.title_by != title_by::PERSON {
        // One that was made from words that are not shown would show them.
        found.summary.title = title(&branches::beginning(connection, head).await?);
    }
    Ok(Conversation {
        summary: found.summary,
        settings: found.settings,
        messages: branch.into_iter().map(|row| row.message).collect(),
        earlier,
        shared: found.share_token,
        // That is nobody's business but the owner's.
        usage: UsageTotals::default(),
    })
}

/// A conversation with a part of its shown branch.
pub(super) async fn get(
    connection: &mut SqliteConnection,
    owner: &Owner,
    id: ConversationId,
    window: Window,
) -> Result<Conversation, StoreError> {
    let found = conversations::find(connection, owner, id).await?;
    let (messages, earlier) = branches::window(connection, found.key, found.head, window).await?;
    Ok(Conversation {
        summary: found.summary,
        settings: found.settings,
        messages,
        earlier,
        shared: found.share_token,
        usage: found.usage,
    })
}
