//! The relay beside a plain proxy: the same provider, the same clients, the same run. Run by `make bench`.
//!
//! The plain proxy copies bytes and knows nothing of them, so it is the floor; Rivulet parses, numbers, logs and encodes each
//! token. Provider, clients, proxy and server have a runtime each, and the time on the processor is counted for each by the
//! names of its threads.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark fails by panicking, and tells what it found"
)]

mod client;
mod figures;
mod provider;

use client::{Load, Through};
use figures::{Figures, cpu_of, table};
use server::{config::Settings, startup::Server};
use std::{collections::HashMap, net::SocketAddr, path::PathBuf, process::ExitCode, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::{Builder, Runtime},
};
use tokio_util::sync::CancellationToken;

/// Each figure is the median of so many runs.
const RUNS: usize = 3;
/// How much more a token of a long answer may cost than one of a short answer.
const FLAT: f64 = 0.2;

fn main() -> ExitCode {
    let providing = runtime("provider", 1);
    let (clients, proxying, serving) =
        (runtime("client", 1), runtime(Through::Proxy.name(), 2), runtime(Through::Rivulet.name(), 2));
    let provider = providing.block_on(async { provider::start().await });
    let proxy = proxying.block_on(proxy(provider));
    let rivulet = serving.block_on(rivulet(provider));
    let measure = |through: Through, load: Load| {
        let address = if through == Through::Proxy { proxy } else { rivulet };
        let before = cpu_of(through.threads());
        let mut figures = clients.block_on(client::run(address, through, load));
        figures.cpu_per_token = (cpu_of(through.threads()) - before).div_f64(load.tokens_in_all() as f64);
        figures
    };
    println!("The first run of each is not counted.\n");
    for load in [
        Load { streams: 50, tokens: 100, rate: Some(20) },
        Load { streams: 200, tokens: 100, rate: Some(20) },
        Load { streams: 8, tokens: 4000, rate: None },
    ] {
        let [proxy, rivulet] = [Through::Proxy, Through::Rivulet].map(|through| {
            let runs: Vec<_> = (0..=RUNS).map(|_| measure(through, load)).skip(1).collect();
            Figures::median(&runs)
        });
        println!("{}", table(load, proxy, rivulet));
    }
    let [short, long] = [(200, 1000), (2, 100_000)].map(|(answers, tokens)| {
        let run = || {
            let load = Load { streams: 1, tokens, rate: None };
            let all: Vec<_> = (0..answers).map(|_| measure(Through::Rivulet, load)).collect();
            all.iter().map(|one| one.speech.as_secs_f64()).sum::<f64>() / f64::from(answers) / f64::from(tokens)
        };
        // The least disturbed run tells the cost.
        (0..RUNS).map(|_| run()).fold(f64::MAX, f64::min) * 1e6
    });
    let more = long / short - 1.0;
    println!("a token of an answer of 1,000: {short:.2} µs, of 100,000: {long:.2} µs ({:+.0} %)", more * 100.0);
    if more <= FLAT {
        return ExitCode::SUCCESS;
    }
    println!("NOT FLAT: at most {:.0} % more would be right", FLAT * 100.0);
    ExitCode::FAILURE
}

fn runtime(name: &str, threads: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(threads).thread_name(name).enable_all().build().unwrap()
}

/// Copies bytes to the provider and back.
async fn proxy(provider: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut provider = TcpStream::connect(provider).await.unwrap();
                client.set_nodelay(true).unwrap();
                provider.set_nodelay(true).unwrap();
                // A client that leaves ends it, well or not.
                let _ = tokio::io::copy_bidirectional(&mut client, &mut provider).await;
            });
        }
    });
    address
}

async fn rivulet(provider: SocketAddr) -> SocketAddr {
    let site = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("relay-site");
    std::fs::create_dir_all(site.join("pkg")).unwrap();
    let provider = format!("http://{provider}/v1");
    let variables: HashMap<&str, &str> = HashMap::from([
        ("RIVULET_ADDR", "127.0.0.1:0"),
        ("RIVULET_SITE_ROOT", site.to_str().unwrap()),
        ("RIVULET_RATE_LIMIT", "off"),
        ("DATABASE_URL", "sqlite::memory:"),
        ("RIVULET_TITLES", "off"),
        ("RIVULET_MAX_STREAMS_PER_CLIENT", "off"),
        ("RIVULET_MODEL", "compatible/m"),
        ("OPENAI_COMPATIBLE_BASE_URL", provider.as_str()),
    ]);
    let settings = Settings::read(|name| variables.get(name).map(|value| (*value).to_owned())).unwrap();
    let server = Server::bind(settings).await.unwrap();
    let address = server.address();
    tokio::spawn(server.run(CancellationToken::new()));
    // The list of models is asked for at the start; it is not what is measured.
    tokio::time::sleep(Duration::from_millis(200)).await;
    address
}
