//! Images and files are in memory while a model is asked about them: how many may be.

use crate::{
    app::{Events, TestApp, problem},
    attachments::{PNG, messages, upload},
    upstream::{Call, Upstream},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::task::JoinHandle;

/// Room for one image, in base64, and not for two.
const ROOM: (&str, &str) = ("RIVULET_MAX_WAITING_FILES_BYTES", "150");

/// Asks without waiting for the answer.
fn ask(app: &TestApp, id: &str, body: &Value) -> JoinHandle<Vec<crate::app::Frame>> {
    let request = app.request(reqwest::Method::POST, &format!("/api/conversations/{id}/messages")).json(body);
    tokio::spawn(async move { Events::new(request.send().await.unwrap()).all().await })
}

async fn answer(mut call: Call) {
    call.accept().await;
    call.say("Good.").await;
    call.finish().await;
}

#[tokio::test]
async fn a_question_with_files_is_refused_while_others_fill_the_memory() {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[ROOM]).await;
    let (image, other) = (upload(&app, "a.png", PNG).await, upload(&app, "b.png", PNG).await);
    let (first, second) = (app.conversation().await, app.conversation().await);
    let asked = ask(&app, &first, &json!({"content": "What is it?", "attachments": [image["id"]]}));
    let mut waiting = upstream.call().await;

    let path = format!("/api/conversations/{second}/messages");
    let question = json!({"content": "And this?", "attachments": [other["id"]]});
    let refused = app.post(&path, question.clone()).await;
    assert!(refused.headers().contains_key("retry-after"));
    let detail = problem(refused, 503, "overloaded").await;
    assert!(detail.contains("as many images and files as it can"), "{detail}");
    assert_eq!(messages(&app, &second).await, json!([]), "what is refused leaves no trace");
    let url = format!("data:image/png;base64,{}", STANDARD.encode(PNG));
    let stateless =
        json!({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}]});
    problem(app.post("/v1/chat/completions", stateless).await, 503, "overloaded").await;
    // Words need no such room.
    let words = ask(&app, &second, &json!({"content": "hello"}));
    answer(upstream.call().await).await;
    words.await.unwrap();

    // There is room as soon as the model has begun to answer, not only when it ends.
    waiting.accept().await;
    waiting.say("Good").await;
    let taken = async {
        loop {
            let response = app.post(&path, question.clone()).await;
            if response.status() == 200 {
                break response;
            }
            problem(response, 503, "overloaded").await;
        }
    };
    let taken = tokio::time::timeout(Duration::from_secs(30), taken).await.expect("there is no room");
    let other = tokio::spawn(Events::new(taken).all());
    answer(upstream.call().await).await;
    other.await.unwrap();
    waiting.finish().await;
    asked.await.unwrap();
}

#[tokio::test]
async fn what_was_shown_before_takes_its_room_again_and_one_question_is_always_taken() {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[ROOM]).await;
    let image = upload(&app, "a.png", PNG).await;
    let notes = upload(&app, "n.txt", &[b'a'; 500]).await;
    let (first, second) = (app.conversation().await, app.conversation().await);
    let asked = ask(&app, &first, &json!({"content": "What is it?", "attachments": [image["id"]]}));
    answer(upstream.call().await).await;
    asked.await.unwrap();
    // More than there is room for, but nothing else waits.
    let asked = ask(&app, &second, &json!({"content": "Read it", "attachments": [notes["id"]]}));
    let waiting = upstream.call().await;
    let path = format!("/api/conversations/{first}/messages");
    problem(app.post(&path, json!({"content": "And what else?"})).await, 503, "overloaded").await;
    // Leaving is not stopping, but a stop gives the room back.
    drop(waiting);
    asked.await.unwrap();
    let asked = ask(&app, &first, &json!({"content": "And what else?"}));
    let call = upstream.call().await;
    assert!(call.request["messages"][0]["content"].to_string().contains("data:image/png"));
    answer(call).await;
    asked.await.unwrap();
}
