//! What people wait for when there is much: a database made by `make seed`, a server on it, and requests over loopback, one after
//! another. Prints a table for docs/performance.md. Run by `make bench-store`.
//!
//! The server is a process of its own, so that its memory can be told from the client's.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement fails by panicking, and tells what it found"
)]

mod measure;
mod server;

use measure::Figures;
use server::Served;
use std::{path::PathBuf, time::Instant};

#[path = "../../seed/names.rs"]
mod names;

/// How often each thing is asked for, after some times that are not counted.
const TIMES: usize = 200;
/// The conversation whose word is looked for; each database that is worth measuring has so many.
const RARE: usize = 142;
/// How many pages of the list are gone through to reach one far down.
const FAR_DOWN: usize = 100;

#[tokio::main]
async fn main() {
    let database = PathBuf::from(argument("--database").unwrap_or("target/seed/rivulet.db".into()));
    assert!(database.is_file(), "{} is missing: run `make seed` first", database.display());
    let folder = tempfile::tempdir_in(database.parent().unwrap()).unwrap();
    let copy = folder.path().join("rivulet.db");
    let begun = Instant::now();
    ::server::store::maintenance::backup(&database, &copy).await.unwrap();
    println!("a backup of {} MiB took {:.1} s\n", copy.metadata().unwrap().len() >> 20, begun.elapsed().as_secs_f64());

    let served = Served::start(&copy).await;
    println!("| what | p50 | p99 | bytes |\n|---|---|---|---|");
    let (long, rare) = (names::LONGEST, names::rare_word(RARE));
    for (what, path) in [
        ("the page at `/`, to its first byte", "/".to_owned()),
        ("the page of the 2,000-message chat, to its first byte", format!("/c/{long}")),
        ("the 2,000-message chat, its last 50 messages", format!("/api/conversations/{long}?limit=50")),
        ("the list, page 1", "/api/conversations?limit=50".to_owned()),
        ("the list, page 100", far_down(&served).await),
        ("search: a common word (`river`)", "/api/search?q=river".to_owned()),
        ("search: two common words", "/api/search?q=river%20water".to_owned()),
        ("search: the beginning of a word (`sedi`)", "/api/search?q=sedi".to_owned()),
        ("search: one letter (`r`)", "/api/search?q=r".to_owned()),
        ("search: a word that is there once", format!("/api/search?q={rare}")),
        ("search: Chinese (`河流`)", "/api/search?q=%E6%B2%B3%E6%B5%81".to_owned()),
        ("search: one Chinese character (`水`)", "/api/search?q=%E6%B0%B4".to_owned()),
        ("search: a phrase", "/api/search?q=%22the%20river%22".to_owned()),
        ("search: nothing is found", "/api/search?q=zzyzxqq".to_owned()),
    ] {
        println!("{}", timed(&served, what, &path).await);
    }
    moving(&served, folder.path()).await;
}

/// What stands after a name on the command line.
fn argument(name: &str) -> Option<String> {
    std::env::args().skip_while(|argument| argument != name).nth(1)
}

async fn timed(served: &Served, what: &str, path: &str) -> String {
    let mut figures = Figures::default();
    for time in 0..TIMES + TIMES / 10 {
        let (waited, bytes) = served.first_byte(path).await;
        if time >= TIMES / 10 {
            figures.add(waited, bytes);
        }
    }
    format!("| {what} | {figures} |")
}

/// The address of a page of the list far down.
async fn far_down(served: &Served) -> String {
    let mut path = "/api/conversations?limit=50".to_owned();
    for _ in 1..FAR_DOWN {
        let Some(next) = served.json(&path).await["next"].as_str().map(str::to_owned) else { break };
        path = format!("/api/conversations?limit=50&cursor={next}");
    }
    path
}

/// Everything out, and in again as somebody else's.
async fn moving(served: &Served, folder: &std::path::Path) {
    println!("\n| what | time | file | the server's memory before | at the most |\n|---|---|---|---|---|");
    let archive = folder.join("all.zip");
    let before = served.reset_peak();
    let begun = Instant::now();
    let bytes = served.download("/api/export", &archive).await;
    row("export of everything", begun, bytes, before, served.peak());
    let before = served.reset_peak();
    let begun = Instant::now();
    let report = served.upload_as_somebody_else("/api/import", &archive).await;
    row("import of that file by another visitor", begun, bytes, before, served.peak());
    println!("\nthe import said: {} conversations with {} messages", report["imported"], report["messages"]);
}

fn row(what: &str, begun: Instant, bytes: u64, before: u64, peak: u64) {
    let mib = |bytes: u64| bytes >> 20;
    let seconds = begun.elapsed().as_secs_f64();
    println!("| {what} | {seconds:.1} s | {} MiB | {} MiB | {} MiB |", mib(bytes), mib(before), mib(peak));
}
