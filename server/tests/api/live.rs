//! The list is live in every tab: what changes besides the answers comes in the stream of all events.

use crate::app::{Events, TestApp, visitor};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(20);

/// One tab's stream of events.
struct Tab {
    response: Response,
    rest: Vec<u8>,
}

impl Tab {
    async fn open(app: &TestApp, client: &Client) -> Self {
        let response = app.request_by(client, Method::GET, "/api/events").send().await.unwrap();
        let mut tab = Self { response, rest: Vec::new() };
        assert!(tab.next().await["generations"].is_array());
        tab
    }

    async fn next(&mut self) -> Value {
        loop {
            if let Some(end) = self.rest.windows(2).position(|two| two == b"\n\n") {
                let frame = String::from_utf8(self.rest.drain(..end + 2).collect()).unwrap();
                if let Some((id, data)) = frame.trim_end().split_once("\ndata: ") {
                    assert!(id.starts_with("id: "), "{frame}");
                    return serde_json::from_str(data).unwrap();
                }
                continue;
            }
            let piece = timeout(PATIENCE, self.response.chunk()).await.expect("nothing came").unwrap();
            self.rest.extend(piece.expect("the stream ended"));
        }
    }

    /// The next frame with this field.
    async fn change(&mut self, field: &str) -> Value {
        loop {
            let frame = self.next().await;
            if let Some(change) = frame.get(field) {
                return change.clone();
            }
        }
    }
}

#[tokio::test]
async fn every_change_of_the_list_comes_to_every_tab() {
    let app = TestApp::start().await;
    app.get("/api/conversations").await;
    let (mut one, mut two) = (Tab::open(&app, &app.client).await, Tab::open(&app, &app.client).await);
    let stranger = visitor();
    app.request_by(&stranger, Method::GET, "/api/conversations").send().await.unwrap();
    let mut other = Tab::open(&app, &stranger).await;
    let id = app.conversation().await;
    let path = format!("/api/conversations/{id}");
    let frames = Events::new(app.send(&id, "/fast hello").await).all().await;
    let names = frames[0].json();
    for tab in [&mut one, &mut two] {
        let began = tab.change("conversation").await;
        assert_eq!(
            (&began["id"], &began["title"], &began["generation_id"]),
            (&json!(id), &json!("/fast hello"), &names["generation_id"])
        );
        let ended = tab.change("conversation").await;
        assert_eq!((&ended["id"], ended.get("generation_id")), (&json!(id), None));
    }
    let patch = |body: Value| app.request(Method::PATCH, &path).json(&body).send();
    patch(json!({"title": "Mine", "pinned": true})).await.unwrap();
    patch(json!({"head": names["message_id"]})).await.unwrap();
    let message = format!("{path}/messages/{}", names["message_id"].as_str().unwrap());
    app.delete(&message).await;
    app.post(&format!("{message}/restore"), json!({})).await;
    app.delete(&path).await;
    patch(json!({"deleted": false})).await.unwrap();
    for tab in [&mut one, &mut two] {
        let renamed = tab.change("conversation").await;
        assert_eq!((&renamed["title"], &renamed["pinned"]), (&json!("Mine"), &json!(true)));
        for _ in 0..3 {
            assert_eq!(tab.change("messages").await, json!(id));
        }
        assert_eq!(tab.change("deleted").await, json!(id));
        assert_eq!(tab.change("conversation").await["id"], json!(id));
    }
    // The stranger hears of their own only.
    let mine = app.request_by(&stranger, Method::POST, "/api/conversations").json(&json!({})).send().await.unwrap();
    let mine = mine.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned();
    let send = format!("/api/conversations/{mine}/messages");
    app.request_by(&stranger, Method::POST, &send)
        .json(&json!({"content": "/fast x", "whole": true}))
        .send()
        .await
        .unwrap();
    assert_eq!(other.change("conversation").await["id"], json!(mine));
}

#[tokio::test]
async fn what_comes_in_from_a_file_is_told_to_every_tab() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    Events::new(app.send(&id, "/fast hello").await).all().await;
    let file = app.get(&format!("/api/conversations/{id}/export")).await.text().await.unwrap();
    let stranger = visitor();
    app.request_by(&stranger, Method::GET, "/api/conversations").send().await.unwrap();
    let mut tab = Tab::open(&app, &stranger).await;
    let import = || app.request_by(&stranger, Method::POST, "/api/import").body(file.clone()).send();
    assert_eq!(import().await.unwrap().status(), 200);
    assert_eq!(tab.change("imported").await, json!(1));
    // The same again brings nothing, and nobody has to read anything.
    assert_eq!(import().await.unwrap().status(), 200);
    let made = app.request_by(&stranger, Method::POST, "/api/conversations").json(&json!({})).send().await.unwrap();
    let made = made.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/conversations/{made}");
    app.request_by(&stranger, Method::PATCH, &path).json(&json!({"title": "After"})).send().await.unwrap();
    assert_eq!(tab.next().await["conversation"]["title"], "After");
}

#[tokio::test]
async fn a_deleted_conversation_does_not_come_back_with_the_end_of_its_answer() {
    let app = TestApp::start().await;
    let (gone, other) = (app.conversation().await, app.conversation().await);
    let mut tab = Tab::open(&app, &app.client).await;
    let mut events = Events::new(app.send(&gone, "/slow hello").await);
    events.until_text(" ").await;
    assert_eq!(tab.change("conversation").await["id"], json!(gone));
    app.delete(&format!("/api/conversations/{gone}")).await;
    assert_eq!(events.all().await.last().unwrap().json()["finish_reason"], "cancelled");
    assert_eq!(tab.change("deleted").await, json!(gone));
    Events::new(app.send(&other, "/fast hello").await).all().await;
    assert_eq!(tab.change("conversation").await["id"], json!(other));
}

#[tokio::test]
async fn who_is_too_slow_for_the_changes_begins_anew() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    Events::new(app.send(&id, "/fast hello").await).all().await;
    let path = format!("/api/conversations/{id}");
    let mut tab = Tab::open(&app, &app.client).await;
    // More than any buffer on the way holds, in titles as long as they may be.
    let title = |n: usize| format!("{n} {}", "x".repeat(150));
    let mut ended = false;
    for n in 0..200 {
        let patched = app.request(Method::PATCH, &path).json(&json!({"title": title(n)})).send().await.unwrap();
        assert_eq!(patched.status(), 200);
    }
    while let Ok(piece) = timeout(Duration::from_millis(500), tab.response.chunk()).await {
        let Some(piece) = piece.unwrap() else {
            ended = true;
            break;
        };
        tab.rest.extend(piece);
    }
    let text = String::from_utf8_lossy(&tab.rest).into_owned();
    assert!(ended || text.contains(&title(199)), "the last change is told, or the stream ends: {text}");
}
