//! A model is asked for a title after the first answer, and nobody waits for it.

use crate::{
    app::{Events, TestApp},
    upstream::Upstream,
};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

async fn title(app: &TestApp, id: &str) -> String {
    let conversation: Value = app.get(&format!("/api/conversations/{id}")).await.json().await.unwrap();
    conversation["title"].as_str().unwrap().to_owned()
}

/// Asks and has it answered; returns the conversation.
async fn exchange(app: &TestApp, upstream: &mut Upstream, id: &str) {
    let events = Events::new(app.send(id, "Why is the sky blue?").await);
    let mut call = upstream.call().await;
    call.accept().await;
    call.say("Because of the air.").await;
    call.finish().await;
    events.all().await;
}

#[tokio::test]
async fn the_model_that_answered_is_asked_once() {
    let mut upstream = Upstream::start().await;
    // The title is not counted: two answers are all that this client may have.
    let variables = [("RIVULET_TITLES", "on"), ("RIVULET_RATE_LIMIT", "2/h")];
    let app = TestApp::before(&upstream, &variables).await;
    let id = app.conversation().await;
    exchange(&app, &mut upstream, &id).await;
    assert_eq!(title(&app, &id).await, "Why is the sky blue?", "at once");
    let mut call = upstream.call().await;
    let asked = call.request["messages"].to_string();
    assert!(
        asked.contains("at most six words") && asked.contains("sky blue") && asked.contains("of the air"),
        "{asked}"
    );
    assert_eq!(call.request["model"], "live");
    call.accept().await;
    call.say("\"The blue sky.\"\n").await;
    call.finish().await;
    let deadline = Instant::now() + Duration::from_secs(20);
    while title(&app, &id).await != "The blue sky" {
        assert!(Instant::now() < deadline, "{}", title(&app, &id).await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    exchange(&app, &mut upstream, &id).await;
    let again = tokio::time::timeout(Duration::from_millis(300), upstream.call()).await;
    assert!(again.is_err(), "after the second answer nobody asks");
}

#[tokio::test]
async fn what_a_person_says_stays_and_a_failure_is_no_loss() {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[("RIVULET_TITLES", "on")]).await;
    let (mine, failed) = (app.conversation().await, app.conversation().await);
    exchange(&app, &mut upstream, &mine).await;
    let mut call = upstream.call().await;
    call.accept().await;
    let patch = app.request(Method::PATCH, &format!("/api/conversations/{mine}")).json(&json!({"title": "Mine"}));
    assert_eq!(patch.send().await.unwrap().status(), 200);
    call.say("Theirs").await;
    call.finish().await;
    exchange(&app, &mut upstream, &failed).await;
    drop(upstream.call().await);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!((title(&app, &mine).await, title(&app, &failed).await), ("Mine".into(), "Why is the sky blue?".into()));
}
