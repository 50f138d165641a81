//! Opens the database: makes its folder, brings its tables up to date, and clears up after a server that was killed.

use sqlx::{
    ConnectOptions, Connection, SqliteConnection, query, query_scalar, raw_sql,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

/// Why the database cannot be used, for the person who started the server.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder cannot be made.
    #[error(
        "cannot make the folder {0:?} for the database: {1}. Set RIVULET_DATA_DIR to a folder that can be written to."
    )]
    Folder(PathBuf, io::Error),
    /// The file cannot be opened or written to.
    #[error(
        "cannot use the database {0:?}: {1}. Set DATABASE_URL or RIVULET_DATA_DIR to a place that can be written to."
    )]
    Database(PathBuf, String),
    /// A later program has changed the tables.
    #[error(
        "the database {path:?} was made by a newer Rivulet (its tables are of version {found}, this program knows {known}). Start that one, or restore an older backup."
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// The version of its tables.
        found: i64,
        /// The latest version that this program knows.
        known: i64,
    },
    /// SQLite itself has an error that can damage databases.
    #[error(
        "SQLite {0} can damage databases in WAL mode; this program needs 3.51.3 or later. Build it with the SQLite that comes with it."
    )]
    OldSqlite(String),
    /// The system gave no threads.
    #[error("cannot start the threads that store conversations: {0}")]
    Threads(io::Error),
}

/// Each brings the tables from the version of its place to the next; what is here never changes again.
const MIGRATIONS: &[&str] =
    &[include_str!("migrations/0001_conversations.sql"), include_str!("migrations/0002_origin.sql")];

/// The latest version of the tables that this program knows.
pub(super) const KNOWN: i64 = MIGRATIONS.len() as i64;

/// How long to wait for another program that holds the database, such as a backup.
pub(super) const BUSY: Duration = Duration::from_secs(5);

/// The oldest SQLite without the error that <https://sqlite.org/wal.html#walresetbug> describes.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// What every connection is opened with.
pub(super) fn options(path: &Path) -> SqliteConnectOptions {
    let in_memory = path == Path::new(super::IN_MEMORY);
    let options = SqliteConnectOptions::new()
        .filename(path)
        .in_memory(in_memory)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .pragma("journal_size_limit", "67108864")
        .pragma("temp_store", "memory")
        .disable_statement_logging();
    options.thread_name(|number| format!("sqlite-{number}"))
}

/// Makes the folder of a database; nobody else on the machine may look into one that is made here.
pub(super) fn make_folder(path: &Path) -> Result<(), OpenError> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists()) else {
        return Ok(());
    };
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder).map_err(|error| OpenError::Folder(folder.to_owned(), error))
}

/// Who else may use the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// Nobody: this is the server. An answer that is being written there was left behind by one that was killed.
    Alone,
    /// A server, which may be writing answers.
    Beside,
}

/// The connection that writes, to a database whose tables are up to date, and in which a server finds nothing that is being written.
pub(super) async fn open(path: &Path, used: Use) -> Result<SqliteConnection, OpenError> {
    let cannot = |error: sqlx::Error| OpenError::Database(path.to_owned(), in_words(&error));
    let mut connection = options(path).pragma("cache_size", "-16384").connect().await.map_err(cannot)?;
    check_sqlite(&mut connection).await?;
    let found: i64 = query_scalar("PRAGMA user_version").fetch_one(&mut connection).await.map_err(cannot)?;
    if found > KNOWN {
        return Err(OpenError::Newer { path: path.to_owned(), found, known: KNOWN });
    }
    migrate(&mut connection, found).await.map_err(cannot)?;
    if used == Use::Beside {
        return Ok(connection);
    }
    super::recovery::recover(&mut connection)
        .await
        .map_err(|error| OpenError::Database(path.to_owned(), error.to_string()))?;
    Ok(connection)
}

pub(super) fn in_words(error: &sqlx::Error) -> String {
    match error.as_database_error() {
        Some(error) => error.message().to_owned(),
        None => error.to_string(),
    }
}

async fn check_sqlite(connection: &mut SqliteConnection) -> Result<(), OpenError> {
    let version: String =
        query_scalar("SELECT sqlite_version()").fetch_one(connection).await.unwrap_or_else(|_| "unknown".into());
    let mut numbers = version.split('.').map(|number| number.parse().unwrap_or(0));
    let mut next = || numbers.next().unwrap_or(0);
    match (next(), next(), next()) >= OLDEST_SQLITE {
        true => Ok(()),
        false => Err(OpenError::OldSqlite(version)),
    }
}

async fn migrate(connection: &mut SqliteConnection, found: i64) -> Result<(), sqlx::Error> {
    for (version, migration) in (1i64..).zip(MIGRATIONS).skip(usize::try_from(found).unwrap_or(0)) {
        let mut transaction = connection.begin().await?;
        raw_sql(*migration).execute(&mut *transaction).await?;
        // A pragma takes no bound parameter; this is a number of ours.
        let set = format!("PRAGMA user_version = {version}");
        query(sqlx::AssertSqlSafe(set)).execute(&mut *transaction).await?;
        transaction.commit().await?;
        tracing::info!(version, "the database's tables were brought up to date");
    }
    Ok(())
}
