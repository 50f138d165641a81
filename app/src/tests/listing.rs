//! The list of conversations, and the search.

use super::{
    conversation::{find, press, refusal, shown, until, with_actions},
    fake_server::{FakeServer, Reply},
};
use crate::{
    StreamingChatOptions,
    browser::time::sleep,
    components::{
        appearance::Appearance,
        commands::{Commands, Dialogs},
        conversation_actions::ConversationActions,
        conversation_list::ConversationList,
        search_dialog::SearchDialog,
        sidebar::SidebarState,
        toast_stack::ToastStack,
    },
    conversations::search::{Finding, Search},
};
use leptos::prelude::*;
use protocol::{
    conversation::{ConversationList as Page, ConversationSummary},
    id::ConversationId,
};
use std::{cell::RefCell, rc::Rc, time::Duration};
use uuid::Uuid;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{HtmlElement, HtmlInputElement, KeyboardEvent, KeyboardEventInit};

fn summary(number: u128, title: &str) -> ConversationSummary {
    let mut one = ConversationSummary::new(ConversationId(Uuid::from_u128(number)), 1_000_000 - number as u64);
    one.title = title.to_owned();
    one
}

fn page(numbers: std::ops::Range<u128>, next: Option<&str>) -> Page {
    let conversations = numbers.map(|number| summary(number, &format!("Chat {number}"))).collect();
    Page { conversations, next: next.map(str::to_owned) }
}

fn reply(of: &impl serde::Serialize) -> Reply {
    Reply::Json(200, serde_json::to_string(of).unwrap())
}

/// The list and the search in a page of their own; and the addresses that were gone to.
fn in_page(first: Page) -> (ConversationActions, HtmlElement, StoredValue<Vec<String>>, impl Drop) {
    let (actions, place, gone, handle) = with_actions(first, |actions| {
        let dialogs = Dialogs::closed();
        Commands { actions, sidebar: SidebarState::of_page(), dialogs, appearance: Appearance::of_page() }.listen();
        let view = view! {
            <div class="test-list" style="height: 300px; overflow: hidden; display: flex; flex-direction: column">
                <ConversationList actions opened=Callback::new(|()| ()) />
            </div>
            <SearchDialog actions open=dialogs.search />
            <ToastStack toasts=actions.toasts />
        };
        (actions, view)
    });
    let style = document().create_element("style").unwrap();
    style.set_text_content(Some(
        ".conversation-list { --line-height: 30px; flex: 1; min-height: 0; overflow-y: auto } .conversation-list ul { margin: 0 } .conversation-list li { height: 30px; overflow: hidden }",
    ));
    place.append_child(&style).unwrap();
    (actions, place, gone, handle)
}

fn titles(place: &HtmlElement) -> Vec<String> {
    let found = place.query_selector_all(".conversation-row__title").unwrap();
    (0..found.length()).filter_map(|at| found.get(at)?.text_content()).collect()
}

async fn choose(place: &HtmlElement, item: &str) {
    find(place, ".conversation-row .menu__button").unwrap().click();
    until(|| find(place, "[role=menu]").is_some()).await;
    let items = place.query_selector_all("[role=menuitem]").unwrap();
    let items = (0..items.length()).filter_map(|at| items.get(at)).map(|node| node.unchecked_into::<HtmlElement>());
    let mut named = items.filter(|one| one.text_content().unwrap_or_default() == item);
    named.next().unwrap_or_else(|| panic!("no {item}")).click();
    sleep(Duration::from_millis(20)).await;
}

#[wasm_bindgen_test]
async fn a_long_list_is_read_page_by_page_and_little_of_it_is_in_the_document() {
    let server = FakeServer::new([reply(&page(100..200, Some("b"))), reply(&page(200..230, None))]);
    let (actions, place, _, _handle) = in_page(page(0..100, Some("a b")));
    until(|| find(&place, ".conversation-list li").is_some()).await;
    sleep(Duration::from_millis(100)).await;
    let view = find(&place, ".conversation-list").unwrap();
    let known = || actions.conversations.known.with_untracked(Vec::len);
    let in_document = || titles(&place).len();
    assert!(server.lines().is_empty() && in_document() < 60, "{} rows", in_document());
    assert_eq!(view.scroll_height(), 101 * 30);
    view.set_scroll_top(view.scroll_height());
    until(|| known() == 200).await;
    view.set_scroll_top(view.scroll_height());
    until(|| known() == 230).await;
    view.set_scroll_top(view.scroll_height());
    until(|| titles(&place).last().is_some_and(|last| last == "Chat 229")).await;
    assert!(in_document() < 60, "{} rows", in_document());
    assert_eq!(
        server.lines(),
        ["GET /api/conversations?limit=50&cursor=a%20b", "GET /api/conversations?limit=50&cursor=b"]
    );
}

#[wasm_bindgen_test]
async fn a_page_that_fails_is_read_again_when_a_person_wants_it() {
    let server = FakeServer::new([Reply::Broken, reply(&page(3..5, None))]);
    let (_, place, _, _handle) = in_page(page(0..3, Some("x")));
    until(|| find(&place, ".conversation-list [role=alert]").is_some()).await;
    sleep(Duration::from_millis(100)).await;
    assert_eq!(server.lines().len(), 1);
    find(&place, ".conversation-list [role=alert] button").unwrap().click();
    until(|| titles(&place).len() == 5).await;
    assert!(find(&place, ".conversation-list [role=alert]").is_none());
}

#[wasm_bindgen_test]
async fn a_title_is_changed_in_its_place_at_once() {
    let server = FakeServer::new([reply(&summary(0, "Another"))]);
    let (_, place, _, _handle) = in_page(page(0..2, None));
    until(|| find(&place, ".menu__button").is_some()).await;
    choose(&place, "Rename").await;
    until(|| find(&place, ".conversation-row__editor:focus").is_some()).await;
    let input: HtmlInputElement = find(&place, ".conversation-row__editor").unwrap().unchecked_into();
    assert_eq!(input.value(), "Chat 0");
    input.set_value("  Another ");
    press(&input, "Enter");
    until(|| titles(&place) == ["Another", "Chat 1"]).await;
    until(|| server.asked().len() == 1).await;
    assert_eq!(server.asked()[0].body, r#"{"title":"Another"}"#);
    sleep(Duration::from_millis(50)).await;
    assert_eq!(server.lines().len(), 1, "leaving the input must not save again");

    choose(&place, "Rename").await;
    until(|| find(&place, ".conversation-row__editor:focus").is_some()).await;
    let input: HtmlInputElement = find(&place, ".conversation-row__editor").unwrap().unchecked_into();
    input.set_value("Never");
    press(&input, "Escape");
    until(|| titles(&place) == ["Another", "Chat 1"]).await;
    assert_eq!(server.lines().len(), 1);
}

#[wasm_bindgen_test]
async fn what_the_server_does_not_change_is_as_before() {
    let _server = FakeServer::new([refusal(503, "storage_unavailable", None)]);
    let (actions, place, _, _handle) = in_page(page(0..2, None));
    until(|| titles(&place).len() == 2).await;
    actions.pin(ConversationId(Uuid::from_u128(1)), true);
    until(|| find(&place, ".toast").is_some()).await;
    assert_eq!(titles(&place), ["Chat 0", "Chat 1"]);
    assert!(find(&place, ".toast").unwrap().text_content().unwrap().starts_with("The conversation was not changed."));
}

#[wasm_bindgen_test]
async fn what_is_changed_is_seen_before_the_server_has_answered() {
    let _server = FakeServer::new([Reply::Silence]);
    let (actions, place, _, _handle) = in_page(page(0..2, None));
    until(|| titles(&place).len() == 2).await;
    actions.pin(ConversationId(Uuid::from_u128(1)), true);
    until(|| titles(&place) == ["Chat 1", "Chat 0"]).await;
}

#[wasm_bindgen_test]
async fn a_deleted_conversation_is_gone_at_once_and_comes_back() {
    let server = FakeServer::new([Reply::Json(200, String::new()), reply(&summary(0, "Chat 0"))]);
    let (actions, place, _, _handle) = in_page(page(0..2, None));
    until(|| find(&place, ".menu__button").is_some()).await;
    choose(&place, "Delete").await;
    until(|| titles(&place) == ["Chat 1"]).await;
    // An older answer of the server, or another tab's word, does not bring it back.
    actions.conversations.take(summary(0, "Chat 0"));
    assert_eq!(actions.conversations.known.with_untracked(Vec::len), 1);
    until(|| find(&place, ".toast__undo").is_some()).await;
    assert!(find(&place, ".toast").unwrap().text_content().unwrap().starts_with("“Chat 0” was deleted."));
    find(&place, ".toast__undo").unwrap().click();
    until(|| titles(&place) == ["Chat 0", "Chat 1"]).await;
    let asked = server.asked();
    assert_eq!((asked[0].method.as_str(), asked[1].body.as_str()), ("DELETE", r#"{"deleted":false}"#));
}

#[wasm_bindgen_test]
async fn an_undo_waits_until_the_server_has_deleted() {
    let server = FakeServer::new([Reply::Silence]);
    let (_, place, _, _handle) = in_page(page(0..1, None));
    until(|| find(&place, ".menu__button").is_some()).await;
    choose(&place, "Delete").await;
    until(|| find(&place, ".toast__undo").is_some()).await;
    find(&place, ".toast__undo").unwrap().click();
    sleep(Duration::from_millis(150)).await;
    assert_eq!(server.lines().len(), 1, "a restoring that overtakes its deletion would be lost");
}

fn known(actions: ConversationActions) -> Vec<String> {
    actions.conversations.known.with_untracked(|known| known.iter().map(|one| one.title.clone()).collect())
}

#[wasm_bindgen_test]
async fn no_older_answer_brings_a_deleted_conversation_back() {
    let older = || reply(&page(0..2, None));
    let server = FakeServer::new([Reply::Json(200, String::new()), older(), older()]);
    let (actions, _, _, _handle) = in_page(page(0..2, Some("x")));
    let id = ConversationId(Uuid::from_u128(0));
    actions.conversations.delete(id).await.unwrap();
    actions.conversations.read_more().await;
    actions.conversations.refresh().await;
    assert_eq!((known(actions), server.lines().len()), (vec!["Chat 1".into()], 3));
    // Nor does what the feed has told before, of which it may be behind; what it tells afterwards does.
    actions.conversations.hear(summary(0, "Chat 0"));
    assert_eq!(known(actions), ["Chat 1"]);
    actions.conversations.hear_deleted(id);
    assert_eq!(known(actions), ["Chat 1"]);
    actions.conversations.hear(summary(0, "Chat 0"));
    assert_eq!(known(actions), ["Chat 0", "Chat 1"]);
}

#[wasm_bindgen_test]
async fn what_another_tab_has_deleted_stays_away_until_it_is_restored() {
    let _server = FakeServer::new([reply(&page(0..2, None))]);
    let (actions, _, _, _handle) = in_page(page(0..2, None));
    let id = ConversationId(Uuid::from_u128(0));
    actions.conversations.hear_deleted(id);
    actions.conversations.refresh().await;
    assert_eq!(known(actions), ["Chat 1"]);
    assert!(!actions.conversations.was_deleted_here(id));
    actions.conversations.hear(summary(0, "Chat 0"));
    assert_eq!(known(actions), ["Chat 0", "Chat 1"]);
}

#[wasm_bindgen_test]
async fn a_feed_that_begins_anew_has_told_of_all_that_was_deleted() {
    let _server = FakeServer::new([Reply::Json(200, String::new())]);
    let (actions, _, _, _handle) = in_page(page(0..2, None));
    actions.conversations.delete(ConversationId(Uuid::from_u128(0))).await.unwrap();
    actions.conversations.hear_anew();
    actions.conversations.hear(summary(0, "Chat 0"));
    assert_eq!(known(actions), ["Chat 0", "Chat 1"]);
}

#[wasm_bindgen_test]
async fn an_undo_that_fails_can_be_tried_again() {
    let server = FakeServer::new([Reply::Json(200, String::new()), Reply::Broken, reply(&summary(0, "Chat 0"))]);
    let (_, place, _, _handle) = in_page(page(0..2, None));
    until(|| find(&place, ".menu__button").is_some()).await;
    choose(&place, "Delete").await;
    until(|| find(&place, ".toast__undo").is_some()).await;
    let undo = || find(&place, ".toast__undo").unwrap();
    undo().click();
    // The second click of a double click.
    undo().click();
    let says = || find(&place, ".toast").map(|toast| toast.text_content().unwrap()).unwrap_or_default();
    until(|| says().starts_with("The conversation was not restored.")).await;
    assert_eq!((titles(&place), server.lines().len()), (vec!["Chat 1".into()], 2));
    undo().click();
    until(|| titles(&place) == ["Chat 0", "Chat 1"]).await;
    until(|| find(&place, ".toast").is_none()).await;
}

#[wasm_bindgen_test]
async fn what_other_tabs_do_is_seen() {
    let _server = FakeServer::new([]);
    let (actions, place, _, _handle) = in_page(page(0..3, None));
    until(|| titles(&place).len() == 3).await;
    let mut live = summary(2, "Better title");
    (live.updated_at, live.generation_id) = (2_000_000, Some(protocol::id::GenerationId(Uuid::from_u128(7))));
    actions.conversations.take(live);
    until(|| titles(&place) == ["Better title", "Chat 0", "Chat 1"]).await;
    assert!(find(&place, ".conversation-row__live").is_some());
    actions.conversations.hear_deleted(ConversationId(Uuid::from_u128(0)));
    until(|| titles(&place) == ["Better title", "Chat 1"]).await;
}

fn hits(number: u128) -> Reply {
    let id = Uuid::from_u128(number);
    Reply::Json(
        200,
        format!(
            r#"{{"hits":[{{"conversation_id":"{id}","title":[{{"text":"<b>T</b> "}},{{"text":"{number}","hit":true}}],"message_id":"{id}","role":"user","snippet":[{{"text":"<img src=x onerror=alert(1)>"}}],"created_at":0}}]}}"#
        ),
    )
}

#[wasm_bindgen_test]
async fn the_search_waits_for_the_typing_to_rest_and_hears_only_the_last_answer() {
    let server = FakeServer::new([Reply::Silence, hits(2)]);
    let made = Rc::new(RefCell::new(None));
    let out = made.clone();
    let (_, _, _handle) = shown(StreamingChatOptions::new(), move |_| *out.borrow_mut() = Some(Search::new()));
    let search: Search = made.borrow_mut().take().unwrap();
    for words in ["r", "ri", "riv"] {
        search.words.set(words.into());
        sleep(Duration::from_millis(10)).await;
    }
    until(|| server.lines().len() == 1).await;
    assert_eq!(server.lines(), ["GET /api/search?q=riv&limit=20"]);
    search.words.set("river & sea ".into());
    until(|| search.finding.get_untracked() == Finding::Done).await;
    assert_eq!(server.lines()[1], "GET /api/search?q=river%20%26%20sea&limit=20");
    assert!(server.aborted() >= 1 && search.hits.with_untracked(Vec::len) == 1);
    search.words.set("  ".into());
    until(|| search.hits.with_untracked(Vec::is_empty)).await;
    assert_eq!((search.finding.get_untracked(), server.lines().len()), (Finding::Idle, 2));
}

#[wasm_bindgen_test]
async fn the_search_goes_by_keyboard_and_shows_text_as_text() {
    let server = FakeServer::new([hits(5)]);
    let (_, place, gone, _handle) = in_page(page(0..3, None));
    until(|| titles(&place).len() == 3).await;
    let init = KeyboardEventInit::new();
    init.set_key("k");
    init.set_ctrl_key(true);
    init.set_cancelable(true);
    let open = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).unwrap();
    sleep(Duration::from_millis(30)).await;
    window().dispatch_event(&open).unwrap();
    assert!(open.default_prevented());
    until(|| find(&place, ".search-dialog input:focus").is_some()).await;
    let input: HtmlInputElement = find(&place, ".search-dialog input").unwrap().unchecked_into();
    let options = || place.query_selector_all("[role=option]").unwrap().length();
    assert_eq!(options(), 3, "recent conversations");
    press(&input, "ArrowUp");
    until(|| input.get_attribute("aria-activedescendant").as_deref() == Some("search-option-2")).await;
    input.set_value("x");
    input.dispatch_event(&web_sys::Event::new("input").unwrap()).unwrap();
    until(|| options() == 1 && server.lines().len() == 1).await;
    let option = find(&place, "[role=option]").unwrap();
    assert!(option.text_content().unwrap().contains("<img src=x onerror=alert(1)>"));
    assert!(find(&place, "[role=option] img").is_none() && find(&place, "[role=option] b").is_none());
    assert_eq!(find(&place, "[role=option] mark").unwrap().text_content().unwrap(), "5");
    assert_eq!(input.get_attribute("aria-activedescendant").as_deref(), Some("search-option-0"));
    press(&input, "Enter");
    until(|| find(&place, ".search-dialog[open]").is_none()).await;
    let id = Uuid::from_u128(5);
    assert_eq!(gone.get_value(), [format!("/c/{id}?message={id}")]);
}
