//! A file that conversations come from: JSON, or an archive with JSON in it.

use super::{
    super::{
        archive::{ArchiveReader, attachment_name, is_archive},
        elements::{Element, Elements},
    },
    ImportError,
    files::LARGEST,
};
use bytes::Bytes;
use protocol::id::AttachmentId;
use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek},
};

/// How much is taken in.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most bytes of JSON in a file, unpacked.
    pub bytes: u64,
    /// The most bytes of JSON in one conversation: it is held in memory, and once more as what is read of it.
    pub conversation: usize,
    /// The most bytes of text in one message.
    pub message: usize,
    /// The most conversations in a file, those included that cannot be taken in.
    pub conversations: u64,
}

/// A ChatGPT conversation with hundreds of questions and what tools said to them has a few MiB.
const LARGEST_CONVERSATION: usize = 32 << 20;

/// Who asked ten questions a day for twenty years has fewer.
const MOST_CONVERSATIONS: u64 = 100_000;

impl Limits {
    /// For a file that anybody may send: of at most so many bytes, packed or not, with messages of at most so many bytes of text.
    pub fn over_http(bytes: u64, message: usize) -> Self {
        Self { bytes, conversation: LARGEST_CONVERSATION, message, conversations: MOST_CONVERSATIONS }
    }

    /// For whoever has the machine: only what must be held in memory is limited.
    pub fn by_command(message: usize) -> Self {
        Self { bytes: u64::MAX, conversation: 4 * LARGEST_CONVERSATION, message, conversations: u64::MAX }
    }
}

/// How much of a file is read at a time.
const BUFFER: usize = 256 * 1024;

/// A file, and how much of it is taken.
#[derive(Debug)]
pub(super) struct Source {
    file: File,
    limits: Limits,
}

/// Takes one value of the file, and how many bytes of JSON have been read with it.
pub(super) type Take<'a> = dyn FnMut(Element, u64) -> Result<(), ImportError> + 'a;

impl Source {
    pub(super) fn new(file: File, limits: Limits) -> Self {
        Self { file, limits }
    }

    pub(super) fn limits(&self) -> Limits {
        self.limits
    }

    /// Hands on one value after another.
    pub(super) fn each(&self, take: &mut Take<'_>) -> Result<(), ImportError> {
        let mut file = self.file.try_clone()?;
        file.rewind()?;
        let mut json = BufReader::with_capacity(BUFFER, file);
        if !is_archive(json.fill_buf()?) {
            return self.values(json, &mut 0, take);
        }
        let mut archive = ArchiveReader::open(json.into_inner())?;
        let mut read = 0;
        for name in archive.names() {
            let json = BufReader::with_capacity(BUFFER, archive.read(&name)?);
            self.values(json, &mut read, take)?;
        }
        Ok(())
    }

    /// Hands on the files of questions, one after the other. What is too large is passed over.
    pub(super) fn files(
        &self,
        take: &dyn Fn(AttachmentId, Bytes) -> Result<(), ImportError>,
    ) -> Result<(), ImportError> {
        let mut file = self.file.try_clone()?;
        file.rewind()?;
        let mut beginning = BufReader::with_capacity(BUFFER, file);
        if !is_archive(beginning.fill_buf()?) {
            return Ok(());
        }
        let mut archive = ArchiveReader::open(beginning.into_inner())?;
        let mut left = self.limits.bytes;
        for id in archive.attachments() {
            let mut bytes = Vec::new();
            archive.read(&attachment_name(id))?.take(LARGEST + 1).read_to_end(&mut bytes)?;
            let size = bytes.len() as u64;
            left = left.checked_sub(size).ok_or(ImportError::TooLarge(self.limits.bytes))?;
            if size <= LARGEST {
                take(id, bytes.into())?;
            }
        }
        Ok(())
    }

    /// Hands on the values of one stream of JSON; `read` counts those of all.
    fn values(&self, json: impl BufRead, read: &mut u64, take: &mut Take<'_>) -> Result<(), ImportError> {
        let left = self.limits.bytes.saturating_sub(*read);
        // One byte more than there may be tells a file that is too large from one that is cut off.
        let mut values = Elements::new(json.take(left.saturating_add(1)), self.limits.conversation);
        loop {
            let value = values.next();
            if values.position() > left {
                return Err(ImportError::TooLarge(self.limits.bytes));
            }
            let Some(value) = value? else { break };
            take(value, *read + values.position())?;
        }
        *read += values.position();
        Ok(())
    }
}

impl From<io::Error> for ImportError {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error.into())
    }
}
