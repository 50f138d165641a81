//! Readers: detachable views of a generation.

use super::{
    handle::Generation,
    log::{Entry, ReaderId},
};
use std::{
    sync::Arc,
    task::{Context, Poll},
};

/// A cursor into a generation's log. A slow reader lags here and costs nobody else anything.
#[derive(Debug)]
pub struct Reader {
    generation: Arc<Generation>,
    id: ReaderId,
    cursor: usize,
}

impl Reader {
    pub(super) fn new(generation: Arc<Generation>, cursor: usize) -> Self {
        Self { id: generation.log.reader_id(), generation, cursor }
    }

    /// The generation that is read.
    pub fn generation(&self) -> &Arc<Generation> {
        &self.generation
    }

    /// The number of the last event that it has read; 0 before the first.
    pub fn number(&self) -> u64 {
        self.cursor as u64
    }

    /// Waits until there is something to read. `false` when everything, the terminal event included, has been read.
    pub async fn ready(&mut self) -> bool {
        std::future::poll_fn(|context| {
            self.generation.log.poll_beyond(self.cursor, self.id, context, |_, _| false).map(|read| read.is_some())
        })
        .await
    }

    /// Hands what is there to `take`, with the events' numbers, until it has had enough.
    pub fn read(&mut self, take: impl FnMut(u64, &Entry) -> bool) {
        self.cursor = self.generation.log.read(self.cursor, take);
    }

    /// [`Reader::ready`] and [`Reader::read`] in one.
    pub fn poll_read(&mut self, context: &mut Context<'_>, take: impl FnMut(u64, &Entry) -> bool) -> Poll<bool> {
        self.generation.log.poll_beyond(self.cursor, self.id, context, take).map(|read| match read {
            Some(cursor) => {
                self.cursor = cursor;
                true
            }
            None => false,
        })
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.generation.log.leave(self.id);
    }
}
