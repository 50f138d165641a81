//! What a store can do, each call led to its statements.

use super::*;

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
