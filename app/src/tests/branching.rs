//! Versions of messages: edited questions, other answers, and messages that are deleted.

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

pub(super) fn id(number: u128) -> MessageId {
    MessageId(Uuid::from_u128(number))
}

/// A message as the server tells it; odd numbers are questions. Its parent is given, and all of its versions.
pub(super) fn message(number: u128, parent: u128, text: &str, versions: &[u128]) -> String {
    let role = if number % 2 == 1 { "user" } else { "assistant" };
    let parent = if parent == 0 { String::new() } else { format!(r#""parent_id":"{}","#, id(parent)) };
    let versions: Vec<_> = versions.iter().map(|version| format!("\"{}\"", id(*version))).collect();
    format!(
        r#"{{"id":"{}",{parent}"role":"{role}","content":"{text}","status":"complete","created_at":0,"siblings":[{}]}}"#,
        id(number),
        versions.join(",")
    )
}

pub(super) fn json(messages: &[String], earlier: bool) -> String {
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

pub(super) fn opened(json: String) -> (StreamingChatHandle, HtmlElement, impl Drop) {
    let conversation: Conversation = serde_json::from_str(&json).unwrap();
    shown(StreamingChatOptions::new().conversation(Some(conversation)), |chat| view! { <StreamingChat chat /> })
}

pub(super) fn texts(chat: StreamingChatHandle) -> Vec<String> {
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

pub(super) fn whole(question: u128, answer: u128) -> Reply {
    stream(vec![named(question, answer), chunk(2, "new"), complete(3, "stop")], true)
}

pub(super) async fn ended(chat: StreamingChatHandle) {
    until(|| !chat.is_streaming.get_untracked()).await;
    sleep(Duration::from_millis(30)).await;
}

pub(super) fn all(place: &HtmlElement, selector: &str) -> Vec<HtmlElement> {
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
