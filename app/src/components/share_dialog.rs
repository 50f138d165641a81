//! Makes a conversation readable for others, and ends that.

use super::{
    copy_button::CopyButton,
    icon::{Drawing, Icon},
};
use crate::{
    browser::{document, element},
    chat::handle::StreamingChatHandle,
    conversations::transfer,
    erased::{Show, effect},
};
use leptos::{html, prelude::*, task::spawn_local};

/// A dialog with the address of the conversation's public page.
#[component]
pub fn ShareDialog(
    /// The chat.
    chat: StreamingChatHandle,
    /// Whether the dialog is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let problem = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    // Whether the page has been made to show what is shown here now, since the dialog was opened.
    let updated = RwSignal::new(false);
    effect(move |_| {
        let Some(dialog) = dialog.get() else { return };
        if open.get() {
            problem.set(None);
            updated.set(false);
            element::show_dialog(&dialog);
        } else {
            element::close_dialog(&dialog);
        }
    });
    let set = move |shared: bool| {
        let Some(id) = chat.conversation.get_untracked().filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        problem.set(None);
        updated.set(false);
        spawn_local(async move {
            let token = match shared {
                true => transfer::share(id).await.map(|link| Some(link.token)),
                false => transfer::unshare(id).await.map(|()| None),
            };
            match token {
                Ok(token) if chat.conversation.get_untracked() == Some(id) => {
                    let _ = updated.try_set(shared);
                    if chat.shared.with_untracked(|known| *known != token) {
                        chat.shared.set(token);
                    }
                }
                Ok(_) => {}
                Err(error) => drop(problem.try_set(Some(error.words().to_owned()))),
            }
            // The dialog goes with its conversation.
            let _ = busy.try_set(false);
        });
    };
    let address = move || chat.shared.get().map(|token| format!("{}/s/{token}", document::origin()));
    let link = move |address: String| {
        let copied = address.clone();
        view! {
            <p>"Everybody who knows this address can read the conversation as it was when you shared or updated it last: the \
                messages that were shown then, without other versions and without what the model was thinking. What you say or \
                edit afterwards is not there until you update it; what you delete is gone from there at once. They cannot see \
                who you are, nor your other conversations."</p>
            <div class="share-dialog__link">
                <input type="text" readonly aria-label="Address" prop:value=address
                    on:focus=move |event| element::select_target(event.target()) />
                <CopyButton text=Callback::new(move |()| copied.clone()) />
            </div>
            <p class="share-dialog__done" role="status">
                {move || updated.get().then_some("The page shows the conversation as it is now.")}
            </p>
            <div class="share-dialog__actions">
                <button type="button" class="button" disabled=move || busy.get() on:click=move |_| set(false)>"Stop sharing"</button>
                <button type="button" class="button" aria-disabled=move || busy.get().to_string() on:click=move |_| set(true)>
                    "Update"
                </button>
                <button type="button" class="button button--primary" on:click=move |_| open.set(false)>"Done"</button>
            </div>
        }
        .into_any()
    };
    let offer = move || {
        view! {
            <p>"An address is made that nobody can guess. Everybody who knows it can read this conversation. You can end that \
                at any time."</p>
            <div class="share-dialog__actions">
                <button type="button" class="button" on:click=move |_| open.set(false)>"Cancel"</button>
                <button type="button" class="button button--primary" disabled=move || busy.get() on:click=move |_| set(true)>
                    "Make an address"
                </button>
            </div>
        }
        .into_any()
    };
    view! {
        <dialog node_ref=dialog class="dialog share-dialog" aria-labelledby="share-title" on:close=move |_| open.set(false)>
            <Show when=move || open.get()>
                <div class="dialog__head">
                    <h2 id="share-title">"Share this conversation"</h2>
                    <button type="button" class="icon-button" aria-label="Close" on:click=move |_| open.set(false)>
                        <Icon drawing=Drawing::Close />
                    </button>
                </div>
                {move || address().map_or_else(offer, link)}
                {move || problem.get().map(|words| view! { <p class="dialog__problem" role="alert">{words}</p> }.into_any())}
            </Show>
        </dialog>
    }
}
