//! How much memory all logs together take, kept up to date by the logs themselves.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// The sum for all logs that are somewhere still read or kept. Cloning it shares it.
#[derive(Debug, Clone, Default)]
pub(super) struct LogMemory(Arc<AtomicUsize>);

impl LogMemory {
    /// About how many bytes they take.
    pub(super) fn bytes(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// What one log takes of it: nothing yet.
    pub(super) fn share(&self) -> MemoryShare {
        MemoryShare { sum: self.clone(), bytes: AtomicUsize::new(0) }
    }
}

/// What one log takes; it gives that back when it is dropped.
#[derive(Debug)]
pub(super) struct MemoryShare {
    sum: LogMemory,
    bytes: AtomicUsize,
}

impl MemoryShare {
    /// Says how much the log takes now. Only whoever holds the log's lock may say so: that is why load and store suffice.
    pub(super) fn set(&self, bytes: usize) {
        let before = self.bytes.load(Ordering::Relaxed);
        self.bytes.store(bytes, Ordering::Relaxed);
        // Wraps around where it shrinks, which comes to the same.
        self.sum.0.fetch_add(bytes.wrapping_sub(before), Ordering::Relaxed);
    }

    /// About how many bytes the log takes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }
}

impl Drop for MemoryShare {
    fn drop(&mut self) {
        self.set(0);
    }
}
