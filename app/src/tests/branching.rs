//! Versions of messages: edited questions, other answers, deleted messages, and messages from further up.

use super::{
    conversation::{
        CONVERSATION, GENERATION, UNSET, answer, chunk, complete, find, frame, press, refusal, shown, stream, until,
    },
    fake_server::{FakeServer, Reply},
};
use crate::{StreamingChat, StreamingChatHandle, StreamingChatOptions, browser::time::sleep};
use leptos::prelude::*;
use protocol::{conversation::Conversation, id::MessageId, message::MessageStatus};
use std::time::Duration;
use uuid::Uuid;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{HtmlElement, HtmlTextAreaElement};

fn id(number: u128) -> MessageId {
    MessageId(Uuid::from_u128(number))
}

/// A message as the server tells it; odd numbers are questions. Its parent is given, and all of its versions.
fn message(number: u128, parent: u128, text: &str, versions: &[u128]) -> String {
    let role = if number % 2 == 1 { "user" } else { "assistant" };
    let parent = if parent == 0 { String::new() } else { format!(r#""parent_id":"{}","#, id(parent)) };
    let versions: Vec<_> = versions.iter().map(|version| format!("\"{}\"", id(*version))).collect();
    format!(
        r#"{{"id":"{}",{parent}"role":"{role}","content":"{text}","status":"complete","created_at":0,"siblings":[{}]}}"#,
        id(number),
        versions.join(",")
    )
}

fn json(messages: &[String], earlier: bool) -> String {
    let messages = messages.join(",");
    format!(
        r#"{{"id":"{CONVERSATION}","title":"T","created_at":0,"updated_at":0,"settings":{{}},"messages":[{messages}],"earlier":{earlier}}}"#
    )
}

/// A chat with two questions and their answers, 1 to 4.
fn two_turns() -> (StreamingChatHandle, HtmlElement, impl Drop) {
    opened(json(
        &[
            message(1, 0, "one", &[]),
            message(2, 1, "two", &[]),
            message(3, 2, "three", &[]),
            message(4, 3, "four", &[]),
        ],
        false,
    ))
}

fn opened(json: String) -> (StreamingChatHandle, HtmlElement, impl Drop) {
    let conversation: Conversation = serde_json::from_str(&json).unwrap();
    shown(StreamingChatOptions::new().conversation(Some(conversation)), |chat| view! { <StreamingChat chat /> })
}

fn texts(chat: StreamingChatHandle) -> Vec<String> {
    chat.messages.get_untracked().iter().map(|message| message.content()).collect()
}

fn named(question: u128, answer: u128) -> Vec<u8> {
    let (question, answer) = (id(question), id(answer));
    frame(
        1,
        &format!(
            r#"{{"type":"status","status":"processing","generation_id":"{GENERATION}","conversation_id":"{CONVERSATION}","message_id":"{answer}","user_message_id":"{question}","model":"demo/x"}}"#
        ),
    )
}

fn whole(question: u128, answer: u128) -> Reply {
    stream(vec![named(question, answer), chunk(2, "new"), complete(3, "stop")], true)
}

async fn ended(chat: StreamingChatHandle) {
    until(|| !chat.is_streaming.get_untracked()).await;
    sleep(Duration::from_millis(30)).await;
}

fn all(place: &HtmlElement, selector: &str) -> Vec<HtmlElement> {
    let found = place.query_selector_all(selector).unwrap();
    (0..found.length()).filter_map(|at| found.get(at)).map(|node| node.unchecked_into()).collect()
}

fn versions(chat: StreamingChatHandle, at: usize) -> Vec<MessageId> {
    chat.messages.get_untracked()[at].versions.get_untracked()
}

#[wasm_bindgen_test]
async fn an_edited_question_stands_beside_the_old_one() {
    let server = FakeServer::new([whole(5, 6)]);
    let (chat, place, _handle) = two_turns();
    sleep(Duration::from_millis(30)).await;
    find(&place, ".user-message__edit").unwrap().click();
    until(|| find(&place, ".question-editor__text").is_some()).await;
    let area: HtmlTextAreaElement = find(&place, ".question-editor__text").unwrap().unchecked_into();
    assert_eq!(area.value(), "one");
    area.set_value("one again");
    area.dispatch_event(&web_sys::Event::new("input").unwrap()).unwrap();
    press(&area, "Enter");
    until(|| chat.is_streaming.get_untracked()).await;
    ended(chat).await;
    assert_eq!(texts(chat), ["one again", "new"]);
    assert_eq!(versions(chat, 0), [id(1), id(5)]);
    let body = format!(r#"{{"content":"one again","edit":"{}",{UNSET}}}"#, id(1));
    assert_eq!(server.asked()[0].body, body);
    assert_eq!(find(&place, ".version-switcher__place [aria-hidden]").unwrap().text_content().unwrap(), "2/2");
}

#[wasm_bindgen_test]
async fn escape_leaves_a_question_as_it_was() {
    let server = FakeServer::new([]);
    let (chat, place, _handle) = two_turns();
    sleep(Duration::from_millis(30)).await;
    find(&place, ".user-message__edit").unwrap().click();
    until(|| find(&place, ".question-editor__text").is_some()).await;
    press(&find(&place, ".question-editor__text").unwrap(), "Escape");
    until(|| find(&place, ".question-editor").is_none()).await;
    assert_eq!(texts(chat).len(), 4);
    assert!(server.lines().is_empty());
}

#[wasm_bindgen_test]
async fn an_edit_that_is_refused_loses_neither_the_branch_nor_the_words() {
    let _server = FakeServer::new([refusal(400, "invalid_request", None)]);
    let (chat, place, _handle) = two_turns();
    chat.edit(id(3), "three again");
    until(|| chat.problem.get_untracked().is_some()).await;
    assert_eq!(texts(chat), ["one", "two", "three", "four"]);
    until(|| find(&place, ".question-editor__text").is_some()).await;
    let area: HtmlTextAreaElement = find(&place, ".question-editor__text").unwrap().unchecked_into();
    until(|| area.value() == "three again").await;
    assert_eq!(chat.draft.get_untracked(), "");
}

#[wasm_bindgen_test]
async fn an_edit_that_comes_too_soon_waits_and_can_be_taken_back() {
    let server =
        FakeServer::new([refusal(429, "rate_limited", Some(60)), refusal(429, "rate_limited", Some(60)), whole(5, 6)]);
    let (chat, _place, _handle) = two_turns();
    chat.edit(id(1), "one again");
    until(|| chat.held.get_untracked().is_some()).await;
    assert_eq!(texts(chat), ["one again"]);
    chat.take_back_held();
    assert_eq!(texts(chat), ["one", "two", "three", "four"]);
    assert_eq!(chat.editing.get_untracked().unwrap().text.as_deref(), Some("one again"));
    chat.edit(id(1), "one more time");
    until(|| chat.held.get_untracked().is_some()).await;
    chat.send_held();
    ended(chat).await;
    assert_eq!(texts(chat), ["one more time", "new"]);
    let asked = server.asked();
    assert!(asked[1].key == asked[2].key && asked[1].body == asked[2].body && asked[0].key != asked[1].key);
}

#[wasm_bindgen_test]
async fn an_answer_in_the_middle_can_be_given_again() {
    let server = FakeServer::new([whole(1, 6)]);
    let (chat, place, _handle) = two_turns();
    sleep(Duration::from_millis(30)).await;
    find(&place, "[aria-label='Answer again']").unwrap().click();
    until(|| chat.is_streaming.get_untracked()).await;
    assert_eq!(texts(chat).len(), 2);
    ended(chat).await;
    assert_eq!((texts(chat), versions(chat, 1)), (vec!["one".into(), "new".into()], vec![id(2), id(6)]));
    assert_eq!(server.asked()[0].body, format!(r#"{{"retry":"{}",{UNSET}}}"#, id(2)));
    assert_eq!(answer(chat).1, MessageStatus::Complete);
}

#[wasm_bindgen_test]
async fn an_answer_that_is_refused_leaves_all_that_followed_the_old_one() {
    let _server = FakeServer::new([refusal(409, "conflict", None)]);
    let (chat, _place, _handle) = two_turns();
    chat.regenerate(id(2));
    until(|| chat.problem.get_untracked().is_some()).await;
    assert_eq!(texts(chat), ["one", "two", "three", "four"]);
}

#[wasm_bindgen_test]
async fn the_next_version_is_shown_said_and_has_the_focus() {
    let both = [2, 6];
    let other = [message(1, 0, "one", &[]), message(6, 1, "two again", &both), message(7, 6, "further", &[])];
    let summary = format!(r#"{{"id":"{CONVERSATION}","title":"T","created_at":0,"updated_at":0}}"#);
    let server = FakeServer::new([Reply::Json(200, summary), Reply::Json(200, json(&other, false))]);
    let before = [message(1, 0, "one", &[]), message(2, 1, "two", &both), message(3, 2, "three", &[])];
    let (chat, place, _handle) = opened(json(&before, false));
    sleep(Duration::from_millis(30)).await;
    let first = find(&place, ".user-message").unwrap();
    find(&place, ".version-switcher__next").unwrap().click();
    until(|| texts(chat) == ["one", "two again", "further"]).await;
    let asked = server.asked();
    assert_eq!(
        (asked[0].method.as_str(), asked[0].body.as_str()),
        ("PATCH", format!(r#"{{"head":"{}"}}"#, id(6)).as_str())
    );
    assert_eq!(asked[1].path, format!("/api/conversations/{CONVERSATION}?around={}", id(6)));
    until(|| find(&place, ".version-switcher__next:focus").is_some()).await;
    assert!(find(&place, ".user-message").unwrap().is_same_node(Some(&first)), "what is the same stays as it is");
    let heard = || find(&place, "[role=log] p:last-of-type").and_then(|last| last.text_content());
    until(|| heard().as_deref() == Some("Version 2 of 2")).await;
    let next = find(&place, ".version-switcher__next").unwrap();
    assert_eq!(next.get_attribute("aria-disabled").as_deref(), Some("true"));
}

#[wasm_bindgen_test]
async fn a_message_is_deleted_and_brought_back() {
    let rest = [message(1, 0, "one", &[]), message(2, 1, "two", &[])];
    let all_of_it = [&rest[..], &[message(3, 2, "three", &[]), message(4, 3, "four", &[])]].concat();
    let server = FakeServer::new([
        Reply::Json(200, String::new()),
        Reply::Json(200, json(&rest, false)),
        Reply::Json(200, String::new()),
        Reply::Json(200, json(&all_of_it, false)),
    ]);
    let (chat, place, _handle) = two_turns();
    sleep(Duration::from_millis(30)).await;
    all(&place, "[aria-label='Delete question']")[1].click();
    until(|| texts(chat) == ["one", "two"]).await;
    until(|| find(&place, ".toast__undo").is_some()).await;
    find(&place, ".toast__undo").unwrap().click();
    until(|| texts(chat) == ["one", "two", "three", "four"]).await;
    assert!(find(&place, ".toast").is_none());
    let path = format!("/api/conversations/{CONVERSATION}/messages/{}", id(3));
    let lines = server.lines();
    assert_eq!((&lines[0], &lines[2]), (&format!("DELETE {path}"), &format!("POST {path}/restore")));
}

#[wasm_bindgen_test]
async fn a_question_says_which_message_it_goes_on_from() {
    let server = FakeServer::new([whole(5, 6)]);
    let (chat, _place, _handle) = two_turns();
    chat.send("five");
    until(|| server.asked().len() == 1).await;
    assert_eq!(server.asked()[0].body, format!(r#"{{"content":"five","parent":"{}",{UNSET}}}"#, id(4)));
    ended(chat).await;
}

#[wasm_bindgen_test]
async fn a_double_click_deletes_once_and_says_so_once() {
    let rest = [message(1, 0, "one", &[]), message(2, 1, "two", &[])];
    let server = FakeServer::new([
        Reply::Json(200, String::new()),
        Reply::Json(200, json(&rest, false)),
        refusal(404, "not_found", None),
    ]);
    let (chat, place, _handle) = two_turns();
    sleep(Duration::from_millis(30)).await;
    let button = all(&place, "[aria-label='Delete question']")[1].clone();
    button.click();
    button.click();
    until(|| texts(chat) == ["one", "two"]).await;
    sleep(Duration::from_millis(50)).await;
    // What has come under the pointer by then.
    let second = js_sys::eval("new MouseEvent('click', { detail: 2, bubbles: true })").unwrap();
    let second: web_sys::Event = second.unchecked_into();
    all(&place, "[aria-label='Delete question']")[0].dispatch_event(&second).unwrap();
    sleep(Duration::from_millis(50)).await;
    assert_eq!((server.lines().len(), all(&place, ".toast").len()), (2, 1));
    assert!(find(&place, ".toast").unwrap().text_content().unwrap().contains("were deleted"));
}

#[wasm_bindgen_test]
async fn a_question_that_was_just_asked_can_be_edited() {
    let server = FakeServer::new([Reply::Json(201, json(&[], false)), whole(1, 2), whole(3, 4)]);
    let (chat, _place, _handle) = shown(StreamingChatOptions::new(), |chat| view! { <StreamingChat chat /> });
    chat.send("first");
    ended(chat).await;
    assert_eq!(chat.messages.get_untracked()[0].id(), Some(id(1)));
    chat.edit(id(1), "second");
    ended(chat).await;
    assert_eq!((versions(chat, 0), texts(chat)), (vec![id(1), id(3)], vec!["second".into(), "new".into()]));
    assert_eq!(server.lines().len(), 3);
}

/// Turns from number `from` to number `to`, each high enough that a few fill the view.
fn turns(from: u128, to: u128) -> Vec<String> {
    (from..=to).map(|number| message(number, number - 1, &format!("{number} {}", "word ".repeat(120)), &[])).collect()
}

#[wasm_bindgen_test]
async fn a_long_chat_opens_at_its_end_and_is_read_upwards_without_a_jump() {
    let server = FakeServer::new([Reply::Json(200, json(&turns(1, 20), false))]);
    let (chat, place, _handle) = opened(json(&turns(21, 40), true));
    let view = find(&place, ".message-list").unwrap();
    // The style sheet is not part of these tests.
    view.set_attribute("style", "height: 400px; width: 500px; overflow-y: auto").unwrap();
    chat.look_at(id(40));
    sleep(Duration::from_millis(400)).await;
    assert!(view.scroll_top() > 1000, "{}", view.scroll_top());
    assert!(server.lines().is_empty(), "nothing is read before the reader comes near");

    let first = all(&place, "article")[0].clone();
    view.set_scroll_top(500);
    let before = first.get_bounding_client_rect().top();
    until(|| texts(chat).len() == 40).await;
    sleep(Duration::from_millis(100)).await;
    let moved = (first.get_bounding_client_rect().top() - before).abs();
    assert!(moved <= 2.0, "it has moved by {moved} pixels");
    assert_eq!(server.lines(), [format!("GET /api/conversations/{CONVERSATION}?limit=50&before={}", id(21))]);
    assert!(!chat.has_earlier.get_untracked() && find(&place, ".earlier-messages").is_none());
}

#[wasm_bindgen_test]
async fn what_is_far_above_the_end_is_let_go_of_and_read_again_on_the_way_up() {
    let server = FakeServer::new([Reply::Json(200, json(&turns(41, 90), true))]);
    let (chat, place, _handle) = opened(json(&turns(1, 140), false));
    let view = find(&place, ".message-list").unwrap();
    view.set_attribute("style", "height: 400px; width: 500px; overflow-y: auto").unwrap();
    let used = find(&place, "[data-key] button").unwrap().unchecked_into::<HtmlElement>();
    used.focus().unwrap();
    chat.look_at(id(140));
    view.set_scroll_top(view.scroll_height());
    sleep(Duration::from_millis(1500)).await;
    assert_eq!(texts(chat).len(), 140, "what has the focus is in use");

    used.blur().unwrap();
    chat.begin_edit(id(139));
    sleep(Duration::from_millis(1500)).await;
    assert_eq!(texts(chat).len(), 140, "a question is being edited");

    chat.editing.set(None);
    view.set_scroll_top(view.scroll_height());
    until(|| texts(chat).len() == 50).await;
    sleep(Duration::from_millis(100)).await;
    let rest = view.scroll_height() - view.scroll_top() - view.client_height();
    assert!(rest <= 2, "the view is {rest} pixels from the end");
    assert!(chat.has_earlier.get_untracked() && server.lines().is_empty());

    view.set_scroll_top(300);
    until(|| texts(chat).len() == 100).await;
    assert_eq!(server.lines(), [format!("GET /api/conversations/{CONVERSATION}?limit=50&before={}", id(91))]);
}

/// A chat of which message 101 of 300 is looked at.
async fn looked_at_far_up() -> (StreamingChatHandle, HtmlElement, impl Drop) {
    let (chat, place, handle) = opened(json(&turns(281, 300), true));
    let view = find(&place, ".message-list").unwrap();
    view.set_attribute("style", "height: 400px; width: 500px; overflow-y: auto").unwrap();
    chat.look_at(id(101));
    until(|| texts(chat).len() == 220).await;
    sleep(Duration::from_millis(300)).await;
    (chat, place, handle)
}

#[wasm_bindgen_test]
async fn a_message_far_up_is_shown_without_all_that_follow_it() {
    let server = FakeServer::new([Reply::Json(200, json(&turns(81, 300), true))]);
    let (chat, place, _handle) = looked_at_far_up().await;
    assert_eq!(server.lines(), [format!("GET /api/conversations/{CONVERSATION}?around={}", id(101))]);
    let view = find(&place, ".message-list").unwrap();
    let articles = || all(&place, "article").len();
    assert_eq!(articles(), 41, "twenty on both sides");
    let found = find(&place, "[data-found]").unwrap().get_bounding_client_rect();
    assert!((found.top() - view.get_bounding_client_rect().top()).abs() < 40.0, "{}", found.top());

    // On the way down there are more, and what is looked at does not move.
    view.set_scroll_top(view.scroll_height());
    until(|| articles() == 91).await;
    sleep(Duration::from_millis(100)).await;
    assert!(view.scroll_height() - view.scroll_top() - view.client_height() > 1000, "the view has stayed");

    find(&place, "[aria-label='Jump to latest']").unwrap().click();
    until(|| articles() == 20).await;
    sleep(Duration::from_millis(100)).await;
    assert!(view.scroll_height() - view.scroll_top() - view.client_height() <= 2);
    assert!(texts(chat).len() == 20 && texts(chat)[19].starts_with("300 ") && chat.has_earlier.get_untracked());
}

#[wasm_bindgen_test]
async fn what_is_asked_from_far_up_comes_after_the_last_message_and_is_seen() {
    let server = FakeServer::new([Reply::Json(200, json(&turns(81, 300), true)), whole(301, 302)]);
    let (chat, place, _handle) = looked_at_far_up().await;
    chat.send("and then?");
    until(|| chat.is_streaming.get_untracked()).await;
    ended(chat).await;
    let asked = server.asked();
    assert!(asked[1].body.contains(&format!(r#""parent":"{}""#, id(300))), "{}", asked[1].body);
    let articles = all(&place, "article");
    assert_eq!(articles.len(), 20);
    assert!(articles[18].text_content().unwrap().contains("and then?"));
}

#[wasm_bindgen_test]
async fn a_message_that_is_in_memory_only_is_brought_into_the_document() {
    let server = FakeServer::new([Reply::Json(200, json(&turns(81, 300), true))]);
    let (chat, place, _handle) = looked_at_far_up().await;
    chat.look_at(id(251));
    until(|| find(&place, "[data-found]").is_some_and(|one| one.text_content().unwrap_or_default().contains("251 ")))
        .await;
    assert_eq!((server.asked().len(), all(&place, "article").len()), (1, 41));
    // One that is there already is only gone to.
    chat.look_at(id(240));
    until(|| find(&place, "[data-found]").is_some_and(|one| one.text_content().unwrap_or_default().contains("240 ")))
        .await;
    assert_eq!(all(&place, "article").len(), 41);
}

#[wasm_bindgen_test]
async fn new_words_of_a_question_far_up_are_kept_when_the_reader_goes_to_the_end() {
    let _server = FakeServer::new([Reply::Json(200, json(&turns(81, 300), true))]);
    let (chat, place, _handle) = looked_at_far_up().await;
    chat.begin_edit(id(101));
    until(|| find(&place, ".question-editor").is_some()).await;
    chat.editing.update(|editing| editing.as_mut().unwrap().text = Some("other words".into()));
    find(&place, "[aria-label='Jump to latest']").unwrap().click();
    until(|| texts(chat).len() == 20).await;
    assert_eq!((chat.editing.get_untracked().is_none(), chat.draft.get_untracked()), (true, "other words".into()));
}

#[wasm_bindgen_test]
async fn a_chat_that_could_not_be_opened_is_opened_again_and_nothing_is_sent_into_it() {
    let server = FakeServer::new([refusal(500, "internal", None), Reply::Json(200, json(&turns(1, 2), false))]);
    let (chat, place, _handle) = shown(StreamingChatOptions::new(), |chat| view! { <StreamingChat chat /> });
    chat.open(CONVERSATION.parse().unwrap());
    until(|| chat.problem.get_untracked().is_some()).await;
    chat.draft.set("half a question".into());
    sleep(Duration::from_millis(30)).await;
    find(&place, ".error-card__actions .button:last-child").unwrap().click();
    until(|| texts(chat).len() == 2).await;
    let line = format!("GET /api/conversations/{CONVERSATION}?limit=20");
    assert_eq!(server.lines(), [line.clone(), line]);
    assert_eq!((chat.draft.get_untracked().as_str(), chat.problem.get_untracked()), ("half a question", None));
}

#[wasm_bindgen_test]
async fn what_could_not_be_read_from_above_is_tried_again_by_hand() {
    let server = FakeServer::new([Reply::Broken, Reply::Json(200, json(&turns(1, 2), false))]);
    let (chat, place, _handle) = opened(json(&[message(3, 2, "short", &[])], true));
    let button = || find(&place, ".earlier-messages button").unwrap();
    until(|| find(&place, ".earlier-messages").is_some() && button().text_content().unwrap().contains("Try again"))
        .await;
    sleep(Duration::from_millis(200)).await;
    assert_eq!(server.lines().len(), 1, "a server that is gone is not asked again and again");
    button().click();
    until(|| texts(chat).len() == 3).await;
}
