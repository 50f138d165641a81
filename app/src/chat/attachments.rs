//! Files that are to go with the next question: sent to the server at once, kept with the draft, and tied to the question by their ids.

mod kind;

use super::session::Session;
use crate::{
    browser::{
        file::{self, ChosenFile},
        http::{self, FetchError, encoded},
        picture, upload,
    },
    words,
};
use leptos::prelude::*;
use protocol::{
    attachment::{Attachment, AttachmentLimits},
    error::{ErrorCode, PublicError},
};
use send_wrapper::SendWrapper;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

/// A file on its way, or there. Cloning it is cheap and gives the same file.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Its name in the list, for the life of the page.
    pub key: u64,
    /// Its own name.
    pub name: String,
    /// How far it has come.
    pub state: ArcRwSignal<UploadState>,
    /// How many bytes are sent, as soon as that is known.
    bytes: Arc<AtomicU64>,
    /// The file itself; none for one that came before the page was loaded again.
    file: Option<SendWrapper<ChosenFile>>,
}

/// How far a file has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UploadState {
    /// So many hundredths of it.
    Sending(u32),
    /// The server has it.
    Ready(Attachment),
    /// It is not taken.
    Failed(UploadProblem),
}

/// Why a file is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UploadProblem {
    /// It has more than so many bytes.
    TooLarge(u64),
    /// So many go with a question.
    TooMany(usize),
    /// All of them have more than so many bytes.
    TooMuch(u64),
    /// It is a text of more than so many bytes.
    TextTooLarge(u64),
    /// It is nothing that can be sent; why, in the words of the page.
    Unusable(&'static str),
    /// The server has said why.
    Refused(PublicError),
    /// The server was not reached; it may be tried again.
    Broken,
}

impl UploadProblem {
    /// Whether the same file may be taken another time.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::Broken => true,
            Self::Refused(error) => error.retryable,
            _ => false,
        }
    }
}

impl Upload {
    /// What the browser takes it for, such as `image/png`; empty where nobody knows.
    pub(crate) fn kind(&self) -> String {
        self.file.as_ref().map(|file| file.body().type_()).unwrap_or_default()
    }

    fn ready(&self) -> Option<Attachment> {
        match self.state.get() {
            UploadState::Ready(attachment) => Some(attachment),
            _ => None,
        }
    }
}

impl Session {
    /// Sends files to go with the next question.
    pub(crate) fn attach(self, files: Vec<ChosenFile>, limits: AttachmentLimits) {
        for file in files {
            let key = self.new_key();
            let count = self.uploads.with_untracked(Vec::len);
            let state = match count >= limits.files {
                true => UploadState::Failed(UploadProblem::TooMany(limits.files)),
                false => UploadState::Sending(0),
            };
            let fits = matches!(state, UploadState::Sending(_));
            let (name, state, file) = (file.name(), ArcRwSignal::new(state), Some(SendWrapper::new(file)));
            let upload = Upload { key, name, state, bytes: Arc::default(), file };
            self.uploads.update(|uploads| uploads.push(upload.clone()));
            if fits {
                self.begin_upload(upload, limits);
            }
        }
    }

    /// Tries once more to send a file that did not reach the server.
    pub(crate) fn upload_again(self, key: u64, limits: AttachmentLimits) {
        let upload = self.uploads.with_untracked(|all| all.iter().find(|upload| upload.key == key).cloned());
        if let Some(upload) = upload {
            upload.state.set(UploadState::Sending(0));
            self.begin_upload(upload, limits);
        }
    }

    fn begin_upload(self, upload: Upload, limits: AttachmentLimits) {
        let Some(file) = upload.file.clone() else { return };
        self.scope.spawn(async move {
            let is_wanted = move |key| self.uploads.with_untracked(|all| all.iter().any(|one| one.key == key));
            let end = match self.send_file(&upload, &file, limits).await {
                Ok(attachment) if is_wanted(upload.key) => UploadState::Ready(attachment),
                Ok(attachment) => return self.remove_file(attachment),
                Err(problem) => UploadState::Failed(problem),
            };
            upload.state.set(end);
        });
    }

    async fn send_file(
        self,
        upload: &Upload,
        file: &ChosenFile,
        limits: AttachmentLimits,
    ) -> Result<Attachment, UploadProblem> {
        let whole = file.body();
        // What cannot be read is no file: a folder was dropped.
        let start = file::beginning(&whole, limits.text_bytes).await;
        let start = start.ok_or(UploadProblem::Unusable(words::file_unknown()))?;
        if let Some(fault) = kind::fault(&start, whole.size() as u64, limits) {
            return Err(fault);
        }
        drop(start);
        let body = picture::reduced(&whole).await;
        let size = body.size() as u64;
        if size > limits.file_bytes {
            return Err(UploadProblem::TooLarge(limits.file_bytes));
        }
        if self.bytes_beside(upload.key) + size > limits.total_bytes {
            return Err(UploadProblem::TooMuch(limits.total_bytes));
        }
        upload.bytes.store(size, Relaxed);
        let address = self.address(&format!("/api/attachments?name={}", encoded(&upload.name)));
        let state = upload.state.clone();
        let progress = Box::new(move |hundredths| state.set(UploadState::Sending(hundredths)));
        upload::send(&address, &body, progress).await.map_err(|error| match error {
            // All else that is wrong with a file has been seen here.
            FetchError::Refused(refusal) if refusal.error.code == ErrorCode::InvalidRequest => {
                UploadProblem::Unusable(words::image_unusable())
            }
            FetchError::Refused(refusal) => UploadProblem::Refused(refusal.error),
            _ => UploadProblem::Broken,
        })
    }

    /// How many bytes all other files have that are there or on their way.
    fn bytes_beside(self, key: u64) -> u64 {
        let counts = |one: &&Upload| {
            one.key != key && !one.state.with_untracked(|state| matches!(state, UploadState::Failed(_)))
        };
        self.uploads.with_untracked(|all| all.iter().filter(counts).map(|one| one.bytes.load(Relaxed)).sum())
    }

    /// Takes a file away again.
    pub(crate) fn detach(self, key: u64) {
        let taken = self.uploads.try_update(|uploads| {
            let at = uploads.iter().position(|upload| upload.key == key)?;
            Some(uploads.remove(at))
        });
        if let Some(attachment) = taken.flatten().and_then(|upload| untrack(|| upload.ready())) {
            self.remove_file(attachment);
        }
    }

    /// Whoever does not want a file any more need not wait for it to be removed.
    fn remove_file(self, attachment: Attachment) {
        let address = self.address(&format!("/api/attachments/{}", attachment.id));
        self.scope.spawn(async move { drop(http::delete(&address).await) });
    }

    /// The files that the server has, tracked.
    pub(crate) fn attached(self) -> Vec<Attachment> {
        self.uploads.with(|uploads| uploads.iter().filter_map(Upload::ready).collect())
    }

    /// Whether the server has all of them, tracked: what is on its way or has failed is not forgotten in silence.
    pub(crate) fn all_attached(self) -> bool {
        self.uploads.with(|uploads| uploads.iter().all(|upload| upload.ready().is_some()))
    }

    /// Shows files that the server has, in the place of those that were shown.
    pub(super) fn show_attached(self, attachments: Vec<Attachment>) {
        let upload = |attachment: Attachment| Upload {
            key: self.new_key(),
            name: attachment.name.clone(),
            bytes: Arc::new(AtomicU64::new(attachment.size)),
            state: ArcRwSignal::new(UploadState::Ready(attachment)),
            file: None,
        };
        self.uploads.set(attachments.into_iter().map(upload).collect());
    }

    /// Puts files back to where they were chosen, before those that have been since.
    pub(super) fn put_back_files(self, attachments: &[Attachment]) {
        if !attachments.is_empty() {
            let now = untrack(|| self.attached());
            let new = now.into_iter().filter(|one| !attachments.contains(one));
            self.show_attached(attachments.iter().cloned().chain(new).collect());
        }
    }
}
