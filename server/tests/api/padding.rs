//! Somebody who watches an encrypted connection learns nothing about the words from the sizes of what passes.

use crate::{
    app::{Events, TestApp, text},
    upstream::Upstream,
};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use std::collections::HashSet;

const TOKENS: [&str; 8] = ["a", " the", "\n\n", "\"", "🦀", "\\", "中文", " internationalisation"];

const EVENT_STREAMS: [&str; 4] =
    ["/api/chat", "/api/chat/stream", "/api/conversation-stream/ada", "/v1/chat/completions"];

fn body(path: &str) -> Value {
    match path {
        "/api/chat" | "/v1/chat/completions" => {
            json!({"messages": [{"role": "user", "content": "hi"}], "stream": true})
        }
        _ => json!({"message": "hi"}),
    }
}

/// Reads until this has come, and then to the end of what was written with it.
async fn read_past(response: &mut Response, wanted: &str, end: &str) -> String {
    let mut text = String::new();
    while text.is_empty() || !text.contains(wanted) || !text.ends_with(end) {
        text.push_str(std::str::from_utf8(&response.chunk().await.unwrap().expect("ended")).unwrap());
    }
    text
}

/// What each token made of the wire on this route, with this header.
async fn pieces(path: &str, padding: &str, header: (&str, &str), padded: bool) -> Vec<String> {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[("RIVULET_PADDING", padding)]).await;
    let request = app.request(Method::POST, path).header(header.0, header.1).json(&body(path));
    let asked = tokio::spawn(request.send());
    let mut call = upstream.call().await;
    call.accept().await;
    call.say("first").await;
    let mut response = asked.await.unwrap().unwrap();
    assert_eq!(response.status(), 200);
    let end = match path {
        _ if !padded => "\n\n",
        "/v1/chat/completions" => ".\"}\n\n",
        _ => ".\n\n",
    };
    read_past(&mut response, "first", end).await;
    let mut pieces = Vec::new();
    // Each is said only when the one before has been read.
    for token in TOKENS {
        call.say(token).await;
        pieces.push(read_past(&mut response, "", end).await);
    }
    pieces
}

#[tokio::test]
async fn every_token_takes_the_same_on_the_wire() {
    for path in EVENT_STREAMS {
        for (padding, header) in [
            ("on", ("x-other", "")),
            ("auto", ("x-forwarded-proto", "https")),
            ("auto", ("forwarded", "for=192.0.2.1;proto=https")),
        ] {
            let pieces = pieces(path, padding, header, true).await;
            let sizes: HashSet<_> = pieces.iter().map(String::len).collect();
            assert_eq!(sizes.len(), 1, "{path}: {pieces:?}");
        }
    }
}

#[tokio::test]
async fn what_is_not_padded_is_as_it_was() {
    for (padding, header) in [("off", ("x-forwarded-proto", "https")), ("auto", ("x-forwarded-proto", "http"))] {
        let wanted: Vec<_> = TOKENS.iter().map(|token| format!("data: {}\n\n", json!({ "content": token }))).collect();
        assert_eq!(pieces("/api/chat", padding, header, false).await, wanted, "{padding}");
        let pieces = pieces("/v1/chat/completions", padding, header, false).await;
        assert!(pieces.iter().all(|piece| !piece.contains("obfuscation")), "{pieces:?}");
    }
}

#[tokio::test]
async fn an_openai_client_can_do_without() {
    let app = TestApp::with(&[("RIVULET_PADDING", "on")]).await;
    for (include, padded) in [(json!(null), true), (json!(true), true), (json!(false), false)] {
        let body = json!({"stream": true, "stream_options": {"include_obfuscation": include},
            "messages": [{"role": "user", "content": "/fast hello"}]});
        let frames = Events::new(app.post("/v1/chat/completions", body).await).all().await;
        let chunk = frames[3].json();
        assert_eq!(chunk["obfuscation"].is_string(), padded, "{chunk}");
    }
}

#[tokio::test]
async fn padding_changes_no_answer() {
    let app = TestApp::with(&[("RIVULET_PADDING", "on")]).await;
    let id = app.conversation().await;
    let frames = Events::new(app.send(&id, "/fast hello").await).all().await;
    let conversation: Value = app.get(&format!("/api/conversations/{id}")).await.json().await.unwrap();
    assert_eq!(text(&frames), conversation["messages"][1]["content"].as_str().unwrap());
    assert!(text(&frames).len() > 20);
    // Plain text has no room for padding.
    let plain = app.post("/api/streaming-chat", json!({"message": "/fast hello"})).await.text().await.unwrap();
    assert_eq!(plain, text(&frames));
}
