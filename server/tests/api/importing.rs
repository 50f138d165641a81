//! What an import may cost others: while a long conversation is taken in they write, of one that breaks off nothing is seen, and
//! no file makes more of itself than it is.

use crate::{
    app::{Events, TestApp, problem, text, visitor},
    durable::Database,
    process::Process,
};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use sqlx::{ConnectOptions, SqliteConnection, query_scalar, sqlite::SqliteConnectOptions};
use std::{
    io::{Cursor, Write},
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use uuid::Uuid;

const PATIENCE: Duration = Duration::from_secs(60);

/// A file with one conversation of so many messages.
pub fn long(messages: usize) -> String {
    let ids: Vec<String> = (0..messages).map(|_| Uuid::new_v4().to_string()).collect();
    let message = |at: usize| {
        let (role, parent) = (["user", "assistant"][at % 2], at.checked_sub(1).map(|before| &ids[before]));
        let mut message = json!({"id": ids[at], "role": role, "content": format!("imported {at}"), "status": "complete", "created_at": 1});
        message["parent_id"] = json!(parent);
        message
    };
    let messages: Vec<Value> = (0..messages).map(message).collect();
    json!({"rivulet": 1, "id": Uuid::new_v4().to_string(), "title": "Long", "created_at": 1, "updated_at": 1, "messages": messages}).to_string()
}

async fn connection(database: &Database) -> SqliteConnection {
    SqliteConnectOptions::new().filename(database.file()).connect().await.unwrap()
}

async fn count(connection: &mut SqliteConnection) -> i64 {
    query_scalar("SELECT count(*) FROM messages").fetch_one(connection).await.unwrap()
}

async fn list(app: &TestApp, client: &Client) -> Vec<Value> {
    let response = app.request_by(client, Method::GET, "/api/conversations").send().await.unwrap();
    response.json::<Value>().await.unwrap()["conversations"].as_array().unwrap().clone()
}

/// Waits until there are more messages than these.
async fn more_than(connection: &mut SqliteConnection, before: i64) {
    let deadline = Instant::now() + PATIENCE;
    while count(connection).await <= before {
        assert!(Instant::now() < deadline, "nothing came in");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// A question that is asked in the middle of an import stands in the middle of what is imported.
#[tokio::test]
async fn others_write_while_a_long_conversation_comes_in() {
    let database = Database::new();
    let app = TestApp::with(&[("DATABASE_URL", &database.url())]).await;
    let id = app.conversation().await;
    let mut connection = connection(&database).await;
    // On a machine that is very busy, the import may be through before the question is asked.
    for attempt in 0..5 {
        let before = count(&mut connection).await;
        let importer = visitor();
        let request = app.request_by(&importer, Method::POST, "/api/import").body(long(20_000));
        let importing = tokio::spawn(request.timeout(PATIENCE).send());
        more_than(&mut connection, before).await;
        let there = list(&app, &importer).await;
        Events::new(app.send(&id, &format!("/fast in between {attempt}")).await).all().await;
        let report: Value = importing.await.unwrap().unwrap().json().await.unwrap();
        assert_eq!((&report["imported"], &report["messages"]), (&json!(1), &json!(20_000)));
        assert_eq!(list(&app, &importer).await.len(), 1);
        let after = "SELECT count(*) FROM messages WHERE content LIKE 'imported %' \
                     AND key > (SELECT max(key) FROM messages WHERE role = 'user' AND content LIKE '/fast in between %')";
        let after: i64 = query_scalar(after).fetch_one(&mut connection).await.unwrap();
        if there.is_empty() && after > 0 {
            return;
        }
    }
    panic!("the question waited for the whole import");
}

#[tokio::test]
async fn of_an_import_that_is_killed_nothing_is_seen() {
    let database = Database::new();
    let url = database.url();
    let process = Process::start(&[("DATABASE_URL", &url)]);
    let (address, _) = process.serving();
    let client = visitor();
    assert_eq!(client.get(format!("{address}/api/conversations")).send().await.unwrap().status(), 200);
    let mut connection = connection(&database).await;
    let file = long(20_000);
    let importing = tokio::spawn(client.post(format!("{address}/api/import")).body(file.clone()).send());
    more_than(&mut connection, 0).await;
    process.signal("KILL");
    let _ = importing.await.unwrap();
    drop(process);
    let left = count(&mut connection).await;
    assert!((1..20_000).contains(&left), "it was killed too late: {left}");

    let app = TestApp::with(&[("DATABASE_URL", &url)]).await;
    assert!(list(&app, &client).await.is_empty());
    let found = app.request_by(&client, Method::GET, "/api/search?q=imported").send().await.unwrap();
    assert_eq!(found.json::<Value>().await.unwrap()["hits"], json!([]));
    let id = serde_json::from_str::<Value>(&file).unwrap()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/conversations/{id}");
    problem(app.request_by(&client, Method::GET, &path).send().await.unwrap(), 404, "not_found").await;
    let restore = app.request_by(&client, Method::PATCH, &path).json(&json!({"deleted": false}));
    problem(restore.send().await.unwrap(), 404, "not_found").await;
    // It may be imported again.
    let again = app.request_by(&client, Method::POST, "/api/import").body(file).timeout(PATIENCE).send().await.unwrap();
    assert_eq!(again.json::<Value>().await.unwrap()["imported"], 1);
    assert_eq!(list(&app, &client).await.len(), 1);
}

/// `rivulet import` writes to the database of a server that goes on.
#[tokio::test]
async fn a_server_goes_on_while_a_command_imports_beside_it() {
    let (database, folder) = (Database::new(), tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap());
    let app = TestApp::with(&[("DATABASE_URL", &database.url())]).await;
    let id = app.conversation().await;
    assert!(text(&Events::new(app.send(&id, "/fast first").await).all().await).len() > 1);
    let file = folder.path().join("long.json");
    std::fs::write(&file, long(5_000)).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_rivulet"));
    command.args(["import", file.to_str().unwrap()]).env_clear().env("DATABASE_URL", database.url());
    let mut importing = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut asked = 0;
    let status = loop {
        let response = app.send(&id, "/fast and again").await;
        assert_eq!(response.status(), 200);
        Events::new(response).all().await;
        asked += 1;
        if let Some(status) = importing.try_wait().unwrap() {
            break status;
        }
    };
    assert!(status.success() && asked > 0);
    let found: Value = app.get("/api/search?q=imported%204999").await.json().await.unwrap();
    assert_eq!(found["hits"].as_array().unwrap().len(), 1, "{found}");
}

/// A file whose client has left is not read on.
#[tokio::test]
async fn an_import_ends_when_its_client_has_left() {
    let database = Database::new();
    let app = TestApp::with(&[("DATABASE_URL", &database.url())]).await;
    let client = visitor();
    assert!(list(&app, &client).await.is_empty());
    let mut connection = connection(&database).await;
    let (conversations, messages) = (3_000, 4);
    let file = format!("[{}]", (0..conversations).map(|_| long(messages)).collect::<Vec<_>>().join(","));
    let importing = tokio::spawn(app.request_by(&client, Method::POST, "/api/import").body(file).send());
    more_than(&mut connection, 0).await;
    importing.abort();
    let (mut seen, mut since, began) = (0, Instant::now(), Instant::now());
    while since.elapsed() < Duration::from_secs(1) {
        assert!(began.elapsed() < PATIENCE, "it does not end");
        let count = count(&mut connection).await;
        if count != seen {
            (seen, since) = (count, Instant::now());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(seen < (conversations * messages) as i64, "all of it came in");
    // What was begun is whole.
    assert_eq!(list(&app, &client).await.len().min(50), (seen / messages as i64).min(50) as usize);
    assert_eq!(seen % messages as i64, 0);
}

/// So many bytes that repeat this, between what stands before and after.
fn repeated(before: &str, entry: &str, after: &str, bytes: usize) -> String {
    format!("{before}{}{}{after}", entry.repeat(bytes / entry.len()), entry.trim_end_matches(','))
}

fn zipped(text: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("conversations.json", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(text.as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}

/// The most memory that a process has had, in MiB.
#[cfg(target_os = "linux")]
fn most_memory(process: &Process) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() / 1024
}

/// Lists of nothing have two or three bytes for each entry in a file, and none may become dozens in memory.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_of_nothing_takes_no_memory() {
    let said = r#"{"mapping":{"a":{"message":{"author":{"role":"user"},"#;
    let asked = r#"{"chat":{"messages":[{"role":"user","#;
    let bombs = [
        (r#"{"mapping":{"#.to_owned(), "\"\":{},", "}}"),
        (r#"{"chat":{"history":{"messages":{"#.to_owned(), "\"\":{\"role\":\"\"},", "}}}}"),
        (r#"{"chat":{"messages":["#.to_owned(), "{\"role\":\"\"},", "]}}"),
        (r#"{"rivulet":1,"title":["#.to_owned(), "0,", "]}"),
        (r#"{"mapping":{},"create_time":["#.to_owned(), "0,", "]}"),
        (format!(r#"{said}"content":{{"parts":["#), "null,", "]}}}}}"),
        (format!(r#"{said}"content":{{"content_type":"thoughts","thoughts":["#), "{},", "]}}}}}"),
        (format!(r#"{said}"metadata":{{"attachments":["#), "{},", "]}}}}}"),
        (format!(r#"{asked}"content":["#), "{},", "]}]}}"),
        (format!(r#"{asked}"error":["#), "0,", "]}]}}"),
        (format!(r#"{asked}"files":["#), "{},", "]}]}}"),
    ];
    let process = Process::start(&[]);
    let (address, _) = process.serving();
    let client = visitor();
    let post = |file: Vec<u8>| client.post(format!("{address}/api/import")).body(file).timeout(2 * PATIENCE).send();
    assert_eq!(post(long(2).into_bytes()).await.unwrap().status(), 200);
    let before = most_memory(&process);
    for (begin, entry, end) in bombs {
        let file = zipped(&repeated(&begin, entry, end, 8 << 20));
        let status = post(file).await.unwrap().status().as_u16();
        assert!(matches!(status, 200 | 400), "{status}: {begin}");
        let grown = most_memory(&process) - before;
        assert!(grown < 100, "{grown} MiB for {begin}{entry}");
    }
}

/// All that are pinned are on every first page.
#[tokio::test]
async fn nobody_pins_more_than_a_page() {
    let app = TestApp::start().await;
    let pinned = |_| long(2).replacen("\"rivulet\"", "\"pinned\":true,\"rivulet\"", 1);
    let file = format!("[{}]", (0..150).map(pinned).collect::<Vec<_>>().join(","));
    let report =
        app.request(Method::POST, "/api/import").body(file).send().await.unwrap().json::<Value>().await.unwrap();
    assert_eq!(report["imported"], 150);
    let page = app.get("/api/conversations?limit=1").await.json::<Value>().await.unwrap();
    let page = page["conversations"].as_array().unwrap().clone();
    assert_eq!(page.len(), 101);
    let path = |one: &Value| format!("/api/conversations/{}", one["id"].as_str().unwrap());
    let pin = async |one: &Value, pinned: bool| {
        app.request(Method::PATCH, &path(one)).json(&json!({"pinned": pinned})).send().await.unwrap()
    };
    assert_eq!(pin(&page[0], true).await.status(), 200, "it is pinned already");
    let detail = problem(pin(&page[100], true).await, 409, "conflict").await;
    assert!(detail.starts_with("100 conversations are pinned already"), "{detail}");
    assert_eq!(pin(&page[0], false).await.status(), 200);
    assert_eq!(pin(&page[100], true).await.status(), 200);
    // Nor by deleting and restoring.
    assert_eq!(app.delete(&path(&page[1])).await.status(), 204);
    assert_eq!(pin(&page[0], true).await.status(), 200);
    let restored = app.request(Method::PATCH, &path(&page[1])).json(&json!({"deleted": false})).send().await.unwrap();
    assert_ne!(restored.json::<Value>().await.unwrap()["pinned"], true);
    let first = app.get("/api/conversations?limit=1").await.json::<Value>().await.unwrap();
    assert_eq!(first["conversations"].as_array().unwrap().len(), 101);
}

#[tokio::test]
async fn what_is_more_than_anybody_has_is_refused() {
    let app = TestApp::with(&[("RIVULET_MAX_ANSWER_BYTES", "1000")]).await;
    let import = async |file: String| app.request(Method::POST, "/api/import").body(file).send().await.unwrap();
    let detail = problem(import(format!("[{}{}]", long(2), ",0".repeat(100_000))).await, 413, "too_large").await;
    assert!(detail.contains("more than 100000 conversations"), "{detail}");
    assert!(list(&app, &app.client).await.is_empty(), "nothing came in before");

    let places = repeated(r#"{"title":"Places","mapping":{"#, "\"\":{},", "}}", 50_000 * 6);
    let detail = problem(import(places).await, 400, "invalid_request").await;
    assert!(detail.contains("`mapping`") && detail.contains("more than 40000 entries"), "{detail}");

    let large = long(2).replace("imported 1", &"x".repeat(1001));
    let report: Value = import(format!("[{},{large}]", long(2))).await.json().await.unwrap();
    assert_eq!((&report["imported"], &report["skipped_count"]), (&json!(1), &json!(1)));
    assert_eq!(report["skipped"][0]["title"], "Long");
    assert_eq!(
        report["skipped"][0]["reason"],
        "one of its messages has 1001 bytes, more than 1000 (RIVULET_MAX_ANSWER_BYTES)"
    );
}
