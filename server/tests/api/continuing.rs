//! An answer that broke off is taken on from where it ends.

use crate::{
    app::{Events, TestApp, problem, text},
    upstream::Upstream,
};
use reqwest::Response;
use serde_json::{Value, json};

async fn messages(app: &TestApp, conversation: &str) -> Vec<Value> {
    let stored: Value = app.get(&format!("/api/conversations/{conversation}")).await.json().await.unwrap();
    stored["messages"].as_array().unwrap().clone()
}

async fn go_on(app: &TestApp, conversation: &str, message: &Value) -> Response {
    app.post(&format!("/api/conversations/{conversation}/messages"), json!({"continue": message["id"]})).await
}

#[tokio::test]
async fn a_cut_answer_goes_on_where_it_ended() {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[]).await;
    let conversation = app.conversation().await;
    let mut events = Events::new(app.send(&conversation, "Count to four").await);
    let mut call = upstream.call().await;
    call.accept().await;
    call.say("one, two, ").await;
    events.until_text("two").await;
    call.cut();
    events.all().await;
    let before = messages(&app, &conversation).await;
    assert_eq!(before[1]["status"], "failed");

    let mut events = Events::new(go_on(&app, &conversation, &before[1]).await);
    let mut call = upstream.call().await;
    let turns = call.request["messages"].as_array().unwrap().clone();
    assert_eq!(turns[0]["content"], "Count to four");
    assert_eq!((&turns[1]["role"], &turns[1]["content"]), (&json!("assistant"), &json!("one, two, ")));
    assert_eq!((turns.len(), &turns[2]["role"]), (3, &json!("user")));
    call.accept().await;
    call.say("three, four").await;
    let frames = events.until_text("four").await;
    call.finish().await;
    events.all().await;
    assert_eq!(text(&frames), "one, two, three, four");

    let after = messages(&app, &conversation).await;
    assert_eq!(after.len(), 2, "the answer stands in the place of the one that it goes on from");
    assert_eq!((&after[1]["content"], &after[1]["status"]), (&json!("one, two, three, four"), &json!("complete")));
    assert_ne!(after[1]["id"], before[1]["id"]);
}

#[tokio::test]
async fn the_demo_ends_word_for_word_as_if_it_had_never_been_cut() {
    let app = TestApp::start().await;
    let whole = Events::new(app.send(&app.conversation().await, "/fast What is a rill?").await).all().await;
    let conversation = app.conversation().await;
    Events::new(app.send(&conversation, "/fast /cut What is a rill?").await).all().await;
    let cut = messages(&app, &conversation).await[1].clone();
    let rest = Events::new(go_on(&app, &conversation, &cut).await).all().await;
    assert!(text(&whole).starts_with(cut["content"].as_str().unwrap()));
    assert_eq!(text(&rest), text(&whole));
    assert_eq!(rest.last().unwrap().kind(), "complete");
}

#[tokio::test]
async fn what_cannot_be_taken_on_is_refused_in_words() {
    let app = TestApp::start().await;
    let conversation = app.conversation().await;
    Events::new(app.send(&conversation, "/fast /error overloaded").await).all().await;
    let failed = messages(&app, &conversation).await;
    let detail = problem(go_on(&app, &conversation, &failed[1]).await, 400, "invalid_request").await;
    assert!(detail.contains("retry"), "{detail}");
    problem(go_on(&app, &conversation, &failed[0]).await, 404, "not_found").await;
    let both = json!({"continue": failed[1]["id"], "content": "x"});
    problem(app.post(&format!("/api/conversations/{conversation}/messages"), both).await, 400, "invalid_request").await;
}
