//! Whole sends: what is asked of the server and what is shown.

use super::{
    conversation::{
        CONVERSATION, GENERATION, MESSAGE, UNSET, answer, chat, chunk, complete, conversation, find, frame, press,
        processing, refusal, shown, stream, until,
    },
    fake_server::{FakeServer, Reply},
};
use crate::{StreamingChat, StreamingChatOptions, browser::time::sleep};
use leptos::prelude::*;
use protocol::message::MessageStatus;
use std::time::Duration;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
async fn a_double_click_sends_once_and_the_answer_comes() {
    let pieces = vec![processing(), chunk(2, "Hel"), chunk(3, "lo"), complete(4, "stop")];
    let server = FakeServer::new([conversation(""), stream(pieces, true)]);
    let (chat, _handle) = chat();
    chat.send("Hi");
    chat.send("Hi");
    assert!(chat.is_streaming.get_untracked());
    until(|| !chat.is_streaming.get_untracked()).await;
    assert_eq!(answer(chat), ("Hello".into(), MessageStatus::Complete));
    assert_eq!(chat.messages.get_untracked().len(), 2);
    assert_eq!(
        server.lines(),
        ["POST /api/conversations".into(), format!("POST /api/conversations/{CONVERSATION}/messages")]
    );
    let asked = &server.asked()[1];
    assert_eq!(asked.body, format!(r#"{{"content":"Hi",{UNSET}}}"#));
    assert_eq!(asked.key.as_ref().map(String::len), Some(32));
}

#[wasm_bindgen_test]
async fn a_dropped_connection_goes_on_from_the_last_event() {
    let server = FakeServer::new([
        conversation(""),
        stream(vec![processing(), chunk(2, "one ")], true),
        Reply::Broken,
        stream(vec![chunk(2, "one "), chunk(3, "two"), complete(4, "stop")], true),
    ]);
    let (chat, _handle) = chat();
    chat.send("Hi");
    until(|| !chat.is_streaming.get_untracked()).await;
    assert_eq!(answer(chat), ("one two".into(), MessageStatus::Complete));
    for asked in &server.asked()[2..] {
        assert_eq!(asked.path, format!("/api/generations/{GENERATION}/events"));
        assert_eq!(asked.after.as_deref(), Some("2"));
    }
}

#[wasm_bindgen_test]
async fn a_question_that_never_arrived_is_sent_again_under_the_same_key() {
    let pieces = vec![processing(), chunk(2, "x"), complete(3, "stop")];
    let server = FakeServer::new([conversation(""), Reply::Broken, stream(pieces, true)]);
    let (chat, _handle) = chat();
    chat.send("Hi");
    until(|| !chat.is_streaming.get_untracked()).await;
    let asked = server.asked();
    assert_eq!(asked.len(), 3);
    assert_eq!((&asked[1].path, &asked[1].key), (&asked[2].path, &asked[2].key));
}

#[wasm_bindgen_test]
async fn a_refused_question_goes_back_to_where_it_was_typed() {
    let _server = FakeServer::new([conversation(""), refusal(429, "rate_limited", None)]);
    let (chat, _handle) = chat();
    chat.send("My long question");
    until(|| !chat.is_streaming.get_untracked()).await;
    assert_eq!(chat.draft.get_untracked(), "My long question");
    assert_eq!(chat.problem.get_untracked().unwrap().message, "Slow down.");
    assert!(chat.messages.get_untracked().is_empty());
}

#[wasm_bindgen_test]
async fn stop_tells_the_server_and_keeps_what_has_come() {
    let server = FakeServer::new([
        conversation(""),
        stream(vec![processing(), chunk(2, "part")], false),
        Reply::Json(200, String::new()),
        stream(vec![complete(3, "cancelled")], true),
    ]);
    let (chat, _handle) = chat();
    chat.send("Hi");
    until(|| chat.messages.get_untracked().len() == 2 && answer(chat).0 == "part").await;
    chat.cancel();
    until(|| !chat.is_streaming.get_untracked()).await;
    assert_eq!(answer(chat), ("part".into(), MessageStatus::Stopped));
    assert_eq!(server.lines()[2], format!("DELETE /api/generations/{GENERATION}"));
    assert!(server.aborted() >= 1);
}

#[wasm_bindgen_test]
async fn stop_before_the_names_are_known_waits_for_them() {
    let server = FakeServer::new([
        conversation(""),
        Reply::Stream { pieces: vec![Vec::new(), Vec::new(), processing()], ends: false },
        Reply::Json(200, String::new()),
        stream(vec![complete(2, "cancelled")], true),
    ]);
    let (chat, _handle) = chat();
    chat.send("Hi");
    chat.cancel();
    until(|| !chat.is_streaming.get_untracked()).await;
    assert_eq!(answer(chat), (String::new(), MessageStatus::Stopped));
    assert!(server.lines().contains(&format!("DELETE /api/generations/{GENERATION}")), "{:?}", server.lines());
}

#[wasm_bindgen_test]
async fn enter_does_not_send_again_what_was_stopped_before_it_had_a_name() {
    let server = FakeServer::new([conversation(""), Reply::Silence, Reply::Silence, Reply::Silence]);
    let (chat, place, _handle) = shown(StreamingChatOptions::new(), |chat| view! { <StreamingChat chat /> });
    let area = find(&place, ".composer__text").unwrap();
    chat.send("stopped");
    until(|| server.lines().len() == 2).await;
    chat.cancel();
    until(|| chat.is_stopping.get_untracked()).await;
    chat.draft.set("next".into());
    press(&area, "Enter");
    until(|| !chat.is_streaming.get_untracked()).await;
    sleep(Duration::from_millis(100)).await;
    assert_eq!(chat.draft.get_untracked(), "stopped\n\nnext");
    let asked = server.lines().iter().filter(|line| line.ends_with("/messages")).count();
    assert_eq!(asked, 1, "{:?}", server.lines());
}

#[wasm_bindgen_test]
async fn what_the_server_has_forgotten_is_read_from_the_conversation() {
    let problem = r#"{"type":"about:blank","title":"","status":404,"detail":"Gone.","code":"not_found"}"#;
    let whole =
        format!(r#"{{"id":"{MESSAGE}","role":"assistant","content":"all of it","status":"complete","created_at":0}}"#);
    let _server = FakeServer::new([
        conversation(""),
        stream(vec![processing(), chunk(2, "all")], true),
        Reply::Json(404, problem.into()),
        conversation(&whole),
    ]);
    let (chat, _handle) = chat();
    chat.send("Hi");
    until(|| !chat.is_streaming.get_untracked()).await;
    assert_eq!(answer(chat), ("all of it".into(), MessageStatus::Complete));
}

#[wasm_bindgen_test]
async fn an_error_in_the_stream_keeps_the_text_and_retry_asks_for_another_answer() {
    let error = r#"{"type":"error","code":"upstream_overloaded","message":"Busy.","retryable":true}"#;
    let server = FakeServer::new([
        conversation(""),
        stream(vec![processing(), chunk(2, "half"), frame(3, error)], true),
        stream(vec![processing(), chunk(2, "whole"), complete(3, "stop")], true),
    ]);
    let (chat, _handle) = chat();
    chat.send("Hi");
    until(|| !chat.is_streaming.get_untracked()).await;
    assert_eq!(answer(chat), ("half".into(), MessageStatus::Failed));
    chat.retry();
    until(|| !chat.is_streaming.get_untracked()).await;
    assert_eq!(answer(chat), ("whole".into(), MessageStatus::Complete));
    assert_eq!(chat.messages.get_untracked().len(), 2);
    assert_eq!(server.asked()[2].body, format!(r#"{{"retry":"{MESSAGE}",{UNSET}}}"#));
}

#[wasm_bindgen_test]
async fn what_was_against_a_question_is_gone_when_the_server_can_store_again() {
    let _server = FakeServer::new([conversation(""), refusal(503, "storage_unavailable", None)]);
    let (chat, _handle) = chat();
    chat.send("My question");
    until(|| chat.problem.get_untracked().is_some()).await;
    assert!(chat.is_unstored());
    chat.storage_is_back();
    assert!(chat.problem.get_untracked().is_none() && chat.draft.get_untracked() == "My question");
}
