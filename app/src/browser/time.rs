//! Time and frames.

use super::connection::comes;
use futures::{
    FutureExt,
    channel::oneshot,
    future::{Either, select},
};
use leptos::{
    ev,
    leptos_dom::helpers::TimeoutHandle,
    prelude::{document, request_animation_frame, set_timeout, set_timeout_with_handle, window},
};
use std::{cell::Cell, future::Future, pin::pin, rc::Rc, time::Duration};

/// Milliseconds since the page began; never goes back.
pub(crate) fn now() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}

/// Milliseconds since 1970 UTC. Unlike [`now`] it goes on while the machine sleeps.
pub(crate) fn wall_clock() -> f64 {
    js_sys::Date::now()
}

/// How far local time is ahead of UTC at a moment of the [`wall_clock`], in minutes.
pub(crate) fn zone_offset(moment: f64) -> i32 {
    -js_sys::Date::new(&moment.into()).get_timezone_offset() as i32
}

/// The day of a moment of the [`wall_clock`] in a language: as the reader's own region writes it, where the browser speaks that language.
pub(crate) fn date(moment: f64, language: &str) -> String {
    let own = window().navigator().language().filter(|own| own.get(..2) == language.get(..2));
    // The digits of the rest of the page.
    let locale = own.unwrap_or_else(|| language.to_owned()) + "-u-nu-latn";
    let style = js_sys::Object::new();
    for (name, value) in [("year", "numeric"), ("month", "short"), ("day", "numeric")] {
        let _ = js_sys::Reflect::set(&style, &name.into(), &value.into());
    }
    js_sys::Date::new(&moment.into()).to_locale_date_string(&locale, &style).into()
}

/// Waits until that moment of the [`wall_clock`].
pub(crate) async fn wait_until(moment: f64) {
    loop {
        let left = moment - wall_clock();
        if left <= 0.0 {
            return;
        }
        // Timers stand still while the machine sleeps; afterwards the page is shown again. And they take no more than 24 days.
        first(sleep(Duration::from_millis(left.min(3_600_000.0) as u64)), became_visible()).await;
    }
}

/// The seconds that are left until that moment of the [`wall_clock`], rounded up.
pub(crate) fn seconds_until(moment: f64) -> u64 {
    ((moment - wall_clock()).max(0.0) / 1000.0).ceil() as u64
}

/// Tells [`seconds_until`] that moment whenever they change, until none are left. Nothing is done while the page is hidden.
pub(crate) async fn count_down(moment: f64, tell: impl Fn(u64)) {
    loop {
        let seconds = seconds_until(moment);
        tell(seconds);
        if seconds == 0 {
            return;
        }
        if document().hidden() {
            became_visible().await;
            continue;
        }
        let rest = moment - wall_clock() - (seconds - 1) as f64 * 1000.0;
        sleep(Duration::from_millis(rest.max(0.0) as u64)).await;
    }
}

/// Waits until the page is shown; not at all if it is.
pub(crate) async fn until_visible() {
    if document().hidden() {
        became_visible().await;
    }
}

/// Waits until the page is shown again.
async fn became_visible() {
    loop {
        comes(ev::visibilitychange).await;
        if !document().hidden() {
            return;
        }
    }
}

/// Waits until the page has answered what has come meanwhile: for work that is cut into several tasks. Not at all while the page is hidden: nobody
/// waits for it then, and a browser calls a hidden page once a second, or once a minute.
pub(crate) async fn next_task() {
    if !document().hidden() {
        sleep(Duration::ZERO).await;
    }
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

/// Does this before the first frame after so many milliseconds is painted.
pub(crate) fn on_next_frame_after(milliseconds: f64, work: impl FnOnce() + 'static) {
    if milliseconds < 1.0 {
        on_next_frame(work);
    } else {
        set_timeout(move || on_next_frame(work), Duration::from_millis(milliseconds as u64));
    }
}

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
