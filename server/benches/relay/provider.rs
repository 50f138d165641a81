//! A provider that writes tokens at a rate, each with its number and the moment at which it was written.

use super::figures::now;
use std::{net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::{Instant, sleep_until},
};

/// Bytes that are written together where there is no rate.
const WRITE: usize = 4096;

/// Starts it.
pub(crate) async fn start() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(serve(socket));
        }
    });
    address
}

/// Serves one connection; none at its end.
async fn serve(mut socket: TcpStream) -> Option<()> {
    socket.set_nodelay(true).unwrap();
    let mut buffer = Vec::new();
    loop {
        let request = request(&mut socket, &mut buffer).await?;
        let field = |name: &str| -> Option<u32> {
            let rest = &request[request.rfind(name)? + name.len()..];
            rest[..rest.find(|c: char| !c.is_ascii_digit())?].parse().ok()
        };
        match (field("tokens="), field("rate=")) {
            (Some(tokens), rate) => answer(&mut socket, tokens, rate.filter(|rate| *rate > 0)).await?,
            _ => {
                let list = r#"{"data":[{"id":"m"}]}"#;
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{list}", list.len());
                socket.write_all(head.as_bytes()).await.ok()?;
            }
        }
    }
}

async fn request(socket: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<String> {
    loop {
        if let Some(head) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            let text = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
            let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok());
            let end = head + 4 + length.unwrap_or(0);
            if buffer.len() >= end {
                return Some(String::from_utf8_lossy(&buffer.drain(..end).collect::<Vec<_>>()).into_owned());
            }
        }
        (socket.read_buf(buffer).await.ok()? > 0).then_some(())?;
    }
}

async fn answer(socket: &mut TcpStream, tokens: u32, rate: Option<u32>) -> Option<()> {
    socket
        .write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
        .await
        .ok()?;
    let (mut out, began) = (Vec::new(), Instant::now());
    for number in 0..tokens {
        if let Some(rate) = rate {
            sleep_until(began + Duration::from_secs(1) * number / rate).await;
        }
        let frame = format!(
            "data: {{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{number}@{} \"}},\"finish_reason\":null}}]}}\n\n",
            now().as_nanos()
        );
        out.extend_from_slice(format!("{:x}\r\n{frame}\r\n", frame.len()).as_bytes());
        if rate.is_some() || out.len() > WRITE {
            socket.write_all(&out).await.ok()?;
            out.clear();
        }
    }
    let end = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    out.extend_from_slice(format!("{:x}\r\n{end}\r\n0\r\n\r\n", end.len()).as_bytes());
    socket.write_all(&out).await.ok()
}
