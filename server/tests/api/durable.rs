//! What outlives the process: a server that is stopped, and one that is killed at any moment.

use crate::{
    app::{Events, TestApp, problem, text},
    process::Process,
    upstream::{Call, Upstream},
};
use proptest::{
    prelude::Rng,
    test_runner::{RngAlgorithm, TestRng},
};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use server::store::maintenance;
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// A folder with a database, gone with this.
pub struct Database(PathBuf);

impl Database {
    pub fn new() -> Self {
        let id = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("database-{}-{id}", std::process::id()));
        Self(folder)
    }

    pub fn file(&self) -> PathBuf {
        self.0.join("rivulet.db")
    }

    pub fn url(&self) -> String {
        format!("sqlite:{}", self.file().display())
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A server on this database, before this provider.
async fn serve(database: &Database, upstream: &Upstream) -> TestApp {
    TestApp::before(upstream, &[("DATABASE_URL", &database.url())]).await
}

async fn get(app: &TestApp, client: &Client, path: &str) -> Value {
    let response = app.request_by(client, Method::GET, path).send().await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    response.json().await.unwrap()
}

#[tokio::test]
async fn a_restart_keeps_what_was_said_and_what_was_half_said() {
    let (database, mut upstream) = (Database::new(), Upstream::start().await);
    let app = serve(&database, &upstream).await;
    let client = app.client.clone();
    let id = app.conversation().await;
    let path = format!("/api/conversations/{id}");
    let mut events = Events::new(app.send(&id, "hi").await);
    let mut call = upstream.call().await;
    call.accept().await;
    call.say("Half of 😀 ").await;
    events.until_text("😀 ").await;
    app.shut_down().await;
    assert_eq!(events.all().await.last().unwrap().json()["code"], "interrupted");

    let app = serve(&database, &upstream).await;
    let conversation = get(&app, &client, &path).await;
    let answer = &conversation["messages"][1];
    assert_eq!((&answer["content"], conversation.get("generation_id")), (&json!("Half of 😀 "), None));
    assert_ne!(answer["status"], "streaming");
    // The events of then are gone, but the answer can be told again from its beginning.
    let generation = answer["generation_id"].as_str().unwrap();
    let request = app.request_by(&client, Method::GET, &format!("/api/generations/{generation}/events"));
    let again = Events::new(request.send().await.unwrap()).all().await;
    assert_eq!(text(&again), "Half of 😀 ");
    assert_eq!(again.last().unwrap().kind(), "error");
    let late = app.request_by(&client, Method::GET, &format!("/api/generations/{generation}/events?after=2"));
    problem(late.send().await.unwrap(), 404, "not_found").await;
    let stranger = Client::builder().no_proxy().build().unwrap();
    let theirs = app.request_by(&stranger, Method::GET, &format!("/api/generations/{generation}/events"));
    problem(theirs.send().await.unwrap(), 404, "not_found").await;

    // It is taken on.
    let request = app.request_by(&client, Method::POST, &format!("{path}/messages"));
    let events = Events::new(request.json(&json!({"continue": answer["id"]})).send().await.unwrap());
    let mut call = upstream.call().await;
    assert!(call.request["messages"].to_string().contains("Half of 😀"));
    call.accept().await;
    call.say("the other half").await;
    call.finish().await;
    assert_eq!(text(&events.all().await), "Half of 😀 the other half");
    assert_eq!(get(&app, &client, &path).await["messages"][1]["siblings"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_key_that_was_used_before_the_restart_starts_nothing() {
    let (database, mut upstream) = (Database::new(), Upstream::start().await);
    let app = serve(&database, &upstream).await;
    let client = app.client.clone();
    let id = app.conversation().await;
    let path = format!("/api/conversations/{id}/messages");
    let send = |app: &TestApp| {
        let request = app.request_by(&client, Method::POST, &path).header("Idempotency-Key", "k1");
        request.json(&json!({"content": "hi"})).send()
    };
    let events = Events::new(send(&app).await.unwrap());
    let mut call = upstream.call().await;
    call.accept().await;
    call.say("hello").await;
    call.finish().await;
    let first = events.all().await;
    app.shut_down().await;
    let app = serve(&database, &upstream).await;
    let again = Events::new(send(&app).await.unwrap()).all().await;
    assert_eq!((text(&again), &again[0].json()["generation_id"]), (text(&first), &first[0].json()["generation_id"]));
    upstream.assert_not_called().await;

    // Whoever had all events before has them still, and whoever had some is told how to get the rest.
    let (last, generation) = (first.len(), first[0].json()["generation_id"].clone());
    let after = |number: usize| {
        let path = format!("/api/generations/{}/events?after={number}", generation.as_str().unwrap());
        app.request_by(&client, Method::GET, &path).send()
    };
    assert_eq!(after(last).await.unwrap().status(), 204);
    let forgotten = problem(after(last - 1).await.unwrap(), 404, "not_found").await;
    assert!(forgotten.contains("`after=0`"), "{forgotten}");
}

#[tokio::test]
async fn a_session_remembers_across_a_restart() {
    let database = Database::new();
    let variables = [("DATABASE_URL", database.url())];
    let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
    let app = TestApp::with(&variables).await;
    let first = app.post("/api/conversation/ann", json!({"message": "/fast my cat is Tom"})).await;
    let session = first.json::<Value>().await.unwrap()["session_id"].clone();
    app.shut_down().await;
    let app = TestApp::with(&variables).await;
    let body = json!({"message": "/fast what did I say?", "session_id": session});
    problem(app.post("/api/conversation/bob", body.clone()).await, 404, "not_found").await;
    let answer: Value = app.post("/api/conversation/ann", body).await.json().await.unwrap();
    assert!(answer["message"].as_str().unwrap().contains("my cat is Tom"), "{answer}");
}

/// How late this machine is at present: a task that wants to sleep for a moment sleeps so much longer.
struct Lateness {
    worst: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
}

impl Lateness {
    fn watch() -> Self {
        let (worst, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let lateness = Self { worst: Arc::clone(&worst), stop: Arc::clone(&stop) };
        std::thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                let (nap, began) = (Duration::from_millis(5), Instant::now());
                std::thread::sleep(nap);
                worst.fetch_max(began.elapsed().saturating_sub(nap).as_millis() as u64, Ordering::Relaxed);
            }
        });
        lateness
    }

    /// The worst since this was last asked.
    fn take(&self) -> Duration {
        Duration::from_millis(self.worst.swap(0, Ordering::Relaxed))
    }
}

impl Drop for Lateness {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// What a killed server may have lost, on a machine that is on time.
const LOST: Duration = Duration::from_millis(500);

const PATIENCE: Duration = Duration::from_secs(30);

/// A server as a process, and a client of it.
struct Served {
    process: Process,
    url: String,
    client: Client,
}

impl Served {
    fn start(database: &Database, upstream: &Upstream, client: Client) -> Self {
        let (own, url) = (upstream.variables(), database.url());
        let mut variables: Vec<_> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
        variables.extend([("DATABASE_URL", url.as_str()), ("RIVULET_RATE_LIMIT", "off")]);
        let process = Process::start(&variables);
        let (url, _) = process.serving();
        Self { process, url, client }
    }

    async fn json(&self, method: Method, path: &str, body: Value) -> Value {
        let request = self.client.request(method, format!("{}{path}", self.url)).json(&body);
        request.send().await.unwrap().json().await.unwrap()
    }

    async fn kill(mut self) {
        self.process.signal("KILL");
        self.process.exit().await;
    }
}

/// Says numbered words until the process dies or this is told to stop; what was said, with the time of each word.
fn talk(mut call: Call) -> (tokio::task::JoinHandle<Vec<(Instant, String)>>, Arc<AtomicBool>) {
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    let talking = tokio::spawn(async move {
        let mut said = Vec::new();
        for number in 0.. {
            if stopped.load(Ordering::Relaxed) {
                break;
            }
            let word = format!("w{number}{} ", ["", "😀", "é", "\\\""][number % 4]);
            if !call.try_say(&word).await {
                break;
            }
            said.push((Instant::now(), word));
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        said
    });
    (talking, stop)
}

/// Twenty times at a random point of an answer: no message is lost, hardly a word, and the database is whole.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_loses_no_message_and_hardly_a_word() {
    let mut random = TestRng::from_seed(RngAlgorithm::ChaCha, &[4; 32]);
    let (database, mut upstream, lateness) = (Database::new(), Upstream::start().await, Lateness::watch());
    let client = Client::builder().cookie_store(true).no_proxy().timeout(PATIENCE).build().unwrap();
    let mut served = Served::start(&database, &upstream, client.clone());
    let made = served.json(Method::POST, "/api/conversations", json!({})).await;
    let path = format!("/api/conversations/{}", made["id"].as_str().unwrap());
    let mut acknowledged: Vec<String> = Vec::new();
    for round in 0..20 {
        let question = format!("question {round}");
        let ask = json!({"content": question, "detached": true});
        let names = served.json(Method::POST, &format!("{path}/messages"), ask).await;
        acknowledged.push(names["message_id"].as_str().unwrap_or_else(|| panic!("{names}")).to_owned());
        let mut call = upstream.call().await;
        call.accept().await;
        lateness.take();
        let (talking, stop) = talk(call);
        tokio::time::sleep(Duration::from_millis(u64::from(random.next_u32() % 1500))).await;
        let killed = Instant::now();
        served.kill().await;
        stop.store(true, Ordering::Relaxed);
        let said = talking.await.unwrap();
        let late = lateness.take();
        assert_eq!(
            maintenance::examine(&database.file()).await.unwrap().damages,
            Vec::<String>::new(),
            "round {round}"
        );

        served = Served::start(&database, &upstream, client.clone());
        let kept = served.json(Method::GET, &path, json!({})).await;
        let messages = kept["messages"].as_array().unwrap();
        let ids: Vec<_> =
            messages.iter().filter(|one| one["role"] == "assistant").map(|one| one["id"].as_str().unwrap()).collect();
        assert_eq!(ids, acknowledged, "round {round}");
        let [.., asked, answer] = &messages[..] else { panic!("{kept}") };
        assert_eq!((&asked["content"], &answer["status"]), (&json!(question), &json!("interrupted")));
        assert!(messages.iter().all(|one| one["status"] != "streaming") && kept.get("generation_id").is_none());
        let content = answer["content"].as_str().unwrap();
        let whole: String = said.iter().map(|(_, word)| word.as_str()).collect();
        assert!(whole.starts_with(content), "round {round}: {content:?} is not the beginning of {whole:?}");
        // Every word counts that had been said for so long when the process was killed.
        let allowed = LOST + late * 4;
        let safe: usize = said.iter().take_while(|(at, _)| *at + allowed < killed).map(|(_, word)| word.len()).sum();
        assert!(
            content.len() >= safe,
            "round {round}: {} bytes are kept, {safe} were safe ({late:?} late)",
            content.len()
        );
    }
    // The last one is taken on.
    let last = acknowledged.last().unwrap();
    let ask = json!({"retry": last, "whole": true});
    let send = format!("{path}/messages");
    let (answer, ()) = tokio::join!(served.json(Method::POST, &send, ask), async {
        let mut call = upstream.call().await;
        call.accept().await;
        call.say("all of it").await;
        call.finish().await;
    });
    assert_eq!((&answer["content"], &answer["status"]), (&json!("all of it"), &json!("complete")));
    served.kill().await;
}
