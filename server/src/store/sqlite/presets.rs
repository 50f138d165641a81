//! Prompt presets.

use super::{conversations::owner_key, rows::owner_name};
use crate::{
    store::{MOST_PRESETS, StoreError},
    visitor::Owner,
};
use protocol::{id::PresetId, preset::Preset};
use sqlx::{Row, SqliteConnection, query, query_scalar};

pub(super) const OF_OWNER: &str = "SELECT id, name, content FROM presets \
     WHERE owner = (SELECT key FROM owners WHERE name = ?) ORDER BY name COLLATE NOCASE";

pub(super) async fn list(connection: &mut SqliteConnection, owner: &Owner) -> Result<Vec<Preset>, StoreError> {
    let rows = query(OF_OWNER).bind(owner_name(owner)).fetch_all(connection).await?;
    let preset = |row: &sqlx::sqlite::SqliteRow| {
        Ok(Preset { id: PresetId(row.try_get(0)?), name: row.try_get(1)?, content: row.try_get(2)? })
    };
    rows.iter().map(preset).collect()
}

pub(super) async fn add(connection: &mut SqliteConnection, owner: &Owner, preset: &Preset) -> Result<(), StoreError> {
    let owner = owner_key(connection, owner).await?;
    let count = query_scalar("SELECT count(*) FROM presets WHERE owner = ?").bind(owner);
    let count: i64 = count.fetch_one(&mut *connection).await?;
    if count >= MOST_PRESETS {
        return Err(StoreError::TooManyPresets);
    }
    query("INSERT INTO presets (id, owner, name, content) VALUES (?, ?, ?, ?)")
        .bind(preset.id.0)
        .bind(owner)
        .bind(&preset.name)
        .bind(&preset.content)
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn change(
    connection: &mut SqliteConnection,
    owner: &Owner,
    preset: &Preset,
) -> Result<(), StoreError> {
    let update =
        "UPDATE presets SET name = ?, content = ? WHERE id = ? AND owner = (SELECT key FROM owners WHERE name = ?)";
    let changed = query(update)
        .bind(&preset.name)
        .bind(&preset.content)
        .bind(preset.id.0)
        .bind(owner_name(owner))
        .execute(connection)
        .await?;
    found(changed.rows_affected())
}

pub(super) async fn delete(connection: &mut SqliteConnection, owner: &Owner, id: PresetId) -> Result<(), StoreError> {
    let delete = "DELETE FROM presets WHERE id = ? AND owner = (SELECT key FROM owners WHERE name = ?)";
    let deleted = query(delete).bind(id.0).bind(owner_name(owner)).execute(connection).await?;
    found(deleted.rows_affected())
}

fn found(rows: u64) -> Result<(), StoreError> {
    if rows == 0 { Err(StoreError::NotFound("preset")) } else { Ok(()) }
}
