//! What an import says when it is done.

use serde::{Deserialize, Serialize};

/// `POST /api/import`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportReport {
    /// How many conversations came in.
    pub imported: u64,
    /// How many messages are in them, all branches together.
    pub messages: u64,
    /// How many conversations did not come in.
    pub skipped_count: u64,
    /// Which, and why; at most [`ImportReport::LISTED`] of them.
    pub skipped: Vec<ImportNote>,
    /// How many of those that came in are not whole, because something in them is no part of the file or not known here.
    pub incomplete_count: u64,
    /// Which, and what is missing; at most [`ImportReport::LISTED`] of them.
    pub incomplete: Vec<ImportNote>,
}

/// What is said of one conversation of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportNote {
    /// Its title, or where in the file it stands.
    pub title: String,
    /// A sentence without its capital and its full stop.
    pub reason: String,
}

impl ImportReport {
    /// How many conversations are named in a list.
    pub const LISTED: usize = 100;

    /// Notes that a conversation did not come in.
    pub fn skip(&mut self, title: impl Into<String>, reason: impl Into<String>) {
        note(&mut self.skipped_count, &mut self.skipped, title.into(), reason.into());
    }

    /// Notes that something is missing in a conversation that came in.
    pub fn miss(&mut self, title: impl Into<String>, reason: impl Into<String>) {
        note(&mut self.incomplete_count, &mut self.incomplete, title.into(), reason.into());
    }
}

fn note(count: &mut u64, list: &mut Vec<ImportNote>, title: String, reason: String) {
    *count += 1;
    if list.len() < ImportReport::LISTED {
        list.push(ImportNote { title, reason });
    }
}
