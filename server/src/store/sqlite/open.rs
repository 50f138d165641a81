//! Opens the database: makes its folder, brings its tables up to date, and clears up after a server that was killed.

use sqlx::{
    ConnectOptions, Connection, SqliteConnection, query, query_scalar, raw_sql,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::{
    fs::{File, TryLockError},
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
    /// Another server uses it.
    #[error("the database {0:?} is used by another Rivulet. Stop that one, or set RIVULET_DATA_DIR to another folder.")]
    InUse(PathBuf),
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
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_conversations.sql"),
    include_str!("migrations/0002_origin.sql"),
    include_str!("migrations/0003_indexed.sql"),
    include_str!("migrations/0004_keys_are_never_used_again.sql"),
    include_str!("migrations/0005_usage.sql"),
    include_str!("migrations/0006_presets.sql"),
    include_str!("migrations/0007_attachments.sql"),
];

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

/// Makes the place of a database where there is none. Nobody else on the machine may read it: it has what opens everybody's
/// conversations.
pub(super) fn make_place(path: &Path) -> Result<(), OpenError> {
    make_folder(path)?;
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(OpenError::Database(path.to_owned(), error.to_string()))
        }
        _ => Ok(()),
    }
}

fn make_folder(path: &Path) -> Result<(), OpenError> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists()) else {
        return Ok(());
    };
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder).map_err(|error| OpenError::Folder(folder.to_owned(), error))
}

/// Takes a database for one server: of two, each would take the other's answers for those of a server that was killed. The
/// system gives it back at the end of the process, however that comes.
pub(super) fn lock(path: &Path) -> Result<File, OpenError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let cannot = |error: io::Error| OpenError::Database(path.to_owned(), error.to_string());
    let file = File::options().create(true).truncate(false).write(true).open(name).map_err(cannot)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(path.to_owned())),
        Err(TryLockError::Error(error)) => Err(cannot(error)),
    }
}

/// The connection that writes, to a database whose tables are up to date. For a server, nothing in it is being written.
pub(super) async fn open(path: &Path, for_server: bool) -> Result<SqliteConnection, OpenError> {
    let cannot = |error: sqlx::Error| OpenError::Database(path.to_owned(), in_words(&error));
    let mut connection = options(path).pragma("cache_size", "-16384").connect().await.map_err(cannot)?;
    check_sqlite(&mut connection).await?;
    let found = check_version(&mut connection, path).await?;
    migrate(&mut connection, found).await.map_err(cannot)?;
    if for_server {
        let recovered = super::recovery::recover(&mut connection).await;
        recovered.map_err(|error| OpenError::Database(path.to_owned(), error.to_string()))?;
    }
    Ok(connection)
}

/// The version of the tables, if this program knows it.
pub(super) async fn check_version(connection: &mut SqliteConnection, path: &Path) -> Result<i64, OpenError> {
    let found = query_scalar("PRAGMA user_version").fetch_one(connection).await;
    let found: i64 = found.map_err(|error| OpenError::Database(path.to_owned(), in_words(&error)))?;
    match found > KNOWN {
        true => Err(OpenError::Newer { path: path.to_owned(), found, known: KNOWN }),
        false => Ok(found),
    }
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
        if found > 0 {
            tracing::info!(version, "the database's tables were brought up to date");
        }
    }
    Ok(())
}
