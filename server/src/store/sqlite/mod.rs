//! Conversations in SQLite: one file, or nothing but memory.
//!
//! What lives here: `open` and `recovery` make the database ready, `writer` has the one connection that writes, `reader` those
//! that read, `indexer` keeps search up to date; `conversations`, `turns`, `attachments`, `pieces`, `branches`, `deletion`, `search`, `transfer`, `usage`, `presets` and `import` have the statements, all of them with bound
//! parameters; `rows` says what a row is outside.
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

#[async_trait]
impl Store for SqliteStore {
    async fn create(
        &self,
        owner: &Owner,
        summary: ConversationSummary,
        settings: ConversationSettings,
    ) -> Result<(), StoreError> {
        let owner = owner.clone();
        self.write(move |connection| {
            async move {
                let owner = conversations::owner_key(connection, &owner).await?;
                conversations::create(connection, owner, &summary, &settings).await.map(drop)
            }
            .boxed()
        })
        .await
    }

    async fn list(&self, owner: &Owner, limit: usize, cursor: Option<&str>) -> Result<ConversationList, StoreError> {
        let (owner, cursor) = (owner.clone(), cursor.map(str::to_owned));
        self.read(move |connection| async move { conversations::list(connection, &owner, limit, cursor).await }.boxed())
            .await
    }

    async fn get(&self, owner: &Owner, id: ConversationId, window: Window) -> Result<Conversation, StoreError> {
        let owner = owner.clone();
        if let Window::Around(message, _) = window {
            let whose = owner.clone();
            let shown = self.read(move |connection| {
                async move { conversations::is_shown(connection, &whose, id, message).await }.boxed()
            });
            // Only what changes something waits for who writes.
            if !shown.await? {
                let change = ConversationChange { head: Some(message), ..ConversationChange::default() };
                self.change(&owner, id, change).await?;
            }
        }
        self.read(move |connection| async move { transfer::get(connection, &owner, id, window).await }.boxed()).await
    }

    async fn settings(&self, owner: &Owner, id: ConversationId) -> Result<ConversationSettings, StoreError> {
        let owner = owner.clone();
        self.read(move |connection| {
            async move { Ok(conversations::find(connection, &owner, id).await?.settings) }.boxed()
        })
        .await
    }

    async fn message(&self, owner: &Owner, id: ConversationId, message: MessageId) -> Result<Message, StoreError> {
        let owner = owner.clone();
        self.read(move |connection| {
            async move {
                let conversation = conversations::find(connection, &owner, id).await?;
                Ok(branches::one(connection, conversation.key, message).await?.message)
            }
            .boxed()
        })
        .await
    }

    async fn change(
        &self,
        owner: &Owner,
        id: ConversationId,
        change: ConversationChange,
    ) -> Result<ConversationSummary, StoreError> {
        let owner = owner.clone();
        let changed = self
            .write(move |connection| async move { conversations::change(connection, &owner, id, change).await }.boxed())
            .await;
        self.indexer.tell();
        changed
    }

    async fn set_title(
        &self,
        owner: &Owner,
        id: ConversationId,
        title: String,
    ) -> Result<Option<ConversationSummary>, StoreError> {
        let owner = owner.clone();
        let changed = self
            .write(move |connection| {
                async move { conversations::title_by_model(connection, &owner, id, &title).await }.boxed()
            })
            .await;
        self.indexer.tell();
        changed
    }

    async fn delete(&self, owner: &Owner, id: ConversationId) -> Result<Vec<GenerationId>, StoreError> {
        let owner = owner.clone();
        self.write(move |connection| async move { deletion::delete(connection, &owner, id).await }.boxed()).await
    }

    async fn delete_message(
        &self,
        owner: &Owner,
        id: ConversationId,
        message: MessageId,
    ) -> Result<ConversationSummary, StoreError> {
        let (owner, now) = (owner.clone(), clock::now());
        self.write(move |connection| {
            async move { deletion::delete_message(connection, &owner, id, message, now).await }.boxed()
        })
        .await
    }

    async fn restore_message(
        &self,
        owner: &Owner,
        id: ConversationId,
        message: MessageId,
    ) -> Result<ConversationSummary, StoreError> {
        let owner = owner.clone();
        self.write(move |connection| {
            async move { deletion::restore_message(connection, &owner, id, message).await }.boxed()
        })
        .await
    }

    async fn turn_by_key(&self, owner: &Owner, id: ConversationId, key: &str) -> Result<Option<KnownTurn>, StoreError> {
        let (owner, key) = (owner.clone(), key.to_owned());
        self.read(move |connection| {
            async move {
                let conversation = conversations::find(connection, &owner, id).await?;
                turns::known(connection, conversation.key, &key).await
            }
            .boxed()
        })
        .await
    }

    async fn answer_by_generation(
        &self,
        owner: &Owner,
        generation: GenerationId,
    ) -> Result<(ConversationId, Message), StoreError> {
        let owner = owner.clone();
        self.read(move |connection| {
            async move { turns::answer_by_generation(connection, &owner, generation).await }.boxed()
        })
        .await
    }

    async fn begin_turn(&self, owner: &Owner, turn: NewTurn) -> Result<TurnStart, StoreError> {
        let owner = owner.clone();
        let begun =
            self.write(move |connection| async move { turns::begin(connection, &owner, turn).await }.boxed()).await;
        self.indexer.tell();
        begun
    }

    async fn checkpoint(&self, checkpoints: Vec<Checkpoint>) -> Result<(), StoreError> {
        let numbers = Arc::clone(&self.checkpoints);
        self.write(move |connection| {
            async move { pieces::checkpoint(connection, &numbers, &checkpoints).await }.boxed()
        })
        .await
    }

    async fn save_answer(
        &self,
        owner: &Owner,
        id: ConversationId,
        answer: Message,
    ) -> Result<Option<ConversationSummary>, StoreError> {
        let owner = owner.clone();
        let saved = self
            .write(move |connection| async move { turns::save_answer(connection, &owner, id, &answer).await }.boxed())
            .await;
        self.indexer.tell();
        saved
    }

    async fn interrupt(&self, generation: GenerationId) -> Result<(), StoreError> {
        let interrupted = self.write(move |connection| recovery::interrupt(connection, generation).boxed()).await;
        self.indexer.tell();
        interrupted
    }

    async fn search(
        &self,
        owner: &Owner,
        text: &str,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<SearchResults, StoreError> {
        let (owner, text, cursor) = (owner.clone(), text.to_owned(), cursor.map(str::to_owned));
        self.indexer.settle().await;
        self.read(move |connection| {
            async move { search::search(connection, &owner, &text, limit, cursor).await }.boxed()
        })
        .await
    }

    async fn share(&self, owner: &Owner, id: ConversationId, token: String) -> Result<String, StoreError> {
        let owner = owner.clone();
        self.write(move |connection| async move { transfer::share(connection, &owner, id, &token).await }.boxed()).await
    }

    async fn unshare(&self, owner: &Owner, id: ConversationId) -> Result<(), StoreError> {
        let owner = owner.clone();
        self.write(move |connection| async move { transfer::unshare(connection, &owner, id).await }.boxed()).await
    }

    async fn shared(&self, token: &str, before: Option<MessageId>, limit: usize) -> Result<Conversation, StoreError> {
        let token = token.to_owned();
        self.read(move |connection| async move { transfer::shared(connection, &token, before, limit).await }.boxed())
            .await
    }

    async fn whole(&self, owner: &Owner, id: ConversationId) -> Result<WholeConversation, StoreError> {
        let owner = owner.clone();
        self.read(move |connection| async move { transfer::whole(connection, &owner, id).await }.boxed()).await
    }

    fn export(&self, owner: &Owner) -> BoxStream<'static, Result<WholeConversation, StoreError>> {
        let next = |(store, owner, after): (Self, Owner, i64)| async move {
            let whose = owner.clone();
            let read = store
                .read(move |connection| async move { transfer::next(connection, &whose, after).await }.boxed())
                .await;
            match read {
                Ok(found) => found.map(|(key, whole)| (Ok(whole), (store, owner, key))),
                // After an error there is nothing more to be had.
                Err(error) => Some((Err(error), (store, owner, i64::MAX))),
            }
        };
        futures::stream::unfold((self.clone(), owner.clone(), 0), next).boxed()
    }

    async fn import(&self, owner: &Owner, conversation: WholeConversation) -> Result<Imported, StoreError> {
        let imported = import::import(&self.writer, owner, conversation).await;
        self.indexer.tell();
        imported
    }

    async fn add_attachment(&self, owner: &Owner, file: AttachedFile, is_limited: bool) -> Result<(), StoreError> {
        let owner = owner.clone();
        self.write(move |connection| {
            async move { attachments::add(connection, &owner, &file, is_limited).await }.boxed()
        })
        .await
    }

    async fn attachment(&self, owner: &Owner, id: AttachmentId) -> Result<Attachment, StoreError> {
        let owner = owner.clone();
        self.read(move |connection| async move { attachments::known(connection, &owner, id).await }.boxed()).await
    }

    async fn attached_file(&self, owner: &Owner, id: AttachmentId) -> Result<AttachedFile, StoreError> {
        let owner = owner.clone();
        self.read(move |connection| async move { attachments::get(connection, &owner, id).await }.boxed()).await
    }

    async fn shared_file(&self, token: &str, id: AttachmentId) -> Result<AttachedFile, StoreError> {
        let token = token.to_owned();
        self.read(move |connection| async move { attachments::shared(connection, &token, id).await }.boxed()).await
    }

    async fn attached_bytes(&self, owner: &Owner, id: ConversationId) -> Result<AttachedBytes, StoreError> {
        let owner = owner.clone();
        self.read(move |connection| async move { attachments::bytes(connection, &owner, id).await }.boxed()).await
    }

    async fn remove_attachment(&self, owner: &Owner, id: AttachmentId) -> Result<(), StoreError> {
        let owner = owner.clone();
        self.write(move |connection| async move { attachments::remove(connection, &owner, id).await }.boxed()).await
    }

    async fn owners(&self) -> Result<Vec<OwnerSummary>, StoreError> {
        self.read(|connection| conversations::owners(connection).boxed()).await
    }

    async fn presets(&self, owner: &Owner) -> Result<Vec<Preset>, StoreError> {
        let owner = owner.clone();
        self.read(move |connection| async move { presets::list(connection, &owner).await }.boxed()).await
    }

    async fn add_preset(&self, owner: &Owner, preset: Preset) -> Result<(), StoreError> {
        let owner = owner.clone();
        self.write(move |connection| async move { presets::add(connection, &owner, &preset).await }.boxed()).await
    }

    async fn change_preset(&self, owner: &Owner, preset: Preset) -> Result<(), StoreError> {
        let owner = owner.clone();
        self.write(move |connection| async move { presets::change(connection, &owner, &preset).await }.boxed()).await
    }

    async fn delete_preset(&self, owner: &Owner, id: PresetId) -> Result<(), StoreError> {
        let owner = owner.clone();
        self.write(move |connection| async move { presets::delete(connection, &owner, id).await }.boxed()).await
    }

    async fn purge(&self) -> Result<bool, StoreError> {
        self.write(|connection| deletion::purge(connection).boxed()).await
    }

    fn trouble(&self) -> watch::Receiver<Option<PublicError>> {
        self.trouble.subscribe()
    }

    async fn close(&self) {
        if let Some(readers) = &self.readers {
            readers.close().await;
        }
        self.writer.close().await;
        self.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}
