//! Brings search up to date a moment after something was stored.

use super::{search::index, writer::Writer};
use crate::store::StoreError;
use futures::FutureExt;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{Mutex, Notify},
    time::{sleep, timeout},
};

/// How long texts are gathered.
const GATHERING: Duration = Duration::from_millis(250);

/// How long to leave a disk alone that takes nothing.
const TROUBLED: Duration = Duration::from_secs(10);

/// How long who searches waits for what was stored in this moment.
const PATIENCE: Duration = Duration::from_millis(500);

/// Indexes what is new. Cloning it shares it.
#[derive(Clone)]
pub(super) struct Indexer {
    writer: Writer,
    new: Arc<New>,
}

struct New {
    /// Whether there may be something that is not indexed.
    is_there: AtomicBool,
    wake: Notify,
    /// Held by who indexes, so that who waits for it waits for the end.
    working: Mutex<()>,
}

impl Indexer {
    /// An indexer that only works when it is asked to.
    pub(super) fn new(writer: Writer) -> Self {
        // An earlier server may have left something.
        let new = New { is_there: AtomicBool::new(true), wake: Notify::new(), working: Mutex::default() };
        Self { writer, new: Arc::new(new) }
    }

    /// Begins to work by itself, on the present runtime, for as long as that is there.
    pub(super) fn start(&self) {
        let this = self.clone();
        tokio::spawn(async move {
            while !this.writer.is_closed() {
                match this.index_all().await {
                    Ok(()) => this.new.wake.notified().await,
                    Err(error) => {
                        if !matches!(error, StoreError::Unavailable(_)) {
                            tracing::error!(%error, "search could not be brought up to date");
                        }
                        sleep(TROUBLED).await;
                    }
                }
                sleep(GATHERING).await;
            }
        });
    }

    /// Something was stored that search does not know yet.
    pub(super) fn tell(&self) {
        self.new.is_there.store(true, Ordering::Release);
        self.new.wake.notify_one();
    }

    /// Waits until search knows what was stored, but not for long.
    pub(super) async fn settle(&self) {
        // What fails is tried again without anybody waiting for it.
        let _ = timeout(PATIENCE, self.index_all()).await;
    }

    /// Indexes all that is new, step by step.
    pub(super) async fn index_all(&self) -> Result<(), StoreError> {
        let _working = self.new.working.lock().await;
        while self.new.is_there.swap(false, Ordering::AcqRel) {
            let indexed = self.writer.run(Box::new(|connection| index::index_some(connection).boxed())).await;
            if !matches!(indexed, Ok(false)) {
                self.new.is_there.store(true, Ordering::Release);
            }
            indexed?;
        }
        Ok(())
    }
}
