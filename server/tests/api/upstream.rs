//! A provider whose every word the test decides: OpenAI's chat completions over a raw socket.

use crate::app::{Events, TestApp};
use serde_json::{Value, json};
use std::{net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::timeout,
};

const PATIENCE: Duration = Duration::from_secs(10);

/// The provider.
pub struct Upstream {
    pub address: SocketAddr,
    calls: mpsc::UnboundedReceiver<Call>,
}

/// One request for an answer; the test is the model.
pub struct Call {
    socket: TcpStream,
    pub request: Value,
}

impl Upstream {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (calls, received) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let calls = calls.clone();
                tokio::spawn(async move {
                    if let Some(call) = Call::receive(socket).await {
                        let _ = calls.send(call);
                    }
                });
            }
        });
        Self { address, calls: received }
    }

    /// The variables that make a server use this provider as `compatible/live`.
    pub fn variables(&self) -> [(&'static str, String); 2] {
        [
            ("OPENAI_COMPATIBLE_BASE_URL", format!("http://{}/v1", self.address)),
            ("RIVULET_MODEL", "compatible/live".into()),
        ]
    }

    /// The next request for an answer.
    pub async fn call(&mut self) -> Call {
        timeout(PATIENCE, self.calls.recv()).await.expect("the provider was not asked").unwrap()
    }

    /// Asks in a new conversation, and begins to answer with these words.
    pub async fn begin(&mut self, app: &TestApp, words: &str) -> (String, Events, Call) {
        let id = app.conversation().await;
        let mut events = Events::new(app.send(&id, "hi").await);
        let mut call = self.call().await;
        call.accept().await;
        call.say(words).await;
        events.until_text(words).await;
        (id, events, call)
    }

    /// Asserts that nothing more is asked for a little while.
    pub async fn assert_not_called(&mut self) {
        assert!(timeout(Duration::from_millis(100), self.calls.recv()).await.is_err(), "the provider was asked again");
    }
}

impl Call {
    /// Reads a request. Lists of models are answered here; they are nobody's concern.
    async fn receive(mut socket: TcpStream) -> Option<Self> {
        let mut bytes = Vec::new();
        let head = loop {
            if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            (socket.read_buf(&mut bytes).await.ok()? > 0).then_some(())?;
        };
        let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
        if text.starts_with("get ") {
            let list = json!({"object": "list", "data": [{"id": "live", "object": "model"}]}).to_string();
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{list}",
                list.len()
            );
            let _ = socket.write_all(answer.as_bytes()).await;
            return None;
        }
        let length: usize =
            text.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().trim().parse().unwrap();
        while bytes.len() < head + length {
            (socket.read_buf(&mut bytes).await.ok()? > 0).then_some(())?;
        }
        Some(Self { socket, request: serde_json::from_slice(&bytes[head..]).unwrap() })
    }

    async fn write(&mut self, bytes: &str) {
        self.socket.write_all(bytes.as_bytes()).await.unwrap();
    }

    async fn chunk(&mut self, data: &str) {
        let frame = format!("data: {data}\n\n");
        self.write(&format!("{:x}\r\n{frame}\r\n", frame.len())).await;
    }

    /// Says a piece of the answer; `false` if nobody is there any more.
    pub async fn try_say(&mut self, text: &str) -> bool {
        let frame = format!("data: {}\n\n", json!({"choices": [{"index": 0, "delta": {"content": text}}]}));
        self.socket.write_all(format!("{:x}\r\n{frame}\r\n", frame.len()).as_bytes()).await.is_ok()
    }

    /// Accepts: sends the head of the response.
    pub async fn accept(&mut self) {
        self.write("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n").await;
    }

    /// Refuses: too many requests, to be tried again after so many seconds.
    pub async fn refuse_for(mut self, seconds: u32) {
        self.write(&format!(
            "HTTP/1.1 429 Too Many Requests\r\nconnection: close\r\nretry-after: {seconds}\r\ncontent-length: 0\r\n\r\n"
        ))
        .await;
    }

    /// Refuses with this status, further headers (each with its line end) and JSON.
    pub async fn refuse(mut self, status: u16, headers: &str, body: Value) {
        let body = body.to_string();
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status} Refused\r\nconnection: close\r\n{headers}content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
        );
        self.write(&(head + &body)).await;
    }

    /// Answers in one piece.
    pub async fn answer_whole(mut self, text: &str) {
        let body = json!({"choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}]});
        let body = body.to_string();
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
        self.write(&(head + &body)).await;
    }

    /// Says a piece of the answer.
    pub async fn say(&mut self, text: &str) {
        self.chunk(&json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]}).to_string())
            .await;
    }

    /// Says these pieces with one write, each as a chunk of its own.
    pub async fn say_together(&mut self, pieces: &[String]) {
        let chunk = |text: &String| {
            let data = json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]});
            let frame = format!("data: {data}\n\n");
            format!("{:x}\r\n{frame}\r\n", frame.len())
        };
        self.write(&pieces.iter().map(chunk).collect::<String>()).await;
    }

    /// Says something again and again, as long as the server listens.
    pub async fn say_as_long_as_heard(&mut self, text: &str, times: usize) {
        let event = json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]});
        let frame = format!("data: {event}\n\n");
        let chunk = format!("{:x}\r\n{frame}\r\n", frame.len());
        for _ in 0..times {
            if self.socket.write_all(chunk.as_bytes()).await.is_err() {
                return;
            }
        }
    }

    /// Says this piece again and again, as fast as it is taken, until the server closes its side or this many bytes of
    /// text were taken; how many were.
    pub async fn flood(mut self, piece: &str, most: usize) -> usize {
        let data = json!({"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": null}]});
        let frame = format!("data: {data}\n\n");
        let chunk = format!("{:x}\r\n{frame}\r\n", frame.len());
        let mut said = 0;
        while said < most {
            let write = timeout(PATIENCE, self.socket.write_all(chunk.as_bytes()));
            match write.await.expect("the server neither takes more nor goes away") {
                Ok(()) => said += piece.len(),
                Err(_) => break,
            }
        }
        said
    }

    /// Ends the answer as it should.
    pub async fn finish(mut self) {
        self.chunk(&json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}).to_string()).await;
        self.chunk("[DONE]").await;
        self.write("0\r\n\r\n").await;
    }

    /// Breaks the connection in the middle.
    pub fn cut(self) {
        drop(self.socket);
    }

    /// Asserts that the server closes its side.
    pub async fn assert_closed(&mut self) {
        assert_eq!(self.read_end(PATIENCE).await, Some(()), "the provider's socket stayed open");
    }

    /// Asserts that the server does not close its side for a little while.
    pub async fn assert_open(&mut self) {
        assert_eq!(self.read_end(Duration::from_millis(200)).await, None, "the provider's socket was closed");
    }

    async fn read_end(&mut self, patience: Duration) -> Option<()> {
        let mut byte = [0u8];
        match timeout(patience, self.socket.read(&mut byte)).await {
            // An end, or a reset: either way the server has gone.
            Ok(Ok(0) | Err(_)) => Some(()),
            Ok(Ok(_)) => panic!("the server said more than its request"),
            Err(_) => None,
        }
    }
}
