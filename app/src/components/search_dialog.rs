//! Finding conversations and messages by words: a combobox in a dialog, as WAI-ARIA has it.

use super::{
    conversation_actions::ConversationActions,
    icon::{Drawing, Icon},
};
use crate::{
    browser::{
        connection::Listener,
        element::{self, NearWatch},
        time,
    },
    conversations::search::{Finding, Search},
    erased::{Show, effect, memo},
    words,
};
use leptos::{ev, html, prelude::*, task::spawn_local};
use protocol::{
    id::{ConversationId, MessageId},
    message::Role,
    search::{SearchHit, TextPart},
};

/// How many conversations are offered before anything is typed.
const RECENT: usize = 8;

/// One line that can be chosen.
#[derive(Debug, Clone, PartialEq)]
struct Choice {
    conversation: ConversationId,
    message: Option<MessageId>,
    title: Vec<TextPart>,
    snippet: Vec<TextPart>,
    note: String,
}

/// The dialog. Ctrl+K or Cmd+K opens it from anywhere.
#[component]
pub fn SearchDialog(
    /// What can be done to a conversation.
    actions: ConversationActions,
    /// Whether the dialog is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    open_by_key(open);
    effect(move |_| {
        let Some(dialog) = dialog.get() else { return };
        if open.get() {
            element::show_dialog(&dialog);
        } else {
            element::close_dialog(&dialog);
        }
    });
    // A click on what is around the dialog is a click on the dialog itself.
    let clicked = move |event: ev::MouseEvent| {
        if dialog.get_untracked().is_some_and(|dialog| element::is_target(&dialog, event.target())) {
            open.set(false);
        }
    };
    view! {
        <dialog node_ref=dialog class="search-dialog" aria-label=words::search_conversations() on:close=move |_| open.set(false) on:click=clicked>
            <Show when=move || open.get()>
                <Finder actions open />
            </Show>
        </dialog>
    }
}

fn open_by_key(open: RwSignal<bool>) {
    effect(move |_| {
        Listener(Some(window_event_listener(ev::keydown, move |event| {
            let is_key = event.key().eq_ignore_ascii_case("k") && (event.ctrl_key() || event.meta_key());
            if is_key && !event.alt_key() && !event.shift_key() && !event.is_composing() {
                event.prevent_default();
                if open.get_untracked() || !element::any_dialog_open() {
                    open.update(|open| *open = !*open);
                }
            }
        })))
    });
}

#[component]
fn Finder(actions: ConversationActions, open: RwSignal<bool>) -> impl IntoView {
    let search = Search::new();
    let choices = memo(move || choices(actions, search));
    let active = RwSignal::new(0usize);
    let list = NodeRef::<html::Ul>::new();
    let input = NodeRef::<html::Input>::new();
    effect(move |_| {
        if let Some(input) = input.get() {
            element::focus(&input);
        }
    });
    // Other words, other results: the first of them is the one that Enter takes.
    effect(move |_| {
        search.words.track();
        active.set(0);
    });
    let choose = move |choice: Choice| {
        open.set(false);
        actions.open(choice.conversation, choice.message);
    };
    let step = move |to: usize| {
        active.set(to);
        request_animation_frame(move || {
            let option = list.get_untracked().and_then(|list| element::find(&list, "[aria-selected=true]"));
            if let Some(option) = option {
                element::bring_into_view(&option);
            }
        });
    };
    let pressed = move |event: ev::KeyboardEvent| {
        let (at, count) = (active.get_untracked(), choices.with_untracked(Vec::len));
        let composing = event.is_composing() || event.key_code() == 229;
        match event.key().as_str() {
            _ if composing || count == 0 => return,
            "ArrowDown" => step((at + 1) % count),
            "ArrowUp" => step((at + count - 1) % count),
            "Enter" => {
                if let Some(choice) = choices.with_untracked(|all| all.get(at).cloned()) {
                    choose(choice);
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    let option = move |(at, choice): (usize, Choice)| {
        let Choice { title, snippet, note, .. } = choice.clone();
        let shows_snippet = !snippet.is_empty();
        view! {
            <li id=format!("search-option-{at}") class="search-dialog__option" role="option"
                aria-selected=move || (active.get() == at).to_string()
                on:pointermove=move |_| active.set(at) on:click=move |_| choose(choice.clone())>
                <span class="search-dialog__title" dir="auto">{parts(title)}</span>
                <span class="search-dialog__note">{note}</span>
                {shows_snippet.then(|| view! { <span class="search-dialog__snippet" dir="auto">{parts(snippet)}</span> })}
            </li>
        }
    };
    view! {
        <div class="search-dialog__head">
            <Icon drawing=Drawing::Search />
            <input node_ref=input type="text" role="combobox" class="search-dialog__words" aria-label=words::search_conversations()
                placeholder=words::search_conversations() autocomplete="off" spellcheck="false" enterkeyhint="go" maxlength="500"
                aria-autocomplete="list" aria-controls="search-options" aria-haspopup="listbox"
                aria-expanded=move || choices.with(|choices| !choices.is_empty()).to_string()
                aria-activedescendant=move || choices.with(|all| (active.get() < all.len()).then(|| format!("search-option-{}", active.get())))
                on:input=move |event| search.words.set(event_target_value(&event)) on:keydown=pressed />
            <button type="button" class="icon-button" aria-label=words::close_search() on:click=move |_| open.set(false)>
                <Icon drawing=Drawing::Close />
            </button>
        </div>
        <div class="search-dialog__body">
            <Show when=move || search.finding.get() == Finding::Idle && choices.with(|choices| !choices.is_empty())>
                <p class="search-dialog__recent" aria-hidden="true">{words::recent()}</p>
            </Show>
            <ul node_ref=list id="search-options" role="listbox" class="search-dialog__options" aria-label=move || list_name(search)>
                {move || choices.get().into_iter().enumerate().map(option).collect_view().into_any()}
            </ul>
            <End search />
            <p class="search-dialog__words-on-it" role="status">{move || said(search)}</p>
            <Show when=move || search.finding.get() == Finding::Failed>
                <button type="button" class="button" on:click=move |_| search.retry()>{words::try_again()}</button>
            </Show>
        </div>
    }
}

/// What is below the last result: when it comes into view, more are read.
#[component]
fn End(search: Search) -> impl IntoView {
    let end = NodeRef::<html::Div>::new();
    effect(move |_| {
        search.hits.track();
        let end = end.get()?;
        let body = end.parent_element()?;
        Some(NearWatch::new(&body, &end, "200px", move || spawn_local(search.read_more())))
    });
    view! { <div node_ref=end></div> }
}

fn list_name(search: Search) -> &'static str {
    if search.finding.get() == Finding::Idle { words::recent_conversations() } else { words::results_list() }
}

fn said(search: Search) -> String {
    match (search.finding.get(), search.hits.with(Vec::len)) {
        (Finding::Failed, _) => words::search_failed().to_owned(),
        (Finding::Done, 0) => words::nothing_found().to_owned(),
        (Finding::Done, count) => words::results(count as u64),
        (Finding::UnderWay, 0) => words::searching().to_owned(),
        (Finding::UnderWay | Finding::Idle, _) => String::new(),
    }
}

fn choices(actions: ConversationActions, search: Search) -> Vec<Choice> {
    if search.finding.get() != Finding::Idle {
        return search.hits.with(|hits| hits.iter().cloned().map(found).collect());
    }
    actions.conversations.known.with(|known| {
        let mut recent: Vec<_> = known.iter().collect();
        recent.sort_by_key(|one| std::cmp::Reverse(one.updated_at));
        let choice = |one: &&protocol::conversation::ConversationSummary| Choice {
            conversation: one.id,
            message: None,
            title: titled(vec![TextPart { text: one.title.clone(), hit: false }]),
            snippet: Vec::new(),
            note: time::date(one.updated_at as f64, words::language().tag()),
        };
        recent.iter().take(RECENT).map(choice).collect()
    })
}

fn found(hit: SearchHit) -> Choice {
    let date = time::date(hit.created_at as f64, words::language().tag());
    let note = match hit.role {
        Some(Role::User) => words::said_by_you(&date),
        Some(Role::Assistant) => words::said_by_assistant(&date),
        _ => date,
    };
    let SearchHit { conversation_id: conversation, message_id: message, title, snippet, .. } = hit;
    Choice { conversation, message, title: titled(title), snippet, note }
}

fn titled(title: Vec<TextPart>) -> Vec<TextPart> {
    match title.iter().all(|part| part.text.is_empty()) {
        true => vec![TextPart { text: words::new_chat().to_owned(), hit: false }],
        false => title,
    }
}

/// Text with what was looked for marked. It is never read as HTML.
fn parts(parts: Vec<TextPart>) -> impl IntoView {
    let part = |TextPart { text, hit }| match hit {
        true => view! { <mark>{text}</mark> }.into_any(),
        false => text.into_any(),
    };
    parts.into_iter().map(part).collect_view()
}
