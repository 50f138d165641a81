//! The way up in a long chat, and letting go of what is up there once the reader is back at the end.

use crate::{
    browser::{
        element::{self, NearWatch},
        speech, time,
    },
    chat::handle::StreamingChatHandle,
    erased::{Show, effect, memo},
    words,
};
use leptos::{html, prelude::*, task::spawn_local};
use std::time::Duration;

/// How near to the first message the reader has to come for those before it to be read.
const NEAR: &str = "900px 0px 0px 0px";
/// How far above the view the first message that stays has to be, in pixels: so that what was let go of is not near again at once.
const FAR: f64 = 2000.0;
/// How long the reader has been back at the end when what is far above is let go of. If they still use it, they are asked again after as long.
const BACK: Duration = Duration::from_secs(1);

/// Reads messages from above those that are shown when the reader comes near, and keeps what is read where it is.
#[component]
pub fn EarlierMessages(
    /// The chat.
    chat: StreamingChatHandle,
    /// What scrolls.
    view_node: NodeRef<html::Div>,
    /// Whether the reader is at the end.
    #[prop(into)]
    at_end: Signal<bool>,
) -> impl IntoView {
    let_go_of_what_is_far(chat, view_node, at_end);
    let place = NodeRef::<html::Div>::new();
    let reading = RwSignal::new(false);
    let failed = RwSignal::new(false);
    let read = move || {
        // What is above a question that the server has not named yet cannot be asked for.
        if reading.get_untracked()
            || chat.messages.with_untracked(|all| all.first().is_none_or(|one| one.id().is_none()))
        {
            return;
        }
        reading.set(true);
        spawn_local(async move {
            let read = chat.read_earlier(move || keep_place(view_node)).await;
            let _ = failed.try_set(read.is_err());
            let _ = reading.try_set(false);
        });
    };
    // In another chat nothing has failed yet.
    effect(move |_| {
        chat.conversation.track();
        failed.set(false);
    });
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

/// A document with hundreds of messages makes each frame and each key slow, wherever in it the reader is.
fn let_go_of_what_is_far(chat: StreamingChatHandle, view_node: NodeRef<html::Div>, at_end: Signal<bool>) {
    let has_much = memo(move || at_end.get() && chat.is_long());
    let waiting = StoredValue::new(false);
    effect(move |_| {
        if !has_much.get() || waiting.get_value() {
            return;
        }
        waiting.set_value(true);
        spawn_local(async move {
            // The component may be gone by then.
            while has_much.try_get_untracked() == Some(true) {
                time::sleep(BACK).await;
                if has_much.try_get_untracked() == Some(true) {
                    let_go(chat, view_node);
                }
            }
            let _ = waiting.try_set_value(false);
        });
    });
}

/// Does that once, if what stays reaches far enough up and nothing of the messages is in use.
fn let_go(chat: StreamingChatHandle, view_node: NodeRef<html::Div>) {
    let (Some(view), Some(first)) = (view_node.get_untracked(), chat.first_to_keep()) else { return };
    let Some(place) = element::find(&view, &format!("[data-key=\"{}\"]", first.key)) else { return };
    let is_far = element::top(&view) - element::top(&place) >= FAR;
    if is_far && !element::has_focus_within(&view) && !element::has_selection_within(&view) && !speech::is_speaking() {
        chat.let_go_above(&first);
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
