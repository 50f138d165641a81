//! Short words on what has just been done, with a way to undo it.

use super::icon::{Drawing, Icon};
use crate::{
    browser::{element, time},
    erased::{For, effect},
    words,
};
use futures::future::LocalBoxFuture;
use leptos::{html, prelude::*, reactive::owner::WeakOwner, task::spawn_local};
use std::time::Duration;

/// How long a toast stays that only says something, and one that offers something: that must be found before it goes (WCAG 2.2.1). It waits while
/// the pointer or the keyboard is on it.
const STAYS: [Duration; 2] = [Duration::from_secs(8), Duration::from_secs(20)];

/// The toasts of a page. Copying it gives the same ones.
#[derive(Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    next: StoredValue<u64>,
    /// The component that provided them. Whoever offers to undo something may be gone when that is wanted.
    owner: StoredValue<WeakOwner>,
}

/// Undoes something; if that fails, says why.
type Undo = Callback<(), LocalBoxFuture<'static, Result<(), String>>>;

/// A few words, and what can be done about them.
#[derive(Debug, Clone)]
struct Toast {
    key: u64,
    said: String,
    undo: Option<Undo>,
}

impl Toasts {
    /// Provides toasts to all components below the one that calls this.
    pub fn provide() -> Self {
        let owner = StoredValue::new(Owner::current().unwrap_or_default().downgrade());
        let toasts = Self { shown: RwSignal::new(Vec::new()), next: StoredValue::new(0), owner };
        provide_context(toasts);
        toasts
    }

    /// The toasts that were provided; none where there are none to be shown.
    pub fn of_page() -> Option<Self> {
        use_context()
    }

    /// Says something.
    pub fn say(self, words: impl Into<String>) {
        self.show(words.into(), None);
    }

    /// Says what was done, and undoes it if that is wanted. The offer stands until that has worked; what is given back where it
    /// has not are the words why.
    pub fn offer_undo(
        self,
        words: String,
        undo: impl Fn() -> LocalBoxFuture<'static, Result<(), String>> + Send + Sync + 'static,
    ) -> u64 {
        let undo = self.kept(|| Callback::new(move |()| undo()));
        self.show(words, undo)
    }

    /// Makes something that lives as long as the toasts, whoever makes it. Nothing once they are gone.
    pub(super) fn kept<T>(self, make: impl FnOnce() -> T) -> Option<T> {
        let owner = self.owner.try_get_value().and_then(|owner| owner.upgrade())?;
        Some(owner.with(make))
    }

    fn show(self, words: String, undo: Option<Undo>) -> u64 {
        let key = self.next.try_update_value(|next| {
            *next += 1;
            *next
        });
        let key = key.unwrap_or_default();
        self.shown.update(|shown| {
            // More than three would hide the chat.
            if shown.len() == 3 {
                shown.remove(0);
            }
            shown.push(Toast { key, said: words, undo });
        });
        key
    }

    /// Takes a toast away.
    pub fn dismiss(self, key: u64) {
        let _ = self.shown.try_update(|shown| shown.retain(|toast| toast.key != key));
    }
}

impl std::fmt::Debug for Toasts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Toasts").finish_non_exhaustive()
    }
}

/// Where the toasts are shown. It is there before they are, because only then are they read aloud.
#[component]
pub fn ToastStack(
    /// The toasts.
    toasts: Toasts,
) -> impl IntoView {
    view! {
        <section class="toast-stack" aria-label=words::notifications()>
            <div role="status" class="toast-stack__list">
                <For each=move || toasts.shown.get() key=|toast| toast.key children=move |toast| view! { <One toasts toast /> } />
            </div>
        </section>
    }
}

#[component]
fn One(toasts: Toasts, toast: Toast) -> impl IntoView {
    let Toast { key, said, undo } = toast;
    let (said, undoing) = (RwSignal::new(said), RwSignal::new(false));
    // What could not be undone is tried again as long as somebody wants to.
    let failed = StoredValue::new(false);
    let node = NodeRef::<html::Div>::new();
    let close = move || {
        let had_focus = node.get_untracked().is_some_and(|node| element::has_focus_within(&node));
        toasts.dismiss(key);
        if had_focus {
            element::focus_on_page(".composer__text");
        }
    };
    effect(move |_| {
        // What was pressed to delete is gone, and the focus with it: whoever uses the keyboard is given the way back.
        if let Some(node) = node.get().filter(|_| undo.is_some() && element::is_focus_lost()) {
            time::on_next_frame(move || _ = element::focus_in(&node, ".toast__undo"));
        }
        let stays = STAYS[usize::from(undo.is_some())];
        leptos::reactive::spawn_local_scoped_with_cancellation(async move {
            loop {
                time::sleep(stays).await;
                time::until_visible().await;
                let held = |node| element::matches(node, ":hover, :has(:focus-visible)");
                match node.get_untracked() {
                    _ if undoing.get_untracked() || failed.get_value() => {}
                    Some(node) if held(&node) => {}
                    _ => return toasts.dismiss(key),
                }
            }
        });
    });
    let undo_it = move |undo: Undo| {
        // A double click undoes once.
        if undoing.get_untracked() {
            return;
        }
        undoing.set(true);
        spawn_local(async move {
            match undo.run(()).await {
                Ok(()) if undoing.is_disposed() => {}
                Ok(()) => close(),
                // Dismissed by hand, or by what was to be undone.
                Err(why) if said.is_disposed() => toasts.say(why),
                Err(why) => {
                    said.set(why);
                    failed.set_value(true);
                    undoing.set(false);
                }
            }
        });
    };
    view! {
        <div class="toast" node_ref=node on:keydown=move |event| if event.key() == "Escape" {
            event.prevent_default();
            close();
        }>
            <p>{move || said.get()}</p>
            {undo.map(|undo| view! {
                <button type="button" class="toast__undo" aria-disabled=move || undoing.get().to_string()
                    on:click=move |_| undo_it(undo)>{words::undo()}</button>
            })}
            <button type="button" class="icon-button toast__close" aria-label=words::dismiss() on:click=move |_| close()>
                <Icon drawing=Drawing::Close />
            </button>
        </div>
    }
}
