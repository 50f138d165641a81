//! Makes a conversation readable for others, and ends that.

use super::{
    copy_button::CopyButton,
    dialog,
    icon::{Drawing, Icon},
};
use crate::{
    browser::{document, element},
    chat::handle::StreamingChatHandle,
    conversations::transfer,
    erased::{Show, effect},
    words,
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
                Err(error) => drop(problem.try_set(Some(error.words()))),
            }
            // The dialog goes with its conversation.
            let _ = busy.try_set(false);
        });
    };
    let address = move || chat.shared.get().map(|token| format!("{}/s/{token}", document::origin()));
    let link = move |address: String| {
        let copied = address.clone();
        view! {
            <p>{words::share_note()}</p>
            <div class="share-dialog__link">
                <input type="text" readonly aria-label=words::share_address() dir="ltr" prop:value=address
                    on:focus=move |event| element::select_target(event.target()) />
                <CopyButton text=Callback::new(move |()| copied.clone()) />
            </div>
            <p class="share-dialog__done" role="status">
                {move || updated.get().then(words::share_updated)}
            </p>
            <div class="share-dialog__actions">
                <button type="button" class="button" disabled=move || busy.get() on:click=move |_| set(false)>{words::share_stop()}</button>
                <button type="button" class="button" aria-disabled=move || busy.get().to_string() on:click=move |_| set(true)>
                    {words::share_update()}
                </button>
                <button type="button" class="button button--primary" on:click=move |_| open.set(false)>{words::share_done()}</button>
            </div>
        }
        .into_any()
    };
    let offer = move || {
        view! {
            <p>{words::share_offer()}</p>
            <div class="share-dialog__actions">
                <button type="button" class="button" on:click=move |_| open.set(false)>{words::cancel()}</button>
                <button type="button" class="button button--primary" disabled=move || busy.get() on:click=move |_| set(true)>
                    {words::share_make()}
                </button>
            </div>
        }
        .into_any()
    };
    view! {
        <dialog node_ref=dialog class="dialog share-dialog" aria-labelledby="share-title"
            on:cancel=move |event| dialog::cancelled(&event, dialog, open) on:close=move |_| dialog::closed(dialog, open)>
            <Show when=move || open.get()>
                <div class="dialog__head">
                    <h2 id="share-title">{words::share_title()}</h2>
                    <button type="button" class="icon-button" aria-label=words::close() on:click=move |_| open.set(false)>
                        <Icon drawing=Drawing::Close />
                    </button>
                </div>
                {move || address().map_or_else(offer, link)}
                {move || problem.get().map(|problem| view! { <p class="dialog__problem" role="alert">{problem}</p> }.into_any())}
            </Show>
        </dialog>
    }
}
