//! Finding conversations, messages and commands by words: a combobox in a dialog, as WAI-ARIA has it.

use super::{
    commands::{Command, Commands},
    conversation_actions::ConversationActions,
    dialog,
    icon::{Drawing, Icon},
};
use crate::{
    browser::{
        element::{self, NearWatch},
        keyboard, time,
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

/// What stands before words that look for commands only.
const COMMANDS_ONLY: char = '>';

/// What a line leads to.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Target {
    Conversation(ConversationId, Option<MessageId>),
    Command(Command),
}

/// One line that can be chosen.
#[derive(Debug, Clone, PartialEq)]
struct Choice {
    target: Target,
    title: Vec<TextPart>,
    snippet: Vec<TextPart>,
    note: String,
}

/// The dialog. With commands, it offers these too.
#[component]
pub fn SearchDialog(
    /// What can be done to a conversation.
    actions: ConversationActions,
    /// Whether the dialog is open.
    open: RwSignal<bool>,
    /// What else can be found.
    #[prop(optional)]
    commands: Option<Commands>,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    dialog::follow(dialog, open);
    // A click on what is around the dialog is a click on the dialog itself.
    let clicked = move |event: ev::MouseEvent| {
        if dialog.get_untracked().is_some_and(|dialog| element::is_target(&dialog, event.target())) {
            open.set(false);
        }
    };
    view! {
        <dialog node_ref=dialog class="search-dialog" aria-label=words::search_conversations()
            on:cancel=move |event| dialog::cancelled(&event, dialog, open) on:close=move |_| dialog::closed(dialog, open) on:click=clicked>
            <Show when=move || open.get()>
                <Finder actions open commands />
            </Show>
        </dialog>
    }
}

#[component]
fn Finder(actions: ConversationActions, open: RwSignal<bool>, commands: Option<Commands>) -> impl IntoView {
    let search = Search::new();
    let typed = RwSignal::new(String::new());
    let offered = memo(move || commands.map(|commands| offered(commands, &typed.get())).unwrap_or_default());
    let choices = memo(move || {
        let found =
            if typed.with(|typed| typed.starts_with(COMMANDS_ONLY)) { Vec::new() } else { choices(actions, search) };
        // Who has typed nothing comes for a conversation; the name of a command is meant for it.
        match search.finding.get() {
            Finding::Idle => [found, offered.get()].concat(),
            _ => [offered.get(), found].concat(),
        }
    });
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
        typed.track();
        active.set(0);
    });
    let take = move |words: String| {
        search.words.set(if words.starts_with(COMMANDS_ONLY) { String::new() } else { words.clone() });
        typed.set(words);
    };
    let choose = move |choice: Choice| {
        open.set(false);
        match choice.target {
            Target::Conversation(conversation, message) => actions.open(conversation, message),
            // When the dialog has closed, and the focus is back on the page.
            Target::Command(command) => request_animation_frame(move || {
                if let Some(commands) = commands {
                    commands.run(command);
                }
            }),
        }
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
        let Choice { target, title, snippet, note } = choice.clone();
        let shows_snippet = !snippet.is_empty();
        view! {
            <li id=format!("search-option-{at}") class="search-dialog__option" role="option"
                class:search-dialog__option--command=matches!(target, Target::Command(_))
                aria-selected=move || (active.get() == at).to_string()
                on:pointermove=move |_| active.set(at) on:click=move |_| choose(choice.clone())>
                {match target {
                    Target::Command(command) => Some(view! { <Icon drawing=command.drawing() /> }.into_any()),
                    Target::Conversation(..) => None,
                }}
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
                placeholder=if commands.is_some() { words::search_everything() } else { words::search_conversations() }
                autocomplete="off" spellcheck="false" enterkeyhint="go" maxlength="500"
                aria-autocomplete="list" aria-controls="search-options" aria-haspopup="listbox"
                aria-expanded=move || choices.with(|choices| !choices.is_empty()).to_string()
                aria-activedescendant=move || choices.with(|all| (active.get() < all.len()).then(|| format!("search-option-{}", active.get())))
                on:input=move |event| take(event_target_value(&event)) on:keydown=pressed />
            <button type="button" class="icon-button" aria-label=words::close_search() on:click=move |_| open.set(false)>
                <Icon drawing=Drawing::Close />
            </button>
        </div>
        <div class="search-dialog__body" tabindex="0">
            <Show when=move || search.finding.get() == Finding::Idle && typed.with(String::is_empty) && actions.conversations.known.with(|known| !known.is_empty())>
                <p class="search-dialog__recent" aria-hidden="true">{words::recent()}</p>
            </Show>
            <ul node_ref=list id="search-options" role="listbox" class="search-dialog__options" aria-label=move || list_name(search)>
                {move || choices.get().into_iter().enumerate().map(option).collect_view().into_any()}
            </ul>
            <End search />
            <p class="search-dialog__words-on-it" role="status">{move || said(search, offered.with(Vec::is_empty))}</p>
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

fn said(search: Search, alone: bool) -> String {
    match (search.finding.get(), search.hits.with(Vec::len)) {
        (Finding::Failed, _) => words::search_failed().to_owned(),
        (Finding::Done, 0) if !alone => String::new(),
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
            target: Target::Conversation(one.id, None),
            title: titled(vec![TextPart { text: one.title.clone(), hit: false }]),
            snippet: Vec::new(),
            note: time::date(one.updated_at as f64, words::language().tag()),
        };
        recent.iter().take(RECENT).map(choice).collect()
    })
}

/// The commands that are possible now and have all of these words in their names.
fn offered(commands: Commands, typed: &str) -> Vec<Choice> {
    let typed = typed.trim_start_matches(COMMANDS_ONLY).to_lowercase();
    let choice = |command: Command| {
        let name = command.name().to_lowercase();
        let fits = typed.split_whitespace().all(|word| name.contains(word)) && command != Command::Search;
        (fits && commands.can(command)).then(|| Choice {
            target: Target::Command(command),
            title: vec![TextPart { text: command.name().to_owned(), hit: false }],
            snippet: Vec::new(),
            note: command.keys().first().map(|keys| keyboard::named(keys).join(" ")).unwrap_or_default(),
        })
    };
    Command::ALL.into_iter().filter_map(choice).collect()
}

fn found(hit: SearchHit) -> Choice {
    let date = time::date(hit.created_at as f64, words::language().tag());
    let note = match hit.role {
        Some(Role::User) => words::said_by_you(&date),
        Some(Role::Assistant) => words::said_by_assistant(&date),
        _ => date,
    };
    let SearchHit { conversation_id: conversation, message_id: message, title, snippet, role, .. } = hit;
    // A person's own words are no markdown.
    let snippet = if role == Some(Role::Assistant) { without_marks(snippet) } else { snippet };
    Choice { target: Target::Conversation(conversation, message), title: titled(title), snippet, note }
}

fn titled(title: Vec<TextPart>) -> Vec<TextPart> {
    match title.iter().all(|part| part.text.is_empty()) {
        true => vec![TextPart { text: words::new_chat().to_owned(), hit: false }],
        false => title,
    }
}

/// The part of an answer without the signs of markdown, which say nothing where nothing is drawn of them. What could be something else, such as `2**10`,
/// stays.
fn without_marks(mut parts: Vec<TextPart>) -> Vec<TextPart> {
    for (index, part) in parts.iter_mut().enumerate() {
        let lines = part.text.split('\n').enumerate().map(|(at, line)| {
            let words = line.trim_start_matches(['#', '>']);
            let is_sign = (at > 0 || index == 0) && words.len() < line.len() && words.starts_with(' ');
            if is_sign { words.trim_start() } else { line }
        });
        let text = lines.collect::<Vec<_>>().join("\n").replace('`', "");
        let mut pieces = text.split("**");
        let mut shown = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let is_word = |side: Option<char>| side.is_some_and(char::is_alphanumeric);
            if is_word(shown.chars().last()) && is_word(piece.chars().next()) {
                shown.push_str("**");
            }
            shown.push_str(piece);
        }
        part.text = shown;
    }
    parts
}

/// Text with what was looked for marked. It is never read as HTML.
fn parts(parts: Vec<TextPart>) -> impl IntoView {
    let part = |TextPart { text, hit }| match hit {
        true => view! { <mark>{text}</mark> }.into_any(),
        false => text.into_any(),
    };
    parts.into_iter().map(part).collect_view()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_message_is_shown_without_the_signs_of_markdown() {
        let part = |text: &str, hit| TextPart { text: text.into(), hit };
        let shown = |parts: Vec<TextPart>| without_marks(parts).into_iter().map(|part| part.text).collect::<String>();
        let found =
            vec![part("## The **", false), part("river", true), part("**\n### of `time`\n> C# #1 2**10 **x**", false)];
        assert_eq!(shown(found), "The river\nof time\nC# #1 2**10 x");
        assert_eq!(shown(vec![part("…", false), part("C", true), part("# is it", false)]), "…C# is it");
    }
}
