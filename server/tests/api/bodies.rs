//! Bodies that arrive take memory: how much of it all may take together, whoever sends them, and however slowly.

use crate::app::{TestApp, problem};
use reqwest::{Method, Response};
use serde_json::json;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Room for one of the bodies below, and not for two.
const ROOM: (&str, &str) = ("RIVULET_MAX_BODIES_BYTES", "250KiB");

fn body(letters: usize) -> String {
    json!({"messages": [{"role": "user", "content": format!("/fast {}", "x".repeat(letters))}]}).to_string()
}

async fn ask(app: &TestApp, letters: usize) -> Response {
    app.request(Method::POST, "/api/chat").body(body(letters)).send().await.unwrap()
}

/// Sends all of a body but its last byte, with its length or in chunks.
async fn arriving(app: &TestApp, body: &str, is_chunked: bool) -> TcpStream {
    let mut socket = TcpStream::connect(app.address).await.unwrap();
    let (length, all_but_one) = (body.len(), &body[..body.len() - 1]);
    let head = match is_chunked {
        true => "transfer-encoding: chunked".to_owned(),
        false => format!("content-length: {length}"),
    };
    let head = format!("POST /api/chat HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n{head}\r\n\r\n", app.address);
    let chunk = if is_chunked { format!("{:x}\r\n", all_but_one.len()) } else { String::new() };
    socket.write_all(format!("{head}{chunk}{all_but_one}").as_bytes()).await.unwrap();
    socket
}

/// Asks until the answer has this status: the server may not have noticed yet that another socket is closed.
async fn until(app: &TestApp, letters: usize, status: u16) -> Response {
    for _ in 0..200 {
        let response = ask(app, letters).await;
        if response.status() == status {
            return response;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("never {status}");
}

/// Fills the room with a body that lacks its last byte, until others are refused; gives its socket, and the refusal of another.
///
/// A body whose length nobody knows can itself be the one that is refused, if another comes in while it does. The server waits for the
/// rest of it all the same before it says so, which is seconds: rather than wait for that, another is sent in its place.
async fn filling(app: &TestApp, body: &str, is_chunked: bool) -> (TcpStream, Response) {
    for _ in 0..40 {
        let socket = arriving(app, body, is_chunked).await;
        for _ in 0..10 {
            // The second time it is this body that is in the way, and not one that was refused together with the first.
            let (first, second) = (ask(app, 100_000).await, ask(app, 100_000).await);
            if first.status() == 503 && second.status() == 503 {
                return (socket, second);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    panic!("nobody is refused");
}

#[tokio::test]
async fn large_bodies_are_refused_while_others_fill_the_memory_and_small_ones_never() {
    for is_chunked in [false, true] {
        let app = TestApp::with(&[ROOM]).await;
        let large = body(200_000);
        let (mut first, refused) = filling(&app, &large, is_chunked).await;
        assert!(refused.headers().contains_key("retry-after"));
        let detail = problem(refused, 503, "overloaded").await;
        assert!(detail.contains("other large requests"), "{detail}");
        assert_eq!(ask(&app, 1000).await.status(), 200, "what is small is always taken");

        // What was there first is taken to its end, and its room is free again then.
        let rest: &[u8] = if is_chunked { b"\r\n1\r\n}\r\n0\r\n\r\n" } else { b"}" };
        first.write_all(rest).await.unwrap();
        let mut answer = String::new();
        first.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        until(&app, 100_000, 200).await;

        // One who leaves in the middle gives it back too.
        drop(filling(&app, &large, is_chunked).await);
        until(&app, 100_000, 200).await;
    }
}

#[tokio::test]
async fn a_body_that_is_alone_may_be_larger_than_the_room() {
    let app = TestApp::with(&[("RIVULET_MAX_BODIES_BYTES", "70KiB")]).await;
    assert_eq!(ask(&app, 200_000).await.status(), 200);
}
