//! Time and frames.

use futures::{
    FutureExt,
    channel::oneshot,
    future::{Either, select},
};
use leptos::{
    leptos_dom::helpers::TimeoutHandle,
    prelude::{document, request_animation_frame, set_timeout, set_timeout_with_handle, window},
};
use std::{cell::Cell, future::Future, pin::pin, rc::Rc, time::Duration};

/// Milliseconds since the page began; never goes back.
pub(crate) fn now() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}

/// Waits.
pub async fn sleep(duration: Duration) {
    struct Cancel(Option<TimeoutHandle>);
    impl Drop for Cancel {
        fn drop(&mut self) {
            if let Some(handle) = self.0.take() {
                handle.clear();
            }
        }
    }
    let (tell, told) = oneshot::channel::<()>();
    let _cancel = Cancel(set_timeout_with_handle(move || _ = tell.send(()), duration).ok());
    let _ = told.await;
}

/// What the future gives, or nothing if it takes longer than this.
pub async fn within<T>(duration: Duration, future: impl Future<Output = T>) -> Option<T> {
    first(future, sleep(duration)).await.left()
}

/// The one of the two that is done first.
pub(crate) async fn first<L, R>(left: impl Future<Output = L>, right: impl Future<Output = R>) -> First<L, R> {
    match select(pin!(left.fuse()), pin!(right.fuse())).await {
        Either::Left((left, _)) => First::Left(left),
        Either::Right((right, _)) => First::Right(right),
    }
}

/// What came first.
pub(crate) enum First<L, R> {
    /// The left one.
    Left(L),
    /// The right one.
    Right(R),
}

impl<L, R> First<L, R> {
    fn left(self) -> Option<L> {
        match self {
            Self::Left(left) => Some(left),
            Self::Right(_) => None,
        }
    }
}

/// Work that is done once, by whoever comes first.
type Once = Rc<Cell<Option<Box<dyn FnOnce()>>>>;

/// Does this before the next frame is painted. Hidden pages paint no frames, so a timer stands behind it.
pub(crate) fn on_next_frame(work: impl FnOnce() + 'static) {
    let run = |once: Once| {
        if let Some(work) = once.take() {
            work();
        }
    };
    let once: Once = Rc::new(Cell::new(Some(Box::new(work))));
    let again = Rc::clone(&once);
    if !document().hidden() {
        request_animation_frame(move || run(once));
    }
    set_timeout(move || run(again), Duration::from_millis(250));
}
