//! A disk that takes nothing: readers get their answers, everybody is told, and it goes on by itself.

use crate::{
    app::{Events, TestApp, problem, text},
    durable::Database,
    upstream::Upstream,
};
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    process::Command,
    time::{Duration, Instant},
};

/// Shorter than the time between two steps of the task that removes what was deleted: that would find out as well.
const PATIENCE: Duration = Duration::from_secs(40);

async fn until_ready(app: &TestApp, status: u16) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let response = app.get("/readyz").await;
        if response.status() == status {
            return response.json().await.unwrap();
        }
        assert!(Instant::now() < deadline, "/readyz is still {}", response.status());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Another program that holds the database: nothing can be written while it does.
struct Holder {
    connection: sqlx::SqliteConnection,
}

impl Holder {
    async fn new(database: &Database) -> Self {
        use sqlx::ConnectOptions;
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(database.file());
        let mut connection = options.connect().await.unwrap();
        sqlx::query("BEGIN IMMEDIATE").execute(&mut connection).await.unwrap();
        Self { connection }
    }

    async fn let_go(mut self) {
        sqlx::query("ROLLBACK").execute(&mut self.connection).await.unwrap();
    }
}

#[tokio::test]
async fn an_answer_in_flight_reaches_its_readers_and_is_stored_later() {
    let (database, mut upstream) = (Database::new(), Upstream::start().await);
    let app = TestApp::before(&upstream, &[("DATABASE_URL", &database.url())]).await;
    let id = app.conversation().await;
    let path = format!("/api/conversations/{id}");
    let mut events = Events::new(app.send(&id, "hi").await);
    let mut call = upstream.call().await;
    call.accept().await;
    call.say("before ").await;
    events.until_text("before ").await;
    let holder = Holder::new(&database).await;
    call.say("and after").await;
    events.until_text("and after").await;
    call.finish().await;
    let frames = events.all().await;
    assert_eq!(frames.last().unwrap().json()["finish_reason"], "stop", "the end is not held up");

    let problem_document = until_ready(&app, 503).await;
    assert_eq!(problem_document["code"], "storage_unavailable");
    assert!(problem_document["detail"].as_str().unwrap().contains("database"), "{problem_document}");
    let models: Value = app.get("/api/models").await.json().await.unwrap();
    assert_eq!(models["storage"]["code"], "storage_unavailable");
    let detail = problem(app.send(&id, "more").await, 503, "storage_unavailable").await;
    assert!(detail.contains("nothing new can be kept"), "{detail}");
    // What is not stored can be read all the same.
    let conversation: Value = app.get(&path).await.json().await.unwrap();
    assert_eq!(
        (&conversation["messages"][1]["content"], &conversation["messages"][1]["status"]),
        (&json!("before and after"), &json!("complete"))
    );

    holder.let_go().await;
    until_ready(&app, 200).await;
    let models: Value = app.get("/api/models").await.json().await.unwrap();
    assert!(models.get("storage").is_none());
    let deadline = Instant::now() + PATIENCE;
    while app.get(&path).await.json::<Value>().await.unwrap().get("generation_id").is_some() {
        assert!(Instant::now() < deadline, "the answer is still not stored");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let events = Events::new(app.send(&id, "again").await);
    let mut call = upstream.call().await;
    assert!(call.request["messages"].to_string().contains("before and after"), "the next question knows it");
    call.accept().await;
    call.say("ok").await;
    call.finish().await;
    assert_eq!(text(&events.all().await), "ok");
}

#[tokio::test]
async fn a_server_that_nobody_asks_finds_out_by_itself() {
    let database = Database::new();
    let app = TestApp::with(&[("DATABASE_URL", &database.url())]).await;
    let holder = Holder::new(&database).await;
    problem(app.post("/api/conversations", json!({})).await, 503, "storage_unavailable").await;
    until_ready(&app, 503).await;
    holder.let_go().await;
    until_ready(&app, 200).await;
}

/// A file system of one megabyte; none where this may not be made.
struct TinyDisk(Database);

impl TinyDisk {
    fn new() -> Option<Self> {
        let database = Database::new();
        let folder = database.file().parent().unwrap().to_owned();
        std::fs::create_dir_all(&folder).ok()?;
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(&folder).output().ok()?;
        mount.status.success().then_some(Self(database))
    }
}

impl Drop for TinyDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.file().parent().unwrap()).status();
    }
}

#[tokio::test]
async fn a_full_disk_is_told_and_left_behind() {
    let Some(disk) = TinyDisk::new() else { return };
    let app = TestApp::with(&[("DATABASE_URL", &disk.0.url())]).await;
    let id = app.conversation().await;
    let filler = disk.0.file().with_file_name("filler");
    // The end of the disk comes while an answer is being written.
    let mut events = Events::new(app.send(&id, "/slow hello").await);
    events.until_text(" ").await;
    let fill = |size: usize| std::fs::write(&filler, vec![0; size]);
    let mut size = 1 << 20;
    while size > 0 && fill(size).is_err() {
        size -= 4096;
    }
    let problem_document = until_ready(&app, 503).await;
    assert!(problem_document["detail"].as_str().unwrap().contains("disk"), "{problem_document}");
    let long = "word ".repeat(2000);
    let refused = app.request(Method::POST, "/api/conversations").json(&json!({"system_prompt": long})).send().await;
    problem(refused.unwrap(), 503, "storage_unavailable").await;
    let mut read = String::new();
    for _ in 0..5 {
        read.push_str(&events.next().await.expect("the answer goes on").content());
    }
    assert!(!read.is_empty());
    std::fs::remove_file(&filler).unwrap();
    until_ready(&app, 200).await;
    let generation = app.get(&format!("/api/conversations/{id}")).await.json::<Value>().await.unwrap()["generation_id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(app.delete(&format!("/api/generations/{generation}")).await.status(), 204);
    let conversation: Value = app.get(&format!("/api/conversations/{id}")).await.json().await.unwrap();
    assert_eq!((&conversation["messages"][1]["status"], conversation.get("generation_id")), (&json!("stopped"), None));
}
