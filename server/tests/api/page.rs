//! The page as the server renders it, before any script runs.

use crate::{
    app::{Events, TestApp, visitor},
    upstream::Upstream,
};
use reqwest::Method;

#[tokio::test]
async fn a_new_chat_is_a_whole_page() {
    let app = TestApp::start().await;
    let page = app.get("/").await;
    assert_eq!(page.status(), 200);
    assert!(page.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    assert_eq!(page.headers()["cache-control"], "private, no-cache");
    assert!(page.headers()["set-cookie"].to_str().unwrap().contains("HttpOnly"));
    let html = page.text().await.unwrap();
    for part in ["<!DOCTYPE html>", "<textarea", "demo/rivulet", "OPENAI_API_KEY"] {
        assert!(html.contains(part), "{part} is not in {html}");
    }
}

#[tokio::test]
async fn a_conversation_is_in_its_page_and_escaped() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let frames = Events::new(app.send(&id, "</title><script>alert(1)</script></textarea>").await).all().await;
    assert!(frames.len() > 2);
    let html = app.get(&format!("/c/{id}")).await.text().await.unwrap();
    assert!(html.contains("&lt;script&gt;alert(1)"), "{html}");
    assert!(!html.contains("<script>alert(1)"), "{html}");
    assert!(html.contains("You said") && html.contains("Assistant said"));
}

#[tokio::test]
async fn an_answer_under_way_is_in_the_page_as_far_as_it_has_come() {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[]).await;
    let id = app.conversation().await;
    let mut events = Events::new(app.send(&id, "hi").await);
    let mut call = upstream.call().await;
    call.accept().await;
    call.say("halfway there").await;
    events.until_text("halfway there").await;
    let html = app.get(&format!("/c/{id}")).await.text().await.unwrap();
    assert!(html.contains("halfway there"));
    assert!(html.contains("data-status=\"streaming\""));
}

#[tokio::test]
async fn what_is_not_there_is_a_page_that_says_so() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    Events::new(app.send(&id, "/fast private").await).all().await;
    let strangers = app.request_by(&visitor(), Method::GET, &format!("/c/{id}")).send().await.unwrap();
    for page in [app.get("/c/nonsense").await, app.get("/nothing/here").await] {
        assert_eq!(page.status(), 404);
        assert!(page.text().await.unwrap().contains("<!DOCTYPE html>"));
    }
    assert_eq!(strangers.status(), 404);
    assert!(!strangers.text().await.unwrap().contains("private"));
}
