//! Leptos's effects, memos, `Show` and `For`, with what is given to them in a box.
//!
//! Leptos compiles all that stands behind an effect or a view once for each closure and each type that it is made of. That is most
//! of the page's weight. Here the closure is boxed before it comes to Leptos, so that the rest is compiled once for all.
//!
//! Who calls it: components and the chat session, in place of what has the same name in `leptos::prelude`.

use leptos::{children::ViewFn, prelude::*};
use std::sync::Arc;

/// An effect, which is given what it gave the last time.
pub(crate) fn effect<T: 'static>(mut run: impl FnMut(Option<T>) -> T + 'static) {
    let mut last = None;
    boxed_effect(Box::new(move || last = Some(run(last.take()))));
}

fn boxed_effect(mut run: Box<dyn FnMut()>) {
    Effect::new(move |_: Option<()>| run());
}

/// A value that follows from signals; those who read it hear of it only when it is another.
pub(crate) fn memo<T: PartialEq + Send + Sync + 'static>(value: impl Fn() -> T + Send + Sync + 'static) -> Memo<T> {
    boxed_memo(Box::new(value))
}

fn boxed_memo<T: PartialEq + Send + Sync + 'static>(value: Box<dyn Fn() -> T + Send + Sync>) -> Memo<T> {
    Memo::new(move |_| value())
}

/// Shows its children as long as `when` holds, and otherwise the fallback.
#[component(transparent)]
pub fn Show<W>(
    /// What is shown.
    children: ChildrenFn,
    /// Whether it is.
    when: W,
    /// What is shown in its place.
    #[prop(optional, into)]
    fallback: ViewFn,
) -> AnyView
where
    W: Fn() -> bool + Send + Sync + 'static,
{
    let when = memo(when);
    view(move || if when.get() { children() } else { fallback.run() })
}

/// A part of the page that is made again whenever a signal that it reads changes.
pub(crate) fn view(part: impl FnMut() -> AnyView + Send + 'static) -> AnyView {
    let part: Box<dyn FnMut() -> AnyView + Send> = Box::new(part);
    part.into_any()
}

/// One view for each item. Items whose keys stay keep their elements.
#[component(transparent)]
pub fn For<E, I, T, KF, K, V, N>(
    /// The items.
    each: E,
    /// What an item is known by.
    key: KF,
    /// The view of an item that has not been shown before.
    children: V,
) -> AnyView
where
    E: Fn() -> I + Send + 'static,
    I: IntoIterator<Item = T>,
    T: Send + 'static,
    KF: Fn(&T) -> K + Send + 'static,
    K: Into<Key>,
    V: Fn(T) -> N + Send + Sync + 'static,
    N: IntoView + 'static,
{
    let children: Arc<dyn Fn(T) -> AnyView + Send + Sync> = Arc::new(move |item| children(item).into_any());
    list(Box::new(move || {
        let item = |item: T| {
            let (key, children) = (key(&item).into(), Arc::clone(&children));
            Item { key, view: Box::new(move || children(item)) }
        };
        each().into_iter().map(item).collect()
    }))
}

fn list(items: Box<dyn Fn() -> Vec<Item> + Send>) -> AnyView {
    let key = |item: &Item| item.key.clone();
    leptos::control_flow::For(leptos::control_flow::ForProps { each: items, key, children: |item: Item| (item.view)() })
        .into_any()
}

struct Item {
    key: Key,
    view: Box<dyn FnOnce() -> AnyView + Send>,
}

/// What an item of a list is known by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    /// A number.
    Number(u64),
    /// A text.
    Text(Box<str>),
}

impl From<u32> for Key {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<u64> for Key {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<String> for Key {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}
