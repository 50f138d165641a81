//! A file that goes with a question.

use bytes::Bytes;
use protocol::attachment::Attachment;
use std::fmt;

/// A file with what it holds.
#[derive(Clone, PartialEq, Eq)]
pub struct AttachedFile {
    /// What is known of it.
    pub attachment: Attachment,
    /// Its bytes.
    pub content: Bytes,
}

/// How many bytes the files of a conversation have, of all its branches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AttachedBytes {
    /// The images.
    pub images: u64,
    /// The texts.
    pub texts: u64,
}

impl fmt::Debug for AttachedFile {
    /// Without the bytes, of which there may be millions.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AttachedFile").field(&self.attachment).finish()
    }
}
