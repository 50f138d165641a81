//! Any interleaving of a writer and its readers: each reader gets every event once, in order, from where it began.

use super::{
    handle::{Generation, Keep},
    log::Log,
    memory::LogMemory,
    reader::Reader,
};
use crate::visitor::{Owner, VisitorId};
use futures::FutureExt;
use proptest::prelude::*;
use protocol::{
    error::{ErrorCode, PublicError},
    event::{Processing, StreamEvent},
    id::GenerationId,
};
use std::sync::Arc;

fn generation() -> Arc<Generation> {
    let names = Processing {
        generation_id: GenerationId(uuid::Uuid::nil()),
        conversation_id: None,
        message_id: None,
        user_message_id: None,
        model: "demo/rivulet".into(),
    };
    let owner = Owner::Visitor(VisitorId::random());
    Arc::new(Generation::new(owner, names, None, Keep::ForResume, &LogMemory::default()).0)
}

/// The event with this number.
fn event(number: usize) -> StreamEvent {
    StreamEvent::Chunk { content: number.to_string() }
}

/// What the writer or a reader does next.
#[derive(Debug, Clone)]
enum Step {
    Append(usize),
    /// A new reader, after this share of what is there.
    Begin(usize),
    /// One of the readers takes at most so many.
    Read(usize, usize),
    End,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0usize..6).prop_map(Step::Append),
        2 => any::<usize>().prop_map(Step::Begin),
        6 => (any::<usize>(), 1usize..5).prop_map(|(reader, most)| Step::Read(reader, most)),
        1 => Just(Step::End),
    ]
}

/// A reader, the number of the event that it has to get next, and whether it has seen the end.
struct Following {
    reader: Reader,
    next: u64,
    ended: bool,
}

impl Following {
    /// Takes what is there, at most so many, and checks that it is what should come.
    fn take(&mut self, most: usize) {
        match self.reader.ready().now_or_never() {
            Some(true) => {}
            // Nothing more will come, so the end must have been seen.
            Some(false) => return assert!(self.ended, "told that all was read, but the end was not"),
            None => return,
        }
        let mut left = most;
        let Self { reader, next, ended } = self;
        reader.read(|number, entry| {
            assert_eq!(number, *next, "an event is missing, doubled or out of order");
            assert!(!*ended, "something follows the end");
            match &entry.event {
                StreamEvent::Chunk { content } => assert_eq!(*content, number.to_string()),
                other => *ended = other.is_terminal(),
            }
            *next += 1;
            left -= 1;
            left > 0
        });
    }
}

proptest! {
    #[test]
    fn every_reader_gets_every_event_once(steps in prop::collection::vec(step(), 0..80)) {
        let generation = generation();
        let (mut length, mut closed) = (0, false);
        let mut readers = vec![Following { reader: generation.reader(), next: 1, ended: false }];
        for step in steps.into_iter().chain([Step::End]) {
            match step {
                Step::Append(count) => {
                    generation.log.append((length + 1..=length + count).map(event));
                    length += if closed { 0 } else { count };
                }
                Step::End => {
                    generation.log.append([StreamEvent::Error(PublicError::new(ErrorCode::Internal, "x"))]);
                    length += usize::from(!closed);
                    closed = true;
                }
                Step::Begin(share) => {
                    let after = (share % (length + 1)) as u64;
                    let reader = generation.subscribe(after).expect("a place in the log");
                    // Who begins after the end has nothing to wait for.
                    readers.push(Following { reader, next: after + 1, ended: closed && after == length as u64 });
                    prop_assert!(generation.subscribe(length as u64 + 1).is_none());
                }
                Step::Read(reader, most) => {
                    let which = reader % readers.len();
                    readers[which].take(most);
                }
            }
            prop_assert_eq!(generation.log.len(), length);
            prop_assert_eq!(generation.is_ended(), closed);
        }
        for mut following in readers {
            while following.next <= length as u64 {
                following.take(3);
            }
            prop_assert!(following.ended);
            prop_assert_eq!(following.reader.ready().now_or_never(), Some(false));
        }
    }
}

/// The same with threads: readers that wait while the writer appends from another.
#[test]
fn readers_on_other_threads_get_every_event_once() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    runtime.block_on(async {
        let generation = generation();
        let (events, batches) = (2000, [1, 7, 2, 64, 1, 1, 13]);
        let readers: Vec<_> = (0..8)
            .map(|most| {
                let mut following = Following { reader: generation.reader(), next: 1, ended: false };
                tokio::spawn(async move {
                    while following.reader.ready().await {
                        following.take(1 + most * 3);
                    }
                    assert!(following.ended);
                    following.next - 1
                })
            })
            .collect();
        let mut written = 0;
        for batch in batches.into_iter().cycle() {
            let upto = events.min(written + batch);
            generation.log.append((written + 1..=upto).map(event));
            written = upto;
            if written == events {
                break;
            }
            tokio::task::yield_now().await;
        }
        generation.log.append([StreamEvent::Error(PublicError::new(ErrorCode::Internal, "x"))]);
        for reader in readers {
            assert_eq!(reader.await.unwrap(), events as u64 + 1);
        }
    });
}

#[test]
fn batches_of_any_size_are_the_same_log() {
    let numbers = |log: &Log| {
        let mut numbers = Vec::new();
        log.read(0, |number, entry| (numbers.push((number, entry.event.clone())), true).1);
        numbers
    };
    let one = Log::new();
    one.append((1..=30).map(event));
    for size in 1..30 {
        let log = Log::new();
        (1..=30).collect::<Vec<_>>().chunks(size).for_each(|batch| log.append(batch.iter().copied().map(event)));
        assert_eq!(numbers(&log), numbers(&one), "in batches of {size}");
    }
}

/// Found by the soak: an append and a wait for the end took the same two locks in turn, and both stood still.
#[test]
fn waiting_for_the_end_never_holds_an_append_up() {
    let (done, is_done) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
        runtime.block_on(async {
            let generation = generation();
            let waiting: Vec<_> = (0..3)
                .map(|_| {
                    let generation = Arc::clone(&generation);
                    tokio::spawn(async move { generation.ended().await })
                })
                .collect();
            for number in 0..50_000 {
                generation.log.append([event(number)]);
                if number % 8 == 0 {
                    tokio::task::yield_now().await;
                }
            }
            generation.log.append([StreamEvent::Error(PublicError::new(ErrorCode::Internal, "x"))]);
            for waiting in waiting {
                waiting.await.unwrap();
            }
        });
        done.send(()).unwrap();
    });
    is_done.recv_timeout(std::time::Duration::from_secs(60)).expect("the writer and those who wait stand still");
}
