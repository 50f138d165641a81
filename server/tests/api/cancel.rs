//! Leaving a stateless route, or stopping a generation, closes the provider's socket in every state; leaving the
//! resumable route does not.

use crate::{
    app::{Events, STATELESS, TestApp, problem, text},
    upstream::{Call, Upstream},
};
use reqwest::Response;
use serde_json::{Value, json};

async fn start() -> (TestApp, Upstream) {
    let upstream = Upstream::start().await;
    (TestApp::before(&upstream, &[]).await, upstream)
}

fn body(path: &str) -> Value {
    match path {
        "/api/chat" | "/v1/chat/completions" => {
            json!({"messages": [{"role": "user", "content": "hi"}], "stream": true})
        }
        _ => json!({"message": "hi"}),
    }
}

/// Reads until some text has come.
async fn read_something(response: &mut Response, wanted: &str) {
    let mut text = String::new();
    while !text.contains(wanted) {
        text.push_str(std::str::from_utf8(&response.chunk().await.unwrap().expect("ended")).unwrap());
    }
}

#[tokio::test]
async fn leaving_before_the_provider_has_answered() {
    let (app, mut upstream) = start().await;
    for path in STATELESS {
        let request = app.request(reqwest::Method::POST, path).json(&body(path)).send();
        let asked = tokio::spawn(request);
        let mut call = upstream.call().await;
        call.assert_open().await;
        asked.abort();
        let _ = asked.await;
        call.assert_closed().await;
    }
}

#[tokio::test]
async fn leaving_while_the_provider_is_silent_before_the_first_token() {
    let (app, mut upstream) = start().await;
    for path in STATELESS {
        let asked = tokio::spawn(app.request(reqwest::Method::POST, path).json(&body(path)).send());
        let mut call = upstream.call().await;
        call.accept().await;
        call.assert_open().await;
        asked.abort();
        let _ = asked.await;
        call.assert_closed().await;
    }
}

#[tokio::test]
async fn leaving_in_the_middle() {
    let (app, mut upstream) = start().await;
    for path in STATELESS.into_iter().filter(|path| *path != "/api/conversation/test") {
        let asked = tokio::spawn(app.request(reqwest::Method::POST, path).json(&body(path)).send());
        let mut call = upstream.call().await;
        call.accept().await;
        call.say("one ").await;
        let mut response = asked.await.unwrap().unwrap();
        read_something(&mut response, "one ").await;
        call.assert_open().await;
        drop(response);
        call.assert_closed().await;
    }
}

/// Asks in a conversation, and returns the path of the generation once the provider was asked.
async fn ask(app: &TestApp, upstream: &mut Upstream) -> (Events, String, Call, String) {
    let id = app.conversation().await;
    let mut events = Events::new(app.send(&id, "hi").await);
    let first = events.next().await.unwrap().json();
    let call = upstream.call().await;
    (events, format!("/api/generations/{}", first["generation_id"].as_str().unwrap()), call, id)
}

#[tokio::test]
async fn stopping_in_every_state() {
    let (app, mut upstream) = start().await;
    for state in ["before the head", "before the first token", "in the middle"] {
        let (mut events, generation, mut call, id) = ask(&app, &mut upstream).await;
        if state != "before the head" {
            call.accept().await;
        }
        let mut said = "";
        if state == "in the middle" {
            call.say("one ").await;
            events.until_text("one ").await;
            said = "one ";
        }
        call.assert_open().await;
        assert_eq!(app.delete(&generation).await.status(), 204, "{state}");
        call.assert_closed().await;
        let last = events.all().await.pop().unwrap().json();
        assert_eq!((&last["type"], &last["finish_reason"]), (&json!("complete"), &json!("cancelled")), "{state}");
        let conversation: Value = app.get(&format!("/api/conversations/{id}")).await.json().await.unwrap();
        let answer = &conversation["messages"][1];
        assert_eq!((&answer["status"], &answer["content"]), (&json!("stopped"), &json!(said)), "{state}");
        assert_eq!(app.delete(&generation).await.status(), 204, "stopping twice changes nothing");
    }
}

#[tokio::test]
async fn stopping_from_a_second_tab_ends_both() {
    let (app, mut upstream) = start().await;
    let (mut events, generation, mut call, _) = ask(&app, &mut upstream).await;
    call.accept().await;
    call.say("one ").await;
    events.until_text("one ").await;
    let second = Events::new(app.get(&format!("{generation}/events?after=1")).await);
    app.delete(&generation).await;
    call.assert_closed().await;
    for events in [events, second] {
        assert_eq!(events.all().await.pop().unwrap().json()["finish_reason"], "cancelled");
    }
}

#[tokio::test]
async fn leaving_the_resumable_route_stops_nothing() {
    let (app, mut upstream) = start().await;
    for silent in [true, false] {
        let (mut events, generation, mut call, _) = ask(&app, &mut upstream).await;
        if !silent {
            call.accept().await;
            call.say("one ").await;
            events.until_text("one ").await;
        }
        drop(events);
        call.assert_open().await;
        if silent {
            call.accept().await;
            call.say("one ").await;
        }
        call.say("two").await;
        call.finish().await;
        let frames = Events::new(app.get(&format!("{generation}/events")).await).all().await;
        assert_eq!(text(&frames), "one two");
        assert_eq!(frames.last().unwrap().json()["finish_reason"], "stop");
    }
}

#[tokio::test]
async fn deleting_a_conversation_stops_its_answer() {
    let (app, mut upstream) = start().await;
    let (events, _, mut call, id) = ask(&app, &mut upstream).await;
    assert_eq!(app.delete(&format!("/api/conversations/{id}")).await.status(), 204);
    call.assert_closed().await;
    assert_eq!(events.all().await.pop().unwrap().json()["finish_reason"], "cancelled");
}

#[tokio::test]
async fn a_provider_that_is_silent_for_too_long_is_given_up() {
    let mut upstream = Upstream::start().await;
    let limits = [("RIVULET_FIRST_CHUNK_TIMEOUT", "300ms"), ("RIVULET_IDLE_TIMEOUT", "100ms")];
    let app = TestApp::before(&upstream, &limits).await;
    for speaks in [false, true] {
        let (events, _, mut call, _) = ask(&app, &mut upstream).await;
        if speaks {
            call.accept().await;
            call.say("one ").await;
        }
        let frames = events.all().await;
        let last = frames.last().unwrap().json();
        assert_eq!((&last["type"], &last["code"]), (&json!("error"), &json!("upstream_timeout")));
        assert_eq!(text(&frames), if speaks { "one " } else { "" });
        call.assert_closed().await;
    }
}

#[tokio::test]
async fn an_answer_has_its_limits() {
    for (name, value) in
        [("RIVULET_MAX_CHUNKS", "3"), ("RIVULET_MAX_ANSWER_BYTES", "12"), ("RIVULET_MAX_DURATION", "300ms")]
    {
        let mut upstream = Upstream::start().await;
        let app = TestApp::before(&upstream, &[(name, value)]).await;
        let (events, _, mut call, _) = ask(&app, &mut upstream).await;
        call.accept().await;
        for _ in 0..5 {
            call.say("four").await;
        }
        let frames = events.all().await;
        let last = frames.last().unwrap().json();
        assert_eq!((&last["type"], &last["code"]), (&json!("error"), &json!("limit_reached")), "{name}");
        assert!(text(&frames).starts_with("four"), "{name}: what had come is kept");
        call.assert_closed().await;
    }
}

#[tokio::test]
async fn an_unknown_generation_cannot_be_stopped() {
    let app = TestApp::start().await;
    problem(app.delete("/api/generations/01890a5d-ac96-774b-bcce-b302099a8057").await, 404, "not_found").await;
}
