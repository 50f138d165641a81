//! What of an answer that grows is told to those who listen: each part once, however many pages it has.

use crate::{
    browser::{heard::Heard, time::sleep},
    markdown::{live::LiveMarkdown, view::Markdown},
};
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

/// So many blocks are two pages and some of a third.
const BLOCKS: usize = 40;

/// Shows an answer under a key.
fn shown(key: u64, live: &LiveMarkdown) -> (HtmlElement, impl Drop + use<>) {
    let place: HtmlElement = document().create_element("div").unwrap().unchecked_into();
    document().body().unwrap().append_child(&place).unwrap();
    let live = live.clone();
    let handle =
        mount_to(place.clone(), move || view! { <article data-key=key.to_string()><Markdown text=live /></article> });
    (place, handle)
}

fn paragraph(number: usize) -> String {
    format!("Number {number}.\n\n")
}

#[wasm_bindgen_test]
async fn each_part_is_told_once() {
    let live = LiveMarkdown::unfinished("");
    let (place, _handle) = shown(71, &live);
    let (mut text, mut heard, mut told) = (String::new(), Heard::default(), Vec::new());
    for number in 1..=BLOCKS {
        text.push_str(&paragraph(number));
        live.grow(&text);
        sleep(Duration::from_millis(1)).await;
        // Sometimes more than one has come meanwhile.
        if number % 3 == 0 {
            told.push(heard.hear(71, false));
        }
    }
    told.push(heard.hear(71, true));
    told.push(heard.hear(71, true));
    let lines: Vec<_> = told.iter().flat_map(|told| told.lines()).collect();
    let expected: Vec<_> = (1..=BLOCKS).map(|number| paragraph(number).trim().to_owned()).collect();
    assert_eq!(lines, expected);
    place.remove();
}

#[wasm_bindgen_test]
async fn when_the_last_page_goes_nothing_is_told_again_and_what_comes_then_is_told() {
    let live = LiveMarkdown::unfinished(&(1..=17).map(paragraph).collect::<String>());
    let (place, _handle) = shown(72, &live);
    sleep(Duration::from_millis(1)).await;
    assert_eq!(place.query_selector_all(".markdown__page").unwrap().length(), 2);
    let mut heard = Heard::default();
    assert_eq!(heard.hear(72, false).lines().count(), 16);
    let shorter = (1..=10).map(paragraph).collect::<String>();
    live.finish(&shorter);
    sleep(Duration::from_millis(1)).await;
    assert_eq!(place.query_selector_all(".markdown__page").unwrap().length(), 1);
    assert_eq!(heard.hear(72, true), "");
    live.finish(&format!("{shorter}{}", paragraph(11)));
    sleep(Duration::from_millis(1)).await;
    assert_eq!(heard.hear(72, true), "Number 11.");
    place.remove();
}
