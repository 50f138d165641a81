//! A model that fails before its first token is asked again, then another one is; a provider that keeps failing is left
//! alone. After the first token nothing is asked again in silence.

use crate::{
    app::{Events, Frame, TestApp, problem, text},
    upstream::Upstream,
};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    time::timeout,
};

/// What stands in the stream, in short: statuses, text, and the end.
fn told(frames: &[Frame]) -> Vec<String> {
    let short = |frame: &Frame| {
        let event = frame.json();
        match event["type"].as_str().unwrap() {
            "status" => match event["status"].as_str().unwrap() {
                "retrying" => format!("retrying {}", event["attempt"]),
                "fallback" => format!("{} -> {}", event["from"].as_str().unwrap(), event["to"].as_str().unwrap()),
                other => other.to_owned(),
            },
            "chunk" => event["content"].as_str().unwrap().to_owned(),
            "error" => format!("error {} {}", event["code"].as_str().unwrap(), event["retryable"]),
            other => other.to_owned(),
        }
    };
    frames.iter().map(short).collect()
}

fn busy() -> Value {
    json!({"error": {"message": "The engine is currently overloaded", "type": "server_error"}})
}

/// A server with two providers: `compatible/live` is the default, `openai/second` the fallback.
async fn with_fallback(first: &Upstream, second: &Upstream, more: &[(&str, &str)]) -> TestApp {
    let url = format!("http://{}/v1", second.address);
    let fallback = [("OPENAI_BASE_URL", url.as_str()), ("RIVULET_FALLBACK", "openai/second, demo/rivulet")];
    TestApp::before(first, &[&fallback, more].concat()).await
}

#[tokio::test]
async fn a_busy_model_is_asked_again_and_readers_are_told() {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[("RIVULET_RETRIES", "2")]).await;
    let conversation = app.conversation().await;
    let mut events = Events::new(app.send(&conversation, "hi").await);
    upstream.call().await.refuse(503, "", busy()).await;
    upstream.call().await.cut();
    let mut call = upstream.call().await;
    call.accept().await;
    call.say("at last").await;
    events.until_text("at last").await;
    call.finish().await;
    assert_eq!(events.all().await.last().unwrap().kind(), "complete");

    let generation = app.get(&format!("/api/conversations/{conversation}")).await.json::<Value>().await.unwrap()
        ["messages"][1]["generation_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let again = Events::new(app.get(&format!("/api/generations/{generation}/events")).await).all().await;
    assert_eq!(told(&again), ["processing", "retrying 2", "retrying 3", "at last", "complete"]);
}

#[tokio::test]
async fn the_pause_that_the_provider_asks_for_is_kept() {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[("RIVULET_RETRIES", "1")]).await;
    let mut events = Events::new(app.send(&app.conversation().await, "hi").await);
    upstream.call().await.refuse(429, "retry-after-ms: 700\r\nretry-after: 30\r\n", json!({})).await;
    events.next().await;
    let pause = events.next().await.unwrap().json();
    assert_eq!((pause["status"].as_str(), pause["delay_ms"].as_u64()), (Some("retrying"), Some(700)));
    upstream.assert_not_called().await;
    let mut call = upstream.call().await;
    call.accept().await;
    call.say("now").await;
    call.finish().await;
    assert_eq!(text(&events.all().await), "now");
}

#[tokio::test]
async fn a_pause_that_is_too_long_is_not_waited_for() {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[("RIVULET_RETRIES", "3"), ("RIVULET_MAX_RETRY_DELAY", "10s")]).await;
    let asked = tokio::spawn(app.request(Method::POST, "/api/chat").json(&question()).send());
    upstream.call().await.refuse(429, "retry-after: 11\r\n", json!({})).await;
    let refused = asked.await.unwrap().unwrap();
    assert_eq!(refused.headers()["retry-after"], "11");
    problem(refused, 429, "upstream_rate_limited").await;
    upstream.assert_not_called().await;
}

fn question() -> Value {
    json!({"messages": [{"role": "user", "content": "hi"}]})
}

#[tokio::test]
async fn another_model_takes_over_and_its_name_is_told_and_kept() {
    let (mut first, mut second) = (Upstream::start().await, Upstream::start().await);
    let app = with_fallback(&first, &second, &[("RIVULET_RETRIES", "1")]).await;
    let conversation = app.conversation().await;
    let mut events = Events::new(app.send(&conversation, "hi").await);
    for _ in 0..2 {
        first.call().await.refuse(500, "", busy()).await;
    }
    let mut call = second.call().await;
    assert_eq!(call.request["model"], "second");
    call.accept().await;
    call.say("from the second").await;
    let frames = events.until_text("second").await;
    call.finish().await;
    events.all().await;
    assert_eq!(told(&frames), ["processing", "retrying 2", "compatible/live -> openai/second", "from the second"]);
    let stored: Value = app.get(&format!("/api/conversations/{conversation}")).await.json().await.unwrap();
    assert_eq!(stored["messages"][1]["model"], "openai/second");
}

#[tokio::test]
async fn a_refused_key_and_a_silent_model_lead_to_the_next_at_once() {
    let (mut first, mut second) = (Upstream::start().await, Upstream::start().await);
    let app =
        with_fallback(&first, &second, &[("RIVULET_RETRIES", "5"), ("RIVULET_FIRST_CHUNK_TIMEOUT", "300ms")]).await;
    let mut events = Events::new(app.send(&app.conversation().await, "hi").await);
    first.call().await.refuse(401, "", json!({"error": {"message": "Incorrect API key provided: sk-secret"}})).await;
    // The second accepts and says nothing; the demo answers.
    let mut silent = second.call().await;
    silent.accept().await;
    let frames = events.until_text("demo").await;
    let statuses: Vec<String> = told(&frames).into_iter().filter(|told| told.contains("->")).collect();
    assert_eq!(statuses, ["compatible/live -> openai/second", "openai/second -> demo/rivulet"]);
    silent.assert_closed().await;
    first.assert_not_called().await;
}

#[tokio::test]
async fn what_is_wrong_with_the_question_is_told_at_once() {
    let (mut first, mut second) = (Upstream::start().await, Upstream::start().await);
    let app = with_fallback(&first, &second, &[("RIVULET_RETRIES", "3")]).await;
    let asked = tokio::spawn(app.request(Method::POST, "/api/chat").json(&question()).send());
    first.call().await.refuse(400, "", json!({"error": {"message": "temperature is too hot"}})).await;
    let detail = problem(asked.await.unwrap().unwrap(), 400, "upstream_bad_request").await;
    assert!(detail.contains("temperature is too hot"), "{detail}");
    first.assert_not_called().await;
    second.assert_not_called().await;
}

#[tokio::test]
async fn after_the_first_token_nothing_is_asked_again() {
    let (mut first, mut second) = (Upstream::start().await, Upstream::start().await);
    let app = with_fallback(&first, &second, &[("RIVULET_RETRIES", "3")]).await;
    let mut events = Events::new(app.send(&app.conversation().await, "hi").await);
    let mut call = first.call().await;
    call.accept().await;
    call.say("half an ").await;
    events.until_text("half").await;
    call.cut();
    assert_eq!(told(&events.all().await), ["error upstream_truncated true"]);
    first.assert_not_called().await;
    second.assert_not_called().await;
}

#[tokio::test]
async fn a_stop_in_the_pause_ends_it_at_once() {
    let mut upstream = Upstream::start().await;
    let more = [("RIVULET_RETRIES", "1"), ("RIVULET_RETRY_DELAY", "60s"), ("RIVULET_MAX_RETRY_DELAY", "5min")];
    let app = TestApp::before(&upstream, &more).await;
    let mut events = Events::new(app.send(&app.conversation().await, "hi").await);
    upstream.call().await.refuse(503, "", busy()).await;
    let generation = events.next().await.unwrap().json()["generation_id"].as_str().unwrap().to_owned();
    assert_eq!(told(&[events.next().await.unwrap()]), ["retrying 2"]);
    assert_eq!(app.delete(&format!("/api/generations/{generation}")).await.status(), 204);
    let end = events.all().await;
    assert_eq!(end.last().unwrap().json()["finish_reason"], "cancelled");
    upstream.assert_not_called().await;
}

#[tokio::test]
async fn a_provider_that_keeps_failing_is_left_alone_then_tried_once() {
    let mut upstream = Upstream::start().await;
    let pause = [("RIVULET_BREAKER_FAILURES", "2"), ("RIVULET_BREAKER_PAUSE", "2s")];
    let app = TestApp::before(&upstream, &pause).await;
    for _ in 0..2 {
        let asked = tokio::spawn(app.request(Method::POST, "/api/chat").json(&question()).send());
        upstream.call().await.refuse(500, "", json!({"error": {"message": "boom"}})).await;
        problem(asked.await.unwrap().unwrap(), 502, "upstream_failure").await;
    }
    let refused = app.post("/api/chat", question()).await;
    assert!(refused.headers().contains_key("retry-after"));
    let detail = problem(refused, 503, "upstream_overloaded").await;
    assert!(detail.contains("2 times in a row"), "{detail}");
    upstream.assert_not_called().await;
    for path in ["/readyz", "/api/models"] {
        let list: Value = app.get(path).await.json().await.unwrap();
        let provider = list["providers"].as_array().unwrap().iter().find(|one| one["id"] == "compatible").unwrap();
        assert!(provider["paused_ms"].is_u64(), "{path}: {list}");
        assert_eq!(provider["error"]["code"], "upstream_overloaded", "{path}");
    }

    tokio::time::sleep(Duration::from_millis(2_100)).await;
    let asked = tokio::spawn(app.request(Method::POST, "/api/chat").json(&question()).send());
    let mut call = upstream.call().await;
    call.accept().await;
    call.say("well again").await;
    call.finish().await;
    assert!(asked.await.unwrap().unwrap().text().await.unwrap().contains("well again"));
    let ready: Value = app.get("/readyz").await.json().await.unwrap();
    assert!(!ready.to_string().contains("paused_ms"), "{ready}");
}

#[tokio::test]
async fn a_provider_that_refuses_to_stream_answers_in_one_piece() {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[]).await;
    let asked = tokio::spawn(app.request(Method::POST, "/api/chat").json(&question()).send());
    let call = upstream.call().await;
    assert_eq!(call.request["stream"], true);
    let refusal = json!({"error": {"message": "Your organization must be verified to stream this model.",
        "type": "invalid_request_error", "param": "stream", "code": "unsupported_value"}});
    call.refuse(400, "", refusal).await;
    let call = upstream.call().await;
    assert_eq!(call.request["stream"], false);
    assert!(call.request.get("stream_options").is_none());
    call.answer_whole("all at once").await;
    let body = asked.await.unwrap().unwrap().text().await.unwrap();
    assert!(body.contains(r#"{"content":"all at once"}"#) && body.ends_with("data: [DONE]\n\n"), "{body}");
}

#[tokio::test]
async fn an_answer_without_text_is_an_answer() {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[("RIVULET_RETRIES", "2")]).await;
    let events = Events::new(app.send(&app.conversation().await, "hi").await);
    let mut call = upstream.call().await;
    call.accept().await;
    call.finish().await;
    assert_eq!(told(&events.all().await), ["processing", "complete"]);
    upstream.assert_not_called().await;
}

/// An address that accepts no connection: its queue is full, and nobody takes anything out of it.
async fn full_queue() -> (TcpListener, Vec<TcpStream>) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(connected) = timeout(Duration::from_millis(300), TcpStream::connect(address)).await {
        waiting.push(connected.unwrap());
        assert!(waiting.len() < 100, "the queue is never full");
    }
    (listener, waiting)
}

#[tokio::test]
async fn a_provider_that_takes_no_connection_is_given_up_in_time() {
    let (listener, _waiting) = full_queue().await;
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let never = [
        ("OPENAI_COMPATIBLE_BASE_URL", url.as_str()),
        ("RIVULET_MODEL", "compatible/live"),
        ("RIVULET_CONNECT_TIMEOUT", "300ms"),
    ];
    let app = TestApp::with(&never).await;
    let refused = app.post("/api/chat", question()).await;
    let detail = problem(refused, 504, "upstream_timeout").await;
    assert!(detail.contains("no connection was made in time"), "{detail}");

    // Another model steps in.
    let mut second = Upstream::start().await;
    let second_url = format!("http://{}/v1", second.address);
    let fallback = [("OPENAI_BASE_URL", second_url.as_str()), ("RIVULET_FALLBACK", "openai/second")];
    let app = TestApp::with(&[&never[..], &fallback].concat()).await;
    let asked = tokio::spawn(app.request(Method::POST, "/api/chat").json(&question()).send());
    let mut call = second.call().await;
    call.accept().await;
    call.say("from the second").await;
    call.finish().await;
    assert!(asked.await.unwrap().unwrap().text().await.unwrap().contains("from the second"));
}
