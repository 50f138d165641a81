//! The generations that run or ended lately, by id.

use super::{
    feed::Feeds,
    handle::{Generation, Keep},
};
use protocol::id::GenerationId;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// The generations that can be read or stopped.
#[derive(Debug, Default)]
pub(super) struct Registry {
    generations: Mutex<HashMap<GenerationId, Arc<Generation>>>,
    /// The same by owner, for those that can be read together.
    pub(super) feeds: Arc<Feeds>,
}

impl Registry {
    pub(super) fn insert(&self, generation: Arc<Generation>) {
        self.generations().insert(generation.id(), generation);
    }

    pub(super) fn get(&self, id: GenerationId) -> Option<Arc<Generation>> {
        self.generations().get(&id).cloned()
    }

    pub(super) fn remove(&self, id: GenerationId) -> Option<Arc<Generation>> {
        let removed = self.generations().remove(&id);
        removed.inspect(|generation| self.feeds.forget(generation))
    }

    /// Called at a generation's end: one that nobody can come back to is forgotten at once.
    pub(super) fn ended(&self, generation: &Generation) {
        generation.mark_ended();
        if generation.keep == Keep::Nothing {
            self.remove(generation.id());
        }
    }

    /// Forgets those that ended longer ago than `keep`, and the oldest beyond `bytes` of events. Readers that are still at
    /// one keep it alive for themselves.
    pub(super) fn reap(&self, keep: Duration, bytes: usize) {
        let mut generations = self.generations();
        let stale: Vec<_> = generations.extract_if(|_, one| one.ended_for().is_some_and(|ago| ago >= keep)).collect();
        let mut forgotten: Vec<_> = stale.into_iter().map(|(_, generation)| generation).collect();
        let ended = generations.values().filter_map(|one| Some((one.ended_for()?, one.id(), one.log.bytes())));
        let mut ended: Vec<_> = ended.collect();
        ended.sort_unstable_by_key(|(ago, ..)| *ago);
        let mut sum = 0;
        for (_, id, size) in ended {
            sum += size;
            if sum > bytes {
                forgotten.extend(generations.remove(&id));
            }
        }
        generations.shrink_to_fit();
        drop(generations);
        forgotten.iter().for_each(|generation| self.feeds.forget(generation));
        self.feeds.reap();
    }

    /// All of them.
    pub(super) fn all(&self) -> Vec<Arc<Generation>> {
        self.generations().values().cloned().collect()
    }

    fn generations(&self) -> MutexGuard<'_, HashMap<GenerationId, Arc<Generation>>> {
        self.generations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
