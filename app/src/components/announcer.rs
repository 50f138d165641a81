//! Tells a screen reader that an answer begins and how it ends, and how long a question has to wait: not every token, and
//! not every second.

use super::{countdown::duration, held_card::why, version_switcher::place_words};
use crate::{
    browser::time,
    chat::{handle::StreamingChatHandle, held::Held},
    erased::effect,
};
use leptos::prelude::*;
use protocol::message::{MessageStatus, Role};

/// A region that is heard and not seen.
#[component]
pub fn Announcer(
    /// The chat.
    chat: StreamingChatHandle,
) -> impl IntoView {
    let words = RwSignal::new(String::new());
    effect(move |before: Option<bool>| {
        let busy = chat.is_streaming.get();
        if busy {
            words.set("The assistant is answering.".to_owned());
        } else if before == Some(true) && chat.held.with_untracked(Option::is_none) {
            words.set(ending(chat).to_owned());
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
        words.set(place_words(at, versions.len()));
        Some(())
    });
    let waiting = Memo::new_with_compare(
        move |_| chat.held.get(),
        |before, now| before.map(|held| held.as_ref().map(moment)) != now.map(|held| held.as_ref().map(moment)),
    );
    effect(move |_| {
        let held = waiting.get()?;
        let left = duration(time::seconds_until(held.until));
        words.set(format!("{} You can send again in {left}.", why(held.code)));
        leptos::reactive::spawn_local_scoped_with_cancellation(async move {
            time::wait_until(held.until).await;
            words.set("You can send again now.".to_owned());
        });
        Some(())
    });
    view! { <p class="visually-hidden" aria-live="polite" role="status">{move || words.get()}</p> }
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
        Some(MessageStatus::Complete) => "The answer is complete.",
        Some(MessageStatus::Stopped) => "The answer was stopped.",
        _ => "There is no complete answer.",
    }
}
