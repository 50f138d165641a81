//! The list of conversations. However long it is, only the lines near to the view are in the document.

use super::{conversation_actions::ConversationActions, conversation_row::ConversationRow};
use crate::{
    browser::{
        connection::Listener,
        document,
        element::{self, SizeWatch},
        time,
    },
    conversations::{
        days::{Clock, Group, Line},
        list::Reading,
    },
    erased::{For, effect, memo},
    page_data::{PageData, ZONE_COOKIE},
    words,
};
use leptos::{ev, html, prelude::*, task::spawn_local};
use protocol::id::ConversationId;
use std::ops::Range;

/// How many lines are in the document above and below those that are seen.
const BEYOND: usize = 12;
/// How many lines are rendered before it is known how many can be seen: as many as a screen of 1080 pixels has room for. More of them
/// delay the first paint.
const AT_FIRST: usize = 28;
/// How many lines before the end the next page is read.
const AHEAD: usize = 10;

/// The conversations by day, the most recent first; more are read as one scrolls.
#[component]
pub fn ConversationList(
    /// What can be done to a conversation.
    actions: ConversationActions,
    /// Called when one is opened.
    opened: Callback<()>,
) -> impl IntoView {
    let view_node = NodeRef::<html::Div>::new();
    let known = actions.conversations.known;
    let clock = local_clock();
    let lines = memo(move || {
        let (now, offset) = clock.get();
        let offset = |moment: u64| offset.unwrap_or_else(|| time::zone_offset(moment as f64));
        known.with(|known| Clock { now, offset }.lines(known))
    });
    let (seen, measure) = seen_lines(view_node, memo(move || lines.with(Vec::len)));
    let renaming = RwSignal::new(None::<ConversationId>);
    effect(move |_| {
        let near_the_end = seen.get().end + AHEAD >= lines.with(Vec::len);
        if near_the_end && actions.conversations.has_more() && actions.conversations.reading.get() == Reading::Idle {
            spawn_local(actions.conversations.read_more());
        }
    });
    let shown = move || lines.with(|lines| lines[clamped(seen.get(), lines.len())].to_vec());
    let before = move || clamped(seen.get(), lines.with(Vec::len)).start;
    let after = move || lines.with(|lines| lines.len() - clamped(seen.get(), lines.len()).end);
    let line = move |line: Line| match line {
        Line::Head(group) => view! { <li class="conversation-list__head"><h2>{group_name(group)}</h2></li> }.into_any(),
        Line::One(id) => view! { <ConversationRow id actions renaming opened /> }.into_any(),
    };
    // The page's policy allows no styles in the HTML: what is rendered first has none.
    let is_alive = RwSignal::new(false);
    effect(move |_: Option<()>| is_alive.set(true));
    let space =
        move |lines: usize| (lines > 0 && is_alive.get()).then(|| format!("calc({lines} * var(--line-height))"));
    view! {
        <div class="conversation-list" node_ref=view_node on:scroll=move |_| measure()>
            <ul class="conversation-list__lines" style:padding-top=move || space(before()) style:padding-bottom=move || space(after())>
                <For each=shown key=|line| name(*line) children=line />
            </ul>
            {move || reading_words(actions, known.with(Vec::is_empty))}
        </div>
    }
}

/// Where the reading of the list stands, where that is worth a word.
fn reading_words(actions: ConversationActions, empty: bool) -> Option<AnyView> {
    let retry = move |_| {
        spawn_local(async move {
            actions.conversations.reading.set(Reading::Idle);
            if actions.conversations.known.with_untracked(Vec::is_empty) {
                actions.conversations.refresh().await;
            }
        });
    };
    match actions.conversations.reading.get() {
        Reading::UnderWay => {
            Some(view! { <p class="conversation-list__words" role="status">{words::loading()}</p> }.into_any())
        }
        Reading::Failed => Some(
            view! {
                <div class="conversation-list__words" role="alert">
                    <p>{words::conversations_not_read()}</p>
                    <button type="button" class="button" on:click=retry>{words::try_again()}</button>
                </div>
            }
            .into_any(),
        ),
        Reading::Idle if empty => {
            Some(view! { <p class="conversation-list__words">{words::conversations_will_be_listed()}</p> }.into_any())
        }
        Reading::Idle => None,
    }
}

/// The moment, and how far local time is ahead of UTC: as the server knew it for the first rendering, then the browser's own.
fn local_clock() -> RwSignal<(u64, Option<i32>)> {
    let data = use_context::<PageData>().unwrap_or_default();
    let clock = RwSignal::new((data.now, Some(data.zone_offset)));
    effect(move |_| {
        let look = move || {
            let now = time::wall_clock();
            clock.set((now as u64, None));
            document::set_cookie(ZONE_COOKIE, &time::zone_offset(now).to_string());
        };
        look();
        // A page that stays open sees the days change.
        Listener(Some(window_event_listener(ev::visibilitychange, move |_| look())))
    });
    clock
}

/// The lines that are seen, and some beyond; and what measures them again.
fn seen_lines(view_node: NodeRef<html::Div>, count: Memo<usize>) -> (Memo<Range<usize>>, impl Fn() + Copy + 'static) {
    let seen = RwSignal::new(0..AT_FIRST);
    let measure = move || {
        let Some(view) = view_node.get_untracked() else { return };
        let line = element::find(&view, "li").map_or(0.0, |line| element::height(&line));
        if line > 0.0 {
            let first = (f64::from(view.scroll_top()) / line) as usize;
            let many = (element::height(&view) / line).ceil() as usize;
            seen.set(first.saturating_sub(BEYOND)..first + many + BEYOND);
        }
    };
    effect(move |_| {
        count.track();
        let view = view_node.get()?;
        measure();
        Some(SizeWatch::new(&view, measure))
    });
    (memo(move || seen.get()), measure)
}

fn clamped(range: Range<usize>, count: usize) -> Range<usize> {
    let end = range.end.min(count);
    range.start.min(end)..end
}

/// What a line is known by in the document.
fn name(line: Line) -> String {
    match line {
        Line::Head(group) => format!("{group:?}"),
        Line::One(id) => id.to_string(),
    }
}

fn group_name(group: Group) -> String {
    match group {
        Group::Pinned => words::pinned().to_owned(),
        Group::Today => words::today().to_owned(),
        Group::Yesterday => words::yesterday().to_owned(),
        Group::PreviousWeek => words::previous_week().to_owned(),
        Group::Month { year, month } => words::month(month, year),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_of_other_years_say_so() {
        assert_eq!(group_name(Group::Month { year: None, month: 1 }), "January");
        assert_eq!(group_name(Group::Month { year: Some(2025), month: 12 }), "December 2025");
    }

    #[test]
    fn a_list_that_has_become_shorter_is_no_trouble() {
        assert_eq!((clamped(3..9, 5), clamped(7..9, 5), clamped(0..40, 0)), (3..5, 5..5, 0..0));
    }
}
