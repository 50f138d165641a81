//! The index behind search, which is brought up to date a moment later.

use super::{Folder, owner, turn};
use crate::{
    store::{
        Store, contract,
        sqlite::{SqliteStore, open},
    },
    visitor::Owner,
};
use proptest::prelude::*;
use sqlx::{ConnectOptions, query_scalar};
use std::{path::Path, time::Duration};

/// Waits until the index has so many messages, without asking the store for anything.
async fn wait_for_indexed(folder: &Folder, wanted: i64) {
    let mut connection = open::options(&folder.file()).connect().await.unwrap();
    let mut indexed = 0;
    for _ in 0..3000 {
        indexed = query_scalar("SELECT count(*) FROM message_words").fetch_one(&mut connection).await.unwrap();
        if indexed == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{indexed} of {wanted} messages are indexed");
}

#[tokio::test]
async fn what_is_stored_is_indexed_without_anybody_asking() {
    let folder = Folder::new();
    let store = SqliteStore::open(&folder.file()).await.unwrap();
    let owner = owner();
    for wanted in 1..=2 {
        let id = contract::conversation(&store, &owner).await;
        store.begin_turn(&owner, turn(id, "apple")).await.unwrap();
        wait_for_indexed(&folder, wanted).await;
    }
}

/// More than one step has, from a server that ended before it could index them.
#[tokio::test]
async fn what_an_earlier_server_left_is_indexed() {
    let folder = Folder::new();
    let store = SqliteStore::open_beside_server(&folder.file()).await.unwrap();
    let owner = owner();
    for number in 0..150 {
        let id = contract::conversation(&store, &owner).await;
        store.begin_turn(&owner, turn(id, &format!("apple {number}"))).await.unwrap();
    }
    store.close().await;
    let store = SqliteStore::open(&folder.file()).await.unwrap();
    wait_for_indexed(&folder, 150).await;
    let hits = store.search(&owner, "apple 149", 9, None).await.unwrap().hits;
    assert_eq!(hits.len(), 1);
    assert!(hits[0].title.iter().any(|part| part.hit), "{:?}", hits[0].title);
}

/// Beginnings of words are found in three ways: by the index's own lists, by the words that are known, and, where those are
/// too many, by the index alone.
#[tokio::test]
async fn the_beginning_of_a_word_finds_it_however_many_there_are() {
    let store = SqliteStore::open(Path::new(":memory:")).await.unwrap();
    let owner = owner();
    let id = contract::conversation(&store, &owner).await;
    let many: String = (0..300).map(|n| format!("conjure{n} ")).collect();
    store.begin_turn(&owner, turn(id, &format!("{many} conjugation of verbs"))).await.unwrap();
    for (text, count) in [
        ("co", 1),
        ("con", 1),
        ("conj", 1),
        ("conjug", 1),
        ("conjure29", 1),
        ("conjugation of ve", 1),
        ("\"conjugation of\" verb", 1),
        ("of-verb", 1),
        ("conjx", 0),
        ("onju", 0),
    ] {
        assert_eq!(store.search(&owner, text, 9, None).await.unwrap().hits.len(), count, "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Any text can be looked for, and what was said is found by its own words.
    #[test]
    fn any_text_is_a_query(text in "\\PC{0,40}|[\"'*()^:+ a-c-]{0,20}|.{0,30}") {
        thread_local!(static RUNTIME: (tokio::runtime::Runtime, SqliteStore, Owner) = {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let store = runtime.block_on(SqliteStore::open(Path::new(":memory:"))).unwrap();
            (runtime, store, owner())
        });
        RUNTIME.with(|(runtime, store, owner)| runtime.block_on(async {
            let id = contract::conversation(store, owner).await;
            store.begin_turn(owner, turn(id, &text)).await.unwrap();
            let hits = store.search(owner, &text, 100, None).await.unwrap().hits;
            if !crate::store::words::terms(&text).is_empty() && !text.contains(['"', '“', '”', '„', '«', '»', '「', '」']) {
                prop_assert!(!hits.is_empty(), "{:?}", text);
            }
            store.delete(owner, id).await.unwrap();
            Ok(())
        }))?;
    }
}
