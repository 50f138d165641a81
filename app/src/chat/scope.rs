//! Tasks that end with the component that started them.

use futures::future::{AbortHandle, Abortable, poll_fn};
use leptos::{prelude::*, reactive::owner::WeakOwner};
use std::{future::Future, pin::Pin, task::Poll};

/// The component that a chat belongs to. A task must not hold on to it: a component that is held is never cleaned up, and then
/// nothing ends the task.
#[derive(Clone, Copy)]
pub(super) struct Scope {
    owner: StoredValue<WeakOwner>,
}

impl std::fmt::Debug for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scope").finish_non_exhaustive()
    }
}

impl Scope {
    /// The component that is being made.
    pub(super) fn current() -> Self {
        Self { owner: StoredValue::new(Owner::current().unwrap_or_default().downgrade()) }
    }

    /// Starts a task as a part of the component. It ends with the component, or when the handle is told so.
    pub(super) fn spawn(self, task: impl Future<Output = ()> + 'static) -> AbortHandle {
        let (abort, registration) = AbortHandle::new_pair();
        let Some(owner) = self.owner.try_get_value() else { return abort };
        if let Some(owner) = owner.upgrade() {
            let with_component = abort.clone();
            owner.with(|| on_cleanup(move || with_component.abort()));
        }
        // In a box of one type for all tasks: what stands around it is compiled once.
        let mut task: Pin<Box<dyn Future<Output = ()>>> = Box::pin(task);
        let task = poll_fn(move |context| match owner.upgrade() {
            Some(owner) => owner.with(|| untrack(|| task.as_mut().poll(context))),
            None => Poll::Ready(()),
        });
        leptos::task::spawn_local(async move {
            let _ = Abortable::new(task, registration).await;
        });
        abort
    }
}
