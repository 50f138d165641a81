//! Where conversations are kept.
//!
//! What lives here: the [`Store`] trait with the types that only it speaks (`turn`, `whole`, `attached`), one folder for each
//! implementation, `words` that a search goes by, and the contract suite that each implementation must pass.
//!
//! Who calls it: `conversation`, and the subcommands that need no server.
//!
//! What it must not know: generations that run, wire formats, HTTP. Rows stay private to their store.

mod attached;
mod sqlite;
mod title;
mod turn;
mod whole;
mod words;

#[cfg(test)]
mod contract;

pub use attached::{AttachedBytes, AttachedFile};
pub use sqlite::{IN_MEMORY, OpenError, SqliteStore, maintenance};
pub(crate) use title::title;
pub use turn::{Checkpoint, KnownTurn, NewAsk, NewTurn, TurnStart};
pub use whole::{Imported, OwnerSummary, WholeConversation};

use crate::visitor::Owner;
use async_trait::async_trait;
use futures::stream::BoxStream;
use protocol::{
    attachment::Attachment,
    conversation::{Conversation, ConversationChange, ConversationList, ConversationSettings, ConversationSummary},
    error::PublicError,
    id::{AttachmentId, ConversationId, GenerationId, MessageId, PresetId},
    message::Message,
    preset::Preset,
    search::SearchResults,
};
use std::time::Duration;
use tokio::sync::watch;

/// The most conversations that one owner pins: all of them are on the first page of the list.
pub const MOST_PINNED: i64 = 100;

/// The most prompt presets that one owner keeps.
pub const MOST_PRESETS: i64 = 200;

/// How long a deletion can be taken back. Then what was deleted is removed for good.
pub const UNDO: Duration = Duration::from_secs(10 * 60);

/// How long a file is kept that goes with no question yet.
pub const UNSENT: Duration = Duration::from_secs(24 * 3600);

/// The most such files of one owner.
pub const MOST_UNSENT: i64 = 100;

/// Which messages of the shown branch are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// All of them.
    All,
    /// The last ones, at most so many.
    Last(usize),
    /// Those before a message, at most so many.
    Before(MessageId, usize),
    /// The branch of this message is shown from now on; so many before it, and everything from it to the end.
    Around(MessageId, usize),
}

/// Why a store refuses.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// There is no such conversation or message, or it belongs to somebody else.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// An answer of this conversation is still being written.
    #[error("an answer of this conversation is still being written; stop it or wait for its end")]
    AnswerUnderWay(GenerationId),
    /// A conversation or message with this id is there already.
    #[error("a conversation or message with this id is there already")]
    AlreadyThere,
    /// As many conversations are pinned as may be.
    #[error("{MOST_PINNED} conversations are pinned already, the most that may be; unpin another one first")]
    TooManyPinned,
    /// As many prompt presets are kept as may be.
    #[error("{MOST_PRESETS} prompt presets are kept already, the most that may be; delete another one first")]
    TooManyPresets,
    /// As many files wait for their question as may.
    #[error("{MOST_UNSENT} files wait for their question already, the most that may; send or remove some first")]
    TooManyUnsent,
    /// A file that a message has goes with the message.
    #[error("this file belongs to a message; delete the message")]
    InMessage,
    /// A cursor that is none of those that were given.
    #[error("`cursor` must be the `next` of an earlier page, or be left out")]
    InvalidCursor,
    /// Nothing can be read or written at present; the sentence is for people.
    #[error("{0}")]
    Unavailable(String),
    /// A fault in the store itself; for the log only.
    #[error("the store failed: {0}")]
    Failed(String),
}

/// Keeps conversations and what belongs to them. Every call names the owner; what belongs to another, or was deleted, is not found.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Makes an empty conversation.
    async fn create(
        &self,
        owner: &Owner,
        summary: ConversationSummary,
        settings: ConversationSettings,
    ) -> Result<(), StoreError>;

    /// The owner's conversations that hold a message: on the first page all that are pinned, then at most `limit` of the
    /// others, the most recent first.
    async fn list(&self, owner: &Owner, limit: usize, cursor: Option<&str>) -> Result<ConversationList, StoreError>;

    /// A conversation with messages of its shown branch.
    async fn get(&self, owner: &Owner, id: ConversationId, window: Window) -> Result<Conversation, StoreError>;

    /// What is set for a conversation.
    async fn settings(&self, owner: &Owner, id: ConversationId) -> Result<ConversationSettings, StoreError>;

    /// One message of a conversation, of any branch.
    async fn message(&self, owner: &Owner, id: ConversationId, message: MessageId) -> Result<Message, StoreError>;

    /// Changes a conversation, or takes a deletion back that is not older than [`UNDO`].
    async fn change(
        &self,
        owner: &Owner,
        id: ConversationId,
        change: ConversationChange,
    ) -> Result<ConversationSummary, StoreError>;

    /// Gives a conversation the title that a model found for it; `None` if a person has given it one.
    async fn set_title(
        &self,
        owner: &Owner,
        id: ConversationId,
        title: String,
    ) -> Result<Option<ConversationSummary>, StoreError>;

    /// Hides a conversation until [`Store::purge`] removes it; returns the generations of its answers.
    async fn delete(&self, owner: &Owner, id: ConversationId) -> Result<Vec<GenerationId>, StoreError>;

    /// Hides a message and all that follow it. If the shown branch goes through it, the newest leaf of another version is
    /// shown, or else its parent.
    async fn delete_message(
        &self,
        owner: &Owner,
        id: ConversationId,
        message: MessageId,
    ) -> Result<ConversationSummary, StoreError>;

    /// Takes the deletion of a message back, and shows its branch.
    async fn restore_message(
        &self,
        owner: &Owner,
        id: ConversationId,
        message: MessageId,
    ) -> Result<ConversationSummary, StoreError>;

    /// The turn that an idempotency key has added to this conversation, if it has added one.
    async fn turn_by_key(&self, owner: &Owner, id: ConversationId, key: &str) -> Result<Option<KnownTurn>, StoreError>;

    /// The answer that a generation has made, and its conversation.
    async fn answer_by_generation(
        &self,
        owner: &Owner,
        generation: GenerationId,
    ) -> Result<(ConversationId, Message), StoreError>;

    /// Adds a turn, whole or not at all. The files of its question are the owner's, and stay as long as a message has them.
    async fn begin_turn(&self, owner: &Owner, turn: NewTurn) -> Result<TurnStart, StoreError>;

    /// Keeps what has come of answers that are being written, at most one piece of each, all of it in one step. One that has ended in the meantime is
    /// passed over.
    async fn checkpoint(&self, checkpoints: Vec<Checkpoint>) -> Result<(), StoreError>;

    /// Ends an answer that is being written with its last state. A deleted conversation takes it as well, as it may be restored,
    /// and gives `None`. Not found if the answer has ended already, or is gone.
    async fn save_answer(
        &self,
        owner: &Owner,
        id: ConversationId,
        answer: Message,
    ) -> Result<Option<ConversationSummary>, StoreError>;

    /// Ends an answer that nobody writes any more as interrupted, with what was kept of it.
    async fn interrupt(&self, generation: GenerationId) -> Result<(), StoreError>;

    /// What fits the text, the best first, one page at a time. Any text is a query.
    async fn search(
        &self,
        owner: &Owner,
        text: &str,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<SearchResults, StoreError>;

    /// Shares the branch that is shown: who knows `token` can read it. One that is shared already keeps the token that it has,
    /// which is returned.
    async fn share(&self, owner: &Owner, id: ConversationId, token: String) -> Result<String, StoreError>;

    /// Makes the token of a conversation worthless.
    async fn unshare(&self, owner: &Owner, id: ConversationId) -> Result<(), StoreError>;

    /// The branch that was shown when it was shared, as it is now: its last messages or those before one of them, at most so many.
    async fn shared(&self, token: &str, before: Option<MessageId>, limit: usize) -> Result<Conversation, StoreError>;

    /// A conversation with all its branches.
    async fn whole(&self, owner: &Owner, id: ConversationId) -> Result<WholeConversation, StoreError>;

    /// All conversations of an owner that hold a message, with all their branches, the oldest first; read one by one.
    fn export(&self, owner: &Owner) -> BoxStream<'static, Result<WholeConversation, StoreError>>;

    /// Adds a conversation with all its branches and its original times, whole or not at all: others write in between, but it is
    /// found only when all of it is there. Answers that are being written
    /// are kept as interrupted, and what would be pinned beyond [`MOST_PINNED`] is not. What the owner has already, by its id or its origin, is left as it is; an id that is taken
    /// otherwise is [`StoreError::AlreadyThere`]. Files of its messages have been added before, under the ids that these name.
    async fn import(&self, owner: &Owner, conversation: WholeConversation) -> Result<Imported, StoreError>;

    /// Keeps a file that no message has. If it is still so after [`UNSENT`], it is removed. With `is_limited`, there may be
    /// [`MOST_UNSENT`] of an owner.
    async fn add_attachment(&self, owner: &Owner, file: AttachedFile, is_limited: bool) -> Result<(), StoreError>;

    /// What is known of a file, which waits for its question or is in a message that is not deleted.
    async fn attachment(&self, owner: &Owner, id: AttachmentId) -> Result<Attachment, StoreError>;

    /// The same with its content.
    async fn attached_file(&self, owner: &Owner, id: AttachmentId) -> Result<AttachedFile, StoreError>;

    /// How many bytes the files of a conversation's messages have.
    async fn attached_bytes(&self, owner: &Owner, id: ConversationId) -> Result<AttachedBytes, StoreError>;

    /// A file of the branch that is shared under this token.
    async fn shared_file(&self, token: &str, id: AttachmentId) -> Result<AttachedFile, StoreError>;

    /// Removes a file that no message has.
    async fn remove_attachment(&self, owner: &Owner, id: AttachmentId) -> Result<(), StoreError>;

    /// Everybody who has conversations that are not deleted, those who came last first.
    async fn owners(&self) -> Result<Vec<OwnerSummary>, StoreError>;

    /// The owner's prompt presets, by name.
    async fn presets(&self, owner: &Owner) -> Result<Vec<Preset>, StoreError>;

    /// Adds a preset.
    async fn add_preset(&self, owner: &Owner, preset: Preset) -> Result<(), StoreError>;

    /// Gives a preset another name and text.
    async fn change_preset(&self, owner: &Owner, preset: Preset) -> Result<(), StoreError>;

    /// Removes a preset for good.
    async fn delete_preset(&self, owner: &Owner, id: PresetId) -> Result<(), StoreError>;

    /// Removes what was deleted longer ago than [`UNDO`], empty conversations that nobody used, and files that no message has;
    /// `true` if there may be more.
    async fn purge(&self) -> Result<bool, StoreError>;

    /// Why nothing can be stored at present; `None` while all is well.
    fn trouble(&self) -> watch::Receiver<Option<PublicError>>;

    /// Finishes what was begun and closes; nothing can be read or written after it.
    async fn close(&self);
}
