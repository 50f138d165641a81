//! The public page of a conversation: what is on it, what is not, and that it is gone when it is revoked.

use crate::{
    app::{Events, TestApp, problem, visitor},
    upstream::Upstream,
};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};

/// Somebody who has never been here, and keeps no cookie.
fn reader() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

async fn read(app: &TestApp, path: &str) -> Response {
    app.request_by(&reader(), Method::GET, path).send().await.unwrap()
}

async fn share(app: &TestApp, id: &str) -> Value {
    let response = app.post(&format!("/api/conversations/{id}/share"), json!({})).await;
    assert_eq!(response.status(), 200);
    response.json().await.unwrap()
}

/// A conversation in which the provider has said this.
async fn said(app: &TestApp, upstream: &mut Upstream, question: &str, answer: &str) -> String {
    let id = app.conversation().await;
    let events = Events::new(app.send(&id, question).await);
    let mut call = upstream.call().await;
    call.accept().await;
    call.say(answer).await;
    call.finish().await;
    events.all().await;
    id
}

#[tokio::test]
async fn a_shared_conversation_is_read_without_a_script_and_without_a_trace() {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[("RIVULET_SYSTEM_PROMPT", "Secret instructions.")]).await;
    said(&app, &mut upstream, "Another secret", "Nobody sees this.").await;
    let question = "</title><script>alert(1)</script>";
    let id = said(
        &app,
        &mut upstream,
        question,
        "It is **bold**.\n\n```rust\nlet a = 1 < 2;\n```\n\n<img src=x onerror=alert(2)>",
    )
    .await;
    let link = share(&app, &id).await;
    let (token, path) = (link["token"].as_str().unwrap(), link["path"].as_str().unwrap());
    assert_eq!((token.len(), path), (22, format!("/s/{token}").as_str()));
    let response = read(&app, path).await;
    assert_eq!(response.status(), 200);
    let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap());
    assert_eq!(header("set-cookie"), None);
    assert_eq!(header("cache-control"), Some("no-store"));
    assert_eq!(header("x-robots-tag"), Some("noindex, nofollow"));
    assert_eq!(header("referrer-policy"), Some("no-referrer"));
    assert!(header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    assert_eq!(header("content-type"), Some("text/html; charset=utf-8"));
    // What marks places in the tree for the browser's code says nothing to a reader.
    let html = response.text().await.unwrap().replace("<!>", "");
    assert!(html.to_lowercase().starts_with("<!doctype html>"), "{html}");
    assert!(html.contains("<meta name=\"robots\" content=\"noindex, nofollow\""), "{html}");
    assert!(html.contains("<strong>bold</strong>"), "{html}");
    // The code has its colours without a script.
    assert!(html.contains("<span class=\"syntax-keyword\">let</span> a") && html.contains("&lt; <span"), "{html}");
    for absent in ["<script", "<img", "secret", "Secret", "Nobody sees", "compatible/", "rivulet_visitor", "wasm"] {
        assert!(!html.contains(absent), "{absent}: {html}");
    }
    assert!(html.contains("&lt;/title&gt;&lt;script&gt;alert(1)"), "{html}");
    let opened: Value = app.get(&format!("/api/conversations/{id}")).await.json().await.unwrap();
    assert_eq!(opened["shared"], link["token"]);
    assert_eq!(share(&app, &id).await, link);
}

#[tokio::test]
async fn what_a_model_thought_is_not_shared() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    Events::new(app.send(&id, "/fast /reasoning hello").await).all().await;
    let conversation: Value = app.get(&format!("/api/conversations/{id}")).await.json().await.unwrap();
    let thought = conversation["messages"][1]["reasoning"].as_str().unwrap();
    let link = share(&app, &id).await;
    let html = read(&app, link["path"].as_str().unwrap()).await.text().await.unwrap();
    let begin: String = thought.split_whitespace().take(3).collect::<Vec<_>>().join(" ");
    assert!(begin.len() > 10 && !html.contains(&begin), "{begin}: {html}");
}

#[tokio::test]
async fn what_is_revoked_is_gone_at_once() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    Events::new(app.send(&id, "/fast hello").await).all().await;
    let first = share(&app, &id).await;
    let path = first["path"].as_str().unwrap();
    assert_eq!(read(&app, path).await.status(), 200);
    let share_path = format!("/api/conversations/{id}/share");
    assert_eq!(app.delete(&share_path).await.status(), 204);
    let gone = read(&app, path).await;
    assert_eq!(gone.status(), 404);
    assert_eq!(gone.headers()["cache-control"], "no-store");
    assert_eq!(gone.headers()["x-robots-tag"], "noindex, nofollow");
    assert!(!gone.headers().contains_key("set-cookie"));
    assert_eq!(app.delete(&share_path).await.status(), 204);
    // A new address, not the old one.
    let second = share(&app, &id).await;
    assert_ne!(second["token"], first["token"]);
    assert_eq!(read(&app, path).await.status(), 404);
    assert_eq!(app.delete(&format!("/api/conversations/{id}")).await.status(), 204);
    assert_eq!(read(&app, second["path"].as_str().unwrap()).await.status(), 404);
}

#[tokio::test]
async fn only_the_owner_shares() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    Events::new(app.send(&id, "/fast hello").await).all().await;
    let link = share(&app, &id).await;
    let path = format!("/api/conversations/{id}/share");
    let stranger = visitor();
    for method in [Method::POST, Method::DELETE] {
        let response = app.request_by(&stranger, method, &path).send().await.unwrap();
        problem(response, 404, "not_found").await;
    }
    assert_eq!(read(&app, link["path"].as_str().unwrap()).await.status(), 200);
    for odd in ["/s/", "/s/x", "/s/%ff", "/s/%00", "/s/../c", &format!("/s/{id}"), &format!("/s/{}", "a".repeat(5000))]
    {
        assert_eq!(read(&app, odd).await.status(), 404, "{odd}");
    }
}
