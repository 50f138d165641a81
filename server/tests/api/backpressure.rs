//! A reader that hardly reads, and a provider that never stops, cost a bounded amount and slow nobody.

use crate::{
    app::{Events, TestApp, text},
    upstream::Upstream,
};
use futures::future::join_all;
use reqwest::Response;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    task::JoinHandle,
    time::{sleep, timeout},
};

const PATIENCE: Duration = Duration::from_secs(60);

/// Reads one byte a second from the smallest socket there is, until it is aborted.
struct SlowReader(JoinHandle<()>);

impl SlowReader {
    async fn start(app: &TestApp, method: &str, path: &str, body: &str) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(1).unwrap();
        let mut socket = socket.connect(app.address).await.unwrap();
        let head = format!("{method} {path} HTTP/1.1\r\nhost: x\r\ncookie: {}\r\n", app.cookie());
        let request = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
        socket.write_all(request.as_bytes()).await.unwrap();
        socket.read_exact(&mut [0; 12]).await.unwrap();
        Self(tokio::spawn(read_slowly(socket)))
    }

    /// Whether it is still being served.
    fn is_held(&self) -> bool {
        !self.0.is_finished()
    }
}

async fn read_slowly(mut socket: TcpStream) {
    while socket.read(&mut [0]).await.is_ok_and(|read| read > 0) {
        sleep(Duration::from_secs(1)).await;
    }
}

impl Drop for SlowReader {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Asks without reading, and returns the path of the events.
async fn ask(app: &TestApp) -> String {
    let path = format!("/api/conversations/{}/messages", app.conversation().await);
    let names: Value = app.post(&path, json!({"content": "hi", "detached": true})).await.json().await.unwrap();
    format!("/api/generations/{}/events", names["generation_id"].as_str().unwrap())
}

/// What the process holds in memory, in bytes; known on Linux only.
fn resident() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    Some(line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024)
}

/// Reads to the end, and counts the bytes.
async fn count(mut response: Response) -> usize {
    let (mut bytes, mut last) = (0, Vec::new());
    while let Some(piece) = response.chunk().await.unwrap() {
        bytes += piece.len();
        last = piece.to_vec();
    }
    assert!(last.ends_with(b"}\n\n"), "it ended in the middle");
    bytes
}

const PIECE: usize = 20_000;
const PIECES: usize = 200;

/// Two thirds of them read one answer, the others the stream of all answers.
const SLOW_READERS: usize = 200;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_that_hardly_read_slow_nobody_and_cost_little() {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[]).await;
    let events = ask(&app).await;
    let mut call = upstream.call().await;
    call.accept().await;
    let paths = (0..SLOW_READERS).map(|n| if n % 3 == 0 { "/api/events" } else { &events });
    let slow = join_all(paths.map(|path| SlowReader::start(&app, "GET", path, ""))).await;
    let before = resident();
    let mut quick = vec![];
    for _ in 0..5 {
        quick.push(tokio::spawn(count(app.get(&events).await)));
    }
    let piece = "x".repeat(PIECE);
    for _ in 0..PIECES {
        call.say(&piece).await;
    }
    call.finish().await;
    for reader in quick {
        let bytes = timeout(PATIENCE, reader).await.expect("held up").unwrap();
        assert!(bytes > PIECES * PIECE, "{bytes} bytes came");
    }
    let cost = before.map_or(0, |before| resident().unwrap().saturating_sub(before));
    // The answer once as text and once as frames, and a buffer for each slow reader. A copy of the answer for each of them
    // would be 760 MiB, and a buffer of hyper's own size 80 MiB.
    let limit = 4 * PIECES * PIECE + SLOW_READERS * 256 * 1024;
    assert!(cost < limit, "{} MiB, where {} would be enough", cost >> 20, limit >> 20);
    assert!(slow.iter().all(SlowReader::is_held), "a slow reader was let go");
}

#[tokio::test]
async fn an_answer_that_is_read_slowly_is_not_asked_for_slowly() {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[]).await;
    app.get("/api/conversations").await;
    let body = json!({"messages": [{"role": "user", "content": "hi"}]}).to_string();
    let slow = tokio::spawn(async move {
        let reader = SlowReader::start(&app, "POST", "/api/chat", &body).await;
        (app, reader)
    });
    let mut call = upstream.call().await;
    call.accept().await;
    let piece = "x".repeat(PIECE);
    // More than every buffer between the provider and the reader holds.
    for _ in 0..400 {
        timeout(PATIENCE, call.say(&piece)).await.expect("the provider was held up by the reader");
    }
    let (_app, reader) = slow.await.unwrap();
    assert!(reader.is_held());
    // Leaving is the stop on this route, however much there is still to be read.
    drop(reader);
    call.assert_closed().await;
}

#[tokio::test]
async fn pieces_that_come_together_are_written_together() {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[]).await;
    let asked = async { app.post("/api/chat", json!({"messages": [{"role": "user", "content": "hi"}]})).await };
    let pieces: Vec<String> = (0..1000).map(|number| format!(" {number}")).collect();
    let (mut response, mut call) = tokio::join!(asked, async {
        let mut call = upstream.call().await;
        call.accept().await;
        call.say_together(&pieces).await;
        call
    });
    let (mut read, mut writes) = (String::new(), 0);
    let said = |read: &str| read.matches("\n\n").count();
    while said(&read) < pieces.len() {
        // Nothing more is said until all of it is there: what is held back for company would never come.
        let chunk = timeout(PATIENCE, response.chunk()).await.expect("a piece is held back").unwrap().unwrap();
        read.push_str(std::str::from_utf8(&chunk).unwrap());
        writes += 1;
    }
    assert!(writes < pieces.len() / 10, "{writes} writes for {} pieces", pieces.len());
    call.say("the end").await;
    call.finish().await;
    read.push_str(&response.text().await.unwrap());
    let contents = read.lines().filter_map(|line| line.strip_prefix("data: ")).filter(|data| *data != "[DONE]");
    let text: String = contents
        .map(|data| serde_json::from_str::<Value>(data).unwrap()["content"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(text, pieces.concat() + "the end");
}

const LIMIT: usize = 1 << 20;

#[tokio::test]
async fn a_provider_that_never_stops_is_stopped_at_the_limit_whoever_reads() {
    let (limit, piece) = (LIMIT.to_string(), "x".repeat(1000));
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[("RIVULET_MAX_ANSWER_BYTES", &limit)]).await;
    for reader in ["nobody", "slow", "quick"] {
        let events = ask(&app).await;
        let mut call = upstream.call().await;
        call.accept().await;
        let _slow = match reader {
            "slow" => Some(SlowReader::start(&app, "GET", &events, "").await),
            _ => None,
        };
        let quick = (reader == "quick").then(|| app.get(&events));
        let (said, _) = tokio::join!(call.flood(&piece, 64 * LIMIT), async {
            if let Some(quick) = quick {
                count(quick.await).await;
            }
        });
        // What was said and not read stands in the buffers of two sockets.
        assert!((LIMIT..24 * LIMIT).contains(&said), "{reader}: {said} bytes were taken");
        let frames = Events::new(app.get(&events).await).all().await;
        let last = frames.last().unwrap().json();
        assert_eq!(last["code"], "limit_reached", "{reader}");
        assert!((LIMIT - 1000..=LIMIT).contains(&text(&frames).len()), "{reader}: {}", text(&frames).len());
    }
}
