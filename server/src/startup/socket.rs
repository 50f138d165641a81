//! A client's connection: sends small packets at once, notices a peer that has vanished, and lets go of one that takes nothing.

use socket2::{SockRef, TcpKeepalive};
use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::Sleep,
};

/// How long a connection is silent before it is asked whether anybody is there: less than routers on the way remember it for.
const PROBE_AFTER: Duration = Duration::from_secs(60);
/// How long each of the questions waits for an answer, and how many there are.
const PROBE_INTERVAL: Duration = Duration::from_secs(10);
const PROBES: u32 = 3;
/// How much longer than a write may stall the system waits until what it sent is acknowledged.
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);

/// The socket, with an eye on its writes.
#[derive(Debug)]
pub(super) struct ClientSocket {
    stream: TcpStream,
    patience: Duration,
    /// Runs only while a write waits: a write that goes through costs no timer.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl ClientSocket {
    /// Takes over a connection whose writes may stall for `patience`.
    pub(super) fn new(stream: TcpStream, patience: Duration) -> Self {
        let options = SockRef::from(&stream);
        let probes = TcpKeepalive::new().with_time(PROBE_AFTER).with_interval(PROBE_INTERVAL).with_retries(PROBES);
        // A refusal means that the peer has gone already, which the first read tells better.
        // A token is a small packet that must not wait for the next one.
        let _ = options.set_tcp_nodelay(true);
        let _ = options.set_tcp_keepalive(&probes);
        // Nobody is probed who owes an acknowledgement; the system would send again for a quarter of an hour.
        #[cfg(target_os = "linux")]
        let _ = options.set_tcp_user_timeout(Some(patience.saturating_add(UNACKNOWLEDGED)));
        Self { stream, patience, stalled: None }
    }

    /// Lets a write through, or waits with it until it has stalled for too long.
    fn watch<T>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let patience = self.patience;
        let timer = self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
        ready!(timer.as_mut().poll(context));
        tracing::debug!("a reader took nothing for {patience:?} and was let go");
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncWrite for ClientSocket {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.watch(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl AsyncRead for ClientSocket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    async fn connection(patience: Duration) -> (ClientSocket, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let peer = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        (ClientSocket::new(listener.accept().await.unwrap().0, patience), peer)
    }

    #[tokio::test]
    async fn tokens_do_not_wait_and_vanished_peers_are_noticed() {
        let (socket, _peer) = connection(Duration::from_secs(60)).await;
        let options = SockRef::from(&socket.stream);
        assert!(options.tcp_nodelay().unwrap());
        assert!(options.keepalive().unwrap());
        #[cfg(target_os = "linux")]
        {
            assert_eq!(options.tcp_keepalive_time().unwrap(), PROBE_AFTER);
            assert_eq!(options.tcp_user_timeout().unwrap(), Some(Duration::from_secs(90)));
        }
    }

    #[tokio::test]
    async fn a_write_may_stall_for_so_long_and_no_longer() {
        let (mut socket, _peer) = connection(Duration::from_millis(100)).await;
        let bytes = vec![0; 64 << 20];
        let written = tokio::time::timeout(Duration::from_secs(20), socket.write_all(&bytes));
        let error = written.await.expect("before the system gives the peer up").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_slow_reader_who_takes_something_stays() {
        let (mut socket, mut peer) = connection(Duration::from_secs(5)).await;
        let size = 32 << 20;
        let written = tokio::spawn(async move { socket.write_all(&vec![0; size]).await });
        let (mut read, mut buffer) = (0, vec![0; 1 << 20]);
        while read < size {
            read += peer.read(&mut buffer).await.unwrap();
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        written.await.unwrap().unwrap();
    }
}
