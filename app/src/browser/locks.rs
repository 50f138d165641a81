//! Locks that the tabs of a browser share. A tab that is closed or dies gives back what it has.
//!
//! Pages that came over plain http from another machine have none, nor have old browsers: there, nobody gets a lock.

use futures::channel::oneshot;
use js_sys::{Array, Function, Object, Promise, Reflect};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, future_to_promise, spawn_local};
use web_sys::AbortController;

/// How much a lock is wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Waits in line.
    InTurn,
    /// Goes without it if another has it.
    IfFree,
    /// Takes it away from whoever has it.
    ByForce,
}

/// A lock that this tab has until it is dropped.
pub(crate) struct Lock {
    _release: oneshot::Sender<()>,
    lost: oneshot::Receiver<()>,
}

impl Lock {
    /// Waits until another tab has taken it by force.
    pub(crate) async fn lost(&mut self) {
        let _ = (&mut self.lost).await;
    }
}

/// Leaves the line when it is dropped; a lock that was given is not concerned.
struct InLine(Option<AbortController>);

impl Drop for InLine {
    fn drop(&mut self) {
        if let Some(controller) = &self.0 {
            controller.abort();
        }
    }
}

/// Whether this page can have locks.
pub(crate) fn are_there() -> bool {
    manager().is_some()
}

/// Asks for a lock; `None` if it is not to be had. Dropping the future gives up waiting.
pub(crate) async fn request(name: &str, wish: Wish) -> Option<Lock> {
    let manager = manager()?;
    let options = Object::new();
    let set = |option: &str, value: &JsValue| Reflect::set(&options, &option.into(), value).ok();
    // The browser refuses a signal beside the other two.
    let in_line = InLine(AbortController::new().ok().filter(|_| wish == Wish::InTurn));
    match wish {
        Wish::InTurn => set("signal", &in_line.0.as_ref()?.signal())?,
        Wish::IfFree => set("ifAvailable", &JsValue::TRUE)?,
        Wish::ByForce => set("steal", &JsValue::TRUE)?,
    };
    let (give, given) = oneshot::channel();
    let (release, released) = oneshot::channel::<()>();
    let callback = Closure::once(move |lock: JsValue| {
        let _ = give.send(!lock.is_null());
        // The lock is held until this promise is kept.
        future_to_promise(async move {
            let _ = released.await;
            Ok(JsValue::UNDEFINED)
        })
    });
    let request = method(&manager, "request")?;
    let asked = request.call3(&manager, &name.into(), &options, callback.as_ref()).ok()?;
    let (lose, lost) = oneshot::channel();
    spawn_local(async move {
        if JsFuture::from(asked.unchecked_into::<Promise>()).await.is_err() {
            let _ = lose.send(());
        }
        drop(callback);
    });
    let given = given.await.unwrap_or(false);
    given.then_some(Lock { _release: release, lost })
}

/// How many wait in line for a lock.
pub(crate) async fn waiting(name: &str) -> usize {
    let count = async {
        let manager = manager()?;
        let asked = method(&manager, "query")?.call0(&manager).ok()?;
        let snapshot = JsFuture::from(asked.unchecked_into::<Promise>()).await.ok()?;
        let waiting: Array = get(&snapshot, "pending").dyn_into().ok()?;
        Some(waiting.iter().filter(|one| get(one, "name").as_string().as_deref() == Some(name)).count())
    };
    count.await.unwrap_or(0)
}

fn manager() -> Option<JsValue> {
    let manager = get(&window().navigator(), "locks");
    manager.is_object().then_some(manager)
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

fn method(object: &JsValue, name: &str) -> Option<Function> {
    get(object, name).dyn_into().ok()
}
