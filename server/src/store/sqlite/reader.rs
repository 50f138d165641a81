//! The connections that read. None of them waits for the one that writes, nor that one for them.

use super::{open, writer::Work};
use crate::store::StoreError;
use sqlx::{SqlitePool, query, sqlite::SqlitePoolOptions};
use std::path::Path;

/// The most that read at one time; one more than this would wait for a processor anyway.
const CONNECTIONS: u32 = 4;

/// The connections. Cloning them shares them.
#[derive(Clone)]
pub(super) struct Readers(SqlitePool);

impl Readers {
    /// Connections that are opened when they are needed. Called on the store's runtime.
    pub(super) fn new(path: &Path) -> Self {
        let options =
            open::options(path).create_if_missing(false).pragma("query_only", "on").pragma("cache_size", "-8192");
        let pool = SqlitePoolOptions::new().max_connections(CONNECTIONS).test_before_acquire(false);
        Self(pool.idle_timeout(None).max_lifetime(None).connect_lazy_with(options))
    }

    /// Reads all that it reads as it was at one moment.
    pub(super) async fn run<T>(&self, work: Work<T>) -> Result<T, StoreError> {
        let mut connection = self.0.acquire().await?;
        query("BEGIN").execute(&mut *connection).await?;
        let read = work(&mut connection).await;
        query("ROLLBACK").execute(&mut *connection).await?;
        read
    }

    pub(super) async fn close(&self) {
        self.0.close().await;
    }
}
