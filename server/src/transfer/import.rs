//! Takes a file in: first all of it is read to see whether it is whole, then its conversations are stored, each by itself.
//!
//! A damaged file changes nothing, because nothing is stored before its end has been seen. What is half stored when the server is
//! killed is completed by importing the same file again: what is there already is passed over.

mod files;
mod source;

pub use source::Limits;

use super::{
    archive::ArchiveError,
    elements::{Element, ReadError},
    formats::{self, Incoming, Refused},
};
use crate::{
    store::{Imported, Store, StoreError, WholeConversation},
    visitor::Owner,
};
use files::{Files, Named};
use futures::{StreamExt, stream::FuturesUnordered};
use protocol::{
    error::{ErrorCode, PublicError},
    id::{ConversationId, MessageId},
    message::Message,
    transfer::ImportReport,
};
use source::Source;
use std::{collections::HashMap, fs::File, sync::Arc};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How many conversations are stored at one time. The store commits together what comes together, and whoever writes something else waits
/// for that: these are few.
const AT_ONCE: usize = 4;
/// How much JSON may be on its way between the file and the store, in KiB; a larger conversation goes alone.
const ON_THE_WAY: u32 = 32 * 1024;

/// Why a file was not taken in. Nothing has changed, unless it was the store that failed.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It is damaged, or cannot be read.
    #[error(transparent)]
    Unreadable(#[from] ReadError),
    /// It is an archive, but not one of these.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// One of its conversations is no JSON.
    #[error("conversation {number} of the file is damaged: {problem}")]
    Damaged {
        /// Its place, counted from 1.
        number: u64,
        /// What is wrong with it.
        problem: String,
    },
    /// There is nothing in it for us.
    #[error("there is no conversation in the file that could be taken in: {0}")]
    Nothing(String),
    /// Unpacked, it is too large.
    #[error("what is in the file is larger than {0} bytes, the most that is taken")]
    TooLarge(u64),
    /// There is more in it than anybody has.
    #[error("there are more than {0} conversations in the file, the most that are taken")]
    TooMany(u64),
    /// Who sent it has left. What had come in by then stays.
    #[error("nobody waits for the end of the import any more")]
    Left,
    /// Nobody says whose the conversations are to be.
    #[error("the file does not say whose these conversations are")]
    NoOwner,
    /// The store failed; what had come in by then stays.
    #[error("{error}; {imported} conversations had come in, the same file may be imported again for the rest")]
    Store {
        /// Why.
        error: StoreError,
        /// How many conversations came in before.
        imported: u64,
    },
    /// A fault of this server; the panic hook has logged it.
    #[error("the server failed on this file")]
    Failed,
}

impl From<ImportError> for PublicError {
    fn from(error: ImportError) -> Self {
        let code = match &error {
            ImportError::Store { error: StoreError::Unavailable(_), .. } => ErrorCode::StorageUnavailable,
            ImportError::Store { .. } | ImportError::Failed => {
                tracing::error!(%error, "an import failed");
                return PublicError::new(ErrorCode::Internal, "The server failed on this file.");
            }
            ImportError::TooLarge(_) | ImportError::TooMany(_) => ErrorCode::TooLarge,
            _ => ErrorCode::InvalidRequest,
        };
        let text = error.to_string();
        let mut letters = text.chars();
        let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
        PublicError::new(code, format!("{first}{}.", letters.as_str()))
    }
}

/// Whose the conversations are to be.
#[derive(Debug, Clone)]
pub enum Whose {
    /// This one's, whatever the file says.
    All(Owner),
    /// As the file says; this one's where it says nothing.
    AsWritten(Option<Owner>),
}

impl Whose {
    fn owner(&self, written: Option<Owner>) -> Option<Owner> {
        match self {
            Self::All(owner) => Some(owner.clone()),
            Self::AsWritten(otherwise) => written.or_else(|| otherwise.clone()),
        }
    }
}

/// A file that was read to its end and found to be whole.
#[derive(Debug)]
pub struct Checked {
    source: Source,
    /// How many conversations are in it, those included that cannot be taken in.
    pub conversations: u64,
    /// Whether it says of each whose it is.
    pub names_owners: bool,
    /// The files that go with questions.
    files: Named,
}

/// Reads a file to its end. It takes as long as the file is large: not for a thread that serves. `progress` is told the bytes of JSON
/// that have been read. It ends where `leave` is cancelled.
pub fn check(
    file: File,
    limits: Limits,
    leave: &CancellationToken,
    mut progress: impl FnMut(u64),
) -> Result<Checked, ImportError> {
    let source = Source::new(file, limits);
    let (mut conversations, mut usable, mut names_owners, mut reason) = (0, 0_u64, true, None);
    let mut named = Named::new();
    source.each(&mut |element, at| {
        conversations += 1;
        progress(at);
        if leave.is_cancelled() {
            return Err(ImportError::Left);
        }
        if conversations > limits.conversations {
            return Err(ImportError::TooMany(limits.conversations));
        }
        let is_word = matches!(&element, Element::Json(json) if conversations == 1 && !json.starts_with(b"{"));
        match read(element, conversations, limits) {
            Ok(incoming) => {
                usable += 1;
                names_owners &= incoming.owner.is_some();
                files::note(&mut named, &incoming);
            }
            Err(Refused::Broken(_)) if is_word => return Err(ReadError::NoJson.into()),
            Err(Refused::Broken(problem)) => return Err(ImportError::Damaged { number: conversations, problem }),
            Err(Refused::Unusable { reason: why, .. }) => reason = reason.take().or(Some(why)),
        }
        Ok(())
    })?;
    if usable == 0 {
        return Err(ImportError::Nothing(reason.unwrap_or_else(|| "it is empty".to_owned())));
    }
    Ok(Checked { source, conversations, names_owners, files: named })
}

fn read(element: Element, number: u64, limits: Limits) -> Result<Incoming, Refused> {
    let incoming = match element {
        Element::Json(json) => formats::read(&json).and_then(|incoming| not_too_long(incoming, limits.message)),
        Element::TooLarge => {
            let reason = format!("it is larger than {} MiB, the most for one conversation", limits.conversation >> 20);
            Err(Refused::Unusable { title: String::new(), reason })
        }
    };
    incoming.map_err(|refused| match refused {
        Refused::Unusable { title, reason } if title.trim().is_empty() => {
            Refused::Unusable { title: format!("Number {number} of the file"), reason }
        }
        refused => refused,
    })
}

/// Refuses what has a message that no model could have written here.
fn not_too_long(incoming: Incoming, most: usize) -> Result<Incoming, Refused> {
    let length = |message: &Message| message.content.len() + message.reasoning.len();
    match incoming.conversation.messages.iter().map(length).max() {
        Some(longest) if longest > most => {
            let title = incoming.conversation.summary.title;
            let reason =
                format!("one of its messages has {longest} bytes, more than {most} (RIVULET_MAX_ANSWER_BYTES)");
            Err(Refused::Unusable { title, reason })
        }
        _ => Ok(incoming),
    }
}

/// What comes from the file, with its place in what may be on the way.
type OnTheWay = (Result<Incoming, Refused>, OwnedSemaphorePermit);

/// Stores what is in a file. `progress` is told how many conversations are done. After `leave` is cancelled, only those come in that
/// were begun.
pub async fn import(
    store: Arc<dyn Store>,
    checked: Checked,
    whose: Whose,
    leave: &CancellationToken,
    mut progress: impl FnMut(u64),
) -> Result<ImportReport, ImportError> {
    let (to_us, mut coming) = mpsc::channel::<OnTheWay>(1);
    let source = Arc::new(checked.source);
    let files = Files::take_in(&*store, Arc::clone(&source), checked.files, &whose, leave).await?;
    let reading = tokio::task::spawn_blocking(move || send_all(&source, &to_us));
    let (mut report, mut done) = (ImportReport::default(), 0);
    let (mut storing, mut ended, mut failed) = (FuturesUnordered::new(), false, None);
    loop {
        tokio::select! {
            () = leave.cancelled(), if !ended => {
                failed = Some(ImportError::Left);
                ended = true;
            }
            next = coming.recv(), if !ended && storing.len() < AT_ONCE => match next {
                Some((mut incoming, place)) => {
                    if let Ok(incoming) = &mut incoming {
                        files.give(incoming);
                    }
                    storing.push(store_one(&*store, &whose, incoming, place));
                }
                None => ended = true,
            },
            Some(stored) = storing.next(), if !storing.is_empty() => {
                done += 1;
                progress(done);
                if let Err(error) = note(stored, &mut report) {
                    failed = failed.or(Some(error));
                    // What is being stored comes to its end, and counts.
                    ended = true;
                }
            },
            else => break,
        }
    }
    // Nobody takes any more: the thread that reads ends.
    drop(coming);
    drop(storing);
    files.clear(&*store).await;
    let read = reading.await.map_err(|_| ImportError::Failed)?;
    match failed {
        Some(ImportError::Store { error, .. }) => Err(ImportError::Store { error, imported: report.imported }),
        Some(error) => Err(error),
        None => read.map(|()| report),
    }
}

/// Reads the file once more, and hands on one conversation after another.
fn send_all(source: &Source, to: &mpsc::Sender<OnTheWay>) -> Result<(), ImportError> {
    let places = Arc::new(Semaphore::new(ON_THE_WAY as usize));
    let runtime = tokio::runtime::Handle::current();
    let mut number = 0;
    let sent = source.each(&mut |element, _| {
        number += 1;
        let size = match &element {
            Element::Json(json) => u32::try_from(json.len() >> 10).unwrap_or(ON_THE_WAY).clamp(1, ON_THE_WAY),
            Element::TooLarge => 1,
        };
        let place = runtime.block_on(Arc::clone(&places).acquire_many_owned(size)).map_err(|_| ImportError::Failed)?;
        let incoming = read(element, number, source.limits());
        to.blocking_send((incoming, place)).map_err(|_| ImportError::Failed)
    });
    match sent {
        // Whoever no longer takes knows why.
        Err(ImportError::Failed) if to.is_closed() => Ok(()),
        sent => sent,
    }
}

/// What became of one conversation.
struct Stored {
    title: String,
    messages: u64,
    missing: Option<String>,
    end: End,
}

enum End {
    Imported(Imported),
    Refused(String),
    Failed(ImportError),
}

async fn store_one(
    store: &dyn Store,
    whose: &Whose,
    incoming: Result<Incoming, Refused>,
    _place: OwnedSemaphorePermit,
) -> Stored {
    let Incoming { owner, conversation, left_out } = match incoming {
        Ok(incoming) => incoming,
        Err(Refused::Unusable { title, reason }) => {
            return Stored { title, messages: 0, missing: None, end: End::Refused(reason) };
        }
        // It was whole when it was checked.
        Err(Refused::Broken(problem)) => {
            let end = End::Failed(ImportError::Damaged { number: 0, problem });
            return Stored { title: String::new(), messages: 0, missing: None, end };
        }
    };
    let (title, messages) = (conversation.summary.title.clone(), conversation.messages.len() as u64);
    let end = match whose.owner(owner) {
        None => End::Failed(ImportError::NoOwner),
        Some(owner) => match take_in(store, &owner, conversation).await {
            Ok(imported) => End::Imported(imported),
            Err(error) => End::Failed(ImportError::Store { error, imported: 0 }),
        },
    };
    Stored { title, messages, missing: left_out.in_words(), end }
}

/// Stores a conversation under its own ids, so that its address stays the same, or under new ones if these are taken.
async fn take_in(
    store: &dyn Store,
    owner: &Owner,
    mut conversation: WholeConversation,
) -> Result<Imported, StoreError> {
    match store.import(owner, conversation.clone()).await {
        Err(StoreError::AlreadyThere) => {
            rename(&mut conversation);
            store.import(owner, conversation).await
        }
        imported => imported,
    }
}

/// Gives new ids to a conversation and its messages.
fn rename(conversation: &mut WholeConversation) {
    conversation.summary.id = ConversationId(Uuid::new_v4());
    let mut names: HashMap<MessageId, MessageId> = HashMap::new();
    let mut new = |id: MessageId| *names.entry(id).or_insert_with(|| MessageId(Uuid::new_v4()));
    for Message { id, parent_id, .. } in &mut conversation.messages {
        *id = new(*id);
        *parent_id = parent_id.map(&mut new);
    }
    conversation.head = conversation.head.map(new);
}

fn note(stored: Stored, report: &mut ImportReport) -> Result<(), ImportError> {
    match stored.end {
        End::Imported(Imported::Added) => {
            report.imported += 1;
            report.messages += stored.messages;
            if let Some(missing) = stored.missing {
                report.miss(stored.title, missing);
            }
        }
        End::Imported(Imported::AlreadyHere) => report.skip(stored.title, "it is already here"),
        End::Refused(reason) => report.skip(stored.title, reason),
        End::Failed(error) => return Err(error),
    }
    Ok(())
}
