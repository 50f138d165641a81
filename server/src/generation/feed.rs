//! All of an owner's generations at once: those that run, and those that begin later.
//!
//! Nothing here costs a token anything that nobody reads this way: a reader waits on the logs themselves.

use super::{
    handle::Generation,
    log::Entry,
    position::{InvalidPosition, Position},
    reader::Reader,
};
use crate::visitor::Owner;
use futures::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use protocol::{feed::FeedChange, id::GenerationId};
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::{
    broadcast::{self, error::RecvError},
    watch,
};
use uuid::Uuid;

/// The feeds of all owners.
#[derive(Debug, Default)]
pub(super) struct Feeds {
    feeds: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    by_owner: HashMap<Owner, Feed>,
    closed: bool,
}

/// The generations of one owner by their places.
#[derive(Debug)]
struct Feed {
    epoch: u32,
    generations: BTreeMap<u64, Arc<Generation>>,
    newest: watch::Sender<u64>,
    changes: broadcast::Sender<Arc<FeedChange>>,
}

/// The most changes that a reader may be behind. One that falls back further begins anew, as its client then reads the list anew.
const CHANGES: usize = 64;

impl Feed {
    fn new() -> Self {
        let epoch = Uuid::new_v4().as_fields().0;
        let (newest, changes) = (watch::Sender::new(0), broadcast::Sender::new(CHANGES));
        Self { epoch, generations: BTreeMap::new(), newest, changes }
    }

    fn is_unused(&self) -> bool {
        self.generations.is_empty() && self.newest.receiver_count() == 0
    }
}

impl Feeds {
    /// A generation begins: its owner's readers are told.
    pub(super) fn begin(&self, generation: &Arc<Generation>) {
        let mut state = self.state();
        let feed = state.by_owner.entry(generation.owner.clone()).or_insert_with(Feed::new);
        let place = *feed.newest.borrow() + 1;
        if generation.place.set(place).is_ok() {
            feed.generations.insert(place, Arc::clone(generation));
            feed.newest.send_replace(place);
        }
    }

    /// Something changed besides the generations. Whoever is not there finds it when they read the list.
    pub(super) fn tell(&self, owner: &Owner, change: FeedChange) {
        if let Some(feed) = self.state().by_owner.get(owner) {
            let _ = feed.changes.send(Arc::new(change));
        }
    }

    pub(super) fn tell_everybody(&self, change: &FeedChange) {
        let change = Arc::new(change.clone());
        for feed in self.state().by_owner.values() {
            let _ = feed.changes.send(Arc::clone(&change));
        }
    }

    /// A generation is forgotten; readers that are at it keep it for themselves.
    pub(super) fn forget(&self, generation: &Generation) {
        let Some(place) = generation.place.get() else { return };
        let mut state = self.state();
        if let Some(feed) = state.by_owner.get_mut(&generation.owner) {
            feed.generations.remove(place);
        }
    }

    /// Drops the feeds that hold nothing and that nobody reads.
    pub(super) fn reap(&self) {
        let mut state = self.state();
        state.by_owner.retain(|_, feed| !feed.is_unused());
        state.by_owner.shrink_to_fit();
    }

    /// Lets readers end once they have read what is there.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        state.by_owner.clear();
    }

    /// A reader that begins with what runs, or goes on after a position.
    pub(super) fn open(
        self: &Arc<Self>,
        owner: &Owner,
        after: Option<Position>,
    ) -> Result<FeedReader, InvalidPosition> {
        let mut state = self.state();
        let mut closed = Feed::new();
        let feed = match state.closed {
            true => &mut closed,
            false => state.by_owner.entry(owner.clone()).or_insert_with(Feed::new),
        };
        let newest = *feed.newest.borrow();
        let (known, read) = match after {
            None => (newest, running(feed)),
            // Of a feed that is gone: whatever this one holds began after it.
            Some(after) if after.epoch != feed.epoch => (0, BTreeMap::new()),
            Some(after) if after.newest > newest => return Err(InvalidPosition),
            Some(after) => (after.newest, after.under_way),
        };
        let position = Position { epoch: feed.epoch, newest: known, under_way: BTreeMap::new() };
        let mut reader = FeedReader {
            feeds: Arc::clone(self),
            owner: owner.clone(),
            position,
            opened_with: Vec::new(),
            newest: feed.newest.subscribe(),
            changes: feed.changes.subscribe(),
            change: None,
            closed: false,
            waiting: FuturesUnordered::new(),
            ready: VecDeque::new(),
        };
        for (place, number) in read {
            if let Some(generation) = feed.generations.get(&place) {
                reader.take_up(place, generation.subscribe(number).ok_or(InvalidPosition)?);
            }
        }
        reader.take_up_new(feed);
        let places = reader.position.under_way.keys();
        reader.opened_with = places.filter_map(|place| Some(feed.generations.get(place)?.id())).collect();
        Ok(reader)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.feeds.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The beginnings of the generations that have not ended.
fn running(feed: &Feed) -> BTreeMap<u64, u64> {
    let running = feed.generations.iter().filter(|(_, generation)| !generation.is_ended());
    running.map(|(place, _)| (*place, 0)).collect()
}

/// A cursor into each of an owner's generations. One that reads slowly lags here and costs nobody else anything.
pub struct FeedReader {
    feeds: Arc<Feeds>,
    owner: Owner,
    position: Position,
    opened_with: Vec<GenerationId>,
    newest: watch::Receiver<u64>,
    changes: broadcast::Receiver<Arc<FeedChange>>,
    /// A change that has come and has not been taken.
    change: Option<Arc<FeedChange>>,
    /// No more generations will begin.
    closed: bool,
    waiting: FuturesUnordered<BoxFuture<'static, (u64, Option<Reader>)>>,
    /// Those with something to read; they take turns.
    ready: VecDeque<(u64, Reader)>,
}

/// One event of one of an owner's generations.
#[derive(Debug)]
pub struct FeedEvent<'a> {
    /// Where the reader is once it has this event.
    pub position: &'a Position,
    /// The generation.
    pub generation: GenerationId,
    /// The event's number in it.
    pub number: u64,
    /// The event.
    pub entry: &'a Entry,
}

impl FeedReader {
    /// Where it is.
    pub fn position(&self) -> &Position {
        &self.position
    }

    /// The generations that it began with.
    pub fn opened_with(&self) -> &[GenerationId] {
        &self.opened_with
    }

    /// Waits until there is something to read. `false` when everything has been read and nothing more will come.
    /// Dropping the wait loses nothing.
    pub async fn ready(&mut self) -> bool {
        while self.ready.is_empty() && self.change.is_none() {
            if self.closed && self.waiting.is_empty() {
                return false;
            }
            tokio::select! {
                biased;
                more = self.newest.changed(), if !self.closed => self.began(more.is_ok()),
                change = self.changes.recv(), if !self.closed => match change {
                    Ok(change) => self.change = Some(change),
                    Err(RecvError::Lagged(_)) => return false,
                    Err(RecvError::Closed) => self.closed = true,
                },
                Some((place, reader)) = self.waiting.next() => match reader {
                    Some(reader) => self.ready.push_back((place, reader)),
                    None => drop(self.position.under_way.remove(&place)),
                },
            }
        }
        true
    }

    /// Whether there is something to read at once.
    pub fn is_ready(&mut self) -> bool {
        self.ready().now_or_never() == Some(true)
    }

    /// A change that has come besides the generations' events.
    pub fn take_change(&mut self) -> Option<Arc<FeedChange>> {
        self.change.take()
    }

    /// Hands what is there of one generation to `take`, until it has had enough. The others have their turns before
    /// this one comes again.
    pub fn read(&mut self, mut take: impl FnMut(FeedEvent<'_>) -> bool) {
        let Some((place, mut reader)) = self.ready.pop_front() else { return };
        let (position, generation) = (&mut self.position, reader.generation().id());
        let mut ended = false;
        reader.read(|number, entry| {
            ended = entry.event.is_terminal();
            match ended {
                true => drop(position.under_way.remove(&place)),
                false => drop(position.under_way.insert(place, number)),
            }
            take(FeedEvent { position, generation, number, entry })
        });
        if !ended {
            self.wait_for(place, reader);
        }
    }

    /// Generations began, or none will any more.
    fn began(&mut self, more: bool) {
        self.closed = !more;
        let feeds = Arc::clone(&self.feeds);
        if let Some(feed) = feeds.state().by_owner.get(&self.owner) {
            self.take_up_new(feed);
        }
    }

    fn take_up_new(&mut self, feed: &Feed) {
        for (place, generation) in feed.generations.range(self.position.newest + 1..) {
            self.take_up(*place, generation.reader());
        }
        self.position.newest = *self.newest.borrow_and_update();
    }

    fn take_up(&mut self, place: u64, reader: Reader) {
        self.position.under_way.insert(place, reader.number());
        self.wait_for(place, reader);
    }

    fn wait_for(&mut self, place: u64, mut reader: Reader) {
        self.waiting.push(async move { (place, reader.ready().await.then_some(reader)) }.boxed());
    }
}
