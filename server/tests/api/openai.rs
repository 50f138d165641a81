//! `/v1` as OpenAI's clients use it.

use crate::app::{Events, TestApp, problem};
use serde_json::{Value, json};

fn body(content: &str) -> Value {
    json!({"model": "demo/rivulet", "messages": [{"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": content}]}]})
}

#[tokio::test]
async fn a_completion_has_all_that_clients_read() {
    let app = TestApp::start().await;
    let answer: Value = app.post("/v1/chat/completions", body("/fast hello")).await.json().await.unwrap();
    assert!(answer["id"].as_str().unwrap().starts_with("chatcmpl-"));
    assert_eq!(answer["object"], "chat.completion");
    assert!(answer["created"].as_u64().unwrap() > 1_700_000_000);
    assert_eq!(answer["model"], "demo/rivulet");
    assert_eq!(answer["choices"][0]["finish_reason"], "stop");
    assert_eq!(answer["choices"][0]["message"]["role"], "assistant");
    let usage = &answer["usage"];
    let sum = usage["prompt_tokens"].as_u64().unwrap() + usage["completion_tokens"].as_u64().unwrap();
    assert_eq!(usage["total_tokens"].as_u64().unwrap(), sum);
}

#[tokio::test]
async fn a_stream_is_chunks_then_done() {
    let app = TestApp::start().await;
    let mut request = body("/fast /reasoning hello");
    request["stream"] = json!(true);
    request["stream_options"] = json!({"include_usage": true});
    let mut frames = Events::new(app.post("/v1/chat/completions", request).await).all().await;
    assert_eq!(frames.pop().unwrap().data, "[DONE]");
    let usage = frames.pop().unwrap().json();
    assert_eq!(usage["choices"], json!([]));
    assert!(usage["usage"]["completion_tokens"].as_u64().unwrap() > 0);
    let first = frames[0].json();
    assert_eq!(first["choices"][0]["delta"]["role"], "assistant");
    assert_eq!(frames.last().unwrap().json()["choices"][0]["finish_reason"], "stop");
    let (mut text, mut reasoning) = (String::new(), String::new());
    for frame in &frames {
        let chunk = frame.json();
        assert_eq!((&chunk["id"], &chunk["object"]), (&first["id"], &json!("chat.completion.chunk")));
        let delta = &chunk["choices"][0]["delta"];
        text.push_str(delta["content"].as_str().unwrap_or_default());
        reasoning.push_str(delta["reasoning_content"].as_str().unwrap_or_default());
    }
    assert!(text.len() > 50 && reasoning.len() > 10, "{text:?} {reasoning:?}");
}

#[tokio::test]
async fn an_error_in_the_stream_is_what_clients_throw() {
    let app = TestApp::start().await;
    let mut request = body("/fast /error overloaded after 5");
    request["stream"] = json!(true);
    let frames = Events::new(app.post("/v1/chat/completions", request).await).all().await;
    let error = frames[frames.len() - 2].json();
    assert_eq!(error["error"]["code"], "upstream_overloaded");
    assert!(error["error"]["message"].is_string());
}

#[tokio::test]
async fn problems_carry_the_error_that_clients_read() {
    let app = TestApp::start().await;
    let response = app
        .post("/v1/chat/completions", json!({"model": "nobody/none", "messages": [{"role": "user", "content": "x"}]}))
        .await;
    assert_eq!(response.status(), 404);
    let document: Value = response.json().await.unwrap();
    assert_eq!(document["error"]["type"], "invalid_request_error");
    assert_eq!(document["error"]["message"], document["detail"]);
    assert!(document["detail"].as_str().unwrap().contains("nobody/none"));
    for (field, value) in [("n", json!(2)), ("tools", json!([{"type": "function"}])), ("stop", json!(["x"]))] {
        let mut request = body("x");
        request[field] = value;
        let detail = problem(app.post("/v1/chat/completions", request).await, 400, "invalid_request").await;
        assert!(detail.starts_with(&format!("`{field}`")), "{detail}");
    }
}

#[tokio::test]
async fn models_are_listed_and_found() {
    let app = TestApp::start().await;
    let list: Value = app.get("/v1/models").await.json().await.unwrap();
    assert_eq!(list["object"], "list");
    assert_eq!(list["data"][0]["id"], "demo/rivulet");
    for path in ["/v1/models/demo/rivulet", "/v1/models/demo%2Frivulet"] {
        let model: Value = app.get(path).await.json().await.unwrap();
        assert_eq!((&model["id"], &model["owned_by"]), (&json!("demo/rivulet"), &json!("demo")));
    }
    problem(app.get("/v1/models/nobody/none").await, 404, "model_not_found").await;
}
