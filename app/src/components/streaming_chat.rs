//! The whole chat as one component.

use super::{
    announcer::Announcer,
    composer::Composer,
    error_card::ErrorCard,
    held_card::HeldCard,
    limit_banner::Limit,
    message_list::MessageList,
    toast_stack::{ToastStack, Toasts},
};
use crate::{
    browser::{connection::Listener, element},
    chat::{
        handle::{StreamingChatHandle, use_streaming_chat},
        options::StreamingChatOptions,
    },
    erased::effect,
    words::{self, Explained},
};
use leptos::{ev, prelude::*};

/// A chat that streams: messages, and a place to type. It fills the height of what it stands in.
///
/// ```
/// use app::StreamingChat;
/// use leptos::prelude::*;
///
/// #[component]
/// fn Help() -> impl IntoView {
///     view! {
///         <StreamingChat
///             placeholder="How can we help?"
///             system_prompt="You answer questions about our shop."
///             class="help"
///         >
///             <p>"Ask us anything about your order."</p>
///         </StreamingChat>
///     }
/// }
/// ```
#[component]
pub fn StreamingChat(
    /// What stands in the empty text area.
    #[prop(optional, into, default = words::ask_anything().to_owned())]
    placeholder: String,
    /// Instructions that stand before the conversation.
    #[prop(optional, into)]
    system_prompt: Option<String>,
    /// A class for the outermost element, beside its own.
    #[prop(optional, into)]
    class: String,
    /// A chat that was made before, to be held by the page too; without it, the component makes its own.
    #[prop(optional)]
    chat: Option<StreamingChatHandle>,
    /// What to show while there are no messages.
    #[prop(optional)]
    children: Option<ChildrenFn>,
) -> impl IntoView {
    let chat = chat.unwrap_or_else(|| {
        let options = StreamingChatOptions::new();
        use_streaming_chat(match system_prompt {
            Some(prompt) => options.system_prompt(prompt),
            None => options,
        })
    });
    stop_on_escape(chat);
    let own_toasts = Toasts::of_page().is_none().then(Toasts::provide);
    let children = StoredValue::new(children);
    let problem = move || {
        let retry = Callback::new(move |()| chat.retry());
        chat.problem.get().filter(|error| chat.held.with(Option::is_some) || !Limit::explains(error)).map(|error| {
            let Explained { sentence, detail } = words::explained(&error);
            view! { <ErrorCard sentence detail retry /> }.into_any()
        })
    };
    view! {
        <section class=format!("streaming-chat {class}") aria-label=words::chat()>
            <MessageList chat>{move || children.with_value(|children| children.as_ref().map(|children| children()))}</MessageList>
            <div class="streaming-chat__foot">
                {move || problem()}
                <HeldCard chat />
                <Composer chat placeholder />
            </div>
            <Announcer chat />
            {own_toasts.map(|toasts| view! { <ToastStack toasts /> })}
        </section>
    }
}

/// Escape stops the answer, from wherever the focus is; an open dialog has the key for itself.
fn stop_on_escape(chat: StreamingChatHandle) {
    effect(move |_| {
        Listener(Some(window_event_listener(ev::keydown, move |event| {
            // With Shift, it leads to the writing place.
            let is_stop = event.key() == "Escape" && !event.shift_key();
            let is_free = !event.default_prevented() && !event.is_composing();
            // Looking for a dialog goes through the whole document, which takes long in a long chat: not with each key.
            if is_stop && is_free && chat.is_streaming.get_untracked() && !element::any_dialog_open() {
                chat.cancel();
            }
        })))
    });
}
