//! Everything of somebody as one archive, made while it is read.

use super::{archive::ArchiveWriter, formats::rivulet};
use crate::{
    store::{StoreError, WholeConversation},
    visitor::Owner,
};
use bytes::Bytes;
use futures::{StreamExt, stream::BoxStream};
use std::io;

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

/// An archive that is being made. At most one conversation is held at a time.
pub struct Export {
    /// Whose conversations come; with the owner where he is to be named.
    sources: Vec<(Option<Owner>, Conversations)>,
    /// None when the end has been given.
    archive: Option<ArchiveWriter>,
    conversations: u64,
}

impl Export {
    /// An archive of these conversations, of which nobody is said to be the owner.
    pub fn new(conversations: Conversations) -> io::Result<Self> {
        Self::of(vec![(None, conversations)])
    }

    /// An archive of the conversations of these owners, who are named in it.
    pub fn with_owners(sources: Vec<(Owner, Conversations)>) -> io::Result<Self> {
        Self::of(sources.into_iter().map(|(owner, conversations)| (Some(owner), conversations)).collect())
    }

    fn of(mut sources: Vec<(Option<Owner>, Conversations)>) -> io::Result<Self> {
        sources.reverse();
        Ok(Self { sources, archive: Some(ArchiveWriter::new()?), conversations: 0 })
    }

    /// The next piece of the archive; `None` after the last. An error leaves the archive without its end, by which every reader
    /// sees that it is not whole.
    pub async fn next(&mut self) -> Result<Option<Bytes>, ExportError> {
        let Some(archive) = &mut self.archive else { return Ok(None) };
        while let Some((owner, conversations)) = self.sources.last_mut() {
            match conversations.next().await {
                Some(conversation) => {
                    archive.add(&rivulet::write(&conversation?, owner.as_ref()))?;
                    self.conversations += 1;
                }
                None => drop(self.sources.pop()),
            }
            if archive.ready() >= PIECE {
                return Ok(Some(archive.take()));
            }
        }
        self.archive.take().map(ArchiveWriter::finish).transpose().map_err(ExportError::from)
    }

    /// How many conversations are in it so far.
    pub fn conversations(&self) -> u64 {
        self.conversations
    }
}
