//! The way up in a long chat.

use crate::{
    browser::{
        element::{self, NearWatch},
        time,
    },
    chat::handle::StreamingChatHandle,
    erased::{Show, effect},
    words,
};
use leptos::{html, prelude::*, task::spawn_local};

/// How near to the first message the reader has to come for those before it to be read.
const NEAR: &str = "900px 0px 0px 0px";

/// Reads messages from above those that are shown when the reader comes near, and keeps what is read where it is.
#[component]
pub fn EarlierMessages(
    /// The chat.
    chat: StreamingChatHandle,
    /// What scrolls.
    view_node: NodeRef<html::Div>,
) -> impl IntoView {
    let place = NodeRef::<html::Div>::new();
    let reading = RwSignal::new(false);
    let failed = RwSignal::new(false);
    let read = move || {
        if reading.get_untracked() {
            return;
        }
        reading.set(true);
        spawn_local(async move {
            let read = chat.read_earlier(move || keep_place(view_node)).await;
            let _ = failed.try_set(read.is_err());
            let _ = reading.try_set(false);
        });
    };
    effect(move |_| {
        // The watch tells of a change only: after each reading it looks anew.
        let wanted = chat.has_earlier.get() && !reading.get() && !failed.get() && !chat.is_loading.get();
        chat.look.track();
        let (view, place) = (view_node.get()?, place.get()?);
        let watch = StoredValue::new_local(None);
        if wanted {
            // Not before the view has gone to where it begins.
            time::on_next_frame(move || {
                let _ = watch.try_set_value(Some(NearWatch::new(&view, &place, NEAR, read)));
            });
        }
        Some(watch)
    });
    let label = move || match (failed.get(), reading.get()) {
        (true, false) => words::earlier_not_read(),
        (_, true) => words::reading_earlier(),
        (false, false) => words::show_earlier(),
    };
    view! {
        <Show when=move || chat.has_earlier.get()>
            <div class="earlier-messages" node_ref=place>
                <button type="button" class="button" on:click=move |_| read()>{move || label()}</button>
            </div>
        </Show>
    }
}

/// Keeps the first message where it is seen, while others are added above it.
fn keep_place(view_node: NodeRef<html::Div>) {
    let Some(view) = view_node.get_untracked() else { return };
    let Some(first) = element::find(&view, "[data-key]") else { return };
    let before = element::top(&first);
    spawn_local(async move {
        // The document has changed by then, and nothing has been painted yet.
        leptos::task::tick().await;
        // Messages out of sight have a height that is guessed; what stands above the reader must have its own from the start.
        let added = element::before(&first);
        let draw =
            move |drawn: Option<&str>| added.iter().for_each(|one| element::set_attribute(one, "data-drawn", drawn));
        draw(Some("true"));
        let moved = element::top(&first) - before;
        view.set_scroll_top(view.scroll_top() + moved.round() as i32);
        // The browser has noted their heights once they have been drawn.
        time::on_next_frame(move || time::on_next_frame(move || draw(None)));
    });
}
