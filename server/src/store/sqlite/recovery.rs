//! After a server that was killed: what had come of its answers is put together, and nothing is being written.

use super::pieces;
use crate::store::StoreError;
use protocol::id::GenerationId;
use sqlx::{SqliteConnection, query, query_scalar};

/// Ends every answer that is being written as interrupted, with the pieces that were kept of it.
pub(super) async fn recover(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    query("BEGIN IMMEDIATE").execute(&mut *connection).await?;
    let recovered = interrupt_all(connection).await;
    let end = if recovered.is_ok() { "COMMIT" } else { "ROLLBACK" };
    query(end).execute(connection).await?;
    let count = recovered?;
    if count > 0 {
        tracing::info!(
            answers = count,
            "answers that were being written when the server ended are kept as interrupted"
        );
    }
    Ok(())
}

async fn interrupt_all(connection: &mut SqliteConnection) -> Result<usize, StoreError> {
    let select = "SELECT key FROM messages WHERE status = 'streaming'";
    let interrupted: Vec<i64> = query_scalar(select).fetch_all(&mut *connection).await?;
    end(connection, &interrupted).await?;
    pieces::clear(connection).await?;
    Ok(interrupted.len())
}

/// Ends one answer that nobody writes any more.
pub(super) async fn interrupt(connection: &mut SqliteConnection, generation: GenerationId) -> Result<(), StoreError> {
    let select = "SELECT key FROM messages WHERE generation = ? AND status = 'streaming'";
    let interrupted: Vec<i64> = query_scalar(select).bind(generation.0).fetch_all(&mut *connection).await?;
    end(connection, &interrupted).await
}

/// An answer that takes on an older one begins with its text as its first piece, so that the pieces are always the whole of it.
async fn end(connection: &mut SqliteConnection, answers: &[i64]) -> Result<(), StoreError> {
    if answers.is_empty() {
        return Ok(());
    }
    let mut wholes = pieces::whole(connection, answers.iter().copied()).await?;
    for message in answers {
        let whole = wholes.remove(message).unwrap_or_default();
        let update = "UPDATE messages SET status = 'interrupted', content = ?, reasoning = ?, last_event = ?, \
                      model = coalesce(?, model) WHERE key = ?";
        query(update)
            .bind(&whole.content)
            .bind(whole.reasoning)
            .bind(whole.last_event)
            .bind(whole.model)
            .bind(message)
            .execute(&mut *connection)
            .await?;
        query(
            "UPDATE conversations SET generation = NULL WHERE key = (SELECT conversation FROM messages WHERE key = ?)",
        )
        .bind(message)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
