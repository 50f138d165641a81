//! Fills a database with conversations that nobody has had: the same for the same seed. Run by `make seed`.
//!
//! Memory stays bounded: a conversation is made, stored, and forgotten.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a tool for developers fails by panicking, and tells what it did"
)]

mod conversation;
mod names;
mod text;

use conversation::{Plan, owner};
use futures::{StreamExt, stream};
use server::store::{Imported, SqliteStore, Store};
use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

/// How many conversations are stored at one time.
const AT_ONCE: usize = 16;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let path = PathBuf::from(argument("--database").unwrap_or("target/seed/rivulet.db".into()));
    let number = |name, default: u64| argument(name).map_or(default, |value| value.parse().expect("a whole number"));
    let plan = Plan::new(
        number("--seed", 1),
        number("--conversations", 10_000) as usize,
        number("--messages", 1_000_000) as usize,
    );
    assert!(!path.exists(), "{} is there already; remove it to make it anew", path.display());
    let begun = Instant::now();
    let store = SqliteStore::open(&path).await.unwrap();
    let owner = owner();
    let mut storing = stream::iter(plan.conversations())
        .map(|conversation| {
            let (store, owner) = (store.clone(), owner.clone());
            async move {
                let messages = conversation.messages.len() as u64;
                assert_eq!(store.import(&owner, conversation).await.unwrap(), Imported::Added);
                messages
            }
        })
        .buffer_unordered(AT_ONCE);
    let (mut conversations, mut messages, mut told) = (0_u64, 0_u64, Instant::now());
    while let Some(stored) = storing.next().await {
        conversations += 1;
        messages += stored;
        if told.elapsed() > Duration::from_secs(10) {
            told = Instant::now();
            println!("{conversations} conversations, {messages} messages, {} s", begun.elapsed().as_secs());
        }
    }
    drop(storing);
    store.close().await;
    let bytes = path.metadata().unwrap().len();
    println!(
        "{}: {conversations} conversations with {messages} messages, {} MiB, {} s",
        path.display(),
        bytes >> 20,
        begun.elapsed().as_secs()
    );
    println!("to see them, serve this database and set the cookie rivulet_visitor={}", names::VISITOR);
}

/// What stands after a name on the command line.
fn argument(name: &str) -> Option<String> {
    std::env::args().skip_while(|argument| argument != name).nth(1)
}
