//! Whatever comes in, the answer is a problem document that names what was wrong.

use crate::app::{STATELESS, TestApp, problem};
use reqwest::{Method, header::HeaderValue};
use serde_json::{Value, json};

async fn refused(app: &TestApp, path: &str, body: impl Into<reqwest::Body>, status: u16, code: &str) -> String {
    let response = app.request(Method::POST, path).body(body).send().await.unwrap();
    problem(response, status, code).await
}

#[tokio::test]
async fn bodies_that_are_not_what_they_should_be() {
    let app = TestApp::start().await;
    let conversation = format!("/api/conversations/{}/messages", app.conversation().await);
    for path in STATELESS.into_iter().chain([conversation.as_str()]) {
        for body in
            ["", "{}", "hello", "[]", "null", "5", "{\"message\":", "{\"messages\":5,\"message\":5,\"content\":5}"]
        {
            refused(&app, path, body, 400, "invalid_request").await;
        }
        refused(&app, path, vec![b'{', b'"', 0xff, 0xfe, b'"', b'}'], 400, "invalid_request").await;
        refused(&app, path, vec![0u8; 64], 400, "invalid_request").await;
    }
}

#[tokio::test]
async fn wrong_types_and_values_name_the_field() {
    let app = TestApp::start().await;
    let with = |field: &str, value: Value| {
        let mut body = json!({"messages": [{"role": "user", "content": "x"}]});
        body[field] = value;
        body.to_string()
    };
    for (field, value) in [
        ("temperature", json!("hot")),
        ("temperature", json!(7)),
        ("max_tokens", json!(0)),
        ("max_tokens", json!(-3)),
        ("max_tokens", json!(1e30)),
        ("top_p", json!(0)),
        ("model", json!(5)),
        ("messages", json!([])),
        ("messages", json!("x")),
    ] {
        for path in ["/api/chat", "/v1/chat/completions"] {
            let detail = refused(&app, path, with(field, value.clone()), 400, "invalid_request").await;
            assert!(detail.starts_with(&format!("`{field}`")), "{path} {field}={value}: {detail}");
        }
    }
    for (message, field) in [
        (json!({"role": "user"}), "messages[0]"),
        (json!({"role": "king", "content": "x"}), "messages[0].role"),
        (json!({"role": "user", "content": ""}), "messages[0].content"),
        (json!({"role": "user", "content": "  "}), "messages[0].content"),
        (json!({"role": "user", "content": {"a": 1}}), "messages[0].content"),
        (json!({"role": "user", "content": [{"type": "image_url", "image_url": {}}]}), "messages[0].content"),
        (json!({"role": "system", "content": "x"}), "messages[0].role"),
    ] {
        let detail = refused(&app, "/api/chat", with("messages", json!([message])), 400, "invalid_request").await;
        assert!(detail.starts_with(&format!("`{field}")), "{message}: {detail}");
    }
}

#[tokio::test]
async fn what_is_too_large_is_refused() {
    let app = TestApp::with(&[
        ("RIVULET_MAX_INPUT_BYTES", "1000"),
        ("RIVULET_MAX_MESSAGES", "3"),
        ("RIVULET_MAX_FILES_BYTES", "9"),
    ])
    .await;
    let long = json!({"message": "x".repeat(1001)}).to_string();
    let detail = refused(&app, "/api/chat/stream", long, 400, "invalid_request").await;
    assert!(detail.contains("at most 1000 bytes"), "{detail}");
    let many = json!({"messages": vec![json!({"role": "user", "content": "x"}); 4]}).to_string();
    let detail = refused(&app, "/api/chat", many, 400, "invalid_request").await;
    assert!(detail.contains("at most 3 messages"), "{detail}");
    let huge = "x".repeat(200_000);
    refused(&app, "/api/chat", huge, 413, "too_large").await;
}

#[tokio::test]
async fn unknown_models_are_named() {
    let app = TestApp::start().await;
    for path in STATELESS {
        let mut body = json!({"model": "nobody/none"});
        body[if path.contains("conversation") { "message" } else { "messages" }] =
            if path.contains("conversation") { json!("x") } else { json!([{"role": "user", "content": "x"}]) };
        let detail = refused(&app, path, body.to_string(), 404, "model_not_found").await;
        assert!(detail.contains("nobody/none"), "{path}: {detail}");
    }
    let body = json!({"model": "nobody/none"}).to_string();
    refused(&app, "/api/conversations", body, 404, "model_not_found").await;
}

#[tokio::test]
async fn unknown_and_malformed_ids() {
    let app = TestApp::start().await;
    let unknown = "01890a5d-ac96-774b-bcce-b302099a8057";
    for (method, path) in [
        (Method::GET, "/api/conversations/ID"),
        (Method::DELETE, "/api/conversations/ID"),
        (Method::POST, "/api/conversations/ID/messages"),
        (Method::GET, "/api/generations/ID/events"),
        (Method::DELETE, "/api/generations/ID"),
    ] {
        let ask = |id: &str| app.request(method.clone(), &path.replace("ID", id)).json(&json!({"content": "x"})).send();
        problem(ask(unknown).await.unwrap(), 404, "not_found").await;
        let detail = problem(ask("12").await.unwrap(), 400, "invalid_request").await;
        assert!(detail.contains("id must be a UUID"), "{detail}");
        problem(ask("%ff%fe").await.unwrap(), 400, "invalid_request").await;
    }
}

#[tokio::test]
async fn wrong_methods_and_routes() {
    let app = TestApp::start().await;
    for path in STATELESS {
        let response = app.get(path).await;
        assert_eq!(response.headers()["allow"], "POST", "{path}");
        problem(response, 405, "method_not_allowed").await;
    }
    problem(app.delete("/api/models").await, 405, "method_not_allowed").await;
    problem(app.post("/healthz", json!({})).await, 405, "method_not_allowed").await;
    problem(app.get("/api/nothing/here").await, 404, "not_found").await;
    problem(app.post("/v1/embeddings", json!({})).await, 404, "not_found").await;
    problem(app.post("/nothing", json!({})).await, 404, "not_found").await;
}

#[tokio::test]
async fn headers_that_are_not_utf_8() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let odd = HeaderValue::from_bytes(b"\xff\xfe").unwrap();
    let send =
        app.request(Method::POST, &format!("/api/conversations/{id}/messages")).header("idempotency-key", odd.clone());
    let detail = problem(send.json(&json!({"content": "x"})).send().await.unwrap(), 400, "invalid_request").await;
    assert!(detail.contains("`idempotency-key`"), "{detail}");
    let long = app
        .request(Method::POST, &format!("/api/conversations/{id}/messages"))
        .header("idempotency-key", "k".repeat(256));
    problem(long.json(&json!({"content": "x"})).send().await.unwrap(), 400, "invalid_request").await;
    let body = json!({"messages": [{"role": "user", "content": "/fast x"}]});
    let strange = app.request(Method::POST, "/api/chat").header("x-strange", odd.clone()).header("cookie", odd.clone());
    assert_eq!(strange.header("content-type", odd).body(body.to_string()).send().await.unwrap().status(), 200);
}
