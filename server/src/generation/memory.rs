//! How much memory all logs together take, kept up to date by the logs themselves.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// The sum for all logs that are somewhere still read or kept. Cloning it shares it.
#[derive(Debug, Clone, Default)]
pub(super) struct LogMemory(Arc<Sum>);

#[derive(Debug, Default)]
struct Sum {
    bytes: AtomicUsize,
    logs: AtomicUsize,
    most: Option<usize>,
}

impl LogMemory {
    /// The sum of logs that may together take so many bytes, if there is a limit, and a quarter more while they grow.
    pub(super) fn limited(most: Option<usize>) -> Self {
        Self(Arc::new(Sum { most: most.map(|most| most.saturating_add(most / 4)), ..Sum::default() }))
    }

    /// About how many bytes they take.
    pub(super) fn bytes(&self) -> usize {
        self.0.bytes.load(Ordering::Relaxed)
    }

    /// What one log takes of it: nothing yet.
    pub(super) fn share(&self) -> MemoryShare {
        self.0.logs.fetch_add(1, Ordering::Relaxed);
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
        self.sum.0.bytes.fetch_add(bytes.wrapping_sub(before), Ordering::Relaxed);
    }

    /// Whether all logs together take more than they may, and this one more than most of them: those that were admitted while there was
    /// room have grown since, and ending small ones would help nobody.
    pub(super) fn is_too_much(&self) -> bool {
        let Sum { bytes, logs, most } = &*self.sum.0;
        let all = bytes.load(Ordering::Relaxed);
        most.is_some_and(|most| all > most) && self.bytes().saturating_mul(logs.load(Ordering::Relaxed)) >= all
    }

    /// About how many bytes the log takes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }
}

impl Drop for MemoryShare {
    fn drop(&mut self) {
        self.set(0);
        self.sum.0.logs.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_logs_that_are_too_much_together_the_large_ones_are() {
        let memory = LogMemory::limited(Some(100));
        let (large, small) = (memory.share(), memory.share());
        large.set(110);
        small.set(15);
        assert!(!large.is_too_much(), "a quarter more is still right");
        small.set(16);
        assert!(large.is_too_much() && !small.is_too_much());
        drop(large);
        assert!(!small.is_too_much());
        assert_eq!(memory.bytes(), 16);
        let free = LogMemory::default().share();
        free.set(usize::MAX / 2);
        assert!(!free.is_too_much());
    }
}
