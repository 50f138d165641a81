//! Questions that wait because the server has no time for them.

use super::{
    conversation::{
        CONVERSATION, MESSAGE, answer, chat, chunk, complete, conversation, forget_all, frame, processing, refusal,
        shown, stream, until,
    },
    fake_server::{FakeServer, Reply},
};
use crate::{
    StreamingChat, StreamingChatHandle, StreamingChatOptions,
    browser::time::{sleep, wall_clock},
};
use leptos::prelude::*;
use protocol::{conversation::Conversation, error::ErrorCode, message::MessageStatus};
use std::time::Duration;
use wasm_bindgen_test::wasm_bindgen_test;

fn whole() -> Reply {
    stream(vec![processing(), chunk(2, "Hello"), complete(3, "stop")], true)
}

async fn waits(chat: StreamingChatHandle) {
    until(|| !chat.is_streaming.get_untracked() && chat.held.get_untracked().is_some()).await;
}

fn texts(chat: StreamingChatHandle) -> Vec<String> {
    // What a person typed stands in the message and not in its blocks.
    chat.messages.get_untracked().iter().map(|message| message.content()).collect()
}

#[wasm_bindgen_test]
async fn a_question_that_comes_too_soon_waits_where_it_is_and_goes_under_the_same_key() {
    let server = FakeServer::new([conversation(""), refusal(429, "rate_limited", Some(60)), whole()]);
    let (chat, _handle) = chat();
    chat.send("My question");
    waits(chat).await;
    let held = chat.held.get_untracked().unwrap();
    assert!(held.is_question() && !held.is_automatic() && held.code == ErrorCode::RateLimited);
    assert!((50_000.0..=60_000.0).contains(&(held.until - wall_clock())));
    assert_eq!((texts(chat), chat.draft.get_untracked()), (vec!["My question".into()], String::new()));
    assert!(chat.problem.get_untracked().is_none());
    chat.send("Another one");
    assert_eq!(texts(chat).len(), 1, "one question waits, and the next must not overtake it");
    chat.send_held();
    until(|| !chat.is_streaming.get_untracked()).await;
    assert_eq!(answer(chat), ("Hello".into(), MessageStatus::Complete));
    assert!(chat.held.get_untracked().is_none());
    let asked = server.asked();
    assert_eq!((&asked[1].key, &asked[1].body), (&asked[2].key, &asked[2].body));
}

#[wasm_bindgen_test]
async fn it_sends_by_itself_as_often_as_it_takes_if_that_is_wanted() {
    let server = FakeServer::new([
        conversation(""),
        refusal(503, "overloaded", Some(1)),
        refusal(429, "rate_limited", Some(1)),
        whole(),
    ]);
    let (chat, _handle) = chat();
    chat.send("Hi");
    waits(chat).await;
    assert_eq!(chat.held.get_untracked().unwrap().code, ErrorCode::Overloaded);
    chat.send_held_by_itself(true);
    until(|| chat.messages.get_untracked().len() == 2 && answer(chat).1 == MessageStatus::Complete).await;
    let keys: Vec<_> = server.asked()[1..].iter().map(|asked| asked.key.clone()).collect();
    assert!(keys.len() == 3 && keys.iter().all(|key| *key == keys[0]), "{keys:?}");
}

#[wasm_bindgen_test]
async fn it_is_not_sent_by_itself_unasked() {
    let server = FakeServer::new([conversation(""), refusal(429, "rate_limited", Some(0)), whole()]);
    let (chat, _handle) = chat();
    chat.send("Hi");
    waits(chat).await;
    sleep(Duration::from_millis(300)).await;
    assert_eq!(server.lines().len(), 2);
    assert!(chat.held.get_untracked().is_some());
}

#[wasm_bindgen_test]
async fn it_can_be_taken_back_for_editing() {
    let _server = FakeServer::new([conversation(""), refusal(429, "rate_limited", Some(60))]);
    let (chat, _handle) = chat();
    chat.send("My question");
    waits(chat).await;
    chat.draft.set("and more".into());
    chat.take_back_held();
    assert_eq!(chat.draft.get_untracked(), "My question\n\nand more");
    assert!(chat.messages.get_untracked().is_empty() && chat.held.get_untracked().is_none());
}

#[wasm_bindgen_test]
async fn another_answer_waits_without_taking_the_old_one_away() {
    let error = r#"{"type":"error","code":"upstream_overloaded","message":"Busy.","retryable":true}"#;
    let server = FakeServer::new([
        conversation(""),
        stream(vec![processing(), chunk(2, "half"), frame(3, error)], true),
        refusal(429, "rate_limited", Some(60)),
        whole(),
    ]);
    let (chat, _handle) = chat();
    chat.send("Hi");
    until(|| !chat.is_streaming.get_untracked()).await;
    chat.retry();
    waits(chat).await;
    assert_eq!(answer(chat), ("half".into(), MessageStatus::Failed));
    assert!(!chat.held.get_untracked().unwrap().is_question());
    chat.send_held();
    until(|| !chat.is_streaming.get_untracked()).await;
    assert_eq!((answer(chat), texts(chat).len()), (("Hello".into(), MessageStatus::Complete), 2));
    let asked = server.asked();
    assert!(asked[3].body.contains(MESSAGE) && asked[2].key == asked[3].key);
}

#[wasm_bindgen_test]
async fn it_waits_while_another_chat_is_shown() {
    let _server = FakeServer::new([conversation(""), refusal(429, "rate_limited", Some(60)), conversation("")]);
    let (chat, _handle) = chat();
    chat.send("My question");
    waits(chat).await;
    chat.new_chat();
    assert!(chat.held.get_untracked().is_none() && chat.messages.get_untracked().is_empty());
    chat.open(CONVERSATION.parse().unwrap());
    until(|| !chat.is_loading.get_untracked()).await;
    assert_eq!(texts(chat), ["My question"]);
    assert!(chat.held.get_untracked().is_some());
    chat.take_back_held();
}

#[wasm_bindgen_test]
async fn it_sends_by_itself_also_while_another_chat_is_shown() {
    let server = FakeServer::new([conversation(""), refusal(429, "rate_limited", Some(1)), whole(), conversation("")]);
    let (chat, _handle) = chat();
    chat.send("My question");
    waits(chat).await;
    chat.send_held_by_itself(true);
    chat.new_chat();
    until(|| server.lines().len() == 3).await;
    let asked = server.asked();
    assert_eq!((&asked[1].path, &asked[1].key, &asked[1].body), (&asked[2].path, &asked[2].key, &asked[2].body));
    assert!(chat.messages.get_untracked().is_empty());
    chat.open(CONVERSATION.parse().unwrap());
    until(|| !chat.is_loading.get_untracked()).await;
    assert!(chat.held.get_untracked().is_none());
}

#[wasm_bindgen_test]
async fn a_reload_keeps_it_where_it_is() {
    forget_all();
    let server = FakeServer::new([conversation(""), refusal(429, "rate_limited", Some(60))]);
    let (chat, _, handle) = shown(StreamingChatOptions::new().keep_drafts(), |_| ());
    chat.send("My question");
    waits(chat).await;
    drop(handle);
    let json =
        format!(r#"{{"id":"{CONVERSATION}","title":"","created_at":0,"updated_at":0,"settings":{{}},"messages":[]}}"#);
    let conversation: Conversation = serde_json::from_str(&json).unwrap();
    let options = || StreamingChatOptions::new().conversation(Some(conversation.clone())).keep_drafts();
    let (chat, _, _handle) = shown(options(), |_| ());
    until(|| chat.held.get_untracked().is_some()).await;
    let held = chat.held.get_untracked().unwrap();
    assert!((50_000.0..=60_000.0).contains(&(held.until - wall_clock())) && held.code == ErrorCode::RateLimited);
    assert_eq!(texts(chat), ["My question"]);
    chat.take_back_held();
    assert_eq!((chat.draft.get_untracked().as_str(), server.lines().len()), ("My question", 2));
    chat.draft.set(String::new());
    sleep(Duration::from_millis(50)).await;
    drop(_handle);
    let (chat, _, _handle) = shown(options(), |_| ());
    sleep(Duration::from_millis(50)).await;
    assert!(chat.held.get_untracked().is_none() && texts(chat).is_empty());
}

#[wasm_bindgen_test]
async fn the_page_counts_down_and_then_lets_it_go() {
    let _server = FakeServer::new([conversation(""), refusal(429, "rate_limited", Some(3)), whole()]);
    let (chat, place, _handle) = shown(StreamingChatOptions::new(), |chat| view! { <StreamingChat chat /> });
    chat.send("Hi");
    waits(chat).await;
    let says =
        |words: &str| place.query_selector(".held-card").unwrap().unwrap().text_content().unwrap().contains(words);
    let send = || place.query_selector(".held-card .button--primary").unwrap().unwrap();
    until(|| place.query_selector(".held-card").unwrap().is_some()).await;
    assert!(says("You can send again in ") || says("now."));
    assert!(send().has_attribute("disabled") || says("now."));
    until(|| says("You can send again now.")).await;
    assert!(!send().has_attribute("disabled"));
    let heard = || place.query_selector("[role=log] p:last-of-type").unwrap().and_then(|last| last.text_content());
    until(|| heard().as_deref() == Some("You can send again now.")).await;
    let send: web_sys::HtmlElement = wasm_bindgen::JsCast::unchecked_into(send());
    send.click();
    until(|| !chat.is_streaming.get_untracked()).await;
    sleep(Duration::from_millis(20)).await;
    assert_eq!(answer(chat), ("Hello".into(), MessageStatus::Complete));
    assert!(place.query_selector(".held-card").unwrap().is_none());
}
