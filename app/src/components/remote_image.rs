//! An image of another server, which is asked for it only when a person wants to see it: loading it tells that server who
//! reads, and its address could carry away what the conversation says.

use crate::{browser::element, erased::effect, words};
use leptos::{html, prelude::*};

/// A place for an image.
#[component]
pub fn RemoteImage(
    /// Its address.
    source: String,
    /// The server that would be asked.
    host: String,
    /// What it shows, in words.
    label: String,
) -> impl IntoView {
    let is_wanted = RwSignal::new(false);
    let image = NodeRef::<html::Img>::new();
    // The button that was pressed is gone.
    effect(move |_| {
        if let Some(image) = image.get().filter(|_| element::is_focus_lost()) {
            element::focus(&image);
        }
    });
    move || {
        if is_wanted.get() {
            view! { <img class="remote-image__image" node_ref=image tabindex="-1" src=source.clone() alt=label.clone() referrerpolicy="no-referrer" decoding="async" /> }
                .into_any()
        } else {
            let name = if label.trim().is_empty() { words::image().to_owned() } else { label.clone() };
            view! {
                <span class="remote-image">
                    <span class="remote-image__label">{name}</span>
                    <a class="remote-image__host" href=source.clone() target="_blank" rel="noopener noreferrer nofollow">
                        {host.clone()}
                    </a>
                    <button type="button" class="remote-image__load" on:click=move |_| is_wanted.set(true)>{words::load_image()}</button>
                </span>
            }
            .into_any()
        }
    }
}
