//! Whether the browser has a network.

use futures::channel::oneshot;
use leptos::{ev, prelude::*, wasm_bindgen::JsCast};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

/// Whether the browser believes that it has a network.
pub(crate) fn is_online() -> bool {
    window().navigator().on_line()
}

/// Waits until the browser says that the network has come back.
pub(crate) async fn came_online() {
    comes(ev::online).await;
}

/// Notes whether the network has gone since this was made. It stays noted when the network is back: connections may have
/// broken meanwhile without a word.
pub(crate) struct OfflineWatch {
    gone: Rc<Cell<bool>>,
    _listener: Listener,
}

impl OfflineWatch {
    pub(crate) fn new() -> Self {
        let gone = Rc::new(Cell::new(false));
        let noted = Rc::clone(&gone);
        let listener = window_event_listener(ev::offline, move |_| noted.set(true));
        Self { gone, _listener: Listener(Some(listener)) }
    }

    /// Waits until the network has gone; not at all if it has before.
    pub(crate) async fn gone(&self) {
        if !self.gone.get() {
            comes(ev::offline).await;
        }
    }
}

/// Waits for an event of the window, or one that rises to it.
pub(super) async fn comes<E: ev::EventDescriptor + 'static>(event: E)
where
    E::EventType: JsCast,
{
    let (tell, told) = oneshot::channel();
    let tell = RefCell::new(Some(tell));
    let listener = window_event_listener(event, move |_| {
        if let Some(tell) = tell.borrow_mut().take() {
            let _ = tell.send(());
        }
    });
    let _listener = Listener(Some(listener));
    let _ = told.await;
}

/// A listener of the window that goes when this is dropped.
pub(crate) struct Listener(pub(crate) Option<WindowListenerHandle>);

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some(listener) = self.0.take() {
            listener.remove();
        }
    }
}
