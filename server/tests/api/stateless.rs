//! The stateless routes speak their formats, as the clients that people already have read them.

use crate::{
    app::{Events, TestApp, problem},
    upstream::Upstream,
};
use reqwest::Method;
use serde_json::{Value, json};

/// What the demo model says to `/fast hello`, by way of the one-piece answer.
async fn whole_answer(app: &TestApp, question: &str) -> String {
    let body = json!({"model": "demo/rivulet", "messages": [{"role": "user", "content": question}]});
    let answer: Value = app.post("/v1/chat/completions", body).await.json().await.unwrap();
    answer["choices"][0]["message"]["content"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn chat_speaks_content_events_and_done() {
    let app = TestApp::start().await;
    let body = json!({"messages": [{"role": "user", "content": "/fast hello"}]});
    let mut frames = Events::new(app.post("/api/chat", body).await).all().await;
    assert_eq!(frames.pop().unwrap().data, "[DONE]");
    assert!(frames.len() > 10, "streamed in pieces");
    let text: String = frames
        .iter()
        .map(|frame| {
            assert_eq!(frame.id, None);
            frame.json()["content"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(text, whole_answer(&app, "/fast hello").await);
}

#[tokio::test]
async fn chat_tells_an_error_in_the_stream_before_done() {
    let app = TestApp::start().await;
    let body = json!({"messages": [{"role": "user", "content": "/fast /error overloaded after 5"}]});
    let frames = Events::new(app.post("/api/chat", body).await).all().await;
    let [.., error, done] = &frames[..] else { panic!("too short") };
    assert_eq!(done.data, "[DONE]");
    assert_eq!(error.json()["error"]["code"], "upstream_overloaded");
    assert!(error.json()["error"]["message"].as_str().unwrap().len() > 10);
    assert!(frames.len() > 2, "what came before is kept");
}

#[tokio::test]
async fn an_error_before_the_first_byte_is_a_status() {
    let app = TestApp::start().await;
    for (class, status, code) in [
        ("overloaded", 503, "upstream_overloaded"),
        ("rate_limited", 429, "upstream_rate_limited"),
        ("authentication", 502, "upstream_authentication"),
        ("bad_request", 400, "upstream_bad_request"),
        ("timeout", 504, "upstream_timeout"),
    ] {
        let question = format!("/fast /error {class}");
        let messages = json!({"messages": [{"role": "user", "content": question}]});
        let message = json!({ "message": question });
        problem(app.post("/api/chat", messages.clone()).await, status, code).await;
        problem(app.post("/v1/chat/completions", messages).await, status, code).await;
        problem(app.post("/api/streaming-chat", message.clone()).await, status, code).await;
        problem(app.post("/api/chat/stream", message.clone()).await, status, code).await;
        problem(app.post("/api/conversation/ann", message).await, status, code).await;
    }
}

#[tokio::test]
async fn a_provider_that_names_a_time_to_try_again_is_quoted() {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[]).await;
    let ask = app.post("/api/chat", json!({"messages": [{"role": "user", "content": "hello"}]}));
    let refuse = async { upstream.call().await.refuse_for(77).await };
    let (response, ()) = tokio::join!(ask, refuse);
    assert_eq!((response.status().as_u16(), &response.headers()["retry-after"]), (429, &"77".parse().unwrap()));
}

#[tokio::test]
async fn streaming_chat_speaks_plain_text() {
    let app = TestApp::start().await;
    for body in [json!({"message": "/fast hello"}), json!({"messages": [{"role": "user", "content": "/fast hello"}]})] {
        let response = app.post("/api/streaming-chat", body).await;
        assert_eq!(response.headers()["content-type"], "text/plain; charset=utf-8");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        assert_eq!(response.text().await.unwrap(), whole_answer(&app, "/fast hello").await);
    }
}

#[tokio::test]
async fn streaming_chat_cuts_the_body_when_it_fails() {
    let app = TestApp::start().await;
    let mut response = app.post("/api/streaming-chat", json!({"message": "/fast /error overloaded after 5"})).await;
    assert_eq!(response.status(), 200);
    let mut text = String::new();
    let error = loop {
        match response.chunk().await {
            Ok(Some(bytes)) => text.push_str(std::str::from_utf8(&bytes).unwrap()),
            Ok(None) => panic!("a failed answer looked whole: {text}"),
            Err(error) => break error,
        }
    };
    assert!(error.is_body() || error.is_decode(), "{error:?}");
    assert!(!text.is_empty(), "what came before is kept");
}

#[tokio::test]
async fn chat_stream_speaks_tokens_and_the_full_text() {
    let app = TestApp::start().await;
    let body = json!({"message": "/fast hello", "systemPrompt": "Be brief.", "context": {"page": 1}, "language": "en"});
    let mut frames = Events::new(app.post("/api/chat/stream", body).await).all().await;
    let done = frames.pop().unwrap().json();
    assert_eq!(done["type"], "done");
    let mut text = String::new();
    for frame in &frames {
        assert_eq!(frame.kind(), "text");
        text.push_str(frame.json()["token"].as_str().unwrap());
    }
    assert_eq!(done["fullText"], text);
    let body = json!({"message": "/fast /error overloaded after 5"});
    let frames = Events::new(app.post("/api/chat/stream", body).await).all().await;
    let last = frames.last().unwrap().json();
    assert_eq!(last["type"], "error");
    assert!(last["error"].is_string());
}

#[tokio::test]
async fn a_body_is_read_whatever_its_content_type_says() {
    let app = TestApp::start().await;
    let response = app.request(Method::POST, "/api/streaming-chat").body(r#"{"message":"/fast hello"}"#).send().await;
    assert_eq!(response.unwrap().status(), 200);
}

#[tokio::test]
async fn pages_of_other_sites_are_refused() {
    let app = TestApp::start().await;
    let request = app.request(Method::POST, "/api/chat").header("origin", "https://evil.example");
    let response = request.header("sec-fetch-site", "cross-site").body("{}").send().await.unwrap();
    problem(response, 403, "cross_site").await;
}

#[tokio::test]
async fn pages_that_take_this_servers_name_are_refused() {
    let app = TestApp::with(&[("RIVULET_ALLOWED_HOSTS", "chat.example.org")]).await;
    let ask = |name: &str| {
        let request = app
            .request(Method::POST, "/api/streaming-chat")
            .header("host", name)
            .header("sec-fetch-site", "same-origin");
        request.header("origin", format!("http://{name}")).body(r#"{"message":"/fast hi"}"#).send()
    };
    problem(ask("evil.example:3000").await.unwrap(), 403, "cross_site").await;
    for name in ["chat.example.org", "localhost:3000", "127.0.0.1:3000"] {
        assert_eq!(ask(name).await.unwrap().status(), 200, "{name}");
    }
}

#[tokio::test]
async fn models_are_listed() {
    let app = TestApp::start().await;
    let list: Value = app.get("/api/models").await.json().await.unwrap();
    assert_eq!(list["default"], "demo/rivulet");
    assert_eq!(list["demo_only"], true);
    assert_eq!(list["models"][0]["id"], "demo/rivulet");
    assert_eq!(app.get("/healthz").await.text().await.unwrap(), "ok\n");
    assert_eq!(app.get("/readyz").await.json::<Value>().await.unwrap()["status"], "ready");
}
