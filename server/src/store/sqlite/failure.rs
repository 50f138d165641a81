//! What SQLite's errors mean for those who asked.

use crate::store::StoreError;

const FULL: &str = "The server's disk is full, so nothing new can be kept. Make room there; it goes on by itself.";
const READ_ONLY: &str = "The server may not write to its database, so nothing new can be kept. Allow it to write there; it goes on by itself.";
const LOCKED: &str =
    "Another program holds the server's database, so nothing new can be kept. Let it finish; it goes on by itself.";
const DISK: &str = "The server's disk fails, so nothing new can be kept. Look at the disk; the server's log says more.";
const DAMAGED: &str = "The server's database is damaged. Restore a backup; the server's log says more.";

/// The primary result codes, as <https://sqlite.org/rescode.html> numbers them.
mod code {
    pub(super) const PERM: i32 = 3;
    pub(super) const BUSY: i32 = 5;
    pub(super) const LOCKED: i32 = 6;
    pub(super) const READONLY: i32 = 8;
    pub(super) const IOERR: i32 = 10;
    pub(super) const CORRUPT: i32 = 11;
    pub(super) const FULL: i32 = 13;
    pub(super) const CANTOPEN: i32 = 14;
    pub(super) const NOTADB: i32 = 26;
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let Some(database) = error.as_database_error() else { return Self::Failed(error.to_string()) };
        if database.is_unique_violation() {
            return Self::AlreadyThere;
        }
        // The low byte of an extended code is the primary one.
        let primary = database.code().and_then(|code| code.parse::<i32>().ok()).map(|code| code & 0xff);
        let sentence = match primary {
            Some(code::FULL) => FULL,
            Some(code::READONLY | code::PERM | code::CANTOPEN) => READ_ONLY,
            Some(code::BUSY | code::LOCKED) => LOCKED,
            Some(code::IOERR) => DISK,
            Some(code::CORRUPT | code::NOTADB) => DAMAGED,
            _ => return Self::Failed(error.to_string()),
        };
        Self::Unavailable(sentence.to_owned())
    }
}
