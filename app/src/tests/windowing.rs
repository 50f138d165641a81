//! Which part of a long conversation is on the page: its end, what is above it, what is around a message far up.

use super::{
    branching::{all, ended, id, json, message, opened, texts, whole},
    conversation::{CONVERSATION, find, refusal, shown, until},
    fake_server::{FakeServer, Reply},
};
use crate::{StreamingChat, StreamingChatHandle, StreamingChatOptions, browser::time::sleep, chat::branches::Turn};
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

/// Turns from number `from` to number `to`, each high enough that a few fill the view.
fn turns(from: u128, to: u128) -> Vec<String> {
    (from..=to).map(|number| message(number, number - 1, &format!("{number} {}", "word ".repeat(120)), &[])).collect()
}

#[wasm_bindgen_test]
async fn a_long_chat_opens_at_its_end_and_is_read_upwards_without_a_jump() {
    let server = FakeServer::new([Reply::Json(200, json(&turns(1, 20), false))]);
    let (chat, place, _handle) = opened(json(&turns(21, 40), true));
    let view = find(&place, ".message-list").unwrap();
    // The style sheet is not part of these tests.
    view.set_attribute("style", "height: 400px; width: 500px; overflow-y: auto").unwrap();
    chat.look_at(id(40));
    sleep(Duration::from_millis(400)).await;
    assert!(view.scroll_top() > 1000, "{}", view.scroll_top());
    assert!(server.lines().is_empty(), "nothing is read before the reader comes near");

    let first = all(&place, "article")[0].clone();
    view.set_scroll_top(500);
    let before = first.get_bounding_client_rect().top();
    until(|| texts(chat).len() == 40).await;
    sleep(Duration::from_millis(100)).await;
    let moved = (first.get_bounding_client_rect().top() - before).abs();
    assert!(moved <= 2.0, "it has moved by {moved} pixels");
    assert_eq!(server.lines(), [format!("GET /api/conversations/{CONVERSATION}?limit=50&before={}", id(21))]);
    assert!(!chat.has_earlier.get_untracked() && find(&place, ".earlier-messages").is_none());
}

#[wasm_bindgen_test]
async fn what_is_far_above_the_end_is_let_go_of_and_read_again_on_the_way_up() {
    let server = FakeServer::new([Reply::Json(200, json(&turns(41, 90), true))]);
    let (chat, place, _handle) = opened(json(&turns(1, 140), false));
    let view = find(&place, ".message-list").unwrap();
    view.set_attribute("style", "height: 400px; width: 500px; overflow-y: auto").unwrap();
    let used = find(&place, "[data-key] button").unwrap().unchecked_into::<HtmlElement>();
    used.focus().unwrap();
    chat.look_at(id(140));
    view.set_scroll_top(view.scroll_height());
    sleep(Duration::from_millis(1500)).await;
    assert_eq!(texts(chat).len(), 140, "what has the focus is in use");

    used.blur().unwrap();
    chat.begin_edit(id(139));
    sleep(Duration::from_millis(1500)).await;
    assert_eq!(texts(chat).len(), 140, "a question is being edited");

    chat.editing.set(None);
    view.set_scroll_top(view.scroll_height());
    until(|| texts(chat).len() == 50).await;
    sleep(Duration::from_millis(100)).await;
    let rest = view.scroll_height() - view.scroll_top() - view.client_height();
    assert!(rest <= 2, "the view is {rest} pixels from the end");
    assert!(chat.has_earlier.get_untracked() && server.lines().is_empty());

    view.set_scroll_top(300);
    until(|| texts(chat).len() == 100).await;
    assert_eq!(server.lines(), [format!("GET /api/conversations/{CONVERSATION}?limit=50&before={}", id(91))]);
}

/// A chat of which message 101 of 300 is looked at.
async fn looked_at_far_up() -> (StreamingChatHandle, HtmlElement, impl Drop) {
    let (chat, place, handle) = opened(json(&turns(281, 300), true));
    let view = find(&place, ".message-list").unwrap();
    view.set_attribute("style", "height: 400px; width: 500px; overflow-y: auto").unwrap();
    chat.look_at(id(101));
    until(|| texts(chat).len() == 220).await;
    sleep(Duration::from_millis(300)).await;
    (chat, place, handle)
}

#[wasm_bindgen_test]
async fn a_message_far_up_is_shown_without_all_that_follow_it() {
    let server = FakeServer::new([Reply::Json(200, json(&turns(81, 300), true))]);
    let (chat, place, _handle) = looked_at_far_up().await;
    assert_eq!(server.lines(), [format!("GET /api/conversations/{CONVERSATION}?around={}", id(101))]);
    let view = find(&place, ".message-list").unwrap();
    let articles = || all(&place, "article").len();
    assert_eq!(articles(), 41, "twenty on both sides");
    let found = find(&place, "[data-found]").unwrap().get_bounding_client_rect();
    assert!((found.top() - view.get_bounding_client_rect().top()).abs() < 40.0, "{}", found.top());

    // On the way down there are more, and what is looked at does not move.
    view.set_scroll_top(view.scroll_height());
    until(|| articles() == 91).await;
    sleep(Duration::from_millis(100)).await;
    assert!(view.scroll_height() - view.scroll_top() - view.client_height() > 1000, "the view has stayed");

    find(&place, "[aria-label='Jump to latest']").unwrap().click();
    until(|| articles() == 20).await;
    sleep(Duration::from_millis(100)).await;
    assert!(view.scroll_height() - view.scroll_top() - view.client_height() <= 2);
    assert!(texts(chat).len() == 20 && texts(chat)[19].starts_with("300 ") && chat.has_earlier.get_untracked());
}

#[wasm_bindgen_test]
async fn what_is_asked_from_far_up_comes_after_the_last_message_and_is_seen() {
    let server = FakeServer::new([Reply::Json(200, json(&turns(81, 300), true)), whole(301, 302)]);
    let (chat, place, _handle) = looked_at_far_up().await;
    chat.send("and then?");
    until(|| chat.is_streaming.get_untracked()).await;
    ended(chat).await;
    let asked = server.asked();
    assert!(asked[1].body.contains(&format!(r#""parent":"{}""#, id(300))), "{}", asked[1].body);
    let articles = all(&place, "article");
    assert_eq!(articles.len(), 20);
    assert!(articles[18].text_content().unwrap().contains("and then?"));
}

#[wasm_bindgen_test]
async fn a_message_that_is_in_memory_only_is_brought_into_the_document() {
    let server = FakeServer::new([Reply::Json(200, json(&turns(81, 300), true))]);
    let (chat, place, _handle) = looked_at_far_up().await;
    chat.look_at(id(251));
    until(|| find(&place, "[data-found]").is_some_and(|one| one.text_content().unwrap_or_default().contains("251 ")))
        .await;
    assert_eq!((server.asked().len(), all(&place, "article").len()), (1, 41));
    // One that is there already is only gone to.
    chat.look_at(id(240));
    until(|| find(&place, "[data-found]").is_some_and(|one| one.text_content().unwrap_or_default().contains("240 ")))
        .await;
    assert_eq!(all(&place, "article").len(), 41);
}

#[wasm_bindgen_test]
async fn another_version_far_up_is_shown_without_all_that_follow_it() {
    let mut other = turns(81, 100);
    other.push(message(401, 100, "401 in other words", &[]));
    other.extend(turns(402, 600));
    let summary = format!(r#"{{"id":"{CONVERSATION}","title":"T","created_at":0,"updated_at":0}}"#);
    let read = [json(&turns(81, 300), true), summary, json(&other, true)];
    let server = FakeServer::new(read.map(|read| Reply::Json(200, read)));
    let (chat, place, _handle) = looked_at_far_up().await;
    chat.show_version(Turn { to: id(401), onward: true }).await.unwrap();
    until(|| texts(chat).iter().any(|text| text.starts_with("401 "))).await;
    sleep(Duration::from_millis(100)).await;
    assert_eq!((server.asked().len(), texts(chat).len()), (3, 220));
    assert_eq!(all(&place, "article").len(), 41, "twenty on both sides");
}

#[wasm_bindgen_test]
async fn new_words_of_a_question_far_up_are_kept_when_the_reader_goes_to_the_end() {
    let _server = FakeServer::new([Reply::Json(200, json(&turns(81, 300), true))]);
    let (chat, place, _handle) = looked_at_far_up().await;
    chat.begin_edit(id(101));
    until(|| find(&place, ".question-editor").is_some()).await;
    chat.editing.update(|editing| editing.as_mut().unwrap().text = Some("other words".into()));
    find(&place, "[aria-label='Jump to latest']").unwrap().click();
    until(|| texts(chat).len() == 20).await;
    assert_eq!((chat.editing.get_untracked().is_none(), chat.draft.get_untracked()), (true, "other words".into()));
}

#[wasm_bindgen_test]
async fn a_chat_that_could_not_be_opened_is_opened_again_and_nothing_is_sent_into_it() {
    let server = FakeServer::new([refusal(500, "internal", None), Reply::Json(200, json(&turns(1, 2), false))]);
    let (chat, place, _handle) = shown(StreamingChatOptions::new(), |chat| view! { <StreamingChat chat /> });
    chat.open(CONVERSATION.parse().unwrap());
    until(|| chat.problem.get_untracked().is_some()).await;
    chat.draft.set("half a question".into());
    sleep(Duration::from_millis(30)).await;
    find(&place, ".error-card__actions .button:last-child").unwrap().click();
    until(|| texts(chat).len() == 2).await;
    let line = format!("GET /api/conversations/{CONVERSATION}?limit=20");
    assert_eq!(server.lines(), [line.clone(), line]);
    assert_eq!((chat.draft.get_untracked().as_str(), chat.problem.get_untracked()), ("half a question", None));
}

#[wasm_bindgen_test]
async fn what_could_not_be_read_from_above_is_tried_again_by_hand() {
    let server = FakeServer::new([Reply::Broken, Reply::Json(200, json(&turns(1, 2), false))]);
    let (chat, place, _handle) = opened(json(&[message(3, 2, "short", &[])], true));
    let button = || find(&place, ".earlier-messages button").unwrap();
    until(|| find(&place, ".earlier-messages").is_some() && button().text_content().unwrap().contains("Try again"))
        .await;
    sleep(Duration::from_millis(200)).await;
    assert_eq!(server.lines().len(), 1, "a server that is gone is not asked again and again");
    button().click();
    until(|| texts(chat).len() == 3).await;
}

#[wasm_bindgen_test]
async fn a_new_chat_whose_first_question_is_refused_is_still_an_empty_one() {
    let _server = FakeServer::new([Reply::Json(200, json(&[], false)), refusal(400, "invalid_request", None)]);
    let (chat, place, _handle) = shown(StreamingChatOptions::new(), |chat| view! { <StreamingChat chat /> });
    chat.send("too much");
    until(|| chat.problem.get_untracked().is_some()).await;
    until(|| find(&place, ".message-list__content--empty").is_some()).await;
    assert!(find(&place, ".error-card").is_some());
}
