//! A TCP proxy that fails as networks do: it delays, trickles, cuts, resets, half-closes and stalls, in each direction by
//! itself, at a byte that the test decides.

use std::{net::SocketAddr, pin::pin, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    task::JoinHandle,
};

/// What happens at a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Both sides see their connection closed.
    Cut,
    /// Both sides see a reset.
    Reset,
    /// This direction ends, the other goes on.
    HalfClose,
    /// This direction passes nothing on any more, and nobody is told.
    Stall,
}

/// How one direction of a connection passes bytes on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Passage {
    /// After how many bytes what happens.
    pub(crate) fault: Option<(usize, Fault)>,
    /// The most bytes in one write.
    pub(crate) piece: usize,
    /// A pause before each write.
    pub(crate) delay: Duration,
}

impl Passage {
    /// Everything, at once.
    pub(crate) fn free() -> Self {
        Self { fault: None, piece: 64 << 10, delay: Duration::ZERO }
    }

    /// Everything up to a byte.
    pub(crate) fn up_to(bytes: usize, fault: Fault) -> Self {
        Self { fault: Some((bytes, fault)), ..Self::free() }
    }

    /// Little by little.
    pub(crate) fn trickle(piece: usize, delay: Duration) -> Self {
        Self { piece, delay, ..Self::free() }
    }
}

/// The two directions of a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// From the client to the server.
    pub(crate) up: Passage,
    /// From the server to the client.
    pub(crate) down: Passage,
}

impl Plan {
    pub(crate) fn down(down: Passage) -> Self {
        Self { up: Passage::free(), down }
    }

    pub(crate) fn up(up: Passage) -> Self {
        Self { up, down: Passage::free() }
    }
}

/// The proxy, until it is dropped.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Proxy {
    /// A proxy before a server; `plan` is asked for each connection, counted from 0.
    pub(crate) async fn start(target: SocketAddr, plan: impl Fn(usize) -> Plan + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let accepting = tokio::spawn(async move {
            let mut count = 0;
            while let Ok((client, _)) = listener.accept().await {
                let plan = plan(count);
                count += 1;
                tokio::spawn(async move {
                    if let Ok(server) = TcpStream::connect(target).await {
                        pass(client, server, plan).await;
                    }
                });
            }
        });
        Self { address, accepting }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

async fn pass(client: TcpStream, server: TcpStream, plan: Plan) {
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    let (mut up, mut down) =
        (pin!(one_way(from_client, to_server, plan.up)), pin!(one_way(from_server, to_client, plan.down)));
    let (mut up_ended, mut down_ended) = (false, false);
    while !(up_ended && down_ended) {
        let ended = tokio::select! {
            end = &mut up, if !up_ended => { up_ended = true; end }
            end = &mut down, if !down_ended => { down_ended = true; end }
        };
        match ended {
            End::Whole => {}
            End::Broken => return,
        }
    }
}

/// How one direction ended.
enum End {
    /// As the sender wanted it, or half-closed: the other direction goes on.
    Whole,
    /// The whole connection is over.
    Broken,
}

async fn one_way(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, passage: Passage) -> End {
    let (mut passed, mut buffer) = (0, vec![0; passage.piece]);
    loop {
        let left = passage.fault.map_or(usize::MAX, |(at, _)| at - passed);
        if left == 0 {
            return fail(&from, &mut to, passage.fault.map_or(Fault::Cut, |(_, fault)| fault)).await;
        }
        let most = passage.piece.min(left);
        let read = match from.read(&mut buffer[..most]).await {
            Ok(0) => {
                let _ = to.shutdown().await;
                return End::Whole;
            }
            Ok(read) => read,
            Err(_) => return End::Broken,
        };
        if !passage.delay.is_zero() {
            tokio::time::sleep(passage.delay).await;
        }
        if to.write_all(&buffer[..read]).await.is_err() {
            return End::Broken;
        }
        passed += read;
    }
}

async fn fail(from: &OwnedReadHalf, to: &mut OwnedWriteHalf, fault: Fault) -> End {
    match fault {
        Fault::Cut => {}
        Fault::Reset => {
            let _ = to.as_ref().set_zero_linger();
            let _ = from.as_ref().set_zero_linger();
        }
        Fault::HalfClose => {
            let _ = to.shutdown().await;
            return End::Whole;
        }
        // Until the other direction breaks, or the test is over.
        Fault::Stall => std::future::pending().await,
    }
    End::Broken
}
