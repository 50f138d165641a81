//! The way down from a message far up in a long chat.

use crate::{
    browser::{element::NearWatch, time},
    chat::handle::StreamingChatHandle,
    erased::{Show, effect, memo},
};
use leptos::{html, prelude::*};

/// How near to the last message in the document the reader has to come for those below it to be put there.
const NEAR: &str = "0px 0px 900px 0px";

/// Puts messages below those that are in the document when the reader comes near.
#[component]
pub fn LaterMessages(
    /// The chat.
    chat: StreamingChatHandle,
    /// What scrolls.
    view_node: NodeRef<html::Div>,
) -> impl IntoView {
    let place = NodeRef::<html::Div>::new();
    let has_later = memo(move || chat.has_later());
    let last = memo(move || chat.in_document().last().map(|message| message.key));
    effect(move |_| {
        // The watch tells of a change only: after each step it looks anew.
        last.track();
        let (view, place) = (view_node.get()?, place.get()?);
        let watch = StoredValue::new_local(None);
        time::on_next_frame(move || {
            let _ = watch.try_set_value(Some(NearWatch::new(&view, &place, NEAR, move || chat.show_later())));
        });
        Some(watch)
    });
    view! {
        <Show when=move || has_later.get()>
            <div class="later-messages" node_ref=place></div>
        </Show>
    }
}
