//! How many bytes of files are in memory for models that have not begun to answer.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// The files of all questions that wait.
#[derive(Debug)]
pub(super) struct WaitingFiles {
    most: Option<u64>,
    held: Arc<AtomicU64>,
}

impl WaitingFiles {
    /// At most so many bytes, if there is a limit.
    pub(super) fn new(most: Option<usize>) -> Self {
        Self { most: most.map(|most| most as u64), held: Arc::default() }
    }

    /// Takes room for the files of a question; none if there is not enough. A question that is alone is always taken: no waiting
    /// would make it smaller.
    pub(super) fn take(&self, bytes: u64) -> Option<FileShare> {
        let most = self.most.unwrap_or(u64::MAX);
        let with = |held: u64| Some(held.saturating_add(bytes)).filter(|sum| bytes == 0 || held == 0 || *sum <= most);
        self.held.fetch_update(Ordering::Relaxed, Ordering::Relaxed, with).ok()?;
        Some(FileShare { held: Arc::clone(&self.held), bytes })
    }
}

/// What the files of one question take; it is given back when this is dropped.
#[derive(Debug)]
pub(super) struct FileShare {
    held: Arc<AtomicU64>,
    bytes: u64,
}

impl Drop for FileShare {
    fn drop(&mut self) {
        self.held.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_until_there_is_none_and_again_when_it_is_given_back() {
        let files = WaitingFiles::new(Some(10));
        let first = files.take(6).unwrap();
        assert!(files.take(5).is_none());
        let second = files.take(4).unwrap();
        assert!(files.take(0).is_some(), "a question without files waits for nothing");
        drop((first, second));
        let large = files.take(100).expect("one that is alone is always taken");
        assert!(files.take(1).is_none());
        drop(large);
        assert_eq!(files.held.load(Ordering::Relaxed), 0);
        assert!(WaitingFiles::new(None).take(u64::MAX).is_some());
    }
}
