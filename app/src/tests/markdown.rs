//! A growing text in the document: what it ends as, and what a token touches on the way.

use crate::{
    browser::time::sleep,
    markdown::{live::LiveMarkdown, view::Markdown},
};
use leptos::prelude::*;
use std::{cell::Cell, rc::Rc, time::Duration};
use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, HtmlElement, MutationObserver, MutationObserverInit};

/// The examples of the specifications, and some texts that are longer.
fn texts() -> Vec<String> {
    let examples = [
        include_str!("../../tests/markdown/commonmark-0.31.2.json"),
        include_str!("../../tests/markdown/gfm-0.29.json"),
    ];
    let read = |json: &str| serde_json::from_str::<Vec<serde_json::Value>>(json).unwrap();
    let texts = examples.into_iter().flat_map(read).map(|example| example["markdown"].as_str().unwrap().to_owned());
    let long = [
        "1. an item\n\n   with code\n\n   ```js\n   let a;\n   ```\n\n".repeat(70),
        format!("| a | b |\n|:-:|--:|\n{}", "| *one* | `two` |\n".repeat(150)),
        "a word and **another** one, ".repeat(300),
        "> a paragraph\n>\n> - an item\n".repeat(70),
    ];
    texts.chain(long).collect()
}

/// Puts two texts beside each other into the page.
fn mount(live: &LiveMarkdown, whole: &str) -> (HtmlElement, impl Drop + use<>) {
    let place: HtmlElement = document().create_element("div").unwrap().unchecked_into();
    document().body().unwrap().append_child(&place).unwrap();
    let (live, whole) = (live.clone(), LiveMarkdown::whole(whole));
    let handle = mount_to(place.clone(), move || view! { <Markdown text=live /><Markdown text=whole /> });
    (place, handle)
}

/// The document of a part, without the comments that mark places in it.
fn html(part: &Element) -> String {
    part.inner_html().replace("<!---->", "").replace("<!-- -->", "")
}

#[wasm_bindgen_test]
async fn any_pieces_end_as_the_document_of_the_whole() {
    let texts = texts();
    assert!(texts.len() > 1300);
    for (number, some) in texts.chunks(60).enumerate() {
        let step = [1, 3, 7, 20][number % 4];
        let lives: Vec<_> = some.iter().map(|_| LiveMarkdown::unfinished("")).collect();
        let mounted: Vec<_> = some.iter().zip(&lives).map(|(text, live)| mount(live, text)).collect();
        for (text, live) in some.iter().zip(&lives) {
            // A long text is cut into fewer pieces.
            let step = step.max(text.len() / 200);
            for (end, _) in text.char_indices().step_by(step) {
                live.grow(&text[..end]);
            }
        }
        sleep(Duration::from_millis(1)).await;
        some.iter().zip(&lives).for_each(|(text, live)| live.finish(text));
        sleep(Duration::from_millis(1)).await;
        for (text, (place, handle)) in some.iter().zip(mounted) {
            let (live, whole) = (place.first_element_child().unwrap(), place.last_element_child().unwrap());
            assert_eq!(html(&live), html(&whole), "{text:?} by {step}");
            drop(handle);
            place.remove();
        }
    }
}

/// A text of more than a thousand paragraphs that are shown otherwise once its end is known.
fn long() -> String {
    format!("{}[the river]: https://river.example/\n", "See [the river] for it, at any time.\n\n".repeat(1200))
}

#[wasm_bindgen_test]
async fn a_long_text_ends_in_parts_as_the_document_of_the_whole() {
    let (text, live) = (long(), LiveMarkdown::unfinished(""));
    let (place, _handle) = mount(&live, &text);
    let last = text.rfind("\n\n").unwrap();
    for end in (0..=last).step_by(last / 50) {
        live.grow(&text[..end]);
    }
    sleep(Duration::from_millis(1)).await;
    assert!(place.first_element_child().unwrap().query_selector("a").unwrap().is_none());
    live.finish_in_parts(&text).await;
    sleep(Duration::from_millis(1)).await;
    let (shown, whole) = (place.first_element_child().unwrap(), place.last_element_child().unwrap());
    assert_eq!(shown.query_selector_all("a").unwrap().length(), 1200);
    assert!(html(&shown) == html(&whole), "not the same");
    place.remove();
}

#[wasm_bindgen_test]
async fn an_end_in_parts_gives_way_to_what_comes_meanwhile() {
    let text = long();
    let live = LiveMarkdown::unfinished(&text[..text.len() / 2]);
    let (place, _handle) = mount(&live, "Something else.");
    let ending = live.clone();
    leptos::task::spawn_local(async move { ending.finish_in_parts(&text).await });
    let links = || place.first_element_child().unwrap().query_selector_all("a").unwrap().length();
    while links() == 0 {
        sleep(Duration::ZERO).await;
    }
    assert!(links() < 1200, "all of it came in one task");
    live.finish("Something else.");
    sleep(Duration::from_millis(200)).await;
    let (shown, whole) = (place.first_element_child().unwrap(), place.last_element_child().unwrap());
    assert_eq!(html(&shown), html(&whole));
    place.remove();
}

/// How many changes of the document there are, for each of the last of so many tokens.
async fn touched(open: &str, token: &str, count: usize) -> (usize, usize) {
    let live = LiveMarkdown::unfinished(open);
    let (place, _handle) = mount(&live, "");
    let mut text = format!("{open}{}", token.repeat(count));
    live.grow(&text);
    sleep(Duration::from_millis(1)).await;
    let changes = Rc::new(Cell::new(0));
    let count_changes = changes.clone();
    let callback = Closure::<dyn FnMut(js_sys::Array)>::new(move |records: js_sys::Array| {
        count_changes.set(count_changes.get() + records.length() as usize);
    });
    let observer = MutationObserver::new(callback.as_ref().unchecked_ref()).unwrap();
    let what = MutationObserverInit::new();
    what.set_subtree(true);
    what.set_child_list(true);
    what.set_character_data(true);
    observer.observe_with_options(&place, &what).unwrap();
    for _ in 0..10 {
        text.push_str(token);
        live.grow(&text);
        sleep(Duration::from_millis(1)).await;
    }
    let elements = place.query_selector_all("*").unwrap().length() as usize;
    place.remove();
    (changes.get(), elements)
}

#[wasm_bindgen_test]
async fn a_token_touches_as_much_of_a_long_list_table_or_code_as_of_a_short_one() {
    for (open, token) in [
        ("- a\n", "- an item\n"),
        ("| a | b |\n|---|---|\n", "| one | two |\n"),
        ("> a\n", ">\n> another one\n"),
        ("1. a\n\n   ```js\n", "   let a;\n"),
    ] {
        let (short, _) = touched(open, token, 20).await;
        let (long, elements) = touched(open, token, 1000).await;
        assert!(elements > 1000 || open.contains("```"), "{elements} elements");
        assert!(long <= short + 15, "{long} changes instead of {short} in {open:?}");
    }
}
