//! What a connection may take: time for its head and its body, time without reading, a place among the others.

use crate::{
    app::{Events, TestApp},
    upstream::Upstream,
};
use serde_json::{Value, json};
use std::{net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

const PATIENCE: Duration = Duration::from_secs(10);

/// All that comes until the other side closes.
async fn read_to_end(socket: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset is an end, too.
    let _ = timeout(PATIENCE, socket.read_to_end(&mut bytes)).await.expect("the connection stayed open");
    String::from_utf8(bytes).unwrap()
}

async fn connect(address: SocketAddr, request: &str) -> TcpStream {
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(request.as_bytes()).await.unwrap();
    socket
}

/// The head of a response, and its problem document.
fn problem(response: &str) -> (&str, Value) {
    let (head, body) = response.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no head: {response:?}"));
    (head, serde_json::from_str(body).unwrap_or_else(|_| panic!("no document: {response:?}")))
}

#[tokio::test]
async fn a_head_that_does_not_come_closes_the_connection() {
    let app = TestApp::with(&[("RIVULET_HEADER_TIMEOUT", "300ms")]).await;
    for begun in ["", "GET /healthz HTTP/1.1\r\nhost: x\r\n"] {
        let mut socket = connect(app.address, begun).await;
        assert!(!read_to_end(&mut socket).await.contains("200 OK"), "{begun:?}");
    }
    // Nor does one that drips.
    let mut socket = connect(app.address, "GET /healthz HTTP/1.1\r\nhost: x\r\n").await;
    let dripped = async {
        while socket.write_all(b"x-a: b\r\n").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await
        }
    };
    timeout(PATIENCE, dripped).await.expect("the connection stayed open");
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let app = TestApp::start().await;
    let head =
        |size| format!("GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-long: {}\r\n\r\n", "x".repeat(size));
    assert!(read_to_end(&mut connect(app.address, &head(30_000)).await).await.starts_with("HTTP/1.1 200"));
    let mut socket = TcpStream::connect(app.address).await.unwrap();
    // It may be refused, and the socket reset, before all of it is written.
    let _ = socket.write_all(head(300_000).as_bytes()).await;
    assert!(!read_to_end(&mut socket).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_connection_that_is_kept_alive_for_nothing_is_closed() {
    let app = TestApp::with(&[("RIVULET_HEADER_TIMEOUT", "300ms")]).await;
    let mut socket = connect(app.address, "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let all = read_to_end(&mut socket).await;
    assert!(all.starts_with("HTTP/1.1 200 OK") && all.ends_with("ok\n"), "{all}");
}

#[tokio::test]
async fn a_stream_outlives_the_time_limits_of_requests() {
    let mut upstream = Upstream::start().await;
    let limits =
        [("RIVULET_HEADER_TIMEOUT", "100ms"), ("RIVULET_BODY_TIMEOUT", "100ms"), ("RIVULET_WRITE_TIMEOUT", "100ms")];
    let app = TestApp::before(&upstream, &limits).await;
    let id = app.conversation().await;
    let mut events = Events::new(app.send(&id, "hi").await);
    let mut call = upstream.call().await;
    call.accept().await;
    for word in ["one ", "two ", "three "] {
        tokio::time::sleep(Duration::from_millis(250)).await;
        call.say(word).await;
        events.until_text(word).await;
    }
    call.finish().await;
    assert_eq!(events.all().await.pop().unwrap().kind(), "complete");
}

#[tokio::test]
async fn a_body_that_trickles_is_a_408() {
    let app = TestApp::with(&[("RIVULET_BODY_TIMEOUT", "300ms")]).await;
    let conversation = format!("/api/conversations/{}/messages", app.conversation().await);
    for path in ["/api/chat", "/v1/chat/completions", "/api/conversations", &conversation] {
        let head =
            format!("POST {path} HTTP/1.1\r\nhost: x\r\ncookie: {}\r\ncontent-length: 1000\r\n\r\n{{", app.cookie());
        let socket = connect(app.address, &head).await;
        let (mut read, mut write) = socket.into_split();
        let trickle = tokio::spawn(async move {
            while write.write_all(b" ").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
        let mut bytes = Vec::new();
        let _ = timeout(PATIENCE, read.read_to_end(&mut bytes)).await.expect("the connection stayed open");
        let response = String::from_utf8(bytes).unwrap();
        let (head, document) = problem(&response);
        assert!(head.starts_with("HTTP/1.1 408 Request Timeout"), "{path}: {head}");
        assert!(head.contains("connection: close"), "{path}: {head}");
        assert_eq!(document["code"], "request_timeout");
        assert!(document["detail"].as_str().unwrap().contains("300ms"), "{document}");
        trickle.abort();
    }
}

#[tokio::test]
async fn a_reader_that_takes_nothing_is_let_go_and_the_provider_with_it() {
    let mut upstream = Upstream::start().await;
    let limits =
        [("RIVULET_WRITE_TIMEOUT", "1s"), ("RIVULET_MAX_ANSWER_BYTES", "1GiB"), ("RIVULET_MAX_CHUNKS", "1000000")];
    let app = TestApp::before(&upstream, &limits).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(1).unwrap();
    let mut stalled = socket.connect(app.address).await.unwrap();
    let body = json!({"messages": [{"role": "user", "content": "hi"}]}).to_string();
    let request = format!("POST /api/chat HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    stalled.write_all(request.as_bytes()).await.unwrap();
    let mut call = upstream.call().await;
    call.accept().await;
    // More than the buffers of the system hold, on the way to a reader that does not read.
    call.say_as_long_as_heard(&"x".repeat(20_000), 800).await;
    call.assert_closed().await;
    drop(stalled);
}

#[tokio::test]
async fn connections_beyond_the_most_are_told_so() {
    let app = TestApp::with(&[("RIVULET_MAX_CONNECTIONS", "2")]).await;
    let request = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut socket = connect(app.address, request).await;
        socket.read_exact(&mut [0; 15]).await.unwrap();
        open.push(socket);
    }
    let response = read_to_end(&mut connect(app.address, request).await).await;
    let (head, document) = problem(&response);
    assert!(head.starts_with("HTTP/1.1 503 Service Unavailable"), "{head}");
    assert!(head.contains("retry-after: ") && head.contains("connection: close"), "{head}");
    assert_eq!((&document["code"], &document["status"]), (&json!("overloaded"), &json!(503)));
    // One that says nothing is closed, and one that goes makes room.
    assert_eq!(read_to_end(&mut connect(app.address, "").await).await, "");
    open.pop();
    let again = async {
        loop {
            let mut socket = connect(app.address, request).await;
            let mut status = [0; 15];
            socket.read_exact(&mut status).await.unwrap();
            if &status == b"HTTP/1.1 200 OK" {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, again).await.expect("no room was made");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn connections_are_probed_for_peers_that_have_vanished() {
    let app = TestApp::start().await;
    let mut socket = connect(app.address, "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await;
    socket.read_exact(&mut [0; 15]).await.unwrap();
    let end = |address: SocketAddr| format!(":{:04X}", address.port());
    let (server, client) = (end(app.address), end(socket.local_addr().unwrap()));
    let probed = async {
        // The columns: number, local, remote, state, queues, the timer that runs. 02 is the one for probes.
        while !std::fs::read_to_string("/proc/net/tcp").unwrap().lines().any(|line| {
            let columns: Vec<_> = line.split_whitespace().collect();
            columns[1].ends_with(&server) && columns[2].ends_with(&client) && columns[5].starts_with("02:")
        }) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, probed).await.expect("no timer for probes runs");
}
