//! Compressed streams can be read piece by piece, by clients that want them.

use crate::{
    app::TestApp,
    upstream::{Call, Upstream},
};
use flate2::{Decompress, FlushDecompress};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use std::io::Write;

const ON: (&str, &str) = ("RIVULET_COMPRESS_STREAMS", "on");

/// Decodes what has come so far, without knowing what will.
enum Decoder {
    Gzip(Decompress),
    Zstd(Box<zstd::stream::write::Decoder<'static, Vec<u8>>>),
}

impl Decoder {
    fn new(coding: &str) -> Self {
        match coding {
            "gzip" => Self::Gzip(Decompress::new_gzip(15)),
            _ => Self::Zstd(Box::new(zstd::stream::write::Decoder::new(Vec::new()).unwrap())),
        }
    }

    fn push(&mut self, bytes: &[u8]) -> String {
        let out = match self {
            Self::Gzip(decompress) => {
                let mut out = Vec::with_capacity(1 << 20);
                decompress.decompress_vec(bytes, &mut out, FlushDecompress::Sync).unwrap();
                out
            }
            Self::Zstd(decoder) => {
                decoder.write_all(bytes).unwrap();
                decoder.flush().unwrap();
                std::mem::take(decoder.get_mut())
            }
        };
        String::from_utf8(out).unwrap()
    }
}

fn chat(app: &TestApp, accept: &str) -> RequestBuilder {
    let body = json!({"messages": [{"role": "user", "content": "hi"}]});
    app.request(Method::POST, "/api/chat").header("accept-encoding", accept).json(&body)
}

/// Asks, with a first word of the answer said.
async fn ask(app: &TestApp, upstream: &mut Upstream, accept: &str) -> (Response, Call) {
    let asked = tokio::spawn(chat(app, accept).send());
    let mut call = upstream.call().await;
    call.accept().await;
    call.say("one ").await;
    (asked.await.unwrap().unwrap(), call)
}

fn header(response: &Response, name: &str) -> Option<String> {
    response.headers().get(name).map(|value| value.to_str().unwrap().to_owned())
}

#[tokio::test]
async fn each_event_can_be_read_before_the_next_is_there() {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[ON]).await;
    for coding in ["gzip", "zstd"] {
        let (mut response, mut call) = ask(&app, &mut upstream, coding).await;
        assert_eq!(header(&response, "content-encoding").as_deref(), Some(coding));
        assert_eq!(header(&response, "vary").as_deref(), Some("accept-encoding"));
        let (mut decoder, mut text) = (Decoder::new(coding), String::new());
        let mut said = vec!["one ".to_owned()];
        for n in 0..20 {
            // Nothing more has been said when this must be there.
            let wanted: String = said.iter().map(|word| format!("data: {}\n\n", json!({ "content": word }))).collect();
            while text != wanted {
                assert!(wanted.starts_with(&text), "{text}");
                text.push_str(&decoder.push(&response.chunk().await.unwrap().expect("ended")));
            }
            said.push(format!("w{n} ").repeat(n * n + 1));
            call.say(said.last().unwrap()).await;
        }
        call.finish().await;
        while let Some(bytes) = response.chunk().await.unwrap() {
            text.push_str(&decoder.push(&bytes));
        }
        assert!(text.ends_with("data: [DONE]\n\n"), "{text}");
        assert_eq!(text.matches("data: ").count(), said.len() + 1);
    }
}

#[tokio::test]
async fn who_does_not_accept_it_gets_the_plain_stream() {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[ON]).await;
    for accept in ["br", "identity", "gzip;q=0", "deflate, *;q=0", ""] {
        let (mut response, _call) = ask(&app, &mut upstream, accept).await;
        assert_eq!(header(&response, "content-encoding"), None, "{accept:?}");
        assert_eq!(header(&response, "vary").as_deref(), Some("accept-encoding"), "{accept:?}");
        assert_eq!(response.chunk().await.unwrap().unwrap(), "data: {\"content\":\"one \"}\n\n");
    }
}

#[tokio::test]
async fn nothing_is_compressed_unless_it_was_switched_on_and_is_not_padded() {
    let variables: [&[(&str, &str)]; 2] = [&[], &[ON, ("RIVULET_PADDING", "on")]];
    for variables in variables {
        let mut upstream = Upstream::start().await;
        let app = TestApp::before(&upstream, variables).await;
        let (mut response, _call) = ask(&app, &mut upstream, "gzip, zstd").await;
        assert_eq!((header(&response, "content-encoding"), header(&response, "vary")), (None, None));
        assert!(response.chunk().await.unwrap().unwrap().starts_with(b"data: {\"content\":\"one \"}\n\n"));
    }
    // A word has nothing to repeat.
    let app = TestApp::with(&[ON]).await;
    let request = app.request(Method::POST, "/api/streaming-chat").header("accept-encoding", "gzip");
    let response = request.json(&json!({"message": "/fast hello"})).send().await.unwrap();
    assert_eq!(header(&response, "content-encoding"), None);
    assert!(response.text().await.unwrap().contains("hello"));
}

#[tokio::test]
async fn other_streams_heads_and_refusals() {
    let app = TestApp::with(&[ON, ("RIVULET_HEARTBEAT", "50ms")]).await;
    let id = app.conversation().await;
    let request = app.request(Method::POST, &format!("/api/conversations/{id}/messages"));
    let request = request.header("accept-encoding", "gzip").json(&json!({"content": "/hang", "detached": true}));
    let names: Value = request.send().await.unwrap().json().await.unwrap();
    let generation = format!("/api/generations/{}/events", names["generation_id"].as_str().unwrap());
    for path in ["/api/events", &generation] {
        let request = |method| app.request(method, path).header("accept-encoding", "gzip").send();
        let mut response = request(Method::GET).await.unwrap();
        assert_eq!(header(&response, "content-encoding").as_deref(), Some("gzip"));
        let (mut decoder, mut text) = (Decoder::new("gzip"), String::new());
        while text.matches(": heartbeat\n\n").count() < 2 {
            text.push_str(&decoder.push(&response.chunk().await.unwrap().unwrap()));
        }
        assert!(text.contains(names["generation_id"].as_str().unwrap()), "{text}");
        let head = request(Method::HEAD).await.unwrap();
        assert_eq!(header(&head, "content-encoding").as_deref(), Some("gzip"));
        assert_eq!(header(&head, "vary").as_deref(), Some("accept-encoding"));
        assert_eq!(head.bytes().await.unwrap().len(), 0);
    }
    // A problem is a short document, and a plain one.
    let refused = app.request(Method::GET, &format!("{generation}?after=x")).header("accept-encoding", "gzip");
    let refused = refused.send().await.unwrap();
    assert_eq!((refused.status().as_u16(), header(&refused, "content-encoding")), (400, None));
}
