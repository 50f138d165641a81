//! Tells a screen reader that an answer begins and how it ends, and how long a question has to wait: not every token, and
//! not every second.

use super::{countdown::duration, held_card::why, version_switcher::place_words};
use crate::{
    browser::time,
    chat::{handle::StreamingChatHandle, held::Held},
    erased::effect,
    words,
};
use leptos::prelude::*;
use protocol::message::{MessageStatus, Role};

/// A region that is heard and not seen.
#[component]
pub fn Announcer(
    /// The chat.
    chat: StreamingChatHandle,
) -> impl IntoView {
    let said = RwSignal::new(String::new());
    effect(move |before: Option<bool>| {
        let busy = chat.is_streaming.get();
        if busy {
            said.set(words::assistant_is_answering().to_owned());
        } else if before == Some(true) && chat.held.with_untracked(Option::is_none) {
            said.set(ending(chat).to_owned());
        }
        busy
    });
    effect(move |_| {
        let turn = chat.turned.get()?;
        let versions = chat.messages.with(|all| {
            let shown = all.iter().find(|message| message.id() == Some(turn.to))?;
            Some(shown.versions.get_untracked())
        })?;
        let at = versions.iter().position(|version| *version == turn.to)?;
        said.set(place_words(at, versions.len()));
        Some(())
    });
    let waiting = Memo::new_with_compare(
        move |_| chat.held.get(),
        |before, now| before.map(|held| held.as_ref().map(moment)) != now.map(|held| held.as_ref().map(moment)),
    );
    effect(move |_| {
        let held = waiting.get()?;
        let left = duration(time::seconds_until(held.until));
        said.set(format!("{} {}", why(held.code), words::can_send_again_in(&left)));
        leptos::reactive::spawn_local_scoped_with_cancellation(async move {
            time::wait_until(held.until).await;
            said.set(words::can_send_again_now().to_owned());
        });
        Some(())
    });
    view! { <p class="visually-hidden" aria-live="polite" role="status">{move || said.get()}</p> }
}

fn moment(held: &Held) -> f64 {
    held.until
}

fn ending(chat: StreamingChatHandle) -> &'static str {
    let status = chat.messages.with_untracked(|messages| {
        let last = messages.last().filter(|last| last.role == Role::Assistant);
        last.map(|last| last.status.get_untracked())
    });
    match status {
        Some(MessageStatus::Complete) => words::answer_is_complete(),
        Some(MessageStatus::Stopped) => words::answer_was_stopped(),
        _ => words::answer_is_incomplete(),
    }
}
