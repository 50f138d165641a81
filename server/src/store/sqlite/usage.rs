//! What all answers of a conversation cost, kept beside it.

use crate::store::StoreError;
use protocol::{message::Message, usage::UsageTotals};
use sqlx::{SqliteConnection, query, query_scalar};

/// The totals of a row.
pub(super) fn read(json: Option<&str>) -> UsageTotals {
    json.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
}

/// Adds what these messages cost.
pub(super) async fn count(
    connection: &mut SqliteConnection,
    conversation: i64,
    messages: &[Message],
) -> Result<(), StoreError> {
    if messages.iter().all(|message| message.usage.is_none() && message.cost.is_none()) {
        return Ok(());
    }
    let select = query_scalar("SELECT usage FROM conversations WHERE key = ?");
    let known: Option<String> = select.bind(conversation).fetch_one(&mut *connection).await?;
    let mut totals = read(known.as_deref());
    for message in messages {
        totals.add(message.usage, message.cost.as_ref());
    }
    let totals = serde_json::to_string(&totals).unwrap_or_default();
    query("UPDATE conversations SET usage = ? WHERE key = ?")
        .bind(totals)
        .bind(conversation)
        .execute(connection)
        .await?;
    Ok(())
}
