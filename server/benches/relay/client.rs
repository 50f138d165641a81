//! Clients that read tokens as they come, and check that each comes once and in its order.

use super::figures::{Figures, now};
use std::{net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// What is asked of the relay.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    /// Answers at one time.
    pub(crate) streams: u32,
    /// Tokens in each.
    pub(crate) tokens: u32,
    /// Tokens a second in each; none is as fast as it goes.
    pub(crate) rate: Option<u32>,
}

impl Load {
    pub(crate) fn tokens_in_all(self) -> u32 {
        self.streams * self.tokens
    }
}

/// What stands between the clients and the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Through {
    Proxy,
    Rivulet,
}

impl Through {
    /// The name of its threads.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Proxy => "proxy",
            Self::Rivulet => "rivulet",
        }
    }

    /// What the names of its threads begin with.
    pub(crate) fn threads(self) -> &'static [&'static str] {
        match self {
            Self::Proxy => &["proxy"],
            // The runtime that it is started on, those of its connections, and the store's.
            Self::Rivulet => &["rivulet", "worker-", "store", "sqlite-"],
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Proxy => "/v1/chat/completions",
            Self::Rivulet => "/api/chat",
        }
    }
}

/// Asks for all answers, spread over half a second, and reads them.
pub(crate) async fn run(address: SocketAddr, through: Through, load: Load) -> Figures {
    let began = now();
    let readers: Vec<_> = (0..load.streams)
        .map(|number| {
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(500) * number / load.streams).await;
                read(address, through, load).await
            })
        })
        .collect();
    let (mut firsts, mut relays, mut speech) = (Vec::new(), Vec::new(), Duration::ZERO);
    for reader in readers {
        let answer = reader.await.unwrap();
        firsts.push(answer.first);
        relays.extend(answer.relays);
        speech += answer.speech;
    }
    Figures::new(firsts, relays, now() - began, speech)
}

/// One answer, read.
struct Answer {
    /// From the request to the first token.
    first: Duration,
    /// How long each token was on its way.
    relays: Vec<Duration>,
    /// From the first token to the last.
    speech: Duration,
}

async fn read(address: SocketAddr, through: Through, load: Load) -> Answer {
    let body = format!(
        "{{\"stream\":true,\"messages\":[{{\"role\":\"user\",\"content\":\"tokens={} rate={} \"}}]}}",
        load.tokens,
        load.rate.unwrap_or(0)
    );
    let head = format!("POST {} HTTP/1.1\r\nhost: {address}\r\ncontent-length: {}\r\n\r\n", through.path(), body.len());
    let asked = now();
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.set_nodelay(true).unwrap();
    socket.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    let (mut buffer, mut relays, mut first) = (Vec::new(), Vec::new(), None);
    while !buffer.ends_with(b"0\r\n\r\n") {
        let read = socket.read_buf(&mut buffer).await.unwrap();
        assert!(read > 0, "the answer broke off after {} tokens", relays.len());
        let came = now();
        let taken = tokens(&buffer, |number, written| {
            assert_eq!(number, relays.len() as u64, "a token is missing or doubled");
            first.get_or_insert(came - asked);
            relays.push(came.saturating_sub(written));
        });
        // What belongs to a token that has not come whole stays, and so does the end.
        buffer.drain(..taken);
    }
    assert_eq!(relays.len(), load.tokens as usize, "tokens are missing");
    let first = first.unwrap();
    Answer { first, relays, speech: now() - asked - first }
}

/// Hands out the tokens that are there whole; returns up to where the bytes have been read.
fn tokens(bytes: &[u8], mut take: impl FnMut(u64, Duration)) -> usize {
    const MARK: &[u8] = b"\"content\":\"";
    let mut read = 0;
    while let Some(mark) = find(&bytes[read..], MARK) {
        let start = read + mark + MARK.len();
        let Some(end) = find(&bytes[start..], b"\"") else { break };
        let text = std::str::from_utf8(&bytes[start..start + end]).unwrap();
        if let Some((number, nanos)) = text.trim_end().split_once('@') {
            take(number.parse().unwrap(), Duration::from_nanos(nanos.parse().unwrap()));
        }
        read = start + end;
    }
    read
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, what)
}
