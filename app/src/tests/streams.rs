//! Reading streams and giving them up.

use super::fake_server::{FakeServer, Reply};
use crate::browser::{
    http::{self, EventStream, FetchError},
    time::{sleep, within},
};
use futures::StreamExt;
use protocol::event::StreamEvent;
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

fn chunk(text: &str) -> StreamEvent {
    StreamEvent::Chunk { content: text.into() }
}

#[wasm_bindgen_test]
async fn a_stream_is_read_wherever_its_characters_are_cut() {
    let text = ": hello\n\nid: 1\ndata: {\"type\":\"chunk\",\"content\":\"äö😀\"}\n\nid: 2\r\ndata: {\"type\":\"chunk\",\"content\":\"b\"}\r\n\r\n";
    for size in [1, 2, 3, 5, 1000] {
        let pieces: Vec<Vec<u8>> = text.as_bytes().chunks(size).map(<[u8]>::to_vec).collect();
        let pieces = futures::stream::iter(pieces)
            .map(|piece| Ok::<JsValue, JsValue>(js_sys::Uint8Array::from(piece.as_slice()).into()));
        let body = wasm_streams::ReadableStream::from_stream(pieces).into_raw();
        let mut stream = EventStream::from_stream(body.unchecked_into()).ok().unwrap();
        let mut events = Vec::new();
        while stream.read(&mut events).await.unwrap() {}
        assert_eq!(events, [(1, chunk("äö😀")), (2, chunk("b"))], "in pieces of {size}");
    }
}

#[wasm_bindgen_test]
async fn dropping_a_request_aborts_it_before_the_headers_have_come() {
    let server = FakeServer::new([Reply::Silence]);
    let asked = within(Duration::from_millis(50), http::get_events("/silent", 0)).await;
    assert!(asked.is_none());
    sleep(Duration::from_millis(20)).await;
    assert_eq!(server.aborted(), 1);
}

#[wasm_bindgen_test]
async fn dropping_a_stream_aborts_it_in_the_middle() {
    let piece = b"id: 1\ndata: {\"type\":\"chunk\",\"content\":\"a\"}\n\n".to_vec();
    let server = FakeServer::new([Reply::Stream { pieces: vec![piece], ends: false }]);
    let mut stream = http::get_events("/stream", 0).await.ok().unwrap();
    let mut events = Vec::new();
    assert!(stream.read(&mut events).await.unwrap());
    assert_eq!(events, [(1, chunk("a"))]);
    assert_eq!(server.aborted(), 0);
    drop(stream);
    sleep(Duration::from_millis(20)).await;
    assert_eq!(server.aborted(), 1);
}

#[wasm_bindgen_test]
async fn a_problem_document_is_read_and_anything_else_is_put_into_words() {
    let problem =
        r#"{"type":"about:blank","title":"Not Found","status":404,"detail":"No such thing.","code":"not_found"}"#;
    let _server = FakeServer::new([Reply::Json(404, problem.into()), Reply::Json(502, "<html>".into())]);
    let Err(FetchError::Refused(refusal)) = http::get::<()>("/a").await else { panic!() };
    assert_eq!((refusal.status, refusal.retry_after), (404, None));
    assert_eq!((refusal.error.message.as_str(), refusal.error.retryable), ("No such thing.", false));
    let Err(FetchError::Refused(refusal)) = http::get::<()>("/b").await else { panic!() };
    assert!(refusal.status == 502 && refusal.error.message.contains("502") && refusal.error.retryable);
}
