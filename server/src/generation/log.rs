//! The append-only, numbered record of one generation.
//!
//! Invariant: a log is closed by exactly one terminal event, and nothing follows it. Numbers begin at 1, without gaps.
//!
//! Two locks, in this order: the entries, then the length inside its `watch`. Whoever holds a borrow of the length, as the
//! closure of `wait_for` does, must not look into the entries: an append would wait for it, and it for the append.

use bytes::Bytes;
use protocol::event::StreamEvent;
use std::sync::{
    Mutex, MutexGuard, OnceLock, PoisonError,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::watch;

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

/// The record.
#[derive(Debug)]
pub struct Log {
    entries: Mutex<Vec<Entry>>,
    /// Of the text in the events; what the entries themselves take comes on top.
    text_bytes: AtomicUsize,
    length: watch::Sender<usize>,
}

impl Log {
    /// An empty log.
    pub fn new() -> Self {
        Self { entries: Mutex::new(Vec::new()), text_bytes: AtomicUsize::new(0), length: watch::Sender::new(0) }
    }

    /// Appends events and wakes every reader once. What follows a terminal event is dropped.
    pub fn append(&self, events: impl IntoIterator<Item = StreamEvent>) {
        let mut entries = self.entries();
        let before = entries.len();
        for event in events {
            if entries.last().is_some_and(|last| last.event.is_terminal()) {
                break;
            }
            if let StreamEvent::Chunk { content } | StreamEvent::Reasoning { content } = &event {
                self.text_bytes.fetch_add(content.len(), Ordering::Relaxed);
            }
            entries.push(Entry { event, frame: OnceLock::new() });
        }
        // Told before the lock is released: whoever finds the log closed also finds its whole length.
        if entries.len() > before {
            self.length.send_replace(entries.len());
        }
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        *self.length.borrow()
    }

    /// About how much memory it takes: each event with its frame, and its text in both.
    pub(super) fn bytes(&self) -> usize {
        self.len() * (size_of::<Entry>() + FRAME_OVERHEAD) + 2 * self.text_bytes.load(Ordering::Relaxed)
    }

    /// Whether there is no event yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the terminal event is there.
    pub fn is_closed(&self) -> bool {
        self.entries().last().is_some_and(|last| last.event.is_terminal())
    }

    /// Told about every growth.
    pub fn watch(&self) -> watch::Receiver<usize> {
        self.length.subscribe()
    }

    /// Hands the entries after `cursor` to `take`, with their numbers, until it has had enough; returns the new cursor.
    pub fn read(&self, cursor: usize, mut take: impl FnMut(u64, &Entry) -> bool) -> usize {
        let entries = self.entries();
        let mut cursor = cursor;
        for entry in entries.get(cursor..).unwrap_or_default() {
            cursor += 1;
            if !take(cursor as u64, entry) {
                break;
            }
        }
        cursor
    }

    /// A panic while holding the lock cannot leave a half-pushed entry, so a poisoned lock is still good.
    fn entries(&self) -> MutexGuard<'_, Vec<Entry>> {
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
}
