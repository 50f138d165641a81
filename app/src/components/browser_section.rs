//! What is set for this browser only: notifications, shortcuts of a single key, and whether answers are told to screen readers.

use super::{announcer, commands, notifier};
use crate::{browser::notification, erased::effect, words};
use leptos::{ev, prelude::*, task::spawn_local};

/// A part of the settings. What is chosen holds at once.
#[component]
pub fn BrowserSection(
    /// Whether the settings are open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let (notify, single_keys, hear) = (RwSignal::new(false), RwSignal::new(true), RwSignal::new(true));
    let problem = RwSignal::new(false);
    effect(move |_| {
        if open.get() {
            notify.set(notifier::is_wanted());
            single_keys.set(commands::single_keys());
            hear.set(announcer::tells_answers());
            problem.set(false);
        }
    });
    let set_notify = Callback::new(move |wanted: bool| {
        spawn_local(async move {
            let may = wanted && notification::ask().await;
            notifier::want(may);
            // Set to the other value first, in case that it is the one that it has: the box shows what was clicked.
            notify.set(wanted);
            notify.set(may);
            problem.set(wanted && !may);
        });
    });
    let set_single_keys = Callback::new(move |on: bool| {
        commands::set_single_keys(on);
        single_keys.set(on);
    });
    let set_hear = Callback::new(move |on: bool| {
        announcer::set_tells_answers(on);
        hear.set(on);
    });
    view! {
        <section class="settings-dialog__section" aria-labelledby="settings-browser">
            <h3 id="settings-browser">{words::in_this_browser()}</h3>
            <Check label=words::notify_me() checked=notify set=set_notify />
            <p class="settings-dialog__error" role="status">
                {move || problem.get().then(words::cannot_notify)}
            </p>
            <Check label=words::single_keys() checked=single_keys set=set_single_keys />
            <Check label=words::hear_answers() checked=hear set=set_hear />
        </section>
    }
}

#[component]
fn Check(label: &'static str, checked: RwSignal<bool>, set: Callback<bool>) -> impl IntoView {
    view! {
        <label class="settings-dialog__check">
            <input type="checkbox" prop:checked=move || checked.get() on:change=move |event: ev::Event| set.run(event_target_checked(&event)) />
            {label}
        </label>
    }
}
