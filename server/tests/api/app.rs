//! The server under test, on a port of its own, and the client that talks to it.

use crate::upstream::Upstream;
use reqwest::{
    Client, Method, RequestBuilder, Response,
    cookie::{CookieStore, Jar},
};
use serde_json::{Value, json};
use server::{config::Settings, startup::Server};
use std::{collections::HashMap, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The routes that answer one request and remember no generation: the client's leaving is the cancel.
pub const STATELESS: [&str; 6] = [
    "/api/chat",
    "/api/streaming-chat",
    "/api/chat/stream",
    "/api/conversation-stream/test",
    "/api/conversation/test",
    "/v1/chat/completions",
];

/// A server with its own settings. It is stopped when dropped.
pub struct TestApp {
    pub address: SocketAddr,
    pub client: Client,
    cookies: Arc<Jar>,
    stop: CancellationToken,
    served: Option<JoinHandle<()>>,
}

impl TestApp {
    /// A server with the demo model only.
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// A server whose default model is this provider's, with further variables set.
    pub async fn before(upstream: &Upstream, variables: &[(&str, &str)]) -> Self {
        let own = upstream.variables();
        let own = own.iter().map(|(name, value)| (*name, value.as_str()));
        Self::with(&own.chain(variables.iter().copied()).collect::<Vec<_>>()).await
    }

    /// A server with these variables set.
    pub async fn with(variables: &[(&str, &str)]) -> Self {
        let site = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("site");
        std::fs::create_dir_all(site.join("pkg")).unwrap();
        let mut all: HashMap<String, String> = [
            ("RIVULET_ADDR", "127.0.0.1:0"),
            ("RIVULET_DISCOVER", "off"),
            ("RIVULET_LOG", "off"),
            ("DATABASE_URL", "sqlite::memory:"),
            ("RIVULET_TITLES", "off"),
            // Tests of these set them.
            ("RIVULET_RETRIES", "0"),
            ("RIVULET_RETRY_DELAY", "10ms"),
            ("RIVULET_BREAKER_FAILURES", "off"),
            ("RIVULET_RATE_LIMIT", "off"),
            ("RIVULET_SHUTDOWN_GRACE", "100ms"),
            ("RIVULET_SITE_ROOT", site.to_str().unwrap()),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        all.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let server = Server::bind(Settings::read(|name| all.get(name).cloned()).unwrap()).await.unwrap();
        let (address, stop) = (server.address(), CancellationToken::new());
        let served = tokio::spawn(server.run(stop.clone()));
        let cookies = Arc::new(Jar::default());
        let client = Client::builder().cookie_provider(Arc::clone(&cookies)).no_proxy().build().unwrap();
        Self { address, client, cookies, stop, served: Some(served) }
    }

    /// A request by this app's first visitor.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.request_by(&self.client, method, path)
    }

    /// A request by another visitor.
    pub fn request_by(&self, client: &Client, method: Method, path: &str) -> RequestBuilder {
        client.request(method, format!("http://{}{path}", self.address)).timeout(Duration::from_secs(30))
    }

    pub async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    pub async fn delete(&self, path: &str) -> Response {
        self.request(Method::DELETE, path).send().await.unwrap()
    }

    pub async fn post(&self, path: &str, body: Value) -> Response {
        self.request(Method::POST, path).json(&body).send().await.unwrap()
    }

    /// The first visitor's cookie, for requests over raw sockets.
    pub fn cookie(&self) -> String {
        let url = format!("http://{}/", self.address).parse().unwrap();
        self.cookies.cookies(&url).expect("a request came before").to_str().unwrap().to_owned()
    }

    /// Makes a conversation, and returns its id.
    pub async fn conversation(&self) -> String {
        self.conversation_by(&self.client).await
    }

    /// The same for another visitor.
    pub async fn conversation_by(&self, client: &Client) -> String {
        let request = self.request_by(client, Method::POST, "/api/conversations").json(&json!({}));
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 201);
        response.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned()
    }

    /// Asks in a conversation.
    pub async fn send(&self, conversation: &str, content: &str) -> Response {
        self.post(&format!("/api/conversations/{conversation}/messages"), json!({ "content": content })).await
    }

    /// Stops the server as a signal would, and waits for its end.
    pub async fn shut_down(mut self) {
        self.stop.cancel();
        self.served.take().unwrap().await.unwrap();
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// A browser of its own: it keeps its cookie.
pub fn visitor() -> Client {
    Client::builder().cookie_store(true).no_proxy().build().unwrap()
}

/// Reads an event stream piece by piece.
pub struct Events {
    response: Response,
    rest: Vec<u8>,
}

/// One frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    pub id: Option<u64>,
    pub data: String,
}

impl Frame {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap_or_else(|_| panic!("not JSON: {}", self.data))
    }

    pub fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap_or_default().to_owned()
    }

    pub fn content(&self) -> String {
        let event = self.json();
        if event["type"] == "chunk" { event["content"].as_str().unwrap().to_owned() } else { String::new() }
    }
}

impl Events {
    pub fn new(response: Response) -> Self {
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-cache, no-transform");
        assert_eq!(response.headers()["x-accel-buffering"], "no");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        Self { response, rest: Vec::new() }
    }

    /// The next frame; comments are passed over. `None` at the end.
    pub async fn next(&mut self) -> Option<Frame> {
        loop {
            if let Some(end) = self.rest.windows(2).position(|two| two == b"\n\n") {
                let frame: Vec<u8> = self.rest.drain(..end + 2).collect();
                let text = String::from_utf8(frame).unwrap();
                let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
                if let Some(data) = field("data: ") {
                    return Some(Frame { id: field("id: ").map(|id| id.parse().unwrap()), data });
                }
                assert!(text.starts_with(':'), "neither data nor a comment: {text:?}");
                continue;
            }
            match self.response.chunk().await.unwrap() {
                Some(bytes) => self.rest.extend_from_slice(&bytes),
                None => {
                    assert!(self.rest.is_empty(), "an unfinished frame: {:?}", String::from_utf8_lossy(&self.rest));
                    return None;
                }
            }
        }
    }

    /// All frames to the end.
    pub async fn all(mut self) -> Vec<Frame> {
        let mut frames = Vec::new();
        while let Some(frame) = self.next().await {
            frames.push(frame);
        }
        frames
    }

    /// Frames until the text so far holds this.
    pub async fn until_text(&mut self, wanted: &str) -> Vec<Frame> {
        let (mut frames, mut text) = (Vec::new(), String::new());
        while !text.contains(wanted) {
            let frame = self.next().await.unwrap_or_else(|| panic!("ended before {wanted:?}: {text}"));
            text.push_str(&frame.content());
            frames.push(frame);
        }
        frames
    }
}

/// The text of typed events.
pub fn text(frames: &[Frame]) -> String {
    frames.iter().map(Frame::content).collect()
}

/// Asserts a problem document, and returns its detail.
pub async fn problem(response: Response, status: u16, code: &str) -> String {
    let got = response.status().as_u16();
    let kind = response.headers().get("content-type").map(|value| value.to_str().unwrap().to_owned());
    let request_id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    let body = response.text().await.unwrap();
    assert_eq!(got, status, "{body}");
    assert_eq!(kind.as_deref(), Some("application/problem+json"), "{body}");
    let document: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(document["code"], code, "{body}");
    assert_eq!(document["status"], status);
    assert_eq!(document["request_id"], request_id);
    assert_eq!(document["type"], "about:blank");
    assert!(document["title"].is_string());
    document["detail"].as_str().unwrap().to_owned()
}
