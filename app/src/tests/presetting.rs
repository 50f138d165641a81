//! Prompt presets where one writes.

use super::{
    conversation::{find, forget_all, press, shown, until},
    fake_server::{FakeServer, Reply},
};
use crate::{
    StreamingChatHandle, StreamingChatOptions, browser::time::sleep, components::composer::Composer, presets::Presets,
};
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Event, HtmlElement, HtmlTextAreaElement};

const PRESETS: &str = r#"{"presets":[
    {"id":"00000000-0000-0000-0000-000000000001","name":"Greet","content":"Greet {{who}} and {{ who }} in {{tongue}}."},
    {"id":"00000000-0000-0000-0000-000000000002","name":"Sum up","content":"Sum it up."}]}"#;

fn in_page() -> (StreamingChatHandle, HtmlElement, HtmlTextAreaElement, impl Drop) {
    forget_all();
    let (chat, place, handle) = shown(StreamingChatOptions::new(), move |chat| {
        Presets::provide();
        view! { <Composer chat placeholder="" /> }
    });
    let area = find(&place, ".composer textarea").unwrap().unchecked_into();
    (chat, place, area, handle)
}

fn type_text(area: &HtmlTextAreaElement, text: &str) {
    area.set_value(text);
    area.dispatch_event(&Event::new("input").unwrap()).unwrap();
}

#[wasm_bindgen_test]
async fn a_slash_offers_presets_and_enter_takes_one() {
    let server = FakeServer::new([Reply::Json(200, PRESETS.into())]);
    let (chat, place, area, _handle) = in_page();
    type_text(&area, "/");
    let options = || place.query_selector_all("[role=option]").unwrap().length();
    until(|| options() == 2).await;
    assert_eq!(area.get_attribute("aria-activedescendant").as_deref(), Some("preset-option-0"));
    press(&area, "ArrowDown");
    until(|| area.get_attribute("aria-activedescendant").as_deref() == Some("preset-option-1")).await;
    press(&area, "Enter");
    until(|| area.value() == "Sum it up.").await;
    until(|| options() == 0 && area.get_attribute("aria-controls").is_none()).await;
    assert_eq!(server.lines(), ["GET /api/presets"], "nothing was sent");
    // What is sent away comes back for another call.
    type_text(&area, "/gr");
    until(|| options() == 1).await;
    press(&area, "Escape");
    until(|| options() == 0).await;
    type_text(&area, "/gre");
    assert_eq!(chat.draft.get_untracked(), "/gre");
    type_text(&area, "");
    sleep(Duration::from_millis(30)).await;
    type_text(&area, "/g");
    until(|| options() == 1).await;
    type_text(&area, "/no such");
    until(|| options() == 0).await;
}

#[wasm_bindgen_test]
async fn what_a_preset_leaves_open_is_asked_for() {
    let _server = FakeServer::new([Reply::Json(200, PRESETS.into())]);
    let (chat, place, area, _handle) = in_page();
    type_text(&area, "/greet");
    until(|| find(&place, "[role=option]").is_some()).await;
    press(&area, "Enter");
    until(|| find(&place, ".preset-gaps[open] form").is_some()).await;
    let fields = place.query_selector_all(".preset-gaps textarea").unwrap();
    assert_eq!(fields.length(), 2, "each is asked for once");
    for (at, value) in ["{{tongue}}", "French"].into_iter().enumerate() {
        type_text(&fields.get(at as u32).unwrap().unchecked_into(), value);
    }
    find(&place, ".preset-gaps [type=submit]").unwrap().click();
    until(|| chat.draft.get_untracked() == "Greet {{tongue}} and {{tongue}} in French.").await;
    until(|| find(&place, ".preset-gaps[open]").is_none()).await;
    until(|| document().active_element().is_some_and(|focused| focused.is_same_node(Some(&area)))).await;
}
