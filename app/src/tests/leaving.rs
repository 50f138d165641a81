//! A chat that is taken out of the page leaves nothing running.

use super::{
    conversation::{answer, chat, chunk, conversation, processing, refusal, shown, stream, until},
    fake_server::{FakeServer, Reply},
};
use crate::{StreamingChat, StreamingChatOptions, browser::time::sleep};
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
async fn a_chat_that_is_taken_away_closes_its_connection_and_stops_nothing() {
    let server =
        FakeServer::new([conversation(""), stream(vec![processing(), chunk(2, "part")], false), Reply::Silence]);
    let (chat, _place, handle) = shown(StreamingChatOptions::new(), |chat| view! { <StreamingChat chat /> });
    chat.send("Hi");
    until(|| chat.messages.get_untracked().len() == 2 && answer(chat).0 == "part").await;
    let before = server.aborted();
    drop(handle);
    until(|| server.aborted() == before + 1).await;
    sleep(Duration::from_millis(400)).await;
    assert_eq!(server.asked().len(), 2, "nothing is asked any more: {:?}", server.lines());
}

#[wasm_bindgen_test]
async fn what_waits_to_be_sent_by_itself_is_not_sent_once_the_chat_is_gone() {
    let server = FakeServer::new([conversation(""), refusal(429, "rate_limited", Some(1))]);
    let (chat, handle) = chat();
    chat.send("Hi");
    until(|| chat.held.get_untracked().is_some()).await;
    chat.send_held_by_itself(true);
    sleep(Duration::from_millis(50)).await;
    drop(handle);
    sleep(Duration::from_millis(1500)).await;
    assert_eq!(server.asked().len(), 2, "{:?}", server.lines());
}
