//! What is done to a database from outside: looking whether it is whole, and copying it while a server may write to it.

use super::open::{self, OpenError};
use sqlx::{ConnectOptions, Connection, SqliteConnection, query, query_scalar, sqlite::SqliteConnectOptions};
use std::path::Path;

/// What was found out about a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examination {
    /// The version of its tables.
    pub version: i64,
    /// The latest version that this program knows.
    pub known: i64,
    /// The version of SQLite.
    pub sqlite: String,
    /// How many conversations are in it, those included that were deleted a moment ago.
    pub conversations: i64,
    /// How many messages are in it.
    pub messages: i64,
    /// Its size, without what has not been written into its file yet.
    pub bytes: u64,
    /// What SQLite finds wrong with it; empty if it is whole.
    pub damages: Vec<String>,
}

/// Reads all of a database to see whether it is whole. Nothing is changed.
pub async fn examine(path: &Path) -> Result<Examination, OpenError> {
    let mut connection = connect(path).await?;
    let examined = read(&mut connection).await;
    let _ = connection.close().await;
    match examined {
        Ok(examination) => Ok(examination),
        // So damaged that nothing more can be found out.
        Err(error) if is_damage(&error) => {
            let damages = vec![open::in_words(&error)];
            let (sqlite, (conversations, messages, bytes)) = (String::new(), (0, 0, 0));
            Ok(Examination { version: 0, known: open::KNOWN, sqlite, conversations, messages, bytes, damages })
        }
        Err(error) => Err(OpenError::Database(path.to_owned(), open::in_words(&error))),
    }
}

async fn read(connection: &mut SqliteConnection) -> Result<Examination, sqlx::Error> {
    let number = |sql: &'static str| query_scalar::<_, i64>(sql);
    let version = number("PRAGMA user_version").fetch_one(&mut *connection).await?;
    let sqlite = query_scalar("SELECT sqlite_version()").fetch_one(&mut *connection).await?;
    let found: Vec<String> = query_scalar("PRAGMA integrity_check").fetch_all(&mut *connection).await?;
    let mut damages: Vec<String> = found.into_iter().filter(|line| line != "ok").collect();
    let orphans = "SELECT \"table\" FROM pragma_foreign_key_check";
    let orphans: Vec<String> = query_scalar(orphans).fetch_all(&mut *connection).await?;
    damages.extend(orphans.into_iter().map(|table| format!("a row of {table} belongs to nothing")));
    let (mut conversations, mut messages) = (0, 0);
    // Before its first start it has no tables, and where it is damaged they may not be readable.
    if version > 0 && damages.is_empty() {
        conversations = number("SELECT count(*) FROM conversations").fetch_one(&mut *connection).await?;
        messages = number("SELECT count(*) FROM messages").fetch_one(&mut *connection).await?;
    }
    let bytes = pages(connection).await?;
    Ok(Examination { version, known: open::KNOWN, sqlite, conversations, messages, bytes, damages })
}

/// SQLITE_CORRUPT, whatever its extended code.
fn is_damage(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code()?.parse::<i32>().ok());
    code.is_some_and(|code| code & 0xff == 11)
}

/// The size of a database, in bytes.
pub async fn size(path: &Path) -> Result<u64, OpenError> {
    let cannot = |error: sqlx::Error| OpenError::Database(path.to_owned(), open::in_words(&error));
    let mut connection = connect(path).await?;
    let bytes = pages(&mut connection).await.map_err(cannot)?;
    let _ = connection.close().await;
    Ok(bytes)
}

/// Copies a database as it is at one moment into an empty file, and makes sure that the copy is whole. A server may go on writing.
pub async fn backup(from: &Path, to: &Path) -> Result<(), OpenError> {
    let cannot = |error: sqlx::Error| OpenError::Database(from.to_owned(), open::in_words(&error));
    let mut connection = connect(from).await?;
    let copy = to.to_string_lossy().into_owned();
    query("VACUUM INTO ?").bind(copy).execute(&mut connection).await.map_err(cannot)?;
    let _ = connection.close().await;
    let examined = examine(to).await?;
    match examined.damages.first() {
        Some(damage) => Err(OpenError::Database(from.to_owned(), format!("its copy is damaged: {damage}"))),
        None => Ok(()),
    }
}

/// A connection to a database that is there, which leaves it as it is.
async fn connect(path: &Path) -> Result<SqliteConnection, OpenError> {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(false).busy_timeout(open::BUSY);
    let options = options.disable_statement_logging();
    options.connect().await.map_err(|error| OpenError::Database(path.to_owned(), open::in_words(&error)))
}

async fn pages(connection: &mut SqliteConnection) -> Result<u64, sqlx::Error> {
    let count: i64 = query_scalar("PRAGMA page_count").fetch_one(&mut *connection).await?;
    let size: i64 = query_scalar("PRAGMA page_size").fetch_one(connection).await?;
    Ok(u64::try_from(count * size).unwrap_or(0))
}
