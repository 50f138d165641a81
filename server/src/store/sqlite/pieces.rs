//! What has come of answers that are being written: stored in pieces, and put together when a server has been killed.

use crate::store::{Checkpoint, StoreError};
use futures::TryStreamExt;
use protocol::id::MessageId;
use serde::Serialize;
use sqlx::{Row, SqliteConnection, query, query_scalar};
use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};
use uuid::Uuid;

/// How many checkpoints go by between two times at which pieces of ended answers are removed.
const CLEANING: i64 = 40;

/// The numbers of the checkpoints of this server; a database that was just opened has none.
#[derive(Debug, Default)]
pub(super) struct Checkpoints(Mutex<Numbers>);

#[derive(Debug, Default)]
struct Numbers {
    last: i64,
    /// The first checkpoint with a piece of each answer that is being written.
    first: HashMap<MessageId, i64>,
}

impl Checkpoints {
    /// The number of the next one, which has pieces of these answers.
    fn next(&self, checkpoints: &[Checkpoint]) -> i64 {
        let mut numbers = self.numbers();
        numbers.last += 1;
        let number = numbers.last;
        for checkpoint in checkpoints {
            numbers.first.entry(checkpoint.message).or_insert(number);
        }
        number
    }

    /// Before this one, nobody needs anything: only these answers are still being written.
    fn needed_from(&self, written: &HashSet<MessageId>) -> i64 {
        let mut numbers = self.numbers();
        numbers.first.retain(|message, _| written.contains(message));
        numbers.first.values().min().copied().unwrap_or(numbers.last + 1)
    }

    fn numbers(&self) -> MutexGuard<'_, Numbers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A piece as SQLite's JSON functions read it: one statement takes the pieces of all answers.
#[derive(Serialize)]
struct Piece<'a> {
    message: String,
    last_event: u64,
    content: String,
    reasoning: String,
    model: Option<&'a str>,
}

/// What has ended in the meantime is not found by its status.
pub(super) const CHECKPOINT: &str = "INSERT INTO pieces (checkpoint, message, last_event, content, reasoning, model) \
     SELECT ?1, m.key, piece.value ->> 'last_event', piece.value ->> 'content', piece.value ->> 'reasoning', piece.value ->> 'model' \
     FROM json_each(?2) piece CROSS JOIN messages m ON m.id = unhex(piece.value ->> 'message') AND m.status = 'streaming'";

pub(super) async fn checkpoint(
    connection: &mut SqliteConnection,
    numbers: &Checkpoints,
    checkpoints: &[Checkpoint],
) -> Result<(), StoreError> {
    // To these functions a NUL is the end of a text. The whole answer, at its end, goes another way.
    let text = |text: &str| text.replace('\0', "\u{fffd}");
    let pieces: Vec<_> = checkpoints
        .iter()
        .map(|checkpoint| Piece {
            message: checkpoint.message.0.simple().to_string(),
            last_event: checkpoint.last_event_id,
            content: text(&checkpoint.content),
            reasoning: text(&checkpoint.reasoning),
            model: checkpoint.model.as_deref(),
        })
        .collect();
    let json = serde_json::to_string(&pieces).map_err(|error| StoreError::Failed(error.to_string()))?;
    let number = numbers.next(checkpoints);
    query(CHECKPOINT).bind(number).bind(json).execute(&mut *connection).await?;
    if number % CLEANING == 0 {
        clean(connection, numbers).await?;
    }
    Ok(())
}

/// Removes the pieces that are older than those of any answer that is being written.
async fn clean(connection: &mut SqliteConnection, numbers: &Checkpoints) -> Result<(), StoreError> {
    let written: Vec<Uuid> = query_scalar(WRITTEN).fetch_all(&mut *connection).await?;
    let written = written.into_iter().map(MessageId).collect();
    query(CLEAN).bind(numbers.needed_from(&written)).execute(connection).await?;
    Ok(())
}

pub(super) const WRITTEN: &str = "SELECT id FROM messages WHERE status = 'streaming'";

pub(super) const CLEAN: &str = "DELETE FROM pieces WHERE checkpoint < ?";

/// What the pieces of one answer come to.
#[derive(Debug, Default)]
pub(super) struct Whole {
    pub(super) content: String,
    pub(super) reasoning: String,
    pub(super) last_event: i64,
    pub(super) model: Option<String>,
}

/// Puts the pieces of these answers together. The table is read once, whatever their number.
pub(super) async fn whole(
    connection: &mut SqliteConnection,
    messages: impl IntoIterator<Item = i64>,
) -> Result<HashMap<i64, Whole>, StoreError> {
    let mut found: HashMap<i64, Whole> = messages.into_iter().map(|message| (message, Whole::default())).collect();
    let select = "SELECT message, last_event, content, reasoning, model FROM pieces ORDER BY checkpoint";
    let mut pieces = query(select).fetch(connection);
    while let Some(piece) = pieces.try_next().await? {
        let Some(whole) = found.get_mut(&piece.try_get(0)?) else { continue };
        let last_event = piece.try_get(1)?;
        // One that was stored twice counts once.
        if last_event <= whole.last_event {
            continue;
        }
        whole.last_event = last_event;
        whole.content.push_str(piece.try_get(2)?);
        whole.reasoning.push_str(piece.try_get(3)?);
        whole.model = piece.try_get::<Option<String>, _>(4)?.or_else(|| whole.model.take());
    }
    Ok(found)
}

/// Removes all pieces: at the start nothing is being written.
pub(super) async fn clear(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let any: Option<i64> = query_scalar("SELECT 1 FROM pieces LIMIT 1").fetch_optional(&mut *connection).await?;
    if any.is_some() {
        query("DELETE FROM pieces").execute(connection).await?;
    }
    Ok(())
}
