//! An answer that broke off is taken on.

use super::{
    conversation::{
        CONVERSATION, MESSAGE, UNSET, answer, chunk, complete, conversation, frame, processing, refusal, shown, stream,
        until,
    },
    fake_server::{FakeServer, Reply},
};
use crate::{ChatMessage, StreamingChat, StreamingChatHandle, StreamingChatOptions, browser::time::sleep};
use leptos::prelude::*;
use protocol::{
    error::{ErrorCode, PublicError},
    id::MessageId,
    message::{Message, MessageStatus},
};
use std::time::Duration;
use uuid::Uuid;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

const SECOND: &str = "00000000-0000-4000-8000-000000000004";

fn cut(number: u64) -> Vec<u8> {
    frame(number, r#"{"type":"error","code":"upstream_truncated","message":"It broke off.","retryable":true}"#)
}

fn in_page() -> (StreamingChatHandle, HtmlElement, impl Drop) {
    shown(StreamingChatOptions::new(), |chat| view! { <StreamingChat chat /> })
}

/// The buttons of this name that are shown.
fn buttons(place: &HtmlElement, name: &str) -> Vec<HtmlElement> {
    let all = place.query_selector_all("button").unwrap();
    let all = (0..all.length()).filter_map(|at| all.get(at)).map(|node| node.unchecked_into::<HtmlElement>());
    all.filter(|button| button.text_content().unwrap_or_default().trim() == name).collect()
}

async fn ended(chat: StreamingChatHandle) {
    until(|| !chat.is_streaming.get_untracked()).await;
    sleep(Duration::from_millis(20)).await;
}

/// Presses Continue, and sees to it that the text is on the page at every moment until the answer ends.
async fn go_on(chat: StreamingChatHandle, place: &HtmlElement, text: &str) {
    let button = buttons(place, "Continue");
    assert_eq!(button.len(), 1, "{}", place.inner_html());
    button[0].click();
    while chat.is_streaming.get_untracked() {
        let shown = place.text_content().unwrap();
        assert!(shown.contains(text), "{text} has gone from {shown}");
        sleep(Duration::from_millis(1)).await;
    }
    sleep(Duration::from_millis(20)).await;
}

#[wasm_bindgen_test]
async fn an_answer_that_broke_off_is_taken_on_in_place_twice() {
    let slowly = |pieces: Vec<Vec<u8>>| stream([vec![Vec::new(); 40], pieces].concat(), true);
    let second = String::from_utf8(processing()).unwrap().replace(MESSAGE, SECOND).into_bytes();
    let server = FakeServer::new([
        conversation(""),
        stream(vec![processing(), chunk(2, "One "), cut(3)], true),
        slowly(vec![second, chunk(2, "One "), chunk(3, "two "), cut(4)]),
        slowly(vec![processing(), chunk(2, "One two "), chunk(3, "three"), complete(4, "stop")]),
    ]);
    let (chat, place, _handle) = in_page();
    chat.send("Hi");
    ended(chat).await;
    go_on(chat, &place, "One").await;
    assert_eq!(answer(chat), ("One two ".into(), MessageStatus::Failed));
    go_on(chat, &place, "One two").await;
    assert_eq!(answer(chat), ("One two three".into(), MessageStatus::Complete));
    assert_eq!(chat.messages.get_untracked().len(), 2);
    assert!(buttons(&place, "Continue").is_empty());
    let asked = server.asked();
    assert_eq!(asked[2].path, format!("/api/conversations/{CONVERSATION}/messages"));
    assert_eq!(asked[2].body, format!(r#"{{"continue":"{MESSAGE}",{UNSET}}}"#));
    assert_eq!(asked[3].body, format!(r#"{{"continue":"{SECOND}",{UNSET}}}"#));
    assert_ne!(asked[2].key, asked[3].key);
}

#[wasm_bindgen_test]
async fn an_answer_that_is_whole_or_empty_cannot_be_taken_on() {
    for (last, offered) in [
        (vec![chunk(2, "x"), complete(3, "stop")], 0),
        (vec![chunk(2, "x"), complete(3, "content_filter")], 0),
        (vec![chunk(2, "x"), complete(3, "length")], 1),
        (vec![chunk(2, "x"), complete(3, "cancelled")], 1),
        (vec![cut(2)], 0),
        (
            vec![chunk(2, "x"), frame(3, r#"{"type":"error","code":"limit_reached","message":"!","retryable":false}"#)],
            0,
        ),
    ] {
        let _server = FakeServer::new([conversation(""), stream([vec![processing()], last.clone()].concat(), true)]);
        let (chat, place, _handle) = in_page();
        chat.send("Hi");
        ended(chat).await;
        assert_eq!(buttons(&place, "Continue").len(), offered, "{}", String::from_utf8_lossy(&last.concat()));
    }
}

#[wasm_bindgen_test]
async fn what_cannot_be_taken_on_is_shown_as_before() {
    let _server = FakeServer::new([
        conversation(""),
        stream(vec![processing(), chunk(2, "half"), cut(3)], true),
        refusal(409, "conflict", None),
    ]);
    let (chat, place, _handle) = in_page();
    chat.send("Hi");
    ended(chat).await;
    go_on(chat, &place, "half").await;
    assert_eq!(answer(chat), ("half".into(), MessageStatus::Failed));
    assert_eq!(chat.problem.get_untracked().unwrap().code, ErrorCode::Conflict);
}

#[wasm_bindgen_test]
async fn the_whole_is_counted_from_where_the_first_token_is_counted_from() {
    // The server says 1 ms to the first token and 3 in all; the reader, from whom it is far away, has waited for longer.
    let stats = r#"{"first_chunk_ms":1,"duration_ms":3,"chunks":1}"#;
    let end = frame(3, &format!(r#"{{"type":"complete","finish_reason":"stop","stats":{stats}}}"#));
    let pieces = [vec![processing()], vec![Vec::new(); 60], vec![chunk(2, "Hello"), end]].concat();
    let _server = FakeServer::new([conversation(""), stream(pieces, true)]);
    let (chat, _place, _handle) = in_page();
    chat.send("Hi");
    ended(chat).await;
    let figures = chat.messages.get_untracked()[1].figures.get_untracked();
    let (first, took) = figures.first_token_ms.zip(figures.duration_ms).unwrap();
    assert!(first > 3.0, "{first}");
    assert!((took - first - 2.0).abs() < 0.001, "{took} after {first}");
}

#[wasm_bindgen_test]
async fn the_text_that_was_there_is_not_measured() {
    let pieces = vec![processing(), chunk(2, "a long beginning "), chunk(3, "x"), frame(4, "{}")];
    let _server = FakeServer::new([
        conversation(""),
        stream(vec![processing(), chunk(2, "a long beginning "), complete(3, "length")], true),
        Reply::Stream { pieces, ends: false },
    ]);
    let (chat, _place, _handle) = in_page();
    chat.send("Hi");
    ended(chat).await;
    chat.continue_answer();
    until(|| chat.messages.get_untracked()[1].figures.get_untracked().tokens.is_some()).await;
    assert_eq!(chat.messages.get_untracked()[1].figures.get_untracked().tokens, Some(1));
}

#[wasm_bindgen_test]
async fn what_is_lost_on_the_way_keeps_the_text_and_can_be_read_again() {
    let id = MessageId(Uuid::from_u128(1));
    let mut old = Message::answer(id, None, 0);
    (old.content, old.reasoning, old.status) = ("half".into(), "hm".into(), MessageStatus::Interrupted);
    let old = ChatMessage::new(1, old);
    let answer = ChatMessage::taking_on(2, &old, Message::answer(MessageId(Uuid::nil()), None, 0));
    answer.end(MessageStatus::Failed, Some(PublicError::new(ErrorCode::Interrupted, "Lost.")));
    answer.show_end().await;
    assert_eq!((answer.content().as_str(), answer.message().reasoning.as_str()), ("half", "hm"));
    answer.reopen();
    let event = |text: &str| protocol::event::StreamEvent::Chunk { content: text.into() };
    answer.apply(1, &event("half"));
    answer.apply(2, &event(" whole"));
    assert_eq!(answer.content(), "half whole");
}
