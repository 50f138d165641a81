#![no_main]
//! What a person looks for: any text is a query, and none is an error.

use server::{
    store::{SqliteStore, Store},
    transfer::formats,
    visitor::Owner,
};
use std::{path::Path, sync::LazyLock};
use tokio::runtime::Runtime;

const FOUND: &str = include_str!("../seeds/import_rivulet/conversation");

static STORE: LazyLock<(Runtime, SqliteStore, Owner)> = LazyLock::new(|| {
    let runtime = Runtime::new().expect("there are threads");
    let owner = Owner::User("fuzz".into());
    let store = runtime.block_on(async {
        let store = SqliteStore::open(Path::new(":memory:")).await.expect("there is memory");
        let conversation = formats::read(FOUND.as_bytes()).expect("it is whole").conversation;
        store.import(&owner, conversation).await.expect("there is room");
        store
    });
    (runtime, store, owner)
});

libfuzzer_sys::fuzz_target!(|text: &[u8]| {
    let (runtime, store, owner) = &*STORE;
    let text = String::from_utf8_lossy(text);
    let found = runtime.block_on(store.search(owner, &text, 5, None)).expect("any text is a query");
    for hit in found.hits {
        assert!(hit.snippet.iter().chain(&hit.title).any(|part| part.hit), "nothing is marked in what was found");
    }
});
