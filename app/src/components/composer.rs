//! Where the question is typed.

use super::{
    attachment_tray::{AttachmentButton, AttachmentTray},
    dictation_button::DictationButton,
    icon::{Drawing, Icon},
    preset_picker::{PresetOptions, PresetPicker, describe},
};
use crate::{
    browser::{document, element, file::ChosenFile, time},
    chat::{handle::StreamingChatHandle, held::Held},
    erased::{effect, memo},
    model_names::ModelNames,
    words,
};
use leptos::{ev, html, prelude::*};
use protocol::id::ConversationId;

/// A machine with a keyboard of its own.
pub(super) const DESK: &str = "(hover: hover) and (pointer: fine)";

/// A text area that grows, and one button in one place: Send, or Stop while an answer is under way.
#[component]
pub fn Composer(
    /// The chat.
    chat: StreamingChatHandle,
    /// What stands in the empty text area.
    #[prop(into)]
    placeholder: String,
) -> impl IntoView {
    let area = NodeRef::<html::Textarea>::new();
    tie_text(area, chat.draft);
    let picker = PresetPicker::of_page(chat);
    if let Some(picker) = picker {
        describe(area, picker);
    }
    let focus = move || {
        if let Some(area) = area.get_untracked() {
            element::focus(&area);
        }
    };
    // A keyboard that slides over the page is not called up unasked. Whoever was faster than the page's program has gone to something else.
    effect(move |_| {
        if element::is_focus_lost() && document::matches_media(DESK) {
            focus();
        }
    });
    // A question that waits to be sent, above the text area.
    let waits = memo(move || chat.held.with(|held| held.as_ref().is_some_and(Held::is_question)));
    // What was to be sent while the last answer was being stopped: it is sent when that has stopped, if it is still the same then. (What was
    // stopped may have been put back in front of it, and whoever has changed anything is not done with it.)
    let asked_early = StoredValue::new(None::<Asked>);
    let send = move || {
        if chat.is_stopping.get_untracked() && untrack(|| chat.can_send()) {
            asked_early.set_value(Some(Asked::now(chat)));
        }
        let free = !chat.is_streaming.get_untracked() && !chat.is_loading.get_untracked() && !waits.get_untracked();
        if free && untrack(|| chat.can_send()) {
            let text = chat.draft.try_update(std::mem::take).unwrap_or_default();
            chat.send(text);
        }
        focus();
    };
    // Whatever began the answer, the next thing is typed here. (A button that was pressed may be gone by now.)
    effect(move |before: Option<bool>| {
        let busy = chat.is_streaming.get();
        if busy && before == Some(false) && document::matches_media(DESK) {
            focus();
        }
        // The button that stops it goes with its end.
        if !busy && before == Some(true) {
            time::on_next_frame(super::focus::give_back);
            let asked = asked_early.try_update_value(Option::take).flatten();
            if let Some(asked) = asked
                && asked.still_stands(&Asked::now(chat))
            {
                send();
            }
        }
        busy
    });
    // A new chat begins with its first question, also if its button was pressed by keyboard.
    let is_new = memo(move || chat.conversation.get().is_none());
    effect(move |before: Option<bool>| {
        let new = is_new.get();
        if new && before == Some(false) && document::matches_media(DESK) {
            focus();
        }
        new
    });
    // A question that is taken back is there to be edited.
    effect(move |before: Option<bool>| {
        let now = waits.get();
        let taken_back = before == Some(true) && !now && chat.draft.with_untracked(|draft| !draft.is_empty());
        if taken_back && !chat.is_streaming.get_untracked() {
            focus();
        }
        now
    });
    let pressed = move |event: ev::KeyboardEvent| {
        if picker.is_some_and(|picker| picker.takes(&event)) {
            return;
        }
        // While an input method composes, Enter belongs to it. (229 is how Safari says so.)
        let composing = event.is_composing() || event.key_code() == 229;
        if event.key() == "Enter" && !event.shift_key() && !composing {
            event.prevent_default();
            // One that is held down has done its work.
            if !event.repeat() {
                send();
            }
        }
    };
    let blank = memo(move || !chat.can_send());
    // Send and Stop have one place: the second click of a double click on one must not be a click on the other.
    let is_first = |event: &ev::MouseEvent| event.detail() < 2;
    let stop_clicked = move |event: ev::MouseEvent| {
        if is_first(&event) {
            chat.cancel();
            focus();
        }
    };
    let send_clicked = move |event: ev::MouseEvent| {
        if is_first(&event) {
            send();
        }
    };
    let button = move || {
        match chat.is_streaming.get() {
        true => view! {
            <button type="button" class="composer__button composer__button--stop" aria-label=words::stop() title=words::stop_by_key()
                disabled=move || chat.is_stopping.get() on:click=stop_clicked>
                <Icon drawing=Drawing::Stop />
            </button>
        }
        .into_any(),
        false => view! {
            <button type="button" class="composer__button" aria-label=words::send_message() title=words::send_by_key()
                disabled=move || blank.get() || waits.get() on:click=send_clicked>
                <Icon drawing=Drawing::Send />
            </button>
        }
        .into_any(),
    }
    };
    let models = ModelNames::of_page();
    let pasted = move |event: ev::ClipboardEvent| {
        let files = ChosenFile::all_pasted(&event);
        if !files.is_empty() {
            event.prevent_default();
            chat.attach(files, models.limits());
        }
    };
    view! {
        {picker.map(|picker| view! { <PresetOptions picker /> }.into_any())}
        // A form, though nothing is submitted: Chromium's autofill looks through the form of what is typed, and where there is none
        // through the whole document, with each key.
        <form class="composer" on:click=move |_| focus()>
            <AttachmentTray chat />
            <AttachmentButton chat />
            <textarea node_ref=area class="composer__text" aria-label=words::message() rows="1" placeholder=placeholder
                autocomplete="off" enterkeyhint="send" on:keydown=pressed on:paste=pasted
                on:input=move |event| {
                    chat.draft.set(event_target_value(&event));
                    if let Some(picker) = picker {
                        picker.typed();
                    }
                }></textarea>
            <DictationButton chat />
            {move || button()}
        </form>
        <Show when=move || chat.is_too_long.get()>
            <p class="composer__note" role="status">
                {words::text_too_long()}
            </p>
        </Show>
    }
}

/// What stands in the composer, and in which conversation.
#[derive(PartialEq)]
struct Asked {
    conversation: Option<ConversationId>,
    draft: String,
    files: Vec<u64>,
}

impl Asked {
    fn now(chat: StreamingChatHandle) -> Self {
        Self {
            conversation: chat.conversation.get_untracked(),
            draft: chat.draft.get_untracked(),
            files: chat.uploads.with_untracked(|files| files.iter().map(|file| file.key).collect()),
        }
    }

    /// Whether that is what stands there now. A first question may have made its conversation since.
    fn still_stands(self, now: &Self) -> bool {
        let conversation = self.conversation.or(now.conversation);
        Self { conversation, ..self } == *now
    }
}

/// Keeps the text area and the draft the same. What was typed before the page came to life is taken over.
fn tie_text(area: NodeRef<html::Textarea>, draft: RwSignal<String>) {
    effect(move |before: Option<bool>| {
        let Some(area) = area.get() else { return false };
        let first = before != Some(true);
        let typed = area.value();
        draft.track();
        if first && !typed.is_empty() {
            // The browser may have put back what is kept as a draft too.
            draft.update(|draft| {
                *draft = if typed.contains(draft.as_str()) { typed.clone() } else { format!("{draft}\n\n{typed}") };
            });
        }
        draft.with_untracked(|draft| {
            if *draft != typed {
                area.set_value(draft);
            }
        });
        element::fit_height(&area);
        true
    });
}
