//! The dialog that shares a conversation.

use super::{
    conversation::{CONVERSATION, find, shown, until},
    fake_server::{FakeServer, Reply},
};
use crate::{StreamingChatOptions, browser::time::sleep, components::share_dialog::ShareDialog};
use leptos::prelude::*;
use protocol::conversation::Conversation;
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

fn button(place: &HtmlElement, words: &str) -> HtmlElement {
    let all = place.query_selector_all("button").unwrap();
    let mut all = (0..all.length()).filter_map(|at| all.get(at)).map(|node| node.unchecked_into::<HtmlElement>());
    all.find(|one| one.text_content().unwrap_or_default() == words).unwrap_or_else(|| panic!("no {words}"))
}

#[wasm_bindgen_test]
async fn what_is_shared_stays_as_it_was_until_it_is_updated() {
    let link = || Reply::Json(200, r#"{"token":"t","path":"/s/t"}"#.into());
    let server = FakeServer::new([link(), Reply::Broken]);
    let json = format!(
        r#"{{"id":"{CONVERSATION}","title":"","created_at":0,"updated_at":0,"settings":{{}},"messages":[],"shared":"t"}}"#
    );
    let conversation: Conversation = serde_json::from_str(&json).unwrap();
    let options = StreamingChatOptions::new().conversation(Some(conversation));
    let (_, place, _handle) = shown(options, |chat| view! { <ShareDialog chat open=RwSignal::new(true) /> });
    until(|| find(&place, ".share-dialog__link").is_some()).await;
    let words = || find(&place, ".share-dialog").unwrap().text_content().unwrap();
    assert!(!words().contains("as it is now"), "nothing has been shared anew: {}", words());
    button(&place, "Update").click();
    until(|| words().contains("The page shows the conversation as it is now.")).await;
    assert_eq!(server.lines(), [format!("POST /api/conversations/{CONVERSATION}/share")]);
    button(&place, "Update").click();
    until(|| find(&place, "[role=alert]").is_some()).await;
    sleep(Duration::from_millis(20)).await;
    assert!(!words().contains("as it is now"));
}
