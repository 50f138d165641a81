//! Several tabs, played by several chats in one page: they have channels and locks of their own.

use super::{
    conversation::{CONVERSATION, GENERATION, MESSAGE, answer, chunk, complete, processing, shown, stream},
    fake_server::{FakeServer, Reply},
};
use crate::{
    News, StreamingChatHandle, StreamingChatOptions,
    browser::{
        channel::Channel,
        locks::{self, Lock, Wish},
        time::sleep,
    },
};
use futures::channel::mpsc::{UnboundedSender, unbounded};
use leptos::prelude::*;
use protocol::{conversation::Conversation, feed::FeedChange, message::MessageStatus};
use std::{cell::RefCell, rc::Rc, sync::Arc, sync::Mutex, time::Duration};
use wasm_bindgen_test::wasm_bindgen_test;

const QUESTION: &str = "00000000-0000-4000-8000-000000000009";

/// The server's `GET /api/events`, as far as the test has let it come.
struct Feed(UnboundedSender<Vec<u8>>);

impl Feed {
    /// Answers the next request for the feed.
    fn of(server: &FakeServer) -> Self {
        let (say, said) = unbounded();
        server.feed(Reply::Live(said));
        Self(say)
    }

    fn frame(&self, position: &str, data: &str) {
        self.0.unbounded_send(format!("id: {position}\ndata: {data}\n\n").into_bytes()).unwrap();
    }

    /// The feed begins. Whoever shows a conversation reads it again, and finds it as it was: an empty one.
    async fn opens(&self, server: &FakeServer, generations: &[&str]) {
        server.at_rest(Some(json(&[])));
        let generations: Vec<String> = generations.iter().map(|one| format!("\"{one}\"")).collect();
        self.frame("e-0", &format!(r#"{{"generations":[{}]}}"#, generations.join(",")));
        sleep(Duration::from_millis(100)).await;
        server.at_rest(None);
    }

    /// An event of the generation: what a stream of its own has as its frame.
    fn event(&self, number: u64, frame: &[u8]) {
        let text = String::from_utf8(frame.to_vec()).unwrap();
        let data = text.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
        self.frame(
            &format!("e-1.1-{number}"),
            &format!(r#"{{"generation_id":"{GENERATION}","id":{number},"event":{data}}}"#),
        );
    }
}

fn message(role: &str, id: &str, content: &str, more: &str) -> String {
    format!(r#"{{"id":"{id}","role":"{role}","content":"{content}","created_at":0{more}}}"#)
}

fn json(messages: &[String]) -> String {
    let messages = messages.join(",");
    format!(
        r#"{{"id":"{CONVERSATION}","title":"","created_at":0,"updated_at":0,"settings":{{}},"messages":[{messages}]}}"#
    )
}

/// A question that is being answered: so much has come up to this event.
fn under_way(content: &str, number: u64) -> String {
    let more = format!(r#","status":"streaming","generation_id":"{GENERATION}","last_event_id":{number}"#);
    json(&[message("user", QUESTION, "Why?", r#","status":"complete""#), message("assistant", MESSAGE, content, &more)])
}

/// A tab that shows the conversation.
fn tab(conversation: &str) -> (StreamingChatHandle, impl Drop + use<>) {
    let conversation: Conversation = serde_json::from_str(conversation).unwrap();
    let (chat, _, handle) = shown(StreamingChatOptions::new().conversation(Some(conversation)), |_| ());
    (chat, handle)
}

/// Waits longer than for anything that takes no time of its own.
async fn until(what: impl Fn() -> bool) {
    for _ in 0..1500 {
        if what() {
            return;
        }
        sleep(Duration::from_millis(10)).await;
    }
    panic!("it did not happen within fifteen seconds");
}

/// As many tabs as may have connections of their own.
async fn connections_taken() -> Vec<Lock> {
    let mut locks = Vec::new();
    for number in 1..=3 {
        locks.push(locks::request(&format!("rivulet:connection:{number}"), Wish::ByForce).await.unwrap());
    }
    locks
}

fn says(chat: StreamingChatHandle, text: &str) -> bool {
    chat.messages.get_untracked().last().is_some_and(|last| last.content() == text)
}

#[wasm_bindgen_test]
async fn a_tab_that_is_alone_reads_no_feed_while_it_streams() {
    let server = FakeServer::new([stream(vec![processing(), chunk(2, "a")], false)]);
    let (chat, _handle) = tab(&json(&[]));
    sleep(Duration::from_millis(100)).await;
    chat.send("Why?");
    until(|| says(chat, "a")).await;
    sleep(Duration::from_millis(200)).await;
    assert!(server.asked_for_feed().is_empty());
    assert_eq!(server.asked().len(), 1);
    assert!(!server.asked()[0].body.contains("detached"));
}

#[wasm_bindgen_test]
async fn the_first_answer_may_bring_a_title_so_the_feed_is_read_for_a_while() {
    let server = FakeServer::new([stream(vec![processing(), chunk(2, "a"), complete(3, "stop")], true)]);
    let feed = Feed::of(&server);
    let (chat, _handle) = tab(&json(&[]));
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hear = heard.clone();
    chat.on_news(move |news| hear.lock().unwrap().push(news));
    chat.send("Why?");
    until(|| !server.asked_for_feed().is_empty()).await;
    assert_eq!(server.asked_for_feed()[0].after, None);
    feed.opens(&server, &[]).await;
    feed.frame(
        "e-1",
        &format!(r#"{{"conversation":{{"id":"{CONVERSATION}","title":"Why","created_at":0,"updated_at":0}}}}"#),
    );
    until(|| heard.lock().unwrap().len() == 2).await;
    let heard = heard.lock().unwrap();
    assert_eq!(heard[0], News::Unsure);
    assert!(matches!(&heard[1], News::Change(FeedChange::Conversation(summary)) if summary.title == "Why"));
}

#[wasm_bindgen_test]
async fn what_is_asked_in_one_tab_is_shown_in_the_other_while_it_comes() {
    let server = FakeServer::new([]);
    let feed = Feed::of(&server);
    let ((first, _one), (second, _two)) = (tab(&json(&[])), tab(&json(&[])));
    until(|| server.asked_for_feed().len() == 1).await;
    feed.opens(&server, &[]).await;
    server.then([
        stream(vec![processing(), chunk(2, "It "), chunk(3, "is")], false),
        Reply::Json(200, under_way("It ", 2)),
    ]);
    first.send("Why?");
    until(|| says(first, "It is")).await;
    feed.event(1, &processing());
    feed.event(2, &chunk(2, "It "));
    until(|| says(second, "It ")).await;
    assert!(second.is_streaming.get_untracked());
    assert_eq!(second.messages.get_untracked()[0].content(), "Why?");
    feed.event(3, &chunk(3, "is"));
    until(|| says(second, "It is")).await;
    // The first tab has asked for it, and reads it over its own connection: the second has asked for no events.
    assert_eq!(server.asked().len(), 2, "{:?}", server.lines());
    feed.event(4, &complete(4, "stop"));
    until(|| !second.is_streaming.get_untracked()).await;
    assert_eq!(answer(second), ("It is".into(), MessageStatus::Complete));
    assert_eq!(server.asked_for_feed().len(), 1, "one tab reads for both");
}

/// A chat of many messages, from this one on.
fn end_of_a_long_chat(from: usize, more: &[String]) -> String {
    let all = (from..100).map(|number| {
        let (role, id) = (["user", "assistant"][number % 2], format!("00000000-0000-4000-8001-{number:012}"));
        message(role, &id, "line", r#","status":"complete""#)
    });
    json(&all.chain(more.iter().cloned()).collect::<Vec<_>>()).replace(r#""settings""#, r#""earlier":true,"settings""#)
}

#[wasm_bindgen_test]
async fn of_a_long_chat_only_the_end_is_read_again() {
    let server = FakeServer::new([]);
    let feed = Feed::of(&server);
    let (chat, _handle) = tab(&end_of_a_long_chat(0, &[]));
    let (_second, _two) = tab(&json(&[]));
    until(|| server.asked_for_feed().len() == 1).await;
    let asked = [
        message("user", QUESTION, "Why?", r#","status":"complete""#),
        message("assistant", MESSAGE, "So.", r#","status":"complete""#),
    ];
    let end = || Reply::Json(200, end_of_a_long_chat(2, &asked));
    server.then([end(), end()]);
    feed.frame("e-1", &format!(r#"{{"messages":"{CONVERSATION}"}}"#));
    until(|| says(chat, "So.")).await;
    assert_eq!((chat.messages.with_untracked(Vec::len), chat.has_earlier.get_untracked()), (102, true));
    // The other tab shows none.
    let read = [100, 20].map(|count| format!("GET /api/conversations/{CONVERSATION}?limit={count}"));
    assert!(server.lines().iter().all(|line| read.contains(line)), "{:?}", server.lines());
    assert!(server.lines().contains(&read[0]), "as much as is shown is read: {:?}", server.lines());
}

#[wasm_bindgen_test]
async fn what_was_said_while_nobody_listened_is_read_when_the_feed_begins() {
    let server = FakeServer::new([]);
    let feed = Feed::of(&server);
    let ((first, _one), (second, _two)) = (tab(&json(&[])), tab(&json(&[])));
    until(|| server.asked_for_feed().len() == 1).await;
    let said = || Reply::Json(200, json(&[message("user", QUESTION, "Why?", r#","status":"complete""#)]));
    server.then([said(), said()]);
    feed.opens(&server, &[]).await;
    until(|| says(first, "Why?") && says(second, "Why?")).await;
}

#[wasm_bindgen_test]
async fn stopping_in_the_tab_that_only_looks_on_stops_the_answer() {
    let server = FakeServer::new([]);
    let feed = Feed::of(&server);
    let ((_first, _one), (second, _two)) = (tab(&json(&[])), tab(&json(&[])));
    until(|| server.asked_for_feed().len() == 1).await;
    feed.opens(&server, &[]).await;
    // The first tab looks on as well, because a program has asked.
    server.then([Reply::Json(200, under_way("It ", 2)), Reply::Json(200, under_way("It ", 2))]);
    feed.event(1, &processing());
    until(|| says(second, "It ")).await;
    server.then([Reply::NoContent, stream(vec![complete(3, "cancelled")], true)]);
    second.cancel();
    until(|| !second.is_streaming.get_untracked()).await;
    assert_eq!(answer(second), ("It ".into(), MessageStatus::Stopped));
    assert!(server.lines().contains(&format!("DELETE /api/generations/{GENERATION}")), "{:?}", server.lines());
}

#[wasm_bindgen_test]
async fn when_the_tab_that_reads_goes_the_next_goes_on_from_there() {
    let server = FakeServer::new([]);
    let feed = Feed::of(&server);
    let (_first, one) = tab(&json(&[]));
    sleep(Duration::from_millis(100)).await;
    let (second, _two) = tab(&json(&[]));
    until(|| server.asked_for_feed().len() == 1).await;
    feed.opens(&server, &[]).await;
    server.then([Reply::Json(200, under_way("It ", 2)), Reply::Json(200, under_way("It ", 2))]);
    feed.event(1, &processing());
    feed.event(2, &chunk(2, "It "));
    until(|| says(second, "It ")).await;
    let next = Feed::of(&server);
    drop(one);
    until(|| server.asked_for_feed().len() == 2).await;
    assert_eq!(server.asked_for_feed()[1].after.as_deref(), Some("e-1.1-2"));
    next.opens(&server, &[GENERATION]).await;
    // What comes twice counts once.
    next.event(2, &chunk(2, "It "));
    next.event(3, &chunk(3, "goes on"));
    next.event(4, &complete(4, "stop"));
    until(|| !second.is_streaming.get_untracked()).await;
    assert_eq!(answer(second), ("It goes on".into(), MessageStatus::Complete));
}

#[wasm_bindgen_test]
async fn where_others_have_the_connections_the_answer_comes_through_the_feed() {
    let taken = connections_taken().await;
    let server = FakeServer::new([]);
    let feed = Feed::of(&server);
    let ((first, _one), (_second, _two)) = (tab(&json(&[])), tab(&json(&[])));
    until(|| server.asked_for_feed().len() == 1).await;
    feed.opens(&server, &[]).await;
    let names = format!(
        r#"{{"generation_id":"{GENERATION}","conversation_id":"{CONVERSATION}","message_id":"{MESSAGE}","model":"demo/x"}}"#
    );
    // The second is for the tab that looks on.
    server.then([Reply::Json(202, names), Reply::Json(200, under_way("", 0))]);
    first.send("Why?");
    until(|| first.messages.get_untracked().last().is_some_and(|last| last.generation().is_some())).await;
    feed.event(1, &processing());
    feed.event(2, &chunk(2, "Because"));
    feed.event(3, &complete(3, "stop"));
    until(|| !first.is_streaming.get_untracked()).await;
    assert_eq!(answer(first), ("Because".into(), MessageStatus::Complete));
    assert!(server.asked()[0].body.contains(r#""detached":true"#), "{}", server.asked()[0].body);
    drop(taken);
}

#[wasm_bindgen_test]
async fn what_the_feed_has_not_told_is_asked_for_once() {
    let taken = connections_taken().await;
    let server = FakeServer::new([]);
    let feed = Feed::of(&server);
    let ((_first, _one), (_second, _two)) = (tab(&json(&[])), tab(&json(&[])));
    until(|| server.asked_for_feed().len() == 1).await;
    feed.opens(&server, &[GENERATION]).await;
    for number in 1..=4 {
        feed.event(number, &chunk(number, "?"));
    }
    sleep(Duration::from_millis(50)).await;
    // A reload: the page has the answer up to the second event.
    server.then([stream(vec![chunk(3, "b"), chunk(4, "c")], false)]);
    let (third, _three) = tab(&under_way("a", 2));
    until(|| says(third, "abc")).await;
    assert_eq!(server.asked()[0].after.as_deref(), Some("2"));
    feed.event(5, &chunk(5, "d"));
    until(|| says(third, "abcd")).await;
    // A gap in the middle is filled as well.
    server.then([stream(vec![chunk(6, "e"), chunk(7, "f")], false)]);
    feed.event(7, &chunk(7, "f"));
    feed.event(8, &complete(8, "stop"));
    until(|| !third.is_streaming.get_untracked()).await;
    assert_eq!(answer(third), ("abcdef".into(), MessageStatus::Complete));
    assert_eq!(server.asked().len(), 2, "{:?}", server.lines());
    drop(taken);
}

/// A tab that has the feed and is frozen, played by the test.
#[wasm_bindgen_test]
async fn a_tab_that_reads_and_falls_silent_is_relieved() {
    let taken = connections_taken().await;
    let mut lead = locks::request("rivulet:feed", Wish::ByForce).await.unwrap();
    let frozen = Rc::new(RefCell::new(Channel::open("rivulet:feed", |_| ()).unwrap()));
    let server = FakeServer::new([]);
    let feed = Feed::of(&server);
    server.then([stream(vec![chunk(3, "b")], false)]);
    let (chat, _handle) = tab(&under_way("a", 2));
    let event = format!(r#"{{"generation_id":"{GENERATION}","id":3,"event":{{"type":"chunk","content":"b"}}}}"#);
    sleep(Duration::from_millis(100)).await;
    frozen.borrow().say(["frames", "e-1.1-3", &event]);
    until(|| says(chat, "ab")).await;
    assert!(server.asked_for_feed().is_empty());
    until(|| server.asked_for_feed().len() == 1).await;
    assert_eq!(server.asked_for_feed()[0].after.as_deref(), Some("e-1.1-3"));
    lead.lost().await;
    feed.opens(&server, &[GENERATION]).await;
    feed.event(4, &complete(4, "stop"));
    until(|| !chat.is_streaming.get_untracked()).await;
    assert_eq!(answer(chat), ("ab".into(), MessageStatus::Complete));
    drop(taken);
}

#[wasm_bindgen_test]
async fn a_feed_that_cannot_be_had_keeps_no_answer_back() {
    let taken = connections_taken().await;
    let server = FakeServer::new([stream(vec![processing(), chunk(2, "a"), complete(3, "stop")], true)]);
    for _ in 0..50 {
        server.feed(Reply::Broken);
    }
    // Somebody else has the lock, and no connection.
    let _lead = locks::request("rivulet:feed", Wish::InTurn).await.unwrap();
    let (chat, _handle) = tab(&json(&[]));
    chat.send("Why?");
    until(|| !chat.is_streaming.get_untracked()).await;
    assert_eq!(answer(chat), ("a".into(), MessageStatus::Complete));
    assert!(!server.asked()[0].body.contains("detached"));
    drop(taken);
}

#[wasm_bindgen_test]
async fn a_tab_that_goes_gives_back_all_it_has() {
    let server = FakeServer::new([stream(vec![processing(), chunk(2, "a")], false)]);
    let (chat, handle) = tab(&json(&[]));
    sleep(Duration::from_millis(100)).await;
    chat.send("Why?");
    until(|| says(chat, "a")).await;
    drop(handle);
    let all = async {
        let _all = connections_taken().await;
        let _lead = locks::request("rivulet:feed", Wish::InTurn).await.unwrap();
    };
    assert!(crate::browser::time::within(Duration::from_secs(10), all).await.is_some());
    drop(server);
}
