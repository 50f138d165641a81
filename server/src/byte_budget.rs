//! How many bytes of one kind may be in memory at one time: of bodies that arrive, of files that wait for a model.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// All bytes of one kind. Cloning it shares it.
#[derive(Debug, Clone)]
pub struct ByteBudget {
    most: u64,
    held: Arc<AtomicU64>,
}

impl ByteBudget {
    /// At most so many bytes, if there is a limit.
    pub(crate) fn new(most: Option<usize>) -> Self {
        Self { most: most.map_or(u64::MAX, |most| most as u64), held: Arc::default() }
    }

    /// Takes room for so many bytes; none if there is not enough. What is alone is always taken: no waiting would make it smaller.
    pub(crate) fn take(&self, bytes: u64) -> Option<ByteShare> {
        let mut share = self.share();
        share.grow_to(bytes).then_some(share)
    }

    /// What takes nothing yet.
    pub(crate) fn share(&self) -> ByteShare {
        ByteShare { budget: self.clone(), bytes: 0 }
    }
}

/// What one of them takes; it is given back when this is dropped.
#[derive(Debug)]
pub(crate) struct ByteShare {
    budget: ByteBudget,
    bytes: u64,
}

impl ByteShare {
    /// Takes more, until it has so many bytes; `false`, with what it had, if there is not enough.
    pub(crate) fn grow_to(&mut self, bytes: u64) -> bool {
        let more = bytes.saturating_sub(self.bytes);
        let is_alone = |held: u64| held == self.bytes;
        let with = |held: u64| {
            Some(held.saturating_add(more)).filter(|sum| more == 0 || is_alone(held) || *sum <= self.budget.most)
        };
        let is_taken = self.budget.held.fetch_update(Ordering::Relaxed, Ordering::Relaxed, with).is_ok();
        if is_taken {
            self.bytes += more;
        }
        is_taken
    }
}

impl Drop for ByteShare {
    fn drop(&mut self) {
        self.budget.held.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_until_there_is_none_and_again_when_it_is_given_back() {
        let files = ByteBudget::new(Some(10));
        let first = files.take(6).unwrap();
        assert!(files.take(5).is_none());
        let second = files.take(4).unwrap();
        assert!(files.take(0).is_some(), "a question without files waits for nothing");
        drop((first, second));
        let large = files.take(100).expect("one that is alone is always taken");
        assert!(files.take(1).is_none());
        drop(large);
        assert_eq!(files.held.load(Ordering::Relaxed), 0);
        assert!(ByteBudget::new(None).take(u64::MAX).is_some());
    }

    #[test]
    fn what_grows_has_room_as_long_as_there_is_some_or_it_is_alone() {
        let bodies = ByteBudget::new(Some(10));
        let (mut first, mut second) = (bodies.take(4).unwrap(), bodies.share());
        assert!(second.grow_to(6) && second.grow_to(3), "it has more already");
        assert!(!first.grow_to(5) && !second.grow_to(7));
        drop(second);
        assert!(first.grow_to(10) && first.grow_to(50));
        assert_eq!(bodies.held.load(Ordering::Relaxed), 50);
        drop(first);
        assert_eq!(bodies.held.load(Ordering::Relaxed), 0);
    }
}
