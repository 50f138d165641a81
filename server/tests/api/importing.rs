//! A long conversation is taken in: meanwhile others write, and of an import that breaks off nothing is seen.

use crate::{
    app::{Events, TestApp, problem, text, visitor},
    durable::Database,
    process::Process,
};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use sqlx::{ConnectOptions, SqliteConnection, query_scalar, sqlite::SqliteConnectOptions};
use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use uuid::Uuid;

const PATIENCE: Duration = Duration::from_secs(60);

/// A file with one conversation of so many messages.
fn long(messages: usize) -> String {
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
