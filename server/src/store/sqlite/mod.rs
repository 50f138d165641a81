//! Conversations in SQLite: one file, or nothing but memory.
//!
//! What lives here: `open` and `recovery` make the database ready, `writer` has the one connection that writes, `reader` those
//! that read, `indexer` keeps search up to date; `conversations`, `turns`, `attachments`, `pieces`, `branches`, `deletion`, `search`, `transfer`, `usage`, `presets` and `import` have the statements, all of them with bound
//! parameters; `store` leads each call of the trait to them, `rows` says what a row is outside.
//!
//! The store has threads and a runtime of its own: it works whatever becomes of the runtime that asks.

mod attachments;
mod branches;
mod conversations;
mod deletion;
mod failure;
mod import;
mod indexer;
pub mod maintenance;
mod open;
mod pieces;
mod presets;
mod reader;
mod recovery;
mod rows;
mod search;
mod store;
mod transfer;
mod trouble;
mod turns;
mod usage;
mod writer;

#[cfg(test)]
mod tests;

pub use open::OpenError;

use super::{
    AttachedBytes, AttachedFile, Checkpoint, Imported, KnownTurn, NewTurn, OwnerSummary, Store, StoreError, TurnStart,
    WholeConversation, Window,
};
use crate::{clock, visitor::Owner};
use async_trait::async_trait;
use futures::{FutureExt, StreamExt, future::BoxFuture, stream::BoxStream};
use indexer::Indexer;
use pieces::Checkpoints;
use protocol::{
    attachment::Attachment,
    conversation::{Conversation, ConversationChange, ConversationList, ConversationSettings, ConversationSummary},
    error::PublicError,
    id::{AttachmentId, ConversationId, GenerationId, MessageId, PresetId},
    message::Message,
    preset::Preset,
    search::SearchResults,
};
use reader::Readers;
use sqlx::SqliteConnection;
use std::{
    fs::File,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{runtime::Runtime, sync::watch};
use trouble::Trouble;
use writer::{Pace, Writer};

/// The name of a database that is nowhere but in memory.
pub const IN_MEMORY: &str = ":memory:";

/// The threads that the store's own tasks run on; SQLite's work is done by the threads of its connections.
const THREADS: usize = 2;

/// The store. Cloning it shares it.
#[derive(Clone)]
pub struct SqliteStore {
    writer: Writer,
    /// None in memory: that has only one connection.
    readers: Option<Readers>,
    indexer: Indexer,
    trouble: Trouble,
    checkpoints: Arc<Checkpoints>,
    runtime: Arc<Threads>,
    /// Held as long as a server has the database open.
    lock: Arc<Mutex<Option<File>>>,
}

/// The store's runtime. To drop one is to wait for it, which a task may not; this one is left behind.
struct Threads(Option<Runtime>);

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl SqliteStore {
    /// Opens a database for a server, which has it alone; it is made where there is none. `:memory:` for one that is nowhere
    /// else.
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        let in_memory = path == Path::new(IN_MEMORY);
        if in_memory {
            return Self::start(path, true, None).await;
        }
        open::make_place(path)?;
        let lock = open::lock(path)?;
        Self::start(path, true, Some(lock)).await
    }

    /// Opens a database beside a server that may be running: for the subcommands.
    pub async fn open_beside_server(path: &Path) -> Result<Self, OpenError> {
        open::make_place(path)?;
        Self::start(path, false, None).await
    }

    /// Brings search up to date with what was stored beside a server, which does not know of it.
    pub async fn index_all(&self) -> Result<(), StoreError> {
        self.indexer.index_all().await
    }

    async fn start(path: &Path, for_server: bool, lock: Option<File>) -> Result<Self, OpenError> {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(THREADS).thread_name("store").enable_all().build();
        let runtime = runtime.map_err(OpenError::Threads)?;
        let (trouble, path) = (Trouble::new(), path.to_owned());
        let told = trouble.clone();
        let opening = runtime.spawn(async move {
            let pace = if for_server { Pace::Full } else { Pace::Polite };
            let writer = Writer::start(open::open(&path, for_server).await?, told, pace);
            let readers = (path != Path::new(IN_MEMORY)).then(|| Readers::new(&path));
            let indexer = Indexer::new(writer.clone());
            if for_server {
                indexer.start();
            }
            Ok((writer, readers, indexer))
        });
        let runtime = Arc::new(Threads(Some(runtime)));
        let failed = |_| OpenError::Threads(std::io::Error::other("the store's thread ended"));
        let (writer, readers, indexer) = opening.await.map_err(failed)??;
        let lock = Arc::new(Mutex::new(lock));
        Ok(Self { writer, readers, indexer, trouble, checkpoints: Arc::default(), runtime, lock })
    }

    /// Reads, on the store's own threads: whoever asks may leave.
    async fn read<T: Send + 'static>(
        &self,
        work: impl for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (Some(readers), Some(runtime)) = (self.readers.clone(), &self.runtime.0) else {
            return self.write(work).await;
        };
        let reading = runtime.spawn(async move { readers.run(Box::new(work)).await });
        reading.await.map_err(|error| StoreError::Failed(error.to_string()))?
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.writer.run(Box::new(work)).await
    }
}

#[cfg(test)]
impl SqliteStore {
    /// Lets the database grow by so many pages, as if the disk were full then; `None` for as many as it wants.
    async fn limit_pages(&self, more: Option<i64>) {
        let limit = async move |connection: &mut SqliteConnection| {
            let count: i64 = sqlx::query_scalar("PRAGMA page_count").fetch_one(&mut *connection).await?;
            let most = more.map_or(i64::from(u32::MAX) - 1, |more| count + more);
            let limit = format!("PRAGMA max_page_count = {most}");
            sqlx::query(sqlx::AssertSqlSafe(limit)).execute(connection).await?;
            Ok(())
        };
        self.write(move |connection| Box::pin(async move { limit(connection).await })).await.unwrap();
    }
}
