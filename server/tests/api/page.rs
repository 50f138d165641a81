//! The page as the server renders it, before any script runs.

use crate::{
    app::{Events, TestApp, visitor},
    upstream::Upstream,
};
use reqwest::Method;
use serde_json::{Value, json};

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
    let (id, _events, _call) = upstream.begin(&app, "halfway there").await;
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

#[tokio::test]
async fn the_page_runs_its_own_scripts_only() {
    let app = TestApp::start().await;
    // More conversations than are shown at first: the room for the others is no style in the HTML.
    for _ in 0..45 {
        let id = app.conversation().await;
        Events::new(app.send(&id, "/fast hi").await).all().await;
    }
    let id = app.conversation().await;
    Events::new(app.send(&id, "/fast /help").await).all().await;
    let mut nonces = Vec::new();
    for address in ["/", &format!("/c/{id}"), "/nothing/here"] {
        let page = app.get(address).await;
        let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
        for part in [
            "default-src 'none'",
            "style-src 'self'",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.split("; ").any(|found| found == part), "{part} is not in {policy}");
        }
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
        assert_eq!(page.headers()["x-frame-options"], "DENY");
        assert_eq!(page.headers()["cross-origin-opener-policy"], "same-origin");
        assert!(page.headers()["permissions-policy"].to_str().unwrap().contains("camera=()"));
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        let html = page.text().await.unwrap();
        let scripts: Vec<_> = html.split("<script").skip(1).map(|rest| rest.split('>').next().unwrap()).collect();
        assert!(scripts.len() > 1, "{html}");
        // Data is not run.
        let data = |script: &&str| ["application/json", "text/plain"].iter().any(|kind| script.contains(kind));
        for script in scripts.into_iter().filter(|script| !data(script)) {
            assert!(script.contains(&format!("nonce=\"{nonce}\"")), "{script}");
        }
        assert!(!html.contains(" style=") && !html.contains("<style") && !html.contains(" onclick="), "{html}");
        nonces.push(nonce);
    }
    nonces.sort();
    nonces.dedup();
    assert_eq!(nonces.len(), 3, "each response has a nonce of its own");
}

#[tokio::test]
async fn code_has_its_colours_and_formulas_are_set_before_any_script_runs() {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[]).await;
    let id = app.conversation().await;
    let events = Events::new(app.send(&id, "hi").await);
    let mut call = upstream.call().await;
    call.accept().await;
    call.say("```rust\nfn main() { \"<script>\"; }\n```\n\nThe root \\(\\sqrt{x}\\) and $\\text{<img>}$.").await;
    call.finish().await;
    events.all().await;
    let html = app.get(&format!("/c/{id}")).await.text().await.unwrap();
    for part in
        ["<span class=\"syntax-function\">main</span>", "&lt;script&gt;", "<msqrt><mrow><mi>x</mi></mrow></msqrt>"]
    {
        assert!(html.contains(part), "{part} is not in {html}");
    }
    assert!(!html.contains("<img"), "{html}");
}

#[tokio::test]
async fn lines_of_code_are_highlighted_as_they_come() {
    let app = TestApp::start().await;
    let ask = |body: Value| app.post("/api/highlight", body);
    let first: Value = ask(json!({"language": "rust", "code": "/* a\n"})).await.json().await.unwrap();
    assert_eq!(first["spans"], json!([0, 5, 0]));
    let next = json!({"language": "rust", "after": first["state"], "code": "b */ fn\n"});
    let next: Value = ask(next).await.json().await.unwrap();
    assert_eq!(next["spans"], json!([0, 4, 0, 1, 2, 4]));
    let forgotten = ask(json!({"language": "rust", "after": "0123", "code": "a\n"})).await;
    assert_eq!(forgotten.status(), 400);
    let long = ask(json!({"language": "rust", "code": "a\n".repeat(40_000)})).await;
    assert_eq!(long.status(), 400);
    let formula = app.post("/api/math", json!({"tex": "x^2", "display": true})).await;
    let formula: Value = formula.json().await.unwrap();
    assert!(formula["mathml"].as_str().unwrap().starts_with("<math display=\"block\""), "{formula}");
}

#[tokio::test]
async fn data_that_is_opened_as_a_page_can_do_nothing() {
    let app = TestApp::start().await;
    for address in ["/api/conversations", "/api/models", "/v1/models", "/api/nothing"] {
        let policy = app.get(address).await.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.starts_with("default-src 'none'") && policy.ends_with("frame-ancestors 'none'"), "{policy}");
    }
}
