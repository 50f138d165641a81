//! Tells a screen reader what happens: that an answer begins, what it says, sentence by sentence and block by block, how it ends, and how long a
//! question has to wait. Not every token, and not every second. What is told when, and why, is in `docs/accessibility.md`.

use super::{countdown::duration, held_card::why, version_switcher::place_words};
use crate::{
    browser::{heard::Heard, storage, time},
    chat::{handle::StreamingChatHandle, held::Held, message::ChatMessage},
    erased::{For, effect},
    words,
};
use leptos::{prelude::*, reactive::spawn_local_scoped_with_cancellation};
use protocol::message::{MessageStatus, Role};
use std::time::Duration;

/// How often it is looked whether sentences have ended: what ends in between is told at once, as one.
const PAUSE: Duration = Duration::from_secs(1);

/// How long what was told stays in the document, where it is found by those who walk through it.
const STAYS: Duration = Duration::from_secs(10);

/// How many pieces stay at most.
const MOST: usize = 3;

/// Under which name it is kept that answers are not told.
const QUIET: &str = "rivulet:quiet-answers";

/// Whether the text of answers is told.
pub(super) fn tells_answers() -> bool {
    storage::is_on(QUIET)
}

/// Keeps whether it is.
pub(super) fn set_tells_answers(on: bool) {
    storage::turn(QUIET, on);
}

/// What was told lately. Each piece is an element of its own, so that it is told once.
#[derive(Clone, Copy)]
struct Said {
    pieces: RwSignal<Vec<(u64, String)>>,
    next: StoredValue<u64>,
}

impl Said {
    fn say(self, text: String) {
        if text.is_empty() {
            return;
        }
        let key = self.next.get_value();
        self.next.set_value(key + 1);
        self.pieces.update(|pieces| {
            pieces.push((key, text));
            let over = pieces.len().saturating_sub(MOST);
            pieces.drain(..over);
        });
    }

    /// Takes everything away again, unless something is told meanwhile.
    async fn fade(self) {
        let last = self.next.get_value();
        time::sleep(STAYS).await;
        if self.next.try_get_value() == Some(last) {
            self.pieces.update(Vec::clear);
        }
    }
}

/// A region that is heard and not seen.
#[component]
pub fn Announcer(
    /// The chat.
    chat: StreamingChatHandle,
) -> impl IntoView {
    let said = Said { pieces: RwSignal::new(Vec::new()), next: StoredValue::new(0) };
    let heard = StoredValue::new(Heard::default());
    effect(move |before: Option<bool>| {
        let busy = chat.is_streaming.get();
        let answer =
            chat.messages.with_untracked(|all| all.last().filter(|last| last.role == Role::Assistant).cloned());
        match answer {
            Some(answer) if busy => {
                said.say(words::assistant_is_answering().to_owned());
                heard.set_value(Heard::default());
                spawn_local_scoped_with_cancellation(follow(answer, heard, said));
            }
            Some(answer) if before == Some(true) && chat.held.with_untracked(Option::is_none) => {
                spawn_local_scoped_with_cancellation(end(answer, heard, said));
            }
            _ => {}
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
        said.say(place_words(at, versions.len()));
        Some(())
    });
    let waiting = Memo::new_with_compare(
        move |_| chat.held.get(),
        |before, now| before.map(|held| held.as_ref().map(moment)) != now.map(|held| held.as_ref().map(moment)),
    );
    effect(move |_| {
        let held = waiting.get()?;
        let left = duration(time::seconds_until(held.until));
        said.say(format!("{} {}", why(held.code), words::can_send_again_in(&left)));
        spawn_local_scoped_with_cancellation(async move {
            time::wait_until(held.until).await;
            said.say(words::can_send_again_now().to_owned());
        });
        Some(())
    });
    view! {
        <div class="visually-hidden" role="log" aria-live="polite" aria-label=words::notifications()>
            <For each=move || said.pieces.get() key=|piece| piece.0 let(piece)><p dir="auto">{piece.1}</p></For>
        </div>
    }
}

fn moment(held: &Held) -> f64 {
    held.until
}

/// Tells an answer while it is written, and before that, that the model thinks.
async fn follow(answer: ChatMessage, heard: StoredValue<Heard>, said: Said) {
    let ChatMessage { key, text, reasoning, .. } = answer;
    // What is there when the page is opened, or when an answer is taken on, was to be read before.
    let mut is_old = !untrack(|| text.is_empty());
    let mut thinks = false;
    loop {
        time::sleep(if is_old { Duration::ZERO } else { PAUSE }).await;
        time::until_visible().await;
        if !thinks && untrack(|| text.is_empty() && !reasoning.is_empty()) {
            thinks = true;
            said.say(words::thinking().to_owned());
        }
        let news = heard.try_update_value(|heard| heard.hear(key, is_old)).unwrap_or_default();
        if !std::mem::take(&mut is_old) && tells_answers() {
            said.say(news);
        }
    }
}

/// Tells the rest of an answer, and how it ended. Where it failed, the error is an alert and says so itself; who stops an answer wants to hear no more
/// of it.
async fn end(answer: ChatMessage, heard: StoredValue<Heard>, said: Said) {
    // What came last is in the document by then.
    time::sleep(Duration::ZERO).await;
    match answer.status.get_untracked() {
        MessageStatus::Complete => {
            if tells_answers() {
                said.say(heard.try_update_value(|heard| heard.hear(answer.key, true)).unwrap_or_default());
            }
            said.say(words::answer_is_complete().to_owned());
        }
        MessageStatus::Stopped => said.say(words::answer_was_stopped().to_owned()),
        _ => {}
    }
    said.fade().await;
}
