//! Who may start an answer, how often, how many at a time; and that being refused costs nothing.

use crate::{
    app::{Events, STATELESS, TestApp, problem},
    durable::Database,
    upstream::Upstream,
};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use sqlx::{ConnectOptions, query_scalar, sqlite::SqliteConnectOptions};
use std::time::Duration;

fn question(path: &str) -> Value {
    match path {
        "/api/chat" | "/v1/chat/completions" => json!({"messages": [{"role": "user", "content": "/fast hi"}]}),
        _ if path.ends_with("/messages") => json!({"content": "/fast hi"}),
        _ => json!({"message": "/fast hi"}),
    }
}

async fn ask(app: &TestApp, path: &str) -> Response {
    app.post(path, question(path)).await
}

async fn ask_for(app: &TestApp, forwarded: &str) -> Response {
    let request = app.request(Method::POST, "/api/chat").header("x-forwarded-for", forwarded);
    request.json(&question("/api/chat")).send().await.unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).unwrap_or_else(|| panic!("no {name}: {response:?}")).to_str().unwrap()
}

/// What `RateLimit` says: how many are left, and when there is one more.
fn standing(response: &Response) -> (u64, u64) {
    let text = header(response, "ratelimit").strip_prefix("\"generations\";r=").unwrap();
    let (remaining, seconds) = text.split_once(";t=").unwrap();
    (remaining.parse().unwrap(), seconds.parse().unwrap())
}

#[tokio::test]
async fn a_client_that_asks_too_often_is_told_how_long_to_wait() {
    let app = TestApp::with(&[("RIVULET_RATE_LIMIT", "3/h")]).await;
    for left in [2, 1, 0] {
        let response = ask(&app, "/api/chat").await;
        assert_eq!(response.status(), 200);
        assert_eq!(header(&response, "ratelimit-policy"), "\"generations\";q=3;w=3600");
        let (remaining, seconds) = standing(&response);
        assert_eq!(remaining, left);
        assert!((1000..=1200).contains(&seconds), "{seconds}");
    }
    let response = ask(&app, "/api/chat").await;
    let wait: u64 = header(&response, "retry-after").parse().unwrap();
    let (remaining, seconds) = standing(&response);
    assert_eq!(remaining, 0);
    assert!(seconds <= wait && (1000..=1200).contains(&wait), "{seconds} {wait}");
    assert_eq!(header(&response, "ratelimit-policy"), "\"generations\";q=3;w=3600");
    let detail = problem(response, 429, "rate_limited").await;
    assert!(detail.contains("3 in an hour") && detail.contains("Try again in 20 minutes"), "{detail}");
    // A new cookie is not a new client.
    let other = app.request_by(&crate::app::visitor(), Method::POST, "/api/chat").json(&question("/api/chat"));
    problem(other.send().await.unwrap(), 429, "rate_limited").await;
}

#[tokio::test]
async fn every_route_that_generates_counts_and_says_so() {
    for path in STATELESS.into_iter().chain(["/api/conversations/ID/messages"]) {
        let app = TestApp::with(&[("RIVULET_RATE_LIMIT", "1/h")]).await;
        let path = path.replace("ID", &app.conversation().await);
        let response = ask(&app, &path).await;
        assert_eq!((response.status().as_u16(), standing(&response).0), (200, 0), "{path}");
        response.bytes().await.unwrap();
        let response = ask(&app, &path).await;
        assert_eq!(standing(&response).0, 0);
        problem(response, 429, "rate_limited").await;
        // Other routes neither count nor tell.
        let models = app.get("/api/models").await;
        assert_eq!(models.status(), 200);
        assert!(!models.headers().contains_key("ratelimit"));
    }
}

#[tokio::test]
async fn what_starts_nothing_costs_nothing() {
    let app = TestApp::with(&[("RIVULET_RATE_LIMIT", "3/h")]).await;
    let left = async |response: Response, status: u16| {
        assert_eq!(response.status(), status);
        let (remaining, _) = standing(&response);
        response.bytes().await.unwrap();
        remaining
    };
    assert_eq!(left(app.post("/api/chat", json!({"messages": 5})).await, 400).await, 3);
    let unknown = json!({"message": "x", "model": "nobody/none"});
    assert_eq!(left(app.post("/api/chat/stream", unknown).await, 404).await, 3);
    let conversation = app.conversation().await;
    let path = format!("/api/conversations/{conversation}/messages");
    let keyed = async || {
        let request = app.request(Method::POST, &path).header("idempotency-key", "k");
        request.json(&json!({"content": "/fast hi"})).send().await.unwrap()
    };
    assert_eq!(left(keyed().await, 200).await, 2);
    assert_eq!(left(keyed().await, 200).await, 2, "a repeated key starts nothing");
    // An answer under way is a conflict, which is found after the place was taken: it is given back.
    let mut slow = Events::new(app.send(&conversation, "/slow hello").await);
    slow.next().await.unwrap();
    assert_eq!(left(app.send(&conversation, "again").await, 409).await, 1);
    // Nor does a refused session leave anything behind, or take the place of anybody's.
    assert_eq!(left(ask(&app, "/api/conversation/test").await, 200).await, 0);
    assert_eq!(left(ask(&app, "/api/conversation/test").await, 429).await, 0);
}

#[tokio::test]
async fn a_client_that_makes_conversations_in_a_loop_is_told_to_wait() {
    let app = TestApp::with(&[("RIVULET_RATE_LIMIT", "1/h")]).await;
    let make = async |body: Value| app.post("/api/conversations", body).await;
    assert_eq!(make(json!({"temperature": "hot"})).await.status(), 400, "what is refused costs nothing");
    for left in (0..10).rev() {
        let response = make(json!({})).await;
        assert_eq!(response.status(), 201);
        assert_eq!(header(&response, "ratelimit-policy"), "\"conversations\";q=10;w=3600");
        assert!(header(&response, "ratelimit").starts_with(&format!("\"conversations\";r={left};t=")), "{response:?}");
    }
    let response = make(json!({})).await;
    let wait: u64 = header(&response, "retry-after").parse().unwrap();
    assert!((300..=360).contains(&wait), "{wait}");
    let detail = problem(response, 429, "rate_limited").await;
    assert!(detail.contains("10 in an hour") && detail.contains("Try again in 6 minutes"), "{detail}");
    // A new cookie is not a new client; and reading the list, or asking, is another matter.
    let other = app.request_by(&crate::app::visitor(), Method::POST, "/api/conversations").json(&json!({}));
    problem(other.send().await.unwrap(), 429, "rate_limited").await;
    let list = app.get("/api/conversations").await;
    assert!(list.status() == 200 && header(&list, "ratelimit").starts_with("\"requests\""));
    assert_eq!(ask(&app, "/api/chat").await.status(), 200);
}

#[tokio::test]
async fn a_session_that_is_refused_leaves_nothing_behind() {
    let database = Database::new();
    let app = TestApp::with(&[("RIVULET_RATE_LIMIT", "1/h"), ("DATABASE_URL", &database.url())]).await;
    assert_eq!(ask(&app, "/api/conversation/test").await.status(), 200);
    for _ in 0..3 {
        problem(ask(&app, "/api/conversation/test").await, 429, "rate_limited").await;
    }
    let mut connection = SqliteConnectOptions::new().filename(database.file()).connect().await.unwrap();
    let count: i64 = query_scalar("SELECT count(*) FROM conversations").fetch_one(&mut connection).await.unwrap();
    assert_eq!(count, 1);
}

#[tokio::test]
async fn whoever_waits_as_long_as_told_passes() {
    let app = TestApp::with(&[("RIVULET_RATE_LIMIT", "1/2s")]).await;
    // A machine that is busy may let more than two seconds go by between two requests.
    let mut response = ask(&app, "/api/chat").await;
    for _ in 0..20 {
        if response.status() != 429 {
            response = ask(&app, "/api/chat").await;
        }
    }
    assert_eq!(response.status(), 429);
    let wait: u64 = header(&response, "retry-after").parse().unwrap();
    assert!((1..=2).contains(&wait), "{wait}");
    tokio::time::sleep(Duration::from_secs(wait)).await;
    assert_eq!(ask(&app, "/api/chat").await.status(), 200);
}

#[tokio::test]
async fn without_a_limit_there_are_no_headers() {
    let app = TestApp::with(&[("RIVULET_RATE_LIMIT", "off")]).await;
    for _ in 0..25 {
        let response = ask(&app, "/api/chat").await;
        assert_eq!(response.status(), 200);
        assert!(!response.headers().contains_key("ratelimit") && !response.headers().contains_key("ratelimit-policy"));
    }
}

#[tokio::test]
async fn only_a_trusted_proxy_says_whom_it_asks_for() {
    let app = TestApp::with(&[("RIVULET_RATE_LIMIT", "1/h")]).await;
    assert_eq!(ask_for(&app, "203.0.113.1").await.status(), 200);
    for forged in ["203.0.113.2", "127.0.0.9", "2001:db8::1"] {
        problem(ask_for(&app, forged).await, 429, "rate_limited").await;
    }
    let app = TestApp::with(&[("RIVULET_RATE_LIMIT", "1/h"), ("RIVULET_TRUSTED_PROXIES", "loopback")]).await;
    for (forwarded, status) in [
        ("203.0.113.1", 200),
        ("203.0.113.1", 429),
        ("198.51.100.7, 203.0.113.1", 429),
        ("203.0.113.2", 200),
        ("2001:db8:1:200::1", 200),
        ("2001:db8:1:2ff::2", 429),
        ("2001:db8:1:300::1", 200),
    ] {
        assert_eq!(ask_for(&app, forwarded).await.status(), status, "{forwarded}");
    }
}

#[tokio::test]
async fn the_cookie_is_kept_to_encrypted_connections_behind_a_proxy_beside_the_server() {
    let app = TestApp::start().await;
    let request = app.request_by(&crate::app::visitor(), Method::GET, "/").header("x-forwarded-proto", "https");
    assert!(header(&request.send().await.unwrap(), "set-cookie").contains("Secure"));
    let plain = app.request_by(&crate::app::visitor(), Method::GET, "/").send().await.unwrap();
    assert!(!header(&plain, "set-cookie").contains("Secure"));
}

#[tokio::test]
async fn a_client_has_so_many_answers_at_a_time_and_others_have_theirs() {
    let mut upstream = Upstream::start().await;
    let limits = [("RIVULET_MAX_STREAMS_PER_CLIENT", "2"), ("RIVULET_TRUSTED_PROXIES", "loopback")];
    let app = TestApp::before(&upstream, &limits).await;
    let (first, second) = (app.conversation().await, app.conversation().await);
    let mut one = Events::new(app.send(&first, "hi").await);
    one.next().await.unwrap();
    let mut call = upstream.call().await;
    let mut two = Events::new(app.send(&second, "hi").await);
    two.next().await.unwrap();
    let left = upstream.call().await;
    let response = ask(&app, "/api/chat").await;
    assert!(response.headers().contains_key("retry-after"));
    let detail = problem(response, 429, "rate_limited").await;
    assert!(detail.starts_with("2 of your answers are being written already"), "{detail}");
    upstream.assert_not_called().await;
    // Another client is not concerned; its answer is stopped by leaving, for which nobody has to wait.
    let request = app.request(Method::POST, "/api/chat").header("x-forwarded-for", "203.0.113.1");
    let others = tokio::spawn(request.json(&question("/api/chat")).send());
    upstream.call().await;
    others.abort();
    // Whoever has seen the end has the place back.
    call.accept().await;
    call.finish().await;
    one.all().await;
    let third = app.send(&first, "hi").await;
    assert_eq!(third.status(), 200);
    drop((left, two));
}

#[tokio::test]
async fn answers_that_fill_the_memory_keep_new_ones_out_until_they_are_forgotten() {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[("RIVULET_MAX_MEMORY", "100KiB")]).await;
    let conversation = app.conversation().await;
    let mut events = Events::new(app.send(&conversation, "hi").await);
    let mut call = upstream.call().await;
    call.accept().await;
    call.say(&"x".repeat(60_000)).await;
    call.say("that was much").await;
    events.until_text("that was much").await;
    let response = ask(&app, "/api/chat").await;
    assert!(response.headers().contains_key("retry-after"));
    let detail = problem(response, 503, "overloaded").await;
    assert!(detail.contains("no memory left"), "{detail}");
    upstream.assert_not_called().await;
    call.finish().await;
    events.all().await;
    // The answer's log is more than half of the memory: it is forgotten before its time, and before the next regular look.
    let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
    loop {
        let mut asked = tokio::spawn(app.request(Method::POST, "/api/chat").json(&question("/api/chat")).send());
        tokio::select! {
            refused = &mut asked => assert_eq!(refused.unwrap().unwrap().status(), 503),
            mut call = upstream.call() => {
                call.accept().await;
                call.finish().await;
                assert_eq!(asked.await.unwrap().unwrap().status(), 200);
                break;
            }
        }
        assert!(tokio::time::Instant::now() < deadline, "the memory was not given back");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn of_answers_that_outgrow_the_memory_the_longest_ends_and_can_be_continued() {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[("RIVULET_MAX_MEMORY", "100KiB")]).await;
    // Both are admitted while there is room.
    let (_, small_events, mut small) = upstream.begin(&app, "small").await;
    let (long_one, events, mut long) = upstream.begin(&app, "long").await;
    long.say(&"x".repeat(40_000)).await;
    long.say(&"y".repeat(40_000)).await;
    let frames = events.all().await;
    let end = frames.last().unwrap().json();
    assert_eq!((&end["type"], &end["code"], &end["retryable"]), (&json!("error"), &json!("overloaded"), &json!(true)));
    assert!(end["message"].as_str().unwrap().contains("What had come is kept"), "{end}");
    long.assert_closed().await;
    let kept = app.get(&format!("/api/conversations/{long_one}")).await.json::<Value>().await.unwrap();
    let content = kept["messages"][1]["content"].as_str().unwrap();
    assert!(content.starts_with("longxxx"), "what had come is kept");
    // The small one goes on to its end.
    small.say(" and whole").await;
    small.finish().await;
    assert_eq!(small_events.all().await.last().unwrap().kind(), "complete");
}
