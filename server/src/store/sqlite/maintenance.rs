//! What is done to a database from outside the server, which may be running: copying it, and looking whether it is whole.

use super::{SqliteStore, open, open::OpenError};
use sqlx::{ConnectOptions, Connection, query, query_scalar};
use std::path::Path;

impl SqliteStore {
    /// Copies a database as it is at one moment into a new file, while others read and write it.
    pub async fn backup(database: &Path, to: &Path) -> Result<(), OpenError> {
        let cannot = |path: &Path, error: &sqlx::Error| OpenError::Database(path.to_owned(), open::in_words(error));
        let options = open::options(database).create_if_missing(false);
        let mut connection = options.connect().await.map_err(|error| cannot(database, &error))?;
        let copied = query("VACUUM INTO ?").bind(to.to_string_lossy()).execute(&mut connection).await;
        let _ = connection.close().await;
        copied.map(drop).map_err(|error| cannot(to, &error))
    }

    /// What is wrong with a database, in SQLite's words; nothing if it is whole.
    pub async fn check(database: &Path) -> Result<Vec<String>, OpenError> {
        let cannot = |error: sqlx::Error| OpenError::Database(database.to_owned(), open::in_words(&error));
        let options = open::options(database).create_if_missing(false);
        let mut connection = options.connect().await.map_err(cannot)?;
        open::check_version(&mut connection, database).await?;
        let mut found: Vec<String> =
            query_scalar("PRAGMA integrity_check").fetch_all(&mut connection).await.map_err(cannot)?;
        let orphans: Vec<String> = query_scalar("SELECT \"table\" FROM pragma_foreign_key_check")
            .fetch_all(&mut connection)
            .await
            .map_err(cannot)?;
        found.retain(|line| line != "ok");
        found.extend(orphans.into_iter().map(|table| format!("a row of {table} belongs to nothing")));
        let _ = connection.close().await;
        Ok(found)
    }
}
