//! Answers that come to life after the page that they stand in.

use super::{conversation::until, fake_server::FakeServer};
use crate::{
    browser::time::sleep,
    hydration,
    markdown::{live::LiveMarkdown, view::Markdown},
};
use leptos::{mount::hydrate_from, prelude::*};
use std::{cell::RefCell, time::Duration};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

const TEXT: &str = "Two *words*, and\n\n1. code:\n\n   ```js\n   let a;\n   ```\n";

/// The elements of a text as a server sends them: without anything that happens at a click.
fn rendered() -> HtmlElement {
    let place: HtmlElement = document().create_element("div").unwrap().unchecked_into();
    let handle = mount_to(place.clone(), || view! { <Markdown text=LiveMarkdown::whole(TEXT) /> });
    let rendered: HtmlElement = place.clone_node_with_deep(true).unwrap().unchecked_into();
    drop(handle);
    document().body().unwrap().append_child(&rendered).unwrap();
    rendered
}

/// Brings it to life.
fn hydrate(place: &HtmlElement, live: &LiveMarkdown) -> impl Drop + use<> {
    let handle = RefCell::new(None);
    let live = live.clone();
    hydration::in_turns(|| {
        *handle.borrow_mut() = Some(hydrate_from(place.clone(), move || view! { <Markdown text=live /> }));
    });
    handle.into_inner().unwrap()
}

fn find(place: &HtmlElement, selector: &str) -> HtmlElement {
    place.query_selector(selector).unwrap().unwrap().unchecked_into()
}

/// Presses the button that wraps the lines of code.
fn press(place: &HtmlElement) {
    find(place, "[aria-label='Wrap lines']").click();
}

/// Whether they are, after all that happens at once has happened.
async fn are_wrapped(place: &HtmlElement) -> bool {
    sleep(Duration::from_millis(20)).await;
    find(place, ".code-block").class_list().contains("code-block--wrapped")
}

#[wasm_bindgen_test]
async fn an_answer_comes_to_life_after_the_page_with_the_elements_that_are_there() {
    let place = rendered();
    let code = place.query_selector("code").unwrap().unwrap();
    let live = LiveMarkdown::whole(TEXT);
    let _handle = hydrate(&place, &live);
    press(&place);
    assert!(!are_wrapped(&place).await, "it was the page's turn");
    press(&place);
    assert!(are_wrapped(&place).await);
    assert!(code.is_same_node(place.query_selector("code").unwrap().as_deref()));
    live.finish(&format!("{TEXT}\nMore.\n"));
    sleep(Duration::from_millis(20)).await;
    assert!(place.text_content().unwrap().ends_with("More."));
    assert!(code.is_same_node(place.query_selector("code").unwrap().as_deref()));
    place.remove();
}

#[wasm_bindgen_test]
async fn an_answer_that_has_changed_before_its_turn_is_made_anew() {
    let place = rendered();
    let live = LiveMarkdown::whole(TEXT);
    let _handle = hydrate(&place, &live);
    live.finish("> Another one.");
    sleep(Duration::from_millis(20)).await;
    assert_eq!(place.text_content().unwrap(), "Another one.");
    assert_eq!(place.query_selector_all(".markdown__page > blockquote > p").unwrap().length(), 1);
    live.finish(&format!("> Another one.\n\n{TEXT}"));
    sleep(Duration::from_millis(20)).await;
    press(&place);
    assert!(are_wrapped(&place).await);
    place.remove();
}

#[wasm_bindgen_test]
async fn an_answer_that_came_to_life_goes_as_a_whole() {
    let place = rendered();
    let live = LiveMarkdown::whole(TEXT);
    let server = FakeServer::new([]);
    let handle = hydrate(&place, &live);
    until(|| server.lines() == ["POST /api/highlight"]).await;
    drop(handle);
    // What could not be coloured is asked for again after three seconds, as long as it is there.
    sleep(Duration::from_millis(3500)).await;
    assert_eq!(server.lines().len(), 1);
    place.remove();
}

#[wasm_bindgen_test]
async fn an_answer_that_has_gone_before_its_turn_does_not_come_back() {
    let place = rendered();
    let live = LiveMarkdown::whole(TEXT);
    drop(hydrate(&place, &live));
    sleep(Duration::from_millis(20)).await;
    assert_eq!(place.text_content().unwrap(), "");
    place.remove();
}
