//! Says that there is no network.

use super::icon::{Drawing, Icon};
use crate::{
    browser::connection::{self, Listener},
    erased::{Show, effect},
    words,
};
use leptos::{ev, prelude::*};

/// A line above the chat while the browser has no network. It is there before it is filled, because only then is it read
/// aloud.
#[component]
pub fn OfflineBanner(
    /// Called when the network is back.
    returned: Callback<()>,
) -> impl IntoView {
    let offline = RwSignal::new(false);
    effect(move |_| {
        offline.set(!connection::is_online());
        let gone = window_event_listener(ev::offline, move |_| offline.set(true));
        let back = window_event_listener(ev::online, move |_| {
            offline.set(false);
            returned.run(());
        });
        (Listener(Some(gone)), Listener(Some(back)))
    });
    view! {
        <div class="banner offline-banner" role="status">
            <Show when=move || offline.get()>
                <p>
                    <Icon drawing=Drawing::Offline />
                    {words::offline()}
                </p>
            </Show>
        </div>
    }
}
