//! Questions on their way, when the page is left before the server is known to have them.

use super::{
    conversation::{CONVERSATION, answer, chunk, complete, conversation, forget_all, processing, shown, stream, until},
    fake_server::{FakeServer, Reply},
};
use crate::{
    StreamingChatHandle, StreamingChatOptions,
    browser::{
        storage,
        time::{sleep, wall_clock},
    },
};
use leptos::prelude::*;
use protocol::{conversation::Conversation, error::ErrorCode, message::MessageStatus};
use std::time::Duration;
use wasm_bindgen_test::wasm_bindgen_test;

const PREFIX: &str = "rivulet:outbox:";

fn whole() -> Reply {
    stream(vec![processing(), chunk(2, "Hello"), complete(3, "stop")], true)
}

/// The page as it is loaded again, with these messages.
fn loaded(messages: &str) -> (StreamingChatHandle, impl Drop + use<>) {
    let json = format!(
        r#"{{"id":"{CONVERSATION}","title":"","created_at":0,"updated_at":0,"settings":{{}},"messages":[{messages}]}}"#
    );
    let conversation: Conversation = serde_json::from_str(&json).unwrap();
    let options = StreamingChatOptions::new().conversation(Some(conversation)).keep_drafts();
    let (chat, _, handle) = shown(options, |_| ());
    (chat, handle)
}

fn kept() -> Vec<String> {
    storage::kept_names(PREFIX)
}

async fn complete_is(chat: StreamingChatHandle, text: &str) {
    until(|| !chat.is_streaming.get_untracked() && chat.messages.with_untracked(Vec::len) == 2).await;
    assert_eq!(answer(chat), (text.into(), MessageStatus::Complete));
}

#[wasm_bindgen_test]
async fn a_question_to_a_server_that_is_gone_is_sent_after_a_reload_under_its_key() {
    forget_all();
    let server = FakeServer::new([Reply::Broken]);
    let (chat, handle) = loaded("");
    chat.send("My question");
    until(|| !server.asked().is_empty()).await;
    drop(handle);
    server.then([whole()]);
    let (chat, _handle) = loaded("");
    complete_is(chat, "Hello").await;
    assert_eq!(chat.messages.get_untracked()[0].content(), "My question");
    let asked = server.asked();
    assert_eq!((&asked[0].key, &asked[0].body), (&asked.last().unwrap().key, &asked.last().unwrap().body));
    assert!(kept().is_empty() && chat.held.get_untracked().is_none());
}

#[wasm_bindgen_test]
async fn the_first_question_is_not_lost_before_it_has_a_conversation() {
    forget_all();
    let server = FakeServer::new([Reply::Silence]);
    let open = || shown(StreamingChatOptions::new().keep_drafts(), |_| ());
    let (chat, _, handle) = open();
    chat.send("My question");
    until(|| !server.asked().is_empty()).await;
    drop(handle);
    server.then([conversation(""), whole()]);
    let (chat, _, _handle) = open();
    complete_is(chat, "Hello").await;
    let keys: Vec<_> = server.asked().into_iter().map(|asked| asked.key).collect();
    assert!(keys.len() == 3 && keys.iter().all(|key| *key == keys[0]), "{keys:?}");
}

#[wasm_bindgen_test]
async fn who_leaves_the_conversation_has_it_sent_all_the_same() {
    forget_all();
    let server = FakeServer::new([conversation(""), Reply::Silence, whole()]);
    let (chat, _, _handle) = shown(StreamingChatOptions::new().keep_drafts(), |_| ());
    chat.send("My question");
    until(|| server.asked().len() == 2).await;
    chat.new_chat();
    until(|| server.asked().len() == 3).await;
    let asked = server.asked();
    assert_eq!((&asked[1].path, &asked[1].key, &asked[1].body), (&asked[2].path, &asked[2].key, &asked[2].body));
    until(|| kept().is_empty()).await;
    assert!(chat.messages.get_untracked().is_empty() && chat.held.get_untracked().is_none());
}

#[wasm_bindgen_test]
async fn who_leaves_before_there_is_a_conversation_finds_it_all_the_same() {
    forget_all();
    let server = FakeServer::new([Reply::Silence, conversation(""), whole()]);
    let started = RwSignal::new(0);
    let options = StreamingChatOptions::new().keep_drafts().on_start(move |_| started.update(|count| *count += 1));
    let (chat, _, _handle) = shown(options, |_| ());
    chat.send("My question");
    until(|| server.asked().len() == 1).await;
    chat.new_chat();
    until(|| started.get_untracked() == 1).await;
    assert_eq!(server.asked()[2].path, format!("/api/conversations/{CONVERSATION}/messages"));
    assert!(chat.conversation.get_untracked().is_none() && kept().is_empty());
}

#[wasm_bindgen_test]
async fn who_comes_back_after_it_could_not_be_sent_finds_it_waiting() {
    forget_all();
    let _server = FakeServer::new([Reply::Silence, Reply::Broken, conversation("")]);
    let (chat, _handle) = loaded("");
    chat.send("My question");
    sleep(Duration::from_millis(50)).await;
    chat.new_chat();
    sleep(Duration::from_millis(100)).await;
    assert!(chat.held.get_untracked().is_none());
    chat.open(CONVERSATION.parse().unwrap());
    until(|| chat.held.get_untracked().is_some() && !chat.is_loading.get_untracked()).await;
    assert_eq!(chat.messages.get_untracked()[0].content(), "My question");
    assert_eq!(chat.held.get_untracked().unwrap().code, ErrorCode::Interrupted);
    chat.take_back_held();
    assert_eq!(chat.draft.get_untracked(), "My question");
    assert!(kept().is_empty());
}

#[wasm_bindgen_test]
async fn what_the_server_has_is_not_asked_again() {
    forget_all();
    let server = FakeServer::new([Reply::Silence]);
    let (chat, handle) = loaded("");
    chat.send("My question");
    until(|| !server.asked().is_empty()).await;
    drop(handle);
    let question = r#"{"id":"00000000-0000-4000-8000-000000000009","role":"user","content":"My question","status":"complete","created_at":0}"#;
    let (chat, _handle) = loaded(question);
    until(|| kept().is_empty()).await;
    assert_eq!((chat.messages.get_untracked().len(), server.asked().len()), (1, 1));
}

#[wasm_bindgen_test]
async fn what_was_sent_long_ago_waits_for_a_person() {
    forget_all();
    let days_ago = |days: f64| {
        let at = wall_clock() - days * 24.0 * 3_600_000.0;
        format!(
            r#"{{"conversation":"{CONVERSATION}","settings":{{}},"text":"Long ago","code":"interrupted","until":5,"automatic":true,"at":{at}}}"#
        )
    };
    storage::keep_for_good(&format!("{PREFIX}k"), &days_ago(1.0));
    storage::keep_for_good(&format!("{PREFIX}old"), &days_ago(61.0));
    storage::keep_for_good(&format!("{PREFIX}odd"), "not JSON");
    let server = FakeServer::new([whole()]);
    let (chat, _handle) = loaded("");
    until(|| chat.held.get_untracked().is_some()).await;
    sleep(Duration::from_millis(100)).await;
    assert!(server.asked().is_empty() && kept().len() == 1);
    chat.send_held();
    complete_is(chat, "Hello").await;
    assert_eq!(server.asked()[0].key.as_deref(), Some("k"));
    assert!(kept().is_empty());
}

#[wasm_bindgen_test]
async fn what_another_tab_is_sending_is_left_to_it_while_it_lives() {
    forget_all();
    let server = FakeServer::new([Reply::Silence]);
    let (first, one) = loaded("");
    first.send("My question");
    until(|| !server.asked().is_empty()).await;
    sleep(Duration::from_millis(50)).await;
    let (second, _two) = loaded("");
    sleep(Duration::from_millis(300)).await;
    assert!(second.held.get_untracked().is_none() && second.messages.get_untracked().is_empty());
    assert_eq!(server.asked().len(), 1);
    server.then([whole()]);
    drop(one);
    complete_is(second, "Hello").await;
    let asked = server.asked();
    assert_eq!((asked.len(), &asked[0].key), (2, &asked[1].key));
}

#[wasm_bindgen_test]
async fn a_question_that_is_stopped_before_it_arrived_is_there_to_be_edited() {
    forget_all();
    let _server = FakeServer::new([Reply::Broken, Reply::Broken, Reply::Broken, Reply::Broken, Reply::Broken]);
    let (chat, _handle) = loaded("");
    chat.send("My question");
    chat.cancel();
    for _ in 0..3 {
        if chat.is_streaming.get_untracked() {
            sleep(Duration::from_secs(3)).await;
        }
    }
    assert!(!chat.is_streaming.get_untracked() && chat.messages.get_untracked().is_empty());
    assert_eq!(chat.draft.get_untracked(), "My question");
    assert!(kept().is_empty());
}

#[wasm_bindgen_test]
async fn an_edit_is_not_lost_on_its_way_either() {
    forget_all();
    let id = "00000000-0000-4000-8000-000000000009";
    let question = format!(r#"{{"id":"{id}","role":"user","content":"old words","status":"complete","created_at":0}}"#);
    let server = FakeServer::new([Reply::Silence]);
    let (chat, handle) = loaded(&question);
    chat.edit(id.parse().unwrap(), "new words");
    until(|| !server.asked().is_empty()).await;
    drop(handle);
    server.then([whole()]);
    let (chat, _handle) = loaded(&question);
    complete_is(chat, "Hello").await;
    assert_eq!(chat.messages.get_untracked()[0].content(), "new words");
    assert_eq!(server.asked()[0].body, server.asked()[1].body);
}
