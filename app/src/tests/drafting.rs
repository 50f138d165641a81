//! Drafts.

use super::{
    conversation::{CONVERSATION, conversation, find, forget_all, press, shown, until},
    fake_server::FakeServer,
};
use crate::{StreamingChat, StreamingChatHandle, StreamingChatOptions, browser::storage, browser::time::sleep};
use leptos::prelude::*;
use protocol::conversation::Conversation;
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{HtmlElement, HtmlTextAreaElement};

const PREFIX: &str = "rivulet:draft:";

fn keeping() -> (StreamingChatHandle, impl Drop) {
    let (chat, _, handle) = shown(StreamingChatOptions::new().keep_drafts(), |_| ());
    (chat, handle)
}

async fn rest() {
    sleep(Duration::from_millis(30)).await;
}

#[wasm_bindgen_test]
async fn each_conversation_has_its_draft_over_a_reload() {
    forget_all();
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
    forget_all();
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
    forget_all();
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
    forget_all();
}

#[wasm_bindgen_test]
async fn a_chat_that_is_embedded_keeps_nothing() {
    forget_all();
    let (chat, _, _handle) = shown(StreamingChatOptions::new(), |_| ());
    rest().await;
    chat.draft.set("mine".into());
    rest().await;
    assert!(storage::kept_names(PREFIX).is_empty());
}

#[wasm_bindgen_test]
async fn what_another_tab_types_in_a_new_chat_takes_nothing_away() {
    forget_all();
    let new = format!("{PREFIX}new");
    let (chat, handle) = keeping();
    rest().await;
    chat.draft.set("mine".into());
    rest().await;
    // The other tab, which has a session of its own.
    storage::keep_for_good(&new, r#"{"text":"theirs","at":5}"#);
    drop(handle);
    let (chat, _handle) = keeping();
    until(|| chat.draft.get_untracked() == "mine").await;
    rest().await;
    storage::keep_for_good(&new, r#"{"text":"theirs","at":5}"#);
    chat.draft.set(String::new());
    rest().await;
    assert!(storage::kept(&new).is_some_and(|kept| kept.contains("theirs")));
    assert_eq!(storage::kept_for_tab(&new), None);
}

#[wasm_bindgen_test]
async fn a_long_draft_is_kept_and_one_that_cannot_be_is_told_of() {
    forget_all();
    let options = StreamingChatOptions::new().keep_drafts();
    let (chat, place, handle) = shown(options, |chat| view! { <StreamingChat chat /> });
    rest().await;
    let long = "x".repeat(200 * 1024);
    chat.draft.set(long.clone());
    rest().await;
    assert!(find(&place, ".composer__note").is_none());
    drop(handle);
    let options = StreamingChatOptions::new().keep_drafts();
    let (chat, place, _handle) = shown(options, |chat| view! { <StreamingChat chat /> });
    until(|| chat.draft.with_untracked(String::len) == long.len()).await;
    chat.draft.set("x".repeat(12 * 1024 * 1024));
    until(|| find(&place, ".composer__note").is_some()).await;
    chat.draft.set("short".into());
    until(|| find(&place, ".composer__note").is_none()).await;
    forget_all();
}

const QUESTION: &str = "00000000-0000-4000-8000-000000000009";
const OTHER: &str = "00000000-0000-4000-8000-00000000000b";

/// A chat with one question, which can be edited.
fn with_a_question(messages: &str) -> (StreamingChatHandle, HtmlElement, impl Drop + use<>) {
    with_the_end(messages, false)
}

/// The end of a chat; above it there may be more.
fn with_the_end(messages: &str, earlier: bool) -> (StreamingChatHandle, HtmlElement, impl Drop + use<>) {
    let json = format!(
        r#"{{"id":"{CONVERSATION}","title":"","created_at":0,"updated_at":0,"settings":{{}},"messages":[{messages}],"earlier":{earlier}}}"#
    );
    let conversation: Conversation = serde_json::from_str(&json).unwrap();
    let options = StreamingChatOptions::new().conversation(Some(conversation)).keep_drafts();
    shown(options, |chat| view! { <StreamingChat chat /> })
}

fn question() -> String {
    format!(r#"{{"id":"{QUESTION}","role":"user","content":"old words","status":"complete","created_at":0}}"#)
}

async fn edit(place: &HtmlElement, words: &str) {
    until(|| find(place, ".user-message__edit").is_some()).await;
    find(place, ".user-message__edit").unwrap().click();
    until(|| find(place, ".question-editor__text").is_some()).await;
    let area: HtmlTextAreaElement = find(place, ".question-editor__text").unwrap().unchecked_into();
    area.set_value(words);
    area.dispatch_event(&web_sys::Event::new("input").unwrap()).unwrap();
    rest().await;
}

#[wasm_bindgen_test]
async fn an_edit_survives_a_reload_and_is_forgotten_when_it_is_given_up() {
    forget_all();
    let _server = FakeServer::new([]);
    let (_, place, handle) = with_a_question(&question());
    edit(&place, "new words").await;
    drop(handle);
    let (_, place, handle) = with_a_question(&question());
    until(|| find(&place, ".question-editor__text").is_some()).await;
    let area: HtmlTextAreaElement = find(&place, ".question-editor__text").unwrap().unchecked_into();
    until(|| area.value() == "new words").await;
    press(&area, "Escape");
    until(|| find(&place, ".question-editor").is_none()).await;
    drop(handle);
    let (chat, place, _handle) = with_a_question(&question());
    rest().await;
    assert!(find(&place, ".question-editor").is_none() && chat.draft.get_untracked().is_empty());
}

#[wasm_bindgen_test]
async fn the_new_words_of_a_question_further_up_are_not_lost() {
    forget_all();
    let _server = FakeServer::new([]);
    let (_, place, handle) = with_a_question(&question());
    edit(&place, "new words").await;
    drop(handle);
    let other = question().replace(QUESTION, OTHER);
    let (chat, _, handle) = with_the_end(&other, true);
    rest().await;
    assert!(chat.editing.get_untracked().is_none(), "it is not on the page");
    chat.begin_edit(QUESTION.parse().unwrap());
    assert_eq!(chat.editing.get_untracked().unwrap().text.as_deref(), Some("new words"));
    drop(handle);
    // Nor by editing another question.
    let (chat, place, _handle) = with_the_end(&other, true);
    edit(&place, "words of the other").await;
    assert_eq!(chat.draft.get_untracked(), "new words");
    forget_all();
}

#[wasm_bindgen_test]
async fn the_new_words_of_a_question_that_is_deleted_elsewhere_are_not_lost() {
    forget_all();
    let _server = FakeServer::new([conversation("")]);
    let (chat, place, handle) = with_a_question(&question());
    edit(&place, "new words").await;
    chat.draft.set("and more".into());
    chat.reread(CONVERSATION.parse().unwrap()).await.unwrap();
    assert_eq!(chat.draft.get_untracked(), "new words\n\nand more");
    assert!(chat.editing.get_untracked().is_none());
    rest().await;
    drop(handle);
    // So it is if that happens between two visits.
    forget_all();
    let (_, place, handle) = with_a_question(&question());
    edit(&place, "newer words").await;
    drop(handle);
    let (chat, _, _handle) = with_a_question("");
    until(|| chat.draft.get_untracked() == "newer words").await;
}

#[wasm_bindgen_test]
async fn the_words_typed_in_a_conversation_that_is_gone_are_in_the_new_one() {
    forget_all();
    let _server = FakeServer::new([]);
    let file = format!(r#"{{"id":"{QUESTION}","name":"a.txt","media_type":"text/plain","size":1}}"#);
    let now = crate::browser::time::wall_clock();
    let draft = format!(r#"{{"text":"half a page","at":{now},"attachments":[{file}]}}"#);
    storage::keep_for_good(&format!("{PREFIX}{CONVERSATION}"), &draft);
    let (chat, place, handle) = with_a_question(&question());
    edit(&place, "new words").await;
    until(|| chat.draft.get_untracked() == "half a page").await;
    assert!(chat.keep_words_for_new());
    chat.new_chat();
    assert_eq!(chat.draft.get_untracked(), "new words\n\nhalf a page");
    assert_eq!(
        chat.uploads.with_untracked(|all| all.iter().map(|one| one.name.clone()).collect::<Vec<_>>()),
        ["a.txt"]
    );
    // So it is where there is nothing but files.
    rest().await;
    drop(handle);
    forget_all();
    storage::keep_for_good(&format!("{PREFIX}{CONVERSATION}"), &draft.replace("half a page", ""));
    let (chat, _, _handle) = with_a_question(&question());
    until(|| chat.uploads.with_untracked(Vec::len) == 1).await;
    assert!(chat.keep_words_for_new());
    chat.new_chat();
    assert_eq!((chat.draft.get_untracked().as_str(), chat.uploads.with_untracked(Vec::len)), ("", 1));
    forget_all();
}
