//! A silence is filled with comments, so that nothing on the way takes the connection for a dead one.

use crate::{
    app::TestApp,
    upstream::{Call, Upstream},
};
use futures::future::join_all;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// Every stream that has room for a comment.
const ROUTES: [&str; 7] = [
    "/api/chat",
    "/api/chat/stream",
    "/api/conversation-stream/ada",
    "/v1/chat/completions",
    "messages",
    "generation",
    "/api/events",
];

/// A stream on this route whose answer the test makes.
async fn open(app: &TestApp, upstream: &mut Upstream, route: &str) -> (Response, Call) {
    let post = |path: &str, body: Value| app.request(Method::POST, path).json(&body);
    let request: RequestBuilder = match route {
        "/api/chat" | "/v1/chat/completions" => {
            post(route, json!({"messages": [{"role": "user", "content": "hi"}], "stream": true}))
        }
        "messages" | "generation" | "/api/events" => {
            let path = format!("/api/conversations/{}/messages", app.conversation().await);
            let detached = route != "messages";
            let send = post(&path, json!({"content": "hi", "detached": detached}));
            if detached {
                let names: Value = send.send().await.unwrap().json().await.unwrap();
                let events = format!("/api/generations/{}/events", names["generation_id"].as_str().unwrap());
                app.request(Method::GET, if route == "generation" { &events } else { route })
            } else {
                send
            }
        }
        _ => post(route, json!({"message": "hi"})),
    };
    let asked = tokio::spawn(request.send());
    let call = upstream.call().await;
    (asked.await.unwrap().unwrap(), call)
}

async fn read(response: &mut Response) -> String {
    String::from_utf8(response.chunk().await.unwrap().expect("ended").to_vec()).unwrap()
}

#[tokio::test]
async fn every_silent_stream_gets_comments() {
    join_all(ROUTES.map(async |route| {
        let mut upstream = Upstream::start().await;
        let app = TestApp::before(&upstream, &[("RIVULET_HEARTBEAT", "50ms")]).await;
        let (mut response, mut call) = open(&app, &mut upstream, route).await;
        // Before the provider's head, before the first token, and after it.
        for state in ["no head", "no token", "a token"] {
            let mut text = String::new();
            while text.matches(": heartbeat\n\n").count() < 3 {
                text.push_str(&read(&mut response).await);
            }
            match state {
                "no head" => call.accept().await,
                _ => call.say("token").await,
            }
        }
    }))
    .await;
}

#[tokio::test]
async fn plain_text_has_no_room_for_comments() {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[("RIVULET_HEARTBEAT", "20ms")]).await;
    let (mut response, mut call) = open(&app, &mut upstream, "/api/streaming-chat").await;
    assert!(timeout(Duration::from_millis(200), response.chunk()).await.is_err(), "something came in the silence");
    call.accept().await;
    call.say("token").await;
    assert_eq!(read(&mut response).await, "token");
}

const HEARTBEAT: Duration = Duration::from_millis(500);

/// The longest pause between two pieces of a stream, and whether a comment came in it.
async fn flowing(route: &str) -> (Duration, bool) {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[("RIVULET_HEARTBEAT", "500ms")]).await;
    let (mut response, mut call) = open(&app, &mut upstream, route).await;
    call.accept().await;
    let saying = tokio::spawn(async move {
        for n in 0..60 {
            call.say(&format!("w{n} ")).await;
            sleep(HEARTBEAT / 20).await;
        }
        call
    });
    let (mut longest, mut commented) = (Duration::ZERO, false);
    let mut text = read(&mut response).await;
    while !text.contains("w59 ") {
        let before = Instant::now();
        let piece = read(&mut response).await;
        longest = longest.max(before.elapsed());
        commented |= piece.contains(": heartbeat");
        text.push_str(&piece);
    }
    drop(saying);
    (longest, commented)
}

#[tokio::test]
async fn no_stream_gets_comments_while_tokens_flow() {
    join_all(ROUTES.map(async |route| {
        // On a machine that is busy with something else, tokens may not flow.
        for _ in 0..10 {
            let (longest, commented) = flowing(route).await;
            if longest < HEARTBEAT / 2 {
                return assert!(!commented, "{route}");
            }
        }
        panic!("{route}: the tokens never flowed");
    }))
    .await;
}
