//! The soak: a server under mixed load for minutes, with random disconnects, stops, resumes, provider faults and slow readers.
//! At the end its memory, its tasks and its descriptors must be back where they were after the warm-up, and every answer that
//! was read to its end must have been right, word for word. Run by `make soak`.
//!
//! The server has a runtime of its own in this process, so that its tasks can be counted; memory and descriptors are those of
//! the whole process, the load and the provider included.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a check fails by panicking, and tells what it found")]

mod footprint;
mod question;
#[path = "../tests/support/mod.rs"]
mod support;
mod visitor;

use footprint::Footprint;
use server::{config::Settings, startup::Server};
use std::{
    collections::HashMap,
    net::SocketAddr,
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};
use support::scripted::ScriptedServer;
use tokio::runtime::{Builder, Runtime};
use tokio_util::sync::CancellationToken;
use visitor::{Tally, visit};

/// How many visitors there are at one time.
const VISITORS: usize = 40;
/// How long the server remembers an answer: long enough to come back to on a machine that has other things to do, and short
/// enough that all is forgotten when it is measured.
const KEEP_FINISHED: Duration = Duration::from_secs(20);
/// How long a provider may be silent; longer than a loaded machine stands still.
const IDLE: Duration = Duration::from_secs(10);
/// How long things may take to come back to where they were.
const PATIENCE: Duration = Duration::from_secs(90);

fn main() -> ExitCode {
    let seconds = argument("--seconds").unwrap_or(600);
    let seed = argument("--seed")
        .unwrap_or_else(|| Instant::now().elapsed().as_nanos() as u64 ^ u64::from(std::process::id()));
    println!("soak: {seconds} s of load by {VISITORS} visitors, seed {seed}");
    let (serving, loading) = (runtime(2), runtime(2));
    let problems = loading.block_on(soak(&serving, Duration::from_secs(seconds), seed));
    serving.shutdown_background();
    for problem in &problems {
        println!("FAILED: {problem}");
    }
    if problems.is_empty() {
        println!("soak: clean");
        return ExitCode::SUCCESS;
    }
    ExitCode::FAILURE
}

fn argument(name: &str) -> Option<u64> {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments
        .nth(1)
        .map(|value| value.parse().unwrap_or_else(|_| panic!("{name} must be a whole number, not {value:?}")))
}

fn runtime(threads: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(threads).enable_all().build().unwrap()
}

async fn soak(serving: &Runtime, duration: Duration, seed: u64) -> Vec<String> {
    let provider = Arc::new(ScriptedServer::with(question::script).await);
    let (address, stop) = serve(serving, &provider.url()).await;
    let tally = Arc::new(Tally::default());
    let warm_up = (duration / 5).clamp(KEEP_FINISHED.mul_f32(1.5), Duration::from_secs(60));
    load(address, warm_up, seed, &tally).await;
    let before = settled(serving, &provider, None).await;
    println!("after the warm-up of {} s:  {before}", warm_up.as_secs());
    load(address, duration.saturating_sub(warm_up), seed ^ 0x5eed, &tally).await;
    let after = settled(serving, &provider, Some(before)).await;
    println!("after {} s:              {after}", duration.as_secs());
    println!("{tally}");
    stop.cancel();
    tally.problems().into_iter().chain(after.grown_since(before)).collect()
}

/// Starts the server on its own runtime, before a provider that speaks every protocol.
async fn serve(serving: &Runtime, provider: &str) -> (SocketAddr, CancellationToken) {
    let site = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("soak-site");
    std::fs::create_dir_all(site.join("pkg")).unwrap();
    let with_version = format!("{provider}/v1");
    let [keep_finished, idle] = [KEEP_FINISHED, IDLE].map(|duration| format!("{}s", duration.as_secs()));
    let variables: HashMap<&str, &str> = HashMap::from([
        ("RIVULET_ADDR", "127.0.0.1:0"),
        ("RIVULET_DISCOVER", "off"),
        ("RIVULET_SITE_ROOT", site.to_str().unwrap()),
        ("RIVULET_KEEP_FINISHED", keep_finished.as_str()),
        // Reached in the warm-up as well: what an allocator has once been given, it keeps.
        ("RIVULET_KEEP_FINISHED_BYTES", "16MiB"),
        ("RIVULET_IDLE_TIMEOUT", idle.as_str()),
        ("RIVULET_FIRST_CHUNK_TIMEOUT", "20s"),
        // Reached in the warm-up, so that what is stored does not look like a leak.
        ("DATABASE_URL", "sqlite::memory:"),
        ("RIVULET_RATE_LIMIT", "off"),
        ("RIVULET_MAX_STREAMS_PER_CLIENT", "off"),
        ("OPENAI_BASE_URL", with_version.as_str()),
        ("ANTHROPIC_BASE_URL", provider),
        ("GEMINI_BASE_URL", provider),
        ("OLLAMA_HOST", provider),
        ("OPENAI_COMPATIBLE_BASE_URL", with_version.as_str()),
    ]);
    let settings = Settings::read(|name| variables.get(name).map(|value| (*value).to_owned())).unwrap();
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    let (told, address) = tokio::sync::oneshot::channel();
    serving.spawn(async move {
        let server = Server::bind(settings).await.unwrap();
        told.send(server.address()).unwrap();
        server.run(stopped).await;
    });
    (address.await.unwrap(), stop)
}

/// Visitors come and go for a while, and all of them have gone at the end.
async fn load(address: SocketAddr, duration: Duration, seed: u64, tally: &Arc<Tally>) {
    let end = Instant::now() + duration;
    let visitors: Vec<_> = (0..VISITORS as u64)
        .map(|number| {
            let tally = Arc::clone(tally);
            tokio::spawn(async move {
                let mut seed = seed.wrapping_add(number << 32);
                while Instant::now() < end {
                    seed = seed.wrapping_add(1);
                    visit(address, seed, &tally).await;
                }
            })
        })
        .collect();
    for visitor in visitors {
        visitor.await.unwrap();
    }
}

/// Waits until nothing is asked any more and what is kept for a while has been let go, and measures then. With `before`,
/// waits until there is no growth, for as long as that may take.
async fn settled(serving: &Runtime, provider: &ScriptedServer, before: Option<Footprint>) -> Footprint {
    let begun = Instant::now();
    loop {
        provider.hang_up();
        tokio::time::sleep(Duration::from_millis(500)).await;
        let now = Footprint::measure(serving);
        let quiet = provider.open() == 0 && begun.elapsed() > KEEP_FINISHED.mul_f32(1.5);
        let settled = quiet && before.is_none_or(|before| now.grown_since(before).is_empty());
        if settled || begun.elapsed() > PATIENCE {
            return now;
        }
    }
}
