//! What a client may ask for besides answers: how often, how many streams at one time, and how slowly.

use crate::{
    app::{Events, TestApp, problem, visitor},
    importing::long,
};
use futures::{StreamExt, channel::mpsc};
use reqwest::{Body, Method, Response};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinHandle,
};

const PATIENCE: Duration = Duration::from_secs(30);

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers()[name].to_str().unwrap()
}

#[tokio::test]
async fn whoever_asks_for_too_much_waits_but_may_ask_for_answers_and_stop_them() {
    let app = TestApp::with(&[("RIVULET_REQUEST_LIMIT", "45/h")]).await;
    let id = app.conversation().await;
    let first = app.get("/api/search?q=x").await;
    assert_eq!((first.status().as_u16(), header(&first, "ratelimit-policy")), (200, "\"requests\";q=45;w=3600"));
    // Making the conversation was the first.
    assert!(header(&first, "ratelimit").starts_with("\"requests\";r=43;"), "{}", header(&first, "ratelimit"));
    let import = app.request(Method::POST, "/api/import").body(long(2)).send().await.unwrap();
    assert_eq!(import.status(), 200);
    assert!(header(&import, "ratelimit").starts_with("\"requests\";r=13;"), "an import counts as 30");
    let again = app.request(Method::POST, "/api/import").body(long(2)).send().await.unwrap();
    problem(again, 429, "rate_limited").await;
    for _ in 0..13 {
        assert_eq!(app.get("/api/conversations").await.status(), 200);
    }
    let path = format!("/api/conversations/{id}");
    for (method, path) in [
        (Method::GET, "/api/search?q=x"),
        (Method::GET, "/api/conversations"),
        (Method::POST, "/api/conversations"),
        (Method::GET, &path),
        (Method::PATCH, &path),
        (Method::DELETE, &path),
        (Method::POST, &format!("{path}/share")),
        (Method::GET, &format!("{path}/export")),
        (Method::GET, "/api/export"),
        (Method::GET, "/api/events"),
        (Method::GET, "/s/nothing"),
        (Method::GET, "/"),
    ] {
        let response = app.request(method.clone(), path).json(&json!({})).send().await.unwrap();
        assert!(header(&response, "ratelimit").starts_with("\"requests\";r=0;"), "{method} {path}");
        let wait: u64 = header(&response, "retry-after").parse().unwrap();
        assert!((1..=80).contains(&wait) || path == "/api/export", "{wait} for {path}");
        let detail = problem(response, 429, "rate_limited").await;
        assert!(
            detail.starts_with("You have asked for as much as one client may here: 45 in an hour. Try"),
            "{detail}"
        );
    }
    assert_eq!(app.get("/healthz").await.status(), 200);
    assert_eq!(app.get("/api/models").await.status(), 200);
    let mut events = Events::new(app.send(&id, "hello").await);
    let generation = events.next().await.unwrap().json()["generation_id"].as_str().unwrap().to_owned();
    assert_eq!(app.delete(&format!("/api/generations/{generation}")).await.status(), 204);
    events.all().await;
}

#[tokio::test]
async fn code_and_formulas_have_a_limit_of_their_own_and_count_by_their_length() {
    let app = TestApp::with(&[("RIVULET_RENDERING_LIMIT", "25/h"), ("RIVULET_REQUEST_LIMIT", "1/h")]).await;
    let formula = || json!({"tex": "x", "display": false});
    let left = |response: &Response, left: u32| {
        assert_eq!(
            (response.status().as_u16(), header(response, "ratelimit-policy")),
            (200, "\"rendering\";q=25;w=3600")
        );
        let ratelimit = header(response, "ratelimit");
        assert!(ratelimit.starts_with(&format!("\"rendering\";r={left};")), "{ratelimit}");
    };
    left(&app.post("/api/math", formula()).await, 24);
    // With its JSON it has 9 kB.
    let code = json!({"language": "rust", "code": "// x y z\n".repeat(900)});
    left(&app.post("/api/highlight", code).await, 21);
    // What does not say how long it is may be as long as any.
    let pieces = futures::stream::iter([Ok::<_, std::io::Error>(formula().to_string())]);
    let request = app.request(Method::POST, "/api/math").header("content-type", "application/json");
    left(&request.body(Body::wrap_stream(pieces)).send().await.unwrap(), 4);
    for rest in (0..4).rev() {
        left(&app.post("/api/math", formula()).await, rest);
    }
    for (path, body) in
        [("/api/math", formula()), ("/api/highlight", json!({"language": "rust", "code": "fn main() {}\n"}))]
    {
        // A new cookie is not a new client.
        let request = app.request_by(&visitor(), Method::POST, path).json(&body);
        let refused = request.send().await.unwrap();
        let wait: u64 = header(&refused, "retry-after").parse().unwrap();
        assert!((100..=144).contains(&wait), "{wait}");
        let detail = problem(refused, 429, "rate_limited").await;
        assert!(detail.contains("25 in an hour"), "{detail}");
    }
    // The one takes nothing from the other.
    assert_eq!(app.get("/api/conversations").await.status(), 200);
}

#[tokio::test]
async fn a_client_reads_so_many_streams_and_others_have_theirs() {
    let limits = [("RIVULET_MAX_READERS_PER_CLIENT", "2"), ("RIVULET_TRUSTED_PROXIES", "loopback")];
    let app = TestApp::with(&limits).await;
    let id = app.conversation().await;
    let mut answer = Events::new(app.send(&id, "hello").await);
    let generation = answer.next().await.unwrap().json()["generation_id"].as_str().unwrap().to_owned();
    let feed = app.get("/api/events").await;
    assert_eq!(feed.status(), 200);
    for path in ["/api/events", &format!("/api/generations/{generation}/events")] {
        let refused = app.get(path).await;
        assert_eq!(header(&refused, "retry-after"), "5");
        let detail = problem(refused, 429, "rate_limited").await;
        assert!(detail.starts_with("2 streams are read by you already"), "{detail}");
    }
    problem(app.send(&id, "hello").await, 429, "rate_limited").await;
    let others = app.request(Method::GET, "/api/events").header("x-forwarded-for", "203.0.113.1").send().await.unwrap();
    assert_eq!(others.status(), 200);
    // What is not read any more is free again.
    drop(feed);
    let deadline = Instant::now() + PATIENCE;
    while app.get("/api/events").await.status() != 200 {
        assert!(Instant::now() < deadline, "the place was not given back");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A file that begins to be sent by a client, and does not end as long as what is returned is there. The task ends when the
/// server answers, so only if it does not take the file in.
fn stalled(app: &TestApp, client: &str) -> (mpsc::UnboundedSender<Result<Vec<u8>, std::io::Error>>, JoinHandle<()>) {
    let (sender, pieces) = mpsc::unbounded();
    let request = app.request_by(&visitor(), Method::POST, "/api/import").header("x-forwarded-for", client.to_owned());
    let request = request.body(Body::wrap_stream(pieces.boxed())).send();
    let answered = tokio::spawn(async { drop(request.await) });
    sender.unbounded_send(Ok(b"[".to_vec())).unwrap();
    (sender, answered)
}

#[tokio::test]
async fn files_that_do_not_end_keep_only_their_own_clients_from_sending_others() {
    // Often enough for a file in each 50 ms: an import counts as 30.
    let limits = [("RIVULET_REQUEST_LIMIT", "1000/s"), ("RIVULET_TRUSTED_PROXIES", "loopback")];
    let app = TestApp::with(&limits).await;
    let import = async |client: &str| {
        let request = app.request(Method::POST, "/api/import").header("x-forwarded-for", client.to_owned());
        request.body(long(2)).send().await.unwrap()
    };
    let clients = ["203.0.113.1", "203.0.113.2", "203.0.113.3"];
    let mut files: Vec<_> = clients.iter().map(|client| stalled(&app, client)).collect();
    for (client, file) in clients.iter().zip(&mut files) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let response = import(client).await;
            if response.status() == 429 {
                let detail = problem(response, 429, "rate_limited").await;
                assert!(detail.starts_with("Another file of yours"), "{detail}");
                break;
            }
            assert!(Instant::now() < deadline, "two files of one client come in");
            // The file that does not end may have come while the other was read, and been the one that was sent away.
            tokio::time::sleep(Duration::from_millis(50)).await;
            if file.1.is_finished() {
                *file = stalled(&app, client);
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    assert_eq!(import("203.0.113.4").await.status(), 200);
    drop(files);
}

#[tokio::test]
async fn a_file_that_comes_too_slowly_is_not_waited_for() {
    let app = TestApp::with(&[("RIVULET_BODY_TIMEOUT", "700ms")]).await;
    let mut socket = TcpStream::connect(app.address).await.unwrap();
    let head = "POST /api/import HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100000\r\n\r\n";
    socket.write_all(head.as_bytes()).await.unwrap();
    let (mut from, mut to) = socket.split();
    let mut answer = vec![0; 4096];
    // A byte in each tenth of a second is more than nothing.
    let trickle = async {
        loop {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let _ = to.write_all(b"[").await;
        }
    };
    let read = tokio::select! {
        read = from.read(&mut answer) => read.unwrap(),
        () = trickle => 0,
        () = tokio::time::sleep(Duration::from_secs(20)) => panic!("it is waited for"),
    };
    let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("it must be 2867 at least"), "{answer}");
}

#[tokio::test]
async fn a_long_shared_conversation_is_read_page_by_page() {
    let app = TestApp::start().await;
    let file = long(1_100);
    let id = serde_json::from_str::<Value>(&file).unwrap()["id"].as_str().unwrap().to_owned();
    assert_eq!(app.request(Method::POST, "/api/import").body(file).send().await.unwrap().status(), 200);
    let link: Value = app.post(&format!("/api/conversations/{id}/share"), json!({})).await.json().await.unwrap();
    let path = link["path"].as_str().unwrap();
    let (mut query, mut pages) = (String::new(), Vec::new());
    loop {
        let html = app.get(&format!("{path}{query}")).await.text().await.unwrap();
        pages.push(html.matches("<article").count());
        let Some((_, rest)) = html.split_once("href=\"?before=") else { break };
        query = format!("?before={}", rest.split('"').next().unwrap());
    }
    assert_eq!(pages, [500, 500, 100]);
    for wrong in ["?before=x", "?before=01890a5d-ac96-774b-bcce-b302099a8057"] {
        assert_eq!(app.get(&format!("{path}{wrong}")).await.status(), 404, "{wrong}");
    }
}
