//! Takes a conversation in, piece by piece, so that what others write gets in between.
//!
//! As long as pieces are missing it counts as deleted, at a time that no clock shows: nothing finds it, and nobody can restore it.
//! The last piece shows it. One of which nothing more comes is cleared away by `deletion`, whatever became of who brought it.

use super::{
    attachments, conversations,
    deletion::undo_ends,
    rows::{self, integer},
    usage,
    writer::Writer,
};
use crate::{
    clock,
    store::{Imported, StoreError, WholeConversation},
    visitor::Owner,
};
use futures::FutureExt;
use protocol::{
    id::MessageId,
    message::{Message, MessageStatus},
};
use sqlx::{SqliteConnection, query, query_scalar};
use std::collections::HashMap;

/// The most messages of one piece: whoever wants to write meanwhile waits for it.
const MESSAGES: usize = 200;

/// The most bytes of text in it, one message excepted that is larger by itself.
const BYTES: usize = 1 << 20;

/// Added to the time of the last piece, it makes the time of deletion of a conversation of which more is to come.
pub(super) const UNDER_WAY: i64 = 1 << 60;

/// Whether an owner has a conversation with this id, or one from this origin, that is not deleted.
pub(super) const HERE: &str = "SELECT EXISTS (SELECT 1 FROM conversations WHERE id = ? AND owner = ? AND deleted_at IS NULL) \
     OR EXISTS (SELECT 1 FROM conversations WHERE owner = ? AND origin = ? AND origin IS NOT NULL AND deleted_at IS NULL)";

/// Stores a conversation; each piece is an operation of its own.
pub(super) async fn import(
    writer: &Writer,
    owner: &Owner,
    conversation: WholeConversation,
) -> Result<Imported, StoreError> {
    let mut import =
        Box::new(Import { owner: owner.clone(), conversation, row: None, keys: HashMap::new(), stored: 0 });
    let mut row = None;
    loop {
        match writer.run(Box::new(move |connection| import.step(connection).boxed())).await {
            Ok(Step::More(next)) => (row, import) = (next.row, next),
            Ok(Step::End(imported)) => return Ok(imported),
            Err(error) => {
                if let Some(row) = row {
                    // Where this fails too, it is cleared away later.
                    let _ = writer.run(Box::new(move |connection| abandon(connection, row).boxed())).await;
                }
                return Err(error);
            }
        }
    }
}

/// A conversation on its way.
struct Import {
    owner: Owner,
    conversation: WholeConversation,
    /// The key of its row, once it has one.
    row: Option<i64>,
    /// Those of its messages.
    keys: HashMap<MessageId, i64>,
    /// How many of its messages are stored.
    stored: usize,
}

enum Step {
    More(Box<Import>),
    End(Imported),
}

impl Import {
    async fn step(mut self: Box<Self>, connection: &mut SqliteConnection) -> Result<Step, StoreError> {
        let owner = conversations::owner_key(connection, &self.owner).await?;
        // Asked for each piece: the same may come twice at one time.
        if self.is_here(connection, owner).await? {
            if let Some(row) = self.row {
                abandon(connection, row).await?;
            }
            return Ok(Step::End(Imported::AlreadyHere));
        }
        let row = match self.row {
            Some(row) => row,
            None => self.begin(connection, owner).await?,
        };
        self.row = Some(row);
        self.store_piece(connection, owner, row).await?;
        if self.stored == self.conversation.messages.len() {
            self.show(connection, row).await?;
            return Ok(Step::End(Imported::Added));
        }
        still_coming(connection, row).await?;
        Ok(Step::More(self))
    }

    async fn is_here(&self, connection: &mut SqliteConnection, owner: i64) -> Result<bool, StoreError> {
        let WholeConversation { summary, origin, .. } = &self.conversation;
        Ok(query_scalar(HERE).bind(summary.id.0).bind(owner).bind(owner).bind(origin).fetch_one(connection).await?)
    }

    async fn begin(&self, connection: &mut SqliteConnection, owner: i64) -> Result<i64, StoreError> {
        let WholeConversation { summary, settings, origin, .. } = &self.conversation;
        let row = conversations::create(connection, owner, summary, settings).await?;
        let update = "UPDATE conversations SET origin = ?, deleted_at = ? WHERE key = ?";
        query(update).bind(origin).bind(UNDER_WAY).bind(row).execute(connection).await?;
        Ok(row)
    }

    async fn store_piece(&mut self, connection: &mut SqliteConnection, owner: i64, row: i64) -> Result<(), StoreError> {
        let mut bytes = 0;
        for message in self.conversation.messages.iter().skip(self.stored).take(MESSAGES) {
            if bytes >= BYTES {
                break;
            }
            let missing = || StoreError::Failed(format!("the message {} stands before its parent", message.id));
            let key_of = |parent| self.keys.get(&parent).copied().ok_or_else(missing);
            let parent = message.parent_id.map(key_of).transpose()?;
            let key = rows::insert(connection, row, parent, &ended(message)).await?;
            attachments::tie(connection, owner, key, &message.attachments).await?;
            self.keys.insert(message.id, key);
            self.stored += 1;
            bytes += message.content.len() + message.reasoning.len();
        }
        Ok(())
    }

    async fn show(&self, connection: &mut SqliteConnection, row: i64) -> Result<(), StoreError> {
        conversations::pin_only_if_allowed(connection, row).await?;
        usage::count(connection, row, &self.conversation.messages).await?;
        let head = self.conversation.head.and_then(|head| self.keys.get(&head));
        let head = head.or_else(|| self.keys.values().max());
        let update = "UPDATE conversations SET head = ?, deleted_at = NULL WHERE key = ? AND deleted_at >= ?";
        let shown = query(update).bind(head).bind(row).bind(UNDER_WAY).execute(connection).await?;
        there(shown.rows_affected())
    }
}

/// Nobody writes an answer that comes from a file.
fn ended(message: &Message) -> Message {
    let status = match message.status {
        MessageStatus::Streaming => MessageStatus::Interrupted,
        status => status,
    };
    Message { status, generation_id: None, ..message.clone() }
}

async fn still_coming(connection: &mut SqliteConnection, row: i64) -> Result<(), StoreError> {
    let update = "UPDATE conversations SET deleted_at = ?1 + ?2 WHERE key = ?3 AND deleted_at >= ?1";
    let updated = query(update).bind(UNDER_WAY).bind(integer(clock::now())).bind(row).execute(connection).await?;
    there(updated.rows_affected())
}

/// Whoever stops in the middle for so long that it was cleared away must not go on with what is left of it.
fn there(rows: u64) -> Result<(), StoreError> {
    match rows {
        0 => Err(StoreError::Failed("a conversation was cleared away while it was taken in".into())),
        _ => Ok(()),
    }
}

/// From now on it is one that was deleted long ago.
async fn abandon(connection: &mut SqliteConnection, row: i64) -> Result<(), StoreError> {
    let update = "UPDATE conversations SET deleted_at = 0 WHERE key = ? AND deleted_at >= ?";
    query(update).bind(row).bind(UNDER_WAY).execute(connection).await?;
    Ok(())
}

pub(super) const BROKEN_OFF: &str = "UPDATE conversations SET deleted_at = 0 WHERE deleted_at >= ? AND deleted_at <= ?";

/// Abandons those of which nothing has come for as long as a deletion can be taken back.
pub(super) async fn abandon_broken_off(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    query(BROKEN_OFF).bind(UNDER_WAY).bind(UNDER_WAY + undo_ends()).execute(connection).await?;
    Ok(())
}
