//! A bell for those who wait for something to change.

use futures::channel::oneshot;
use std::{cell::RefCell, future::Future};

/// Wakes whoever waits.
#[derive(Debug, Default)]
pub(super) struct Bell {
    waiting: RefCell<Vec<oneshot::Sender<()>>>,
}

impl Bell {
    /// Wakes all.
    pub(super) fn ring(&self) {
        for one in self.waiting.take() {
            let _ = one.send(());
        }
    }

    /// Waits for the next time that it rings, counted from this call.
    pub(super) fn rings(&self) -> impl Future<Output = ()> + use<> {
        let (wake, woken) = oneshot::channel();
        let mut waiting = self.waiting.borrow_mut();
        waiting.retain(|one| !one.is_canceled());
        waiting.push(wake);
        async move { _ = woken.await }
    }
}
