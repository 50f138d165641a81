//! What only this store does: files, recovery, plans of its statements, and what it costs.

mod importing;
mod removal;
mod search_index;

use super::{
    SqliteStore, attachments, branches, conversations, deletion, import, maintenance, open, pieces, presets, search,
    transfer, turns,
};
use crate::{
    store::{Checkpoint, NewAsk, NewTurn, Store, StoreError, TurnStart, Window, contract},
    visitor::{Owner, VisitorId},
};
use protocol::{
    conversation::SettingsChange,
    id::{ConversationId, GenerationId, MessageId},
    message::{Message, MessageStatus},
};
use sqlx::{AssertSqlSafe, ConnectOptions, Row, SqliteConnection, query, query_scalar};
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// A folder that is gone with this.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("rivulet-{}", Uuid::new_v4())))
    }

    fn file(&self) -> PathBuf {
        self.0.join("inner/rivulet.db")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn owner() -> Owner {
    Owner::Visitor(VisitorId::random())
}

fn turn(conversation: ConversationId, text: &str) -> NewTurn {
    let mut answer = Message::answer(MessageId(Uuid::new_v4()), None, 3);
    answer.generation_id = Some(GenerationId(Uuid::new_v4()));
    let ask = NewAsk::Question(Box::new(Message::user(MessageId(Uuid::new_v4()), None, text, 2)));
    NewTurn { conversation, idempotency_key: Some("k".into()), ask, answer, settings: SettingsChange::default() }
}

#[tokio::test]
async fn memory_passes_the_contract() {
    contract::run(async || SqliteStore::open(Path::new(":memory:")).await.unwrap()).await;
}

#[tokio::test]
async fn a_file_passes_the_contract() {
    let folder = Folder::new();
    contract::run(async || SqliteStore::open(&folder.0.join(Uuid::new_v4().to_string())).await.unwrap()).await;
}

#[tokio::test]
async fn what_was_written_is_there_again() {
    let folder = Folder::new();
    let (owner, other) = (owner(), Owner::User("ann:b".into()));
    let store = SqliteStore::open(&folder.file()).await.unwrap();
    let mine = contract::conversation(&store, &owner).await;
    let session = contract::conversation(&store, &other).await;
    for (owner, id) in [(&owner, mine), (&other, session)] {
        assert!(matches!(store.begin_turn(owner, turn(id, "hi")).await.unwrap(), TurnStart::Added { .. }));
    }
    store.close().await;
    assert!(matches!(
        store.get(&owner, mine, Window::All).await,
        Err(StoreError::Unavailable(_) | StoreError::Failed(_))
    ));
    let again = SqliteStore::open(&folder.file()).await.unwrap();
    for (owner, id) in [(&owner, mine), (&other, session)] {
        let messages = again.get(owner, id, Window::All).await.unwrap().messages;
        assert_eq!(messages[0].content, "hi");
        assert_eq!(messages[1].status, MessageStatus::Interrupted, "nobody writes it any more");
        assert!(
            matches!(again.begin_turn(owner, turn(id, "hi")).await.unwrap(), TurnStart::Known(_)),
            "the key is known"
        );
    }
    let owners: Vec<Owner> = again.owners().await.unwrap().into_iter().map(|one| one.owner).collect();
    assert_eq!(owners, [owner, other]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(folder.0.join("inner")).unwrap().permissions().mode() & 0o777, 0o700);
    }
}

/// Also in a folder that others may look into.
#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    std::fs::create_dir_all(folder.file().parent().unwrap()).unwrap();
    let store = SqliteStore::open(&folder.file()).await.unwrap();
    contract::conversation(&store, &owner()).await;
    for end in ["", "-wal", "-shm"] {
        let file = PathBuf::from(format!("{}{end}", folder.file().display()));
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o077, 0, "{}", file.display());
    }
}

#[tokio::test]
async fn the_database_of_a_newer_program_is_left_alone() {
    let folder = Folder::new();
    SqliteStore::open(&folder.file()).await.unwrap().close().await;
    let mut connection = open::options(&folder.file()).connect().await.unwrap();
    query("PRAGMA user_version = 99").execute(&mut connection).await.unwrap();
    drop(connection);
    let refused = SqliteStore::open(&folder.file()).await.map(drop).unwrap_err().to_string();
    assert!(refused.contains("newer Rivulet") && refused.contains("version 99"), "{refused}");
}

#[tokio::test]
async fn two_servers_do_not_share_a_database() {
    let folder = Folder::new();
    let store = SqliteStore::open(&folder.file()).await.unwrap();
    let refused = SqliteStore::open(&folder.file()).await.map(drop).unwrap_err().to_string();
    assert!(refused.contains("used by another Rivulet"), "{refused}");
    let owner = owner();
    let id = contract::conversation(&store, &owner).await;
    store.begin_turn(&owner, turn(id, "hi")).await.unwrap();
    let beside = SqliteStore::open_beside_server(&folder.file()).await.unwrap();
    let there = beside.get(&owner, id, Window::All).await.unwrap().messages;
    assert_eq!(there[1].status, MessageStatus::Streaming, "the answers of the one are none of the other's business");
    store.close().await;
    SqliteStore::open(&folder.file()).await.unwrap();
}

#[tokio::test]
async fn a_copy_is_whole_while_others_write() {
    let folder = Folder::new();
    let store = SqliteStore::open(&folder.file()).await.unwrap();
    let owner = owner();
    let id = contract::conversation(&store, &owner).await;
    store.begin_turn(&owner, turn(id, "hi")).await.unwrap();
    let copy = folder.0.join("copy.db");
    let more = async {
        for _ in 0..20 {
            contract::conversation(&store, &owner).await;
        }
    };
    let file = folder.file();
    let (copied, ()) = tokio::join!(maintenance::backup(&file, &copy), more);
    copied.unwrap();
    assert!(maintenance::backup(&folder.file(), &copy).await.is_err(), "what is there is not written over");
    for file in [&folder.file(), &copy] {
        assert_eq!(maintenance::examine(file).await.unwrap().damages, Vec::<String>::new());
    }
    let copied = SqliteStore::open(&copy).await.unwrap();
    assert_eq!(copied.get(&owner, id, Window::All).await.unwrap().messages[0].content, "hi");
    assert_eq!(copied.search(&owner, "hi", 9, None).await.unwrap().hits.len(), 1);
    assert!(maintenance::examine(&folder.0.join("none.db")).await.is_err());
}

#[tokio::test]
async fn a_place_that_cannot_be_is_named() {
    let folder = Folder::new();
    std::fs::create_dir_all(&folder.0).unwrap();
    std::fs::write(folder.0.join("inner"), "a file").unwrap();
    let refused = SqliteStore::open(&folder.file()).await.map(drop).unwrap_err().to_string();
    assert!(refused.contains("inner") && refused.contains("RIVULET_DATA_DIR"), "{refused}");
    std::fs::write(folder.0.join("text.db"), "this is no database, but a text that is long enough".repeat(99)).unwrap();
    let refused = SqliteStore::open(&folder.0.join("text.db")).await.map(drop).unwrap_err().to_string();
    assert!(refused.contains("text.db") && refused.contains("not a database"), "{refused}");
}

/// Lists, branches and searches must not walk over tables, however many rows there are.
#[tokio::test]
async fn no_statement_scans_a_table() {
    let folder = Folder::new();
    SqliteStore::open(&folder.file()).await.unwrap().close().await;
    let mut connection = open::options(&folder.file()).connect().await.unwrap();
    for statement in [
        conversations::PINNED,
        conversations::RECENT,
        conversations::COUNT_PINNED,
        conversations::FIND,
        conversations::BY_TOKEN,
        deletion::GONE,
        branches::UP,
        branches::PATH,
        branches::BEGINNING,
        branches::NEWEST_LEAF,
        branches::BELOW,
        branches::CHILDREN,
        branches::VERSIONS,
        turns::BY_KEY,
        turns::BY_GENERATION,
        pieces::CHECKPOINT,
        pieces::CLEAN,
        pieces::WRITTEN,
        presets::OF_OWNER,
        import::HERE,
        import::BROKEN_OFF,
        transfer::NEXT,
        transfer::NOT_DELETED,
        transfer::ALL_MESSAGES,
        search::TITLES,
        search::MESSAGES,
        search::EXPANDED,
        search::index::NEW_MESSAGES,
        search::index::NEW_TITLES,
        search::index::FORGET_WORDS,
        deletion::SHARE_LESS,
        attachments::ONE,
        attachments::ONE_WITH_CONTENT,
        attachments::OF_CONVERSATION,
        attachments::UNSENT_OF_OWNER,
        attachments::BYTES,
        attachments::UNTIE,
        attachments::TO_REMOVE,
    ] {
        for step in plan(&mut connection, statement).await {
            // What a statement made itself or was given, and the index of words.
            let own = [
                "SCAN branch",
                "SCAN below",
                "SCAN up",
                "SCAN json_each VIRTUAL",
                "SCAN parents VIRTUAL",
                "SCAN piece VIRTUAL",
                "SCAN (subquery",
                "SCAN gone VIRTUAL",
            ];
            // An index that has only what is still to be done.
            let is_short = step.ends_with("_to_index");
            let fine = own.iter().any(|own| step.starts_with(own))
                || step == "SCAN CONSTANT ROW"
                || step.ends_with(":M2")
                || is_short;
            let scans = step.starts_with("SCAN") && !fine;
            assert!(!scans, "{step}: {statement}");
        }
    }
    let sorted = plan(&mut connection, conversations::RECENT).await;
    assert!(!sorted.iter().any(|step| step.contains("TEMP B-TREE")), "{sorted:?}");
}

#[tokio::test]
async fn walks_down_a_branch_go_by_the_parent() {
    let folder = Folder::new();
    SqliteStore::open(&folder.file()).await.unwrap().close().await;
    let mut connection = open::options(&folder.file()).connect().await.unwrap();
    for statement in [branches::BELOW, branches::NEWEST_LEAF] {
        let steps = plan(&mut connection, statement).await;
        assert!(steps.iter().any(|step| step.contains("parent=?")), "{steps:?}");
    }
}

async fn plan(connection: &mut SqliteConnection, statement: &'static str) -> Vec<String> {
    let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
    let steps = query(explain).fetch_all(connection).await.unwrap();
    steps.iter().map(|step| step.get::<String, _>(3)).collect()
}

#[tokio::test]
async fn many_sends_at_once_are_few_commits() {
    let store = SqliteStore::open(Path::new(":memory:")).await.unwrap();
    let owner = owner();
    let mut ids = Vec::new();
    for _ in 0..200 {
        ids.push(contract::conversation(&store, &owner).await);
    }
    let sends = ids.iter().map(|id| store.begin_turn(&owner, turn(*id, "hi")));
    for begun in futures::future::join_all(sends).await {
        assert!(matches!(begun.unwrap(), TurnStart::Added { .. }));
    }
    assert_eq!(store.list(&owner, 200, None).await.unwrap().conversations.len(), 200);
}

/// Pieces of ended answers go, those of an answer that is still being written stay, all of them.
#[tokio::test]
async fn pieces_are_kept_as_long_as_somebody_needs_them() {
    let folder = Folder::new();
    let store = SqliteStore::open(&folder.file()).await.unwrap();
    let owner = owner();
    let mut answers = Vec::new();
    for _ in 0..2 {
        let turn = turn(contract::conversation(&store, &owner).await, "hi");
        let (id, answer) = (turn.conversation, turn.answer.clone());
        store.begin_turn(&owner, turn).await.unwrap();
        answers.push((id, answer));
    }
    let (short, long) = (answers[0].clone(), answers[1].clone());
    let piece = |message: MessageId, number: u64| Checkpoint {
        message,
        last_event_id: number,
        content: format!("{number} "),
        reasoning: String::new(),
        model: None,
    };
    let mut connection = open::options(&folder.file()).connect().await.unwrap();
    let mut count =
        async || -> i64 { query_scalar("SELECT count(*) FROM pieces").fetch_one(&mut connection).await.unwrap() };
    for number in 1..=50 {
        store.checkpoint(vec![piece(short.1.id, number)]).await.unwrap();
    }
    assert_eq!(count().await, 50);
    store.save_answer(&owner, short.0, Message { status: MessageStatus::Complete, ..short.1.clone() }).await.unwrap();
    for number in 1..=100 {
        // One that comes too late.
        store.checkpoint(vec![piece(long.1.id, number), piece(short.1.id, 50 + number)]).await.unwrap();
    }
    assert_eq!(count().await, 100);
    store.interrupt(long.1.generation_id.unwrap()).await.unwrap();
    let kept = store.message(&owner, long.0, long.1.id).await.unwrap();
    assert_eq!(kept.content, (1..=100).map(|number| format!("{number} ")).collect::<String>());
    store.close().await;
    SqliteStore::open(&folder.file()).await.unwrap();
    assert_eq!(count().await, 0);
}

#[tokio::test]
async fn what_does_not_fit_on_the_disk_is_refused_until_it_does() {
    let folder = Folder::new();
    let store = SqliteStore::open(&folder.file()).await.unwrap();
    let owner = owner();
    let id = contract::conversation(&store, &owner).await;
    store.limit_pages(Some(4)).await;
    let long = "word ".repeat(20_000);
    let refused = store.begin_turn(&owner, turn(id, &long)).await.map(drop).unwrap_err();
    assert!(matches!(&refused, StoreError::Unavailable(sentence) if sentence.contains("disk is full")), "{refused:?}");
    let mut trouble = store.trouble();
    assert_eq!(trouble.borrow().as_ref().unwrap().message, refused.to_string());
    assert!(store.get(&owner, id, Window::All).await.unwrap().messages.is_empty(), "what is there can be read");
    // Nobody has to try: it finds out by itself.
    store.limit_pages(None).await;
    tokio::time::timeout(std::time::Duration::from_secs(30), trouble.wait_for(Option::is_none)).await.unwrap().unwrap();
    assert!(matches!(store.begin_turn(&owner, turn(id, &long)).await.unwrap(), TurnStart::Added { .. }));
}
