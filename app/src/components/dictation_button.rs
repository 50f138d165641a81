//! Takes dictation into the writing place.

use super::{
    icon::{Drawing, Icon},
    toast_stack::Toasts,
};
use crate::{browser::speech::Dictation, chat::handle::StreamingChatHandle, erased::effect, words};
use leptos::prelude::*;
use send_wrapper::SendWrapper;

/// A button that has the browser listen, and ends that. It is shown where a browser can.
#[component]
pub fn DictationButton(
    /// The chat whose draft is written.
    chat: StreamingChatHandle,
) -> impl IntoView {
    // The server renders on any thread; there is none of it there.
    let dictation = StoredValue::new(None::<SendWrapper<Dictation>>);
    let listens = RwSignal::new(false);
    let toasts = Toasts::of_page();
    // What was written last: whoever types goes on by hand.
    let written = StoredValue::new(String::new());
    let end = move || {
        let _ = dictation.try_update_value(Option::take);
        let _ = listens.try_set(false);
    };
    let turn = move |_| {
        if listens.get_untracked() {
            return end();
        }
        let before = chat.draft.get_untracked();
        written.set_value(before.clone());
        let heard = move |words: String| {
            let gap = if before.is_empty() || before.ends_with(char::is_whitespace) { "" } else { " " };
            let text = format!("{before}{gap}{}", words.trim_start());
            let _ = written.try_set_value(text.clone());
            let _ = chat.draft.try_set(text);
        };
        let ended = move |refused: bool| {
            // Not from inside of what is dropped with it.
            request_animation_frame(end);
            if let Some(toasts) = toasts.filter(|_| refused) {
                toasts.say(words::no_microphone().to_owned());
            }
        };
        dictation.set_value(Dictation::begin(heard, ended).map(SendWrapper::new));
        listens.set(true);
    };
    effect(move |_| {
        let ours = chat.draft.with(|draft| written.with_value(|written| draft == written));
        if listens.get_untracked() && !ours {
            end();
        }
    });
    let name = move || if listens.get() { words::stop_dictation() } else { words::dictate() };
    view! {
        <button type="button" class="icon-button dictation-button" aria-label=name title=name aria-pressed=move || listens.get().to_string()
            on:click=turn>
            <Icon drawing=Drawing::Microphone />
        </button>
    }
}
