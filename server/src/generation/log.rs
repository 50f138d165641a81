//! The append-only, numbered record of one generation.
//!
//! Invariant: a log is closed by exactly one terminal event, and nothing follows it. Numbers begin at 1, without gaps.
//!
//! One lock holds all of it, the wakers of its readers too. Nobody is woken under it, and nothing else is locked under it.

use super::memory::{LogMemory, MemoryShare};
use bytes::Bytes;
use protocol::event::StreamEvent;
use std::{
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
    task::{Context, Poll, Waker},
};

/// One event and, once somebody has asked for it, its frame on the wire of typed events.
#[derive(Debug)]
pub struct Entry {
    /// The event.
    pub event: StreamEvent,
    frame: OnceLock<Bytes>,
}

impl Entry {
    /// The event's encoded frame, made by the first reader and shared by all others.
    pub fn frame(&self, encode: impl FnOnce(&StreamEvent) -> Bytes) -> &Bytes {
        self.frame.get_or_init(|| encode(&self.event))
    }
}

/// What a frame has around its text, and the allocator around both, in bytes.
const FRAME_OVERHEAD: usize = 96;

#[derive(Debug, Default)]
struct Entries {
    list: Vec<Entry>,
    /// Bytes of text in the events; what the entries themselves take comes on top.
    text: usize,
    waiting: Waiting,
}

/// One reader, as the log knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ReaderId(u64);

/// The readers that have read everything and wait. There is nearly always one: it takes no allocation.
#[derive(Debug, Default)]
struct Waiting {
    first: Option<(ReaderId, Waker)>,
    others: Vec<(ReaderId, Waker)>,
    last_id: u64,
}

impl Waiting {
    /// Has this waker woken for the reader; gives the one that it had before.
    fn insert(&mut self, id: ReaderId, waker: &Waker) -> Option<Waker> {
        let mut known = self.first.iter_mut().chain(&mut self.others);
        if let Some((_, known)) = known.find(|(known, _)| *known == id) {
            return (!known.will_wake(waker)).then(|| std::mem::replace(known, waker.clone()));
        }
        match &mut self.first {
            first @ None => *first = Some((id, waker.clone())),
            Some(_) => self.others.push((id, waker.clone())),
        }
        None
    }

    fn remove(&mut self, id: ReaderId) -> Option<Waker> {
        let waiting = self.first.take_if(|(known, _)| *known == id).or_else(|| {
            let at = self.others.iter().position(|(known, _)| *known == id)?;
            Some(self.others.swap_remove(at))
        });
        waiting.map(|(_, waker)| waker)
    }
}

impl Entries {
    /// About how much memory they take: each event with its frame, and its text in both.
    fn bytes(&self) -> usize {
        self.list.capacity() * size_of::<Entry>() + self.list.len() * FRAME_OVERHEAD + 2 * self.text
    }

    fn read(&self, mut cursor: usize, mut take: impl FnMut(u64, &Entry) -> bool) -> usize {
        for entry in self.list.get(cursor..).unwrap_or_default() {
            cursor += 1;
            if !take(cursor as u64, entry) {
                break;
            }
        }
        cursor
    }

    fn is_closed(&self) -> bool {
        self.list.last().is_some_and(|last| last.event.is_terminal())
    }
}

/// The record.
#[derive(Debug)]
pub struct Log {
    entries: Mutex<Entries>,
    memory: MemoryShare,
}

impl Log {
    /// An empty log, which nobody counts.
    pub fn new() -> Self {
        Self::counted(&LogMemory::default())
    }

    /// An empty log, which counts in `memory`.
    pub(super) fn counted(memory: &LogMemory) -> Self {
        Self { entries: Mutex::default(), memory: memory.share() }
    }

    /// Whether this log is what has to end because all logs together take too much memory.
    pub(super) fn is_too_much(&self) -> bool {
        self.memory.is_too_much()
    }

    /// Appends events and wakes every reader once, also when there are none: some may not be told of those before. What follows a
    /// terminal event is dropped.
    pub fn append(&self, events: impl IntoIterator<Item = StreamEvent>) {
        Self::wake(self.push(events));
    }

    /// Appends events of which readers that wait are told later, with [`Log::tell_readers`] or with what is appended then.
    pub(super) fn append_untold(&self, events: impl IntoIterator<Item = StreamEvent>) {
        drop(self.push(events));
    }

    /// Wakes every reader that waits, once.
    pub(super) fn tell_readers(&self) {
        Self::wake(self.entries());
    }

    fn push(&self, events: impl IntoIterator<Item = StreamEvent>) -> MutexGuard<'_, Entries> {
        let mut entries = self.entries();
        let before = entries.list.len();
        for event in events {
            if entries.is_closed() {
                break;
            }
            if let StreamEvent::Chunk { content } | StreamEvent::Reasoning { content } = &event {
                entries.text += content.len();
            }
            entries.list.push(Entry { event, frame: OnceLock::new() });
        }
        if entries.list.len() > before {
            self.memory.set(entries.bytes());
        }
        entries
    }

    fn wake(mut entries: MutexGuard<'_, Entries>) {
        let (first, others) = (entries.waiting.first.take(), std::mem::take(&mut entries.waiting.others));
        // Those who are woken want the lock.
        drop(entries);
        first.into_iter().chain(others).for_each(|(_, waker)| waker.wake());
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        self.entries().list.len()
    }

    /// About how much memory it takes.
    pub(super) fn bytes(&self) -> usize {
        self.memory.bytes()
    }

    /// Whether there is no event yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the terminal event is there.
    pub fn is_closed(&self) -> bool {
        self.entries().is_closed()
    }

    /// A name for one more reader.
    pub(super) fn reader_id(&self) -> ReaderId {
        let mut entries = self.entries();
        entries.waiting.last_id += 1;
        ReaderId(entries.waiting.last_id)
    }

    /// A reader that will not come again.
    pub(super) fn leave(&self, id: ReaderId) {
        // A waker may be the last that holds its task, and with it a reader: it goes when the lock is free.
        let waker = self.entries().waiting.remove(id);
        drop(waker);
    }

    /// Hands the entries after `cursor` to `take` like [`Log::read`], or has the reader woken when there are some. Gives the new
    /// cursor, and none when the terminal event has been read.
    pub(super) fn poll_beyond(
        &self,
        cursor: usize,
        reader: ReaderId,
        context: &mut Context<'_>,
        take: impl FnMut(u64, &Entry) -> bool,
    ) -> Poll<Option<usize>> {
        let mut entries = self.entries();
        if entries.list.len() > cursor {
            return Poll::Ready(Some(entries.read(cursor, take)));
        }
        if entries.is_closed() {
            return Poll::Ready(None);
        }
        let before = entries.waiting.insert(reader, context.waker());
        drop(entries);
        drop(before);
        Poll::Pending
    }

    /// Hands the entries after `cursor` to `take`, with their numbers, until it has had enough; returns the new cursor.
    pub fn read(&self, cursor: usize, take: impl FnMut(u64, &Entry) -> bool) -> usize {
        self.entries().read(cursor, take)
    }

    /// A panic while holding the lock cannot leave a half-pushed entry, so a poisoned lock is still good.
    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Log {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::{FutureExt, StreamExt, stream::FuturesUnordered};
    use protocol::error::{ErrorCode, PublicError};

    fn chunk(text: &str) -> StreamEvent {
        StreamEvent::Chunk { content: text.into() }
    }

    #[test]
    fn entries_are_numbered_from_one_and_nothing_follows_the_end() {
        let log = Log::new();
        log.append([chunk("a"), chunk("b")]);
        log.append([StreamEvent::Error(PublicError::new(ErrorCode::Internal, "x")), chunk("late")]);
        log.append([chunk("later")]);
        let mut seen = vec![];
        assert_eq!(log.read(1, |number, entry| (seen.push((number, entry.event.is_terminal())), true).1), 3);
        assert_eq!(seen, [(2, false), (3, true)]);
        assert!(log.is_closed());
        assert_eq!(log.read(99, |_, _| panic!("nothing is there")), 99);
    }

    #[test]
    fn readers_are_told_later_of_what_was_appended_untold() {
        let log = Log::new();
        let id = log.reader_id();
        let beyond = |cursor| {
            let log = &log;
            std::future::poll_fn(move |context| log.poll_beyond(cursor, id, context, |_, _| true))
        };
        // Polls a future again only when it was woken.
        let mut waiting = FuturesUnordered::new();
        waiting.push(beyond(0));
        assert_eq!(waiting.next().now_or_never(), None);
        log.append_untold([chunk("a")]);
        assert_eq!(waiting.next().now_or_never(), None, "it is not told yet");
        assert_eq!(beyond(0).now_or_never(), Some(Some(1)), "who looks finds it");
        log.tell_readers();
        assert_eq!(waiting.next().now_or_never(), Some(Some(Some(1))));
        log.append_untold([chunk("b")]);
        waiting.push(beyond(2));
        assert_eq!(waiting.next().now_or_never(), None);
        log.append([chunk("c")]);
        assert_eq!(waiting.next().now_or_never(), Some(Some(Some(3))), "with what is appended then");
        log.append_untold([chunk("d")]);
        waiting.push(beyond(4));
        assert_eq!(waiting.next().now_or_never(), None);
        log.append_untold([chunk("e")]);
        log.append([]);
        assert_eq!(waiting.next().now_or_never(), Some(Some(Some(5))), "and when that is nothing");
    }

    #[test]
    fn a_frame_is_encoded_once() {
        let log = Log::new();
        log.append([chunk("a")]);
        let mut encoded = 0;
        for _ in 0..3 {
            log.read(0, |_, entry| {
                entry.frame(|_| {
                    encoded += 1;
                    Bytes::from_static(b"frame")
                });
                true
            });
        }
        assert_eq!(encoded, 1);
    }

    #[test]
    fn logs_say_how_much_memory_they_take_and_give_it_back() {
        let memory = LogMemory::default();
        let (one, two) = (Log::counted(&memory), Log::counted(&memory));
        assert_eq!(memory.bytes(), 0);
        one.append([chunk(&"x".repeat(1000))]);
        two.append([chunk("y"), StreamEvent::Reasoning { content: "z".repeat(500) }]);
        assert_eq!(memory.bytes(), one.bytes() + two.bytes());
        assert!((2000..4000).contains(&one.bytes()), "{}", one.bytes());
        for _ in 0..1000 {
            one.append([chunk("w")]);
        }
        assert!(one.bytes() > 1000 * FRAME_OVERHEAD);
        assert_eq!(memory.bytes(), one.bytes() + two.bytes());
        drop(one);
        assert_eq!(memory.bytes(), two.bytes());
        drop(two);
        assert_eq!(memory.bytes(), 0);
    }
}
