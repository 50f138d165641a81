//! What a token touches in the document.

use crate::{
    StreamingChatOptions, browser::time::sleep, chat::message::ChatMessage,
    components::assistant_message::AssistantMessage, use_streaming_chat,
};
use leptos::prelude::*;
use protocol::{event::StreamEvent, id::MessageId, message::Message};
use std::{cell::Cell, rc::Rc, time::Duration};
use uuid::Uuid;
use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, HtmlElement, MutationObserver, MutationObserverInit};

fn answer(key: u64) -> ChatMessage {
    ChatMessage::new(key, Message::answer(MessageId(Uuid::from_u128(key.into())), None, 0))
}

fn say(message: &ChatMessage, text: &str) {
    let number = message.last_event_id() + 1;
    message.apply(number, &StreamEvent::Chunk { content: text.into() });
}

async fn frame() {
    sleep(Duration::from_millis(120)).await;
}

/// Puts the messages into the page, each in a place of its own.
fn mount(messages: &[ChatMessage]) -> (HtmlElement, impl Drop + use<>) {
    let place: HtmlElement = document().create_element("div").unwrap().unchecked_into();
    document().body().unwrap().append_child(&place).unwrap();
    let messages = messages.to_vec();
    let handle = mount_to(place.clone(), move || {
        let chat = use_streaming_chat(StreamingChatOptions::new());
        messages.into_iter().map(|message| view! { <AssistantMessage message chat /> }).collect_view()
    });
    (place, handle)
}

fn find(place: &Element, selector: &str) -> Element {
    place.query_selector(selector).unwrap().unwrap_or_else(|| panic!("no {selector} in {}", place.inner_html()))
}

#[wasm_bindgen_test]
async fn a_token_touches_its_own_message_only() {
    let messages = [answer(1), answer(2)];
    let (place, _handle) = mount(&messages);
    say(&messages[0], "First.");
    frame().await;
    let touched = Rc::new(Cell::new(0));
    let count = touched.clone();
    let callback = Closure::<dyn FnMut()>::new(move || count.set(count.get() + 1));
    let observer = MutationObserver::new(callback.as_ref().unchecked_ref()).unwrap();
    let what = MutationObserverInit::new();
    what.set_subtree(true);
    what.set_child_list(true);
    what.set_character_data(true);
    what.set_attributes(true);
    observer.observe_with_options(&find(&place, "article"), &what).unwrap();
    for word in ["Second ", "grows ", "here."] {
        say(&messages[1], word);
        frame().await;
    }
    assert_eq!(touched.get(), 0, "the other message was touched");
    assert!(place.text_content().unwrap().contains("Second grows here."));
    observer.disconnect();
}

#[wasm_bindgen_test]
async fn blocks_that_are_final_stay_as_they_are() {
    let message = answer(1);
    let (place, _handle) = mount(std::slice::from_ref(&message));
    say(&message, "One.\n\nTwo");
    frame().await;
    let first = find(&place, ".markdown__page > p");
    say(&message, " and more.\n\n- three\n");
    frame().await;
    assert!(first.is_same_node(Some(&find(&place, ".markdown__page > p"))));
    assert_eq!(find(&place, ".markdown__page > ul").text_content().unwrap(), "three");
}

#[wasm_bindgen_test]
async fn code_grows_in_the_text_node_that_is_there() {
    let message = answer(1);
    let (place, _handle) = mount(std::slice::from_ref(&message));
    say(&message, "```rust\nfn a");
    frame().await;
    let node = find(&place, "pre code").first_child().unwrap();
    assert_eq!(node.node_value().as_deref(), Some("fn a"));
    say(&message, "() {}\n");
    frame().await;
    say(&message, "```\n\nDone.");
    frame().await;
    let code = find(&place, "pre code");
    assert_eq!(code.text_content().unwrap(), "fn a() {}\n");
    assert!(node.is_same_node(code.first_child().as_ref()));
}

#[wasm_bindgen_test]
async fn markup_in_an_answer_stays_text() {
    let message = answer(1);
    let (place, _handle) = mount(std::slice::from_ref(&message));
    say(&message, "<img src=x onerror=alert(1)>\n\n[x](javascript:alert(1)) <b>y</b>");
    frame().await;
    assert!(place.query_selector("img, b, a[href^=javascript]").unwrap().is_none());
    assert!(place.text_content().unwrap().contains("<img src=x onerror=alert(1)>"));
}

#[wasm_bindgen_test]
async fn many_tokens_are_drawn_with_one_frame() {
    let message = answer(1);
    let (place, _handle) = mount(std::slice::from_ref(&message));
    say(&message, "a");
    frame().await;
    for _ in 0..500 {
        say(&message, " b");
    }
    let text = || find(&place, ".markdown").text_content().unwrap();
    assert_eq!(text(), "a");
    frame().await;
    assert_eq!(text().len(), 1001);
}
