//! The frames of `GET /api/events`: all that concerns one visitor, in one stream.
//!
//! Each frame is one of the fields of [`FeedFrame`]; its `id:` is the reader's position after it. Readers pass over frames of
//! which they know nothing.

use crate::{
    conversation::{ConversationSummary, change},
    error::PublicError,
    event::StreamEvent,
    id::{ConversationId, GenerationId},
};
use serde::{Deserialize, Serialize};

/// One frame, as a reader takes it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(from = "FeedFrameFields")]
pub enum FeedFrame {
    /// The first frame of a connection.
    Opening {
        /// The generations that it begins with. What a client waits for and is not among them has been forgotten.
        generations: Vec<GenerationId>,
    },
    /// An event of one generation.
    Event {
        /// The generation.
        generation_id: GenerationId,
        /// The event's number in it.
        id: u64,
        /// The event.
        event: StreamEvent,
    },
    /// Something outside the answers changed.
    Change(FeedChange),
    /// A frame that this build does not know.
    Unknown,
}

/// [`FeedFrame`] as it is read: every field that any frame has. Trying one kind after the other would cost each token a copy, and
/// the page a second reader for every type in here.
#[derive(Default, Deserialize)]
#[serde(default)]
struct FeedFrameFields {
    generations: Option<Vec<GenerationId>>,
    generation_id: Option<GenerationId>,
    id: u64,
    event: Option<StreamEvent>,
    conversation: Option<ConversationSummary>,
    deleted: Option<ConversationId>,
    messages: Option<ConversationId>,
    imported: Option<u64>,
    #[serde(deserialize_with = "change::deserialize")]
    storage: Option<Option<PublicError>>,
}

impl From<FeedFrameFields> for FeedFrame {
    fn from(fields: FeedFrameFields) -> Self {
        if let (Some(generation_id), Some(event)) = (fields.generation_id, fields.event) {
            return Self::Event { generation_id, id: fields.id, event };
        }
        if let Some(generations) = fields.generations {
            return Self::Opening { generations };
        }
        let conversation = fields.conversation.map(FeedChange::Conversation);
        let change = conversation
            .or(fields.deleted.map(FeedChange::Deleted))
            .or(fields.messages.map(FeedChange::Messages))
            .or(fields.imported.map(FeedChange::Imported))
            .or(fields.storage.map(FeedChange::Storage));
        change.map_or(Self::Unknown, Self::Change)
    }
}

/// What changed outside the answers. A connection tells what changes while it is open; a client reads the list once after it
/// has opened one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedChange {
    /// A conversation was made, renamed, pinned or restored, or an answer began or ended in it: this is what it is now.
    Conversation(ConversationSummary),
    /// A conversation was deleted.
    Deleted(ConversationId),
    /// Messages of a conversation were hidden, restored or edited, or another branch is shown: whoever shows it reads it again.
    Messages(ConversationId),
    /// So many conversations came in from a file, each with its own times: whoever shows the list reads it anew.
    Imported(u64),
    /// The server can store nothing any more, and why; `null` once it can again.
    Storage(Option<PublicError>),
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use uuid::Uuid;

    #[test]
    fn frames_are_told_apart_by_their_fields() {
        let read = |value| serde_json::from_value::<FeedFrame>(value).unwrap();
        let id = Uuid::nil();
        assert_eq!(read(json!({"generations": []})), FeedFrame::Opening { generations: vec![] });
        let event = json!({"generation_id": id, "id": 2, "event": {"type": "chunk", "content": "a"}});
        assert!(matches!(read(event), FeedFrame::Event { id: 2, .. }));
        let changes = [
            FeedChange::Conversation(ConversationSummary::new(ConversationId(id), 1)),
            FeedChange::Deleted(ConversationId(id)),
            FeedChange::Messages(ConversationId(id)),
            FeedChange::Imported(3),
            FeedChange::Storage(None),
        ];
        for change in changes {
            assert_eq!(read(serde_json::to_value(&change).unwrap()), FeedFrame::Change(change));
        }
        assert!(matches!(read(json!({"weather": "fine"})), FeedFrame::Unknown));
    }
}
