//! Drafts.

use super::{
    conversation::{CONVERSATION, conversation, shown, until},
    fake_server::FakeServer,
};
use crate::{StreamingChatHandle, StreamingChatOptions, browser::storage, browser::time::sleep};
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen_test::wasm_bindgen_test;

const PREFIX: &str = "rivulet:draft:";

fn keeping() -> (StreamingChatHandle, impl Drop) {
    let (chat, _, handle) = shown(StreamingChatOptions::new().keep_drafts(), |_| ());
    (chat, handle)
}

fn clear() {
    for name in storage::kept_names(PREFIX) {
        storage::forget(&name);
    }
}

async fn rest() {
    sleep(Duration::from_millis(30)).await;
}

#[wasm_bindgen_test]
async fn each_conversation_has_its_draft_over_a_reload() {
    clear();
    let _server = FakeServer::new([conversation(""), conversation("")]);
    let (chat, handle) = keeping();
    rest().await;
    chat.draft.set("for a new one".into());
    rest().await;
    chat.open(CONVERSATION.parse().unwrap());
    assert_eq!(chat.draft.get_untracked(), "");
    until(|| !chat.is_loading.get_untracked()).await;
    chat.draft.set("for this one".into());
    rest().await;
    chat.new_chat();
    assert_eq!(chat.draft.get_untracked(), "for a new one");
    rest().await;
    drop(handle);
    let (chat, _handle) = keeping();
    until(|| chat.draft.get_untracked() == "for a new one").await;
    chat.open(CONVERSATION.parse().unwrap());
    assert_eq!(chat.draft.get_untracked(), "for this one");
    chat.draft.set(String::new());
    rest().await;
    assert_eq!(storage::kept_names(PREFIX), [format!("{PREFIX}new")]);
}

#[wasm_bindgen_test]
async fn what_is_typed_while_the_first_question_goes_out_belongs_to_its_conversation() {
    clear();
    let _server = FakeServer::new([conversation("")]);
    let (chat, _handle) = keeping();
    rest().await;
    chat.send("first");
    chat.draft.set("second".into());
    until(|| chat.conversation.get_untracked().is_some()).await;
    rest().await;
    assert_eq!(storage::kept_names(PREFIX), [format!("{PREFIX}{CONVERSATION}")]);
    chat.new_chat();
    assert_eq!(chat.draft.get_untracked(), "");
}

#[wasm_bindgen_test]
async fn drafts_that_are_old_or_too_many_are_forgotten() {
    clear();
    let now = crate::browser::time::wall_clock();
    for number in 0..60 {
        let at = now - f64::from(number);
        storage::keep_for_good(&format!("{PREFIX}{number}"), &format!(r#"{{"text":"x","at":{at}}}"#));
    }
    storage::keep_for_good(&format!("{PREFIX}old"), r#"{"text":"x","at":5}"#);
    storage::keep_for_good(&format!("{PREFIX}odd"), "not JSON");
    let (_chat, _handle) = keeping();
    until(|| storage::kept_names(PREFIX).len() == 50).await;
    for gone in ["old", "odd", "55"] {
        assert_eq!(storage::kept(&format!("{PREFIX}{gone}")), None);
    }
    clear();
}

#[wasm_bindgen_test]
async fn a_chat_that_is_embedded_keeps_nothing() {
    clear();
    let (chat, _, _handle) = shown(StreamingChatOptions::new(), |_| ());
    rest().await;
    chat.draft.set("mine".into());
    rest().await;
    assert!(storage::kept_names(PREFIX).is_empty());
}
