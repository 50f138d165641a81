//! A provider that does what it is told, over a real socket: how it answers, in what pieces, after what pauses, and how
//! it ends. It keeps the requests that it got, and notices when the other side goes away.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// What happens after the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The body ends as HTTP wants it.
    Whole,
    /// The socket closes without the end of the body.
    Cut,
    /// The socket is reset.
    Reset,
    /// Our half of the socket closes without the end of the body; the other half stays open until the other side goes away.
    HalfClose,
    /// Silence, until the other side goes away.
    Stall,
}

/// What comes before the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Head {
    /// The head of a response.
    Sent,
    /// The start of one, and then the socket closes.
    Cut,
    /// Bytes that are no head.
    Garbage,
    /// Nothing: the socket closes once the request has come.
    Closed,
}

/// One scripted response.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    pub(crate) head: Head,
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// The most bytes in one write.
    pub(crate) write: usize,
    /// A pause before the head; for ever where it is none of anybody's concern to end it.
    pub(crate) before_head: Duration,
    /// A pause between writes.
    pub(crate) between: Duration,
    pub(crate) ending: Ending,
}

impl Script {
    /// A good answer with this content type.
    pub(crate) fn new(content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            head: Head::Sent,
            status: 200,
            headers: vec![("content-type".into(), content_type.into())],
            body: body.into(),
            write: 4096,
            before_head: Duration::ZERO,
            between: Duration::ZERO,
            ending: Ending::Whole,
        }
    }

    /// An event stream.
    pub(crate) fn sse(body: impl Into<Vec<u8>>) -> Self {
        Self::new("text/event-stream", body)
    }

    /// A JSON answer with this status.
    pub(crate) fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, ..Self::new("application/json", body) }
    }

    pub(crate) fn ending(self, ending: Ending) -> Self {
        Self { ending, ..self }
    }

    /// Sends so many bytes of the body, and then this happens: a cut at any byte, a stall after any token.
    pub(crate) fn up_to(mut self, byte: usize, ending: Ending) -> Self {
        self.body.truncate(byte);
        self.ending(ending)
    }

    pub(crate) fn with_head(self, head: Head) -> Self {
        Self { head, ..self }
    }

    pub(crate) fn written_in(self, write: usize) -> Self {
        Self { write, ..self }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Says nothing at all.
    pub(crate) fn silent() -> Self {
        Self { before_head: Duration::from_secs(3600), ..Self::sse("") }
    }
}

/// One request, as it came.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// The request line, such as `POST /v1/messages HTTP/1.1`.
    pub(crate) line: String,
    /// The headers, names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// What is answered.
enum Answers {
    /// Each request takes the next script; the last one is used again and again. Requests are kept.
    InTurn(Mutex<VecDeque<Script>>),
    /// Each request has a script of its own. Nothing is kept: such a provider may run for hours.
    To(Box<dyn Fn(&Request) -> Script + Send + Sync>),
}

struct Shared {
    answers: Answers,
    requests: Mutex<Vec<Request>>,
    connections: Mutex<usize>,
    open: AtomicUsize,
    /// How often idle connections were told to close.
    hang_ups: watch::Sender<usize>,
}

impl Shared {
    fn script(&self, request: Request) -> Script {
        match &self.answers {
            Answers::InTurn(scripts) => {
                self.requests.lock().unwrap().push(request);
                let mut scripts = scripts.lock().unwrap();
                let script = if scripts.len() > 1 { scripts.pop_front() } else { scripts.front().cloned() };
                script.expect("a script")
            }
            Answers::To(answer) => answer(&request),
        }
    }
}

/// The server.
pub(crate) struct ScriptedServer {
    address: std::net::SocketAddr,
    shared: Arc<Shared>,
    disconnects: watch::Receiver<usize>,
    accepting: tokio::task::JoinHandle<()>,
}

impl Drop for ScriptedServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl ScriptedServer {
    /// A server whose requests take these scripts in turn; the last one is used again and again.
    pub(crate) async fn start(scripts: impl IntoIterator<Item = Script>) -> Self {
        Self::answering(Answers::InTurn(Mutex::new(scripts.into_iter().collect()))).await
    }

    /// A server that makes a script for each request, and keeps nothing of it.
    pub(crate) async fn with(answer: impl Fn(&Request) -> Script + Send + Sync + 'static) -> Self {
        Self::answering(Answers::To(Box::new(answer))).await
    }

    async fn answering(answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            answers,
            requests: Mutex::default(),
            connections: Mutex::default(),
            open: AtomicUsize::new(0),
            hang_ups: watch::Sender::new(0),
        });
        let (disconnected, disconnects) = watch::channel(0);
        let accepting = tokio::spawn({
            let shared = Arc::clone(&shared);
            async move {
                while let Ok((socket, _)) = listener.accept().await {
                    *shared.connections.lock().unwrap() += 1;
                    let (shared, disconnected) = (Arc::clone(&shared), disconnected.clone());
                    tokio::spawn(async move {
                        shared.open.fetch_add(1, Ordering::SeqCst);
                        if serve(socket, &shared).await.is_none() {
                            disconnected.send_modify(|count| *count += 1);
                        }
                        shared.open.fetch_sub(1, Ordering::SeqCst);
                    });
                }
            }
        });
        Self { address, shared, disconnects, accepting }
    }

    /// `http://127.0.0.1:…`, without a slash at its end.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().unwrap().clone()
    }

    /// How many connections were made.
    pub(crate) fn connections(&self) -> usize {
        *self.shared.connections.lock().unwrap()
    }

    /// How many connections are open.
    pub(crate) fn open(&self) -> usize {
        self.shared.open.load(Ordering::SeqCst)
    }

    /// Closes the connections on which nothing is asked at present.
    pub(crate) fn hang_up(&self) {
        self.shared.hang_ups.send_modify(|count| *count += 1);
    }

    /// Waits until a request has come.
    pub(crate) async fn wait_for_request(&self) -> Request {
        loop {
            if let Some(request) = self.requests().last() {
                return request.clone();
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Waits until the other side has closed a connection in the middle of an answer; false if it does not in time.
    pub(crate) async fn wait_for_disconnect(&self, within: Duration) -> bool {
        let mut disconnects = self.disconnects.clone();
        tokio::time::timeout(within, disconnects.wait_for(|count| *count > 0)).await.is_ok_and(|seen| seen.is_ok())
    }
}

/// Serves one connection. None means that the other side went away in the middle of an answer.
async fn serve(mut socket: TcpStream, shared: &Shared) -> Option<()> {
    socket.set_nodelay(true).unwrap();
    let (mut buffer, mut hang_ups) = (Vec::new(), shared.hang_ups.subscribe());
    loop {
        let request = tokio::select! {
            request = read_request(&mut socket, &mut buffer) => request,
            _ = hang_ups.changed() => None,
        };
        let Some(request) = request else { return Some(()) };
        let script = shared.script(request);
        pause(&mut socket, script.before_head).await?;
        match script.head {
            Head::Sent => {}
            Head::Cut => {
                socket.write_all(b"HTTP/1.1 200 Scr").await.ok()?;
                return Some(());
            }
            Head::Garbage => {
                socket.write_all(b"\x16\x03\x01 nothing like HTTP\r\n\r\n").await.ok()?;
                return Some(());
            }
            Head::Closed => return Some(()),
        }
        let mut head = format!("HTTP/1.1 {} Scripted\r\ntransfer-encoding: chunked\r\n", script.status);
        for (name, value) in &script.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        socket.write_all(format!("{head}\r\n").as_bytes()).await.ok()?;
        for piece in script.body.chunks(script.write.max(1)) {
            let mut chunk = format!("{:x}\r\n", piece.len()).into_bytes();
            chunk.extend_from_slice(piece);
            chunk.extend_from_slice(b"\r\n");
            socket.write_all(&chunk).await.ok()?;
            pause(&mut socket, script.between).await?;
        }
        match script.ending {
            Ending::Whole => socket.write_all(b"0\r\n\r\n").await.ok()?,
            Ending::Cut => return Some(()),
            Ending::Reset => {
                let socket = socket.into_std().ok()?;
                reset(socket);
                return Some(());
            }
            Ending::HalfClose => {
                socket.shutdown().await.ok()?;
                let mut byte = [0];
                let _ = tokio::time::timeout(Duration::from_secs(3600), socket.read(&mut byte)).await;
                return Some(());
            }
            Ending::Stall => pause(&mut socket, Duration::from_secs(3600)).await?,
        }
    }
}

/// Closes a socket so that the other side sees a reset.
fn reset(socket: std::net::TcpStream) {
    let socket = TcpStream::from_std(socket).unwrap();
    socket.set_zero_linger().unwrap();
}

/// Waits, and notices when the other side goes away meanwhile.
async fn pause(socket: &mut TcpStream, pause: Duration) -> Option<()> {
    if pause.is_zero() {
        return Some(());
    }
    let mut byte = [0];
    match tokio::time::timeout(pause, socket.peek(&mut byte)).await {
        Ok(Ok(0) | Err(_)) => None,
        Ok(Ok(_)) | Err(_) => Some(()),
    }
}

async fn read_request(socket: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Request> {
    let head_end = loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if socket.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&buffer[..head_end]).into_owned();
    let mut lines = head.lines();
    let line = lines.next()?.to_owned();
    let header = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
    let headers: Vec<_> = lines.filter_map(header).collect();
    let length =
        headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, length)| length.parse().unwrap());
    while buffer.len() < head_end + 4 + length {
        if socket.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    let body = buffer[head_end + 4..head_end + 4 + length].to_vec();
    buffer.drain(..head_end + 4 + length);
    Some(Request { line, headers, body })
}
