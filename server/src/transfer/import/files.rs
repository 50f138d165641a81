//! The files of questions: an archive has them beside the conversations. They are stored first, under ids of their own, so that the
//! messages find them.

use super::{super::formats::Incoming, ImportError, Whose, source::Source};
use crate::{attachment::inspect, store::Store, visitor::Owner};
use protocol::{
    attachment::{Attachment, AttachmentLimits},
    id::AttachmentId,
};
use std::{collections::HashMap, sync::Arc};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// The most bytes of one file: it is held in memory.
pub(super) const LARGEST: u64 = 64 << 20;

/// What the conversations of a file say of the files that they name.
pub(super) type Named = HashMap<AttachmentId, (Option<Owner>, String)>;

/// Notes what a conversation names.
pub(super) fn note(named: &mut Named, incoming: &Incoming) {
    for file in incoming.conversation.messages.iter().flat_map(|message| &message.attachments) {
        named.insert(file.id, (incoming.owner.clone(), file.name.clone()));
    }
}

/// The files that were stored, by the ids that the conversations know them by.
#[derive(Debug, Default)]
pub(super) struct Files(HashMap<AttachmentId, (Owner, Attachment)>);

impl Files {
    /// Stores what is there of the files that are named, one after the other.
    pub(super) async fn take_in(
        store: &dyn Store,
        source: Arc<Source>,
        named: Named,
        whose: &Whose,
        leave: &CancellationToken,
    ) -> Result<Self, ImportError> {
        let mut files = Self::default();
        if named.is_empty() {
            return Ok(files);
        }
        let (to_us, mut coming) = mpsc::channel(1);
        let send = move |id, bytes| to_us.blocking_send((id, bytes)).map_err(|_| ImportError::Failed);
        let reading = tokio::task::spawn_blocking(move || source.files(&send));
        let limits = AttachmentLimits { file_bytes: LARGEST, text_bytes: LARGEST, ..AttachmentLimits::default() };
        while let Some((id, bytes)) = coming.recv().await {
            if leave.is_cancelled() {
                return Err(ImportError::Left);
            }
            let Some((written, name)) = named.get(&id) else { continue };
            // What it is not, and what belongs to nobody, is left out, and the report says so.
            let (Some(owner), Ok(file)) = (whose.owner(written.clone()), inspect(name, bytes, limits)) else {
                continue;
            };
            let attachment = file.attachment.clone();
            let stored = store.add_attachment(&owner, file, false).await;
            stored.map_err(|error| ImportError::Store { error, imported: 0 })?;
            files.0.insert(id, (owner, attachment));
        }
        reading.await.map_err(|_| ImportError::Failed)??;
        Ok(files)
    }

    /// Gives the messages of a conversation the files that were stored for them, and counts those that were not.
    pub(super) fn give(&self, incoming: &mut Incoming) {
        for message in &mut incoming.conversation.messages {
            let (mut pictures, mut others) = (0, 0);
            let found = |file: Attachment| match self.0.get(&file.id) {
                Some((_, stored)) => Some(stored.clone()),
                None => {
                    *if file.is_image() { &mut pictures } else { &mut others } += 1;
                    None
                }
            };
            message.attachments = std::mem::take(&mut message.attachments).into_iter().filter_map(found).collect();
            incoming.left_out.pictures += pictures;
            incoming.left_out.files += others;
        }
    }

    /// Removes what no conversation has taken: it was here already.
    pub(super) async fn clear(self, store: &dyn Store) {
        for (owner, attachment) in self.0.into_values() {
            // Those that a message has stay, and all others would go by themselves after a day.
            let _ = store.remove_attachment(&owner, attachment.id).await;
        }
    }
}
