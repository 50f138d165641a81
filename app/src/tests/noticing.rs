//! What an answer says about itself while the provider is asked again.

use super::{
    conversation::{chunk, complete, conversation, frame, processing, shown, stream, until},
    fake_server::{FakeServer, Reply},
};
use crate::{StreamingChat, StreamingChatOptions, browser::time::sleep, model_names::ModelNames};
use leptos::prelude::*;
use protocol::model::{ModelInfo, ModelList, ProviderInfo};
use std::time::Duration;
use wasm_bindgen_test::wasm_bindgen_test;

fn models() -> ModelList {
    let model = |id: &str, label: &str| ModelInfo {
        id: id.into(),
        provider: "demo".into(),
        label: label.into(),
        sees_images: None,
    };
    let provider = ProviderInfo { id: "demo".into(), label: "Demo Inc".into(), error: None, paused_ms: None };
    let models = vec![model("demo/x", "Model X"), model("demo/y", "Model Y")];
    ModelList { models, providers: vec![provider], ..ModelList::default() }
}

#[wasm_bindgen_test]
async fn a_retry_is_counted_down_for_the_eye_and_said_once() {
    let retrying = frame(2, r#"{"type":"status","status":"retrying","attempt":2,"delay_ms":2400}"#);
    let pieces = vec![processing(), retrying];
    let _server = FakeServer::new([conversation(""), Reply::Stream { pieces, ends: false }]);
    let (chat, place, _handle) = shown(StreamingChatOptions::new(), |chat| {
        ModelNames::provide(RwSignal::new(models()));
        view! { <StreamingChat chat /> }
    });
    chat.send("Hi");
    until(|| place.query_selector(".notice-line").unwrap().is_some()).await;
    let line = place.query_selector(".notice-line").unwrap().unwrap();
    let says = || line.text_content().unwrap();
    until(|| says().starts_with("Demo Inc is busy. Trying again in ") && says().ends_with("\u{a0}s (attempt 2)…"))
        .await;
    let first = says();
    until(|| says() != first).await;
    assert_eq!(line.get_attribute("role").as_deref(), Some("status"));
    let seconds = line.query_selector("[aria-hidden=true]").unwrap().unwrap();
    assert_eq!(says().replace(&seconds.text_content().unwrap(), ""), "Demo Inc is busy. Trying again (attempt 2)…");
    until(|| says() == "Demo Inc is busy. Trying again (attempt 2)…").await;
}

#[wasm_bindgen_test]
async fn a_fallback_is_announced_and_the_answer_says_who_wrote_it() {
    let fallback = frame(2, r#"{"type":"status","status":"fallback","from":"demo/x","to":"demo/y"}"#);
    let quiet = vec![Vec::new(); 60];
    let pieces = [vec![processing(), fallback], quiet, vec![chunk(3, "Hello"), complete(4, "stop")]].concat();
    let _server = FakeServer::new([conversation(""), stream(pieces, true)]);
    let (chat, place, _handle) = shown(StreamingChatOptions::new(), |chat| {
        ModelNames::provide(RwSignal::new(models()));
        view! { <StreamingChat chat /> }
    });
    chat.send("Hi");
    let says = |selector: &str| place.query_selector(selector).unwrap().and_then(|found| found.text_content());
    until(|| says(".notice-line").as_deref() == Some("Model X could not answer. Asking Model Y instead…")).await;
    until(|| !chat.is_streaming.get_untracked()).await;
    sleep(Duration::from_millis(20)).await;
    assert_eq!(says(".notice-line"), None);
    assert_eq!(says(".figures-line__model").as_deref(), Some("demo/y"));
}

#[wasm_bindgen_test]
async fn a_page_that_comes_later_learns_of_a_retry_too() {
    let message = r#"{"id":"00000000-0000-4000-8000-000000000003","role":"assistant","content":"","status":"streaming","created_at":0,
        "generation_id":"00000000-0000-4000-8000-000000000002","last_event_id":2}"#;
    let Reply::Json(_, json) = conversation(message) else { unreachable!() };
    let retrying = frame(2, r#"{"type":"status","status":"retrying","attempt":3,"delay_ms":9000}"#);
    let pieces = vec![processing(), retrying];
    let server = FakeServer::new([Reply::Stream { pieces, ends: false }]);
    let options = StreamingChatOptions::new().conversation(serde_json::from_str(&json).unwrap());
    let (_chat, place, _handle) = shown(options, |chat| view! { <StreamingChat chat /> });
    until(|| place.text_content().unwrap().contains("demo is busy.")).await;
    assert_eq!(server.asked()[0].after.as_deref(), Some("0"));
}
