//! A question waits, because the server takes only so many at a time or was not reached.

use super::{
    countdown::{duration, seconds_left},
    icon::{Drawing, Icon},
};
use crate::{
    chat::{handle::StreamingChatHandle, held::Held},
    erased::{Show, memo},
    words,
};
use leptos::prelude::*;
use protocol::error::ErrorCode;

/// Says how long the question has to wait, sends it when it is time if that is wanted, and gives it back for editing.
#[component]
pub fn HeldCard(
    /// The chat.
    chat: StreamingChatHandle,
) -> impl IntoView {
    let shown = memo(move || chat.held.with(Option::is_some));
    view! {
        <Show when=move || shown.get()>
            <Waiting chat />
        </Show>
    }
}

#[component]
fn Waiting(chat: StreamingChatHandle) -> impl IntoView {
    let held = move |of: fn(&Held) -> bool| chat.held.with(|held| held.as_ref().is_some_and(of));
    let left = seconds_left(memo(move || chat.held.with(|held| held.as_ref().map(|held| held.until))).into());
    let ready = memo(move || left.get() == 0);
    let why = move || chat.held.with(|held| held.as_ref().map(|held| why(held.code)));
    let back = move || if held(Held::is_question) { words::edit() } else { words::cancel() };
    view! {
        <section class="held-card" aria-label=words::waiting_to_be_sent()>
            <Icon drawing=Drawing::Clock />
            <div class="held-card__words">
                <p>
                    {move || why().map(words::followed)}
                    <strong>{move || match left.get() {
                        0 => words::can_send_again_now().to_owned(),
                        left => words::can_send_again_in(&duration(left)),
                    }}</strong>
                </p>
                <Show when=move || !ready.get()>
                    <label class="held-card__choice">
                        <input type="checkbox" prop:checked=move || held(Held::is_automatic)
                            on:change=move |event| chat.send_held_by_itself(event_target_checked(&event)) />
                        {words::send_by_itself()}
                    </label>
                </Show>
            </div>
            <div class="held-card__actions">
                <button type="button" class="button" on:click=move |_| chat.take_back_held()>{move || back()}</button>
                <button type="button" class="button button--primary" disabled=move || !ready.get()
                    on:click=move |_| chat.send_held()>{words::send_now()}</button>
            </div>
        </section>
    }
}

/// Why the server does not take a question at the moment.
pub(super) fn why(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::Interrupted => words::held_unreached(),
        ErrorCode::Overloaded => words::held_overloaded(),
        _ => words::held_rate_limited(),
    }
}
