//! Everything of somebody as one archive, made while it is read.

use super::{archive::ArchiveWriter, formats::rivulet};
use crate::{
    store::{Store, StoreError, WholeConversation},
    visitor::Owner,
};
use bytes::Bytes;
use futures::{StreamExt, stream::BoxStream};
use protocol::id::AttachmentId;
use std::{collections::HashSet, io, sync::Arc};

/// How much is collected before it is handed on, in bytes.
const PIECE: usize = 64 * 1024;

/// Conversations, one by one.
pub type Conversations = BoxStream<'static, Result<WholeConversation, StoreError>>;

/// Why an archive has no end.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The store failed in the middle.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Packing failed.
    #[error("the archive could not be written: {0}")]
    Archive(#[from] io::Error),
}

/// Somebody's conversations.
pub struct Source {
    /// Whose they are.
    pub owner: Owner,
    /// They themselves.
    pub conversations: Conversations,
}

/// An archive that is being made. At most one conversation or one file is held at a time.
pub struct Export {
    store: Arc<dyn Store>,
    sources: Vec<Source>,
    /// Whether it says whose each conversation is.
    names_owners: bool,
    /// The files of the conversations that are in it, to be added at the end, each once.
    files: Vec<(Owner, AttachmentId)>,
    seen: HashSet<AttachmentId>,
    /// Whether the list of conversations has ended.
    listed: bool,
    /// None when the end has been given.
    archive: Option<ArchiveWriter>,
    conversations: u64,
}

impl Export {
    /// An archive of these conversations, of which nobody is said to be the owner.
    pub fn new(store: Arc<dyn Store>, source: Source) -> io::Result<Self> {
        Self::of(store, vec![source], false)
    }

    /// An archive of the conversations of these owners, who are named in it.
    pub fn with_owners(store: Arc<dyn Store>, sources: Vec<Source>) -> io::Result<Self> {
        Self::of(store, sources, true)
    }

    fn of(store: Arc<dyn Store>, mut sources: Vec<Source>, names_owners: bool) -> io::Result<Self> {
        sources.reverse();
        let (files, seen, archive) = (Vec::new(), HashSet::new(), Some(ArchiveWriter::new()?));
        Ok(Self { store, sources, names_owners, files, seen, listed: false, archive, conversations: 0 })
    }

    /// The next piece of the archive; `None` after the last. An error leaves the archive without its end, by which every reader
    /// sees that it is not whole.
    pub async fn next(&mut self) -> Result<Option<Bytes>, ExportError> {
        while self.archive.is_some() {
            let more = if self.listed { self.add_file().await? } else { self.add_conversation().await? };
            let Some(archive) = &mut self.archive else { break };
            if !more {
                return Ok(self.archive.take().map(ArchiveWriter::finish).transpose()?);
            }
            if archive.ready() >= PIECE {
                return Ok(Some(archive.take()));
            }
        }
        Ok(None)
    }

    /// Adds the next conversation, or ends their list.
    async fn add_conversation(&mut self) -> Result<bool, ExportError> {
        let Some(archive) = &mut self.archive else { return Ok(false) };
        match self.sources.last_mut() {
            Some(Source { owner, conversations }) => match conversations.next().await {
                Some(conversation) => {
                    let conversation = conversation?;
                    archive.add(&rivulet::write(&conversation, self.names_owners.then_some(&*owner)))?;
                    self.conversations += 1;
                    let files = conversation.messages.iter().flat_map(|message| &message.attachments);
                    let new = files.filter(|file| self.seen.insert(file.id));
                    self.files.extend(new.map(|file| (owner.clone(), file.id)));
                }
                None => drop(self.sources.pop()),
            },
            None => {
                archive.end_conversations()?;
                self.listed = true;
            }
        }
        Ok(true)
    }

    /// Adds the next file; false if there is none.
    async fn add_file(&mut self) -> Result<bool, ExportError> {
        let (Some(archive), Some((owner, id))) = (&mut self.archive, self.files.pop()) else { return Ok(false) };
        match self.store.attached_file(&owner, id).await {
            Ok(file) => archive.add_attachment(id, &file.content)?,
            // Its conversation was deleted in the meantime.
            Err(StoreError::NotFound(_)) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(true)
    }

    /// How many conversations are in it so far.
    pub fn conversations(&self) -> u64 {
        self.conversations
    }
}
