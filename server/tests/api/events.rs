//! One stream carries all of a visitor's answers, and can be cut anywhere.

use crate::{
    app::{TestApp, problem, visitor},
    upstream::{Call, Upstream},
};
use proptest::{
    prelude::Rng,
    test_runner::{RngAlgorithm, TestRng},
};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};
use tokio::time::{Instant, timeout};

const PATIENCE: Duration = Duration::from_secs(20);

/// A client that keeps what it has read of each answer, and the `id` of the last frame that was whole.
struct Reader<'a> {
    app: &'a TestApp,
    last: Option<String>,
    response: Response,
    rest: Vec<u8>,
    /// The generations that the last connection began with.
    opening: Vec<String>,
    answers: BTreeMap<String, Vec<(u64, Value)>>,
}

impl<'a> Reader<'a> {
    async fn open(app: &'a TestApp) -> Self {
        let response = app.get("/api/events").await;
        let mut reader = Self { app, last: None, response, rest: vec![], opening: vec![], answers: BTreeMap::new() };
        reader.read_until(|reader| reader.last.is_some()).await;
        reader
    }

    /// Breaks the connection; of what has come, `lost` bytes are lost with it. Then goes on after the last whole frame.
    async fn reconnect(&mut self, lost: usize, in_header: bool) {
        self.rest.truncate(self.rest.len().saturating_sub(lost));
        self.parse();
        self.rest.clear();
        let last = self.last.clone().unwrap_or_default();
        let request = match in_header {
            true => self.app.request(Method::GET, "/api/events").header("last-event-id", last),
            false => self.app.request(Method::GET, &format!("/api/events?after={last}")),
        };
        self.response = request.send().await.unwrap();
        assert_eq!(self.response.status(), 200);
        assert_eq!(self.response.headers()["content-type"], "text/event-stream");
    }

    /// Takes in what comes within this time, without looking at it.
    async fn receive(&mut self, within: Duration) {
        if let Ok(piece) = timeout(within, self.response.chunk()).await {
            self.rest.extend(piece.unwrap().expect("the stream ended"));
        }
    }

    async fn read_until(&mut self, enough: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        self.parse();
        while !enough(self) {
            assert!(Instant::now() < deadline, "not enough came: {:?}", self.answers);
            self.receive(Duration::from_secs(1)).await;
            self.parse();
        }
    }

    fn parse(&mut self) {
        while let Some(end) = self.rest.windows(2).position(|two| two == b"\n\n") {
            let frame = String::from_utf8(self.rest.drain(..end + 2).collect()).unwrap();
            if frame.starts_with(':') {
                continue;
            }
            let (id, data) = frame.trim_end().strip_prefix("id: ").unwrap().split_once("\ndata: ").unwrap();
            self.last = Some(id.to_owned());
            let data: Value = serde_json::from_str(data).unwrap();
            match &data["generations"] {
                Value::Array(opening) => {
                    self.opening = opening.iter().map(|id| id.as_str().unwrap().to_owned()).collect();
                }
                // What changed in the list is the business of other tests.
                _ if data["generation_id"].is_null() => {}
                _ => {
                    let generation = data["generation_id"].as_str().unwrap().to_owned();
                    let event = (data["id"].as_u64().unwrap(), data["event"].clone());
                    self.answers.entry(generation).or_default().push(event);
                }
            }
        }
    }

    fn has_ended(&self, generation: &str) -> bool {
        let last = self.answers.get(generation).and_then(|events| events.last());
        last.is_some_and(|(_, event)| event["type"] == "complete" || event["type"] == "error")
    }

    /// Asserts that every event of this answer came exactly once and in order, and returns its text.
    fn text(&self, generation: &str) -> String {
        let events = &self.answers[generation];
        let numbers: Vec<_> = events.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, (1..=events.len() as u64).collect::<Vec<_>>(), "{generation}");
        events.iter().filter_map(|(_, event)| event["content"].as_str()).collect()
    }
}

/// Asks without reading, and returns the generation's id.
async fn ask(app: &TestApp, conversation: &str) -> String {
    let path = format!("/api/conversations/{conversation}/messages");
    let response = app.post(&path, json!({"content": "hi", "detached": true})).await;
    assert_eq!(response.status(), 202);
    let names: Value = response.json().await.unwrap();
    for name in ["conversation_id", "message_id", "user_message_id", "model"] {
        assert!(names[name].is_string(), "{names}");
    }
    assert_eq!(names["conversation_id"], conversation);
    names["generation_id"].as_str().unwrap().to_owned()
}

/// Asks in a new conversation, and returns the generation and the provider's side of it.
async fn begin(app: &TestApp, upstream: &mut Upstream) -> (String, Call) {
    let generation = ask(app, &app.conversation().await).await;
    let mut call = upstream.call().await;
    call.accept().await;
    (generation, call)
}

#[tokio::test]
async fn answers_that_run_and_answers_that_begin_later_come_in_one_stream() {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[]).await;
    let (ended, call) = begin(&app, &mut upstream).await;
    call.finish().await;
    wait_for_end(&app, &ended).await;
    let (first, mut one) = begin(&app, &mut upstream).await;
    one.say("a1 ").await;
    let mut reader = Reader::open(&app).await;
    assert_eq!(reader.opening.join(","), first, "what has ended is not told again to somebody who comes anew");
    let (second, mut two) = begin(&app, &mut upstream).await;
    for n in 2..5 {
        two.say(&format!("b{n} ")).await;
        one.say(&format!("a{n} ")).await;
    }
    one.finish().await;
    reader.read_until(|reader| reader.has_ended(&first)).await;
    two.finish().await;
    reader.read_until(|reader| reader.has_ended(&second)).await;
    assert_eq!((reader.text(&first), reader.text(&second)), ("a1 a2 a3 a4 ".into(), "b2 b3 b4 ".into()));
    assert_eq!(reader.answers.len(), 2);
}

async fn wait_for_end(app: &TestApp, generation: &str) {
    let events = app.get(&format!("/api/generations/{generation}/events")).await;
    assert!(events.text().await.unwrap().contains("\"complete\""));
}

#[tokio::test]
async fn what_begins_and_ends_while_nobody_reads_is_not_lost() {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[]).await;
    app.get("/api/conversations").await;
    let mut reader = Reader::open(&app).await;
    assert!(reader.opening.is_empty());
    let (generation, mut call) = begin(&app, &mut upstream).await;
    call.say("all of it").await;
    call.finish().await;
    wait_for_end(&app, &generation).await;
    reader.reconnect(0, true).await;
    reader.read_until(|reader| reader.has_ended(&generation)).await;
    assert_eq!(reader.opening.join(","), generation);
    assert_eq!(reader.text(&generation), "all of it");
}

#[tokio::test]
async fn strangers_see_nothing() {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[("RIVULET_HEARTBEAT", "50ms")]).await;
    let (generation, mut call) = begin(&app, &mut upstream).await;
    let own = Reader::open(&app).await;
    call.say("secret").await;
    // Neither anew, nor with a position of the owner's.
    for last in [None, own.last.clone()] {
        let mut request = app.request_by(&visitor(), Method::GET, "/api/events");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let mut response = request.send().await.unwrap();
        let mut text = String::new();
        while text.matches(": heartbeat").count() < 2 {
            text.push_str(std::str::from_utf8(&response.chunk().await.unwrap().unwrap()).unwrap());
        }
        assert!(
            text.contains("\"generations\":[]") && !text.contains(&generation) && !text.contains("secret"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_deleted_conversation_ends_its_answer_here_too() {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[]).await;
    let conversation = app.conversation().await;
    let generation = ask(&app, &conversation).await;
    let mut call = upstream.call().await;
    let mut reader = Reader::open(&app).await;
    app.delete(&format!("/api/conversations/{conversation}")).await;
    call.assert_closed().await;
    reader.read_until(|reader| reader.has_ended(&generation)).await;
    assert_eq!(reader.answers[&generation].last().unwrap().1["finish_reason"], "cancelled");
}

#[tokio::test]
async fn a_position_that_cannot_be_is_refused_and_one_of_another_time_begins_anew() {
    let app = TestApp::start().await;
    let generation = ask_demo(&app).await;
    let mut reader = Reader::open(&app).await;
    reader.read_until(|reader| reader.has_ended(&generation) || reader.opening.is_empty()).await;
    let last = reader.last.clone().unwrap();
    let epoch = last.split('-').next().unwrap();
    for wrong in ["nonsense", "5", &format!("{epoch}-99"), &format!("{epoch}-1.1-9999"), &format!("{epoch}-0.1-1")] {
        let detail = problem(app.get(&format!("/api/events?after={wrong}")).await, 400, "invalid_request").await;
        assert!(detail.contains("`after`") && detail.contains(wrong), "{detail}");
        let request = app.request(Method::GET, "/api/events").header("last-event-id", wrong).send().await.unwrap();
        assert!(problem(request, 400, "invalid_request").await.contains("`Last-Event-ID`"));
    }
    // A server that was started again knows nothing of the old position: all that it has began later.
    reader.last = Some("00000001-7.7-120".into());
    reader.answers.clear();
    reader.reconnect(0, true).await;
    reader.read_until(|reader| reader.has_ended(&generation)).await;
    assert!(reader.text(&generation).len() > 10);
}

async fn ask_demo(app: &TestApp) -> String {
    let path = format!("/api/conversations/{}/messages", app.conversation().await);
    let response = app.post(&path, json!({"content": "/fast hello", "detached": true})).await;
    response.json::<Value>().await.unwrap()["generation_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn waiting_and_leaving_at_once_cannot_both_be_asked_for() {
    let app = TestApp::start().await;
    let path = format!("/api/conversations/{}/messages", app.conversation().await);
    let both = app.post(&path, json!({"content": "hi", "detached": true, "whole": true})).await;
    assert!(problem(both, 400, "invalid_request").await.starts_with("`detached`"));
}

#[tokio::test]
async fn a_server_that_stops_ends_the_stream() {
    let app = TestApp::start().await;
    let mut response = app.get("/api/events").await;
    assert!(response.chunk().await.unwrap().is_some());
    timeout(PATIENCE, app.shut_down()).await.unwrap();
    assert_eq!(response.chunk().await.unwrap(), None, "an end, not a cut");
}

/// Whatever the interleaving of the answers and wherever the connection is cut, each answer comes whole and once.
#[tokio::test]
async fn any_interleaving_and_any_cuts_give_each_answer_exactly() {
    for seed in 0..12u8 {
        let mut random = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
        let mut below = |limit: usize| random.next_u32() as usize % limit;
        let mut upstream = Upstream::start().await;
        let app = TestApp::before(&upstream, &[("RIVULET_PADDING", if seed % 2 == 0 { "off" } else { "on" })]).await;
        app.get("/api/conversations").await;
        let mut reader = Reader::open(&app).await;
        let mut running: Vec<(String, Call)> = vec![];
        let mut said: BTreeMap<String, String> = BTreeMap::new();
        for step in 0..120 {
            match below(10) {
                0 if said.len() < 6 => {
                    let (generation, call) = begin(&app, &mut upstream).await;
                    said.insert(generation.clone(), String::new());
                    running.push((generation, call));
                }
                1 if !running.is_empty() && below(3) == 0 => {
                    let (_, call) = running.swap_remove(below(running.len()));
                    call.finish().await;
                }
                2 => reader.reconnect(below(400), below(2) == 0).await,
                3 | 4 => reader.receive(Duration::from_millis(20)).await,
                _ if !running.is_empty() => {
                    let at = below(running.len());
                    let (generation, call) = &mut running[at];
                    let word = format!("{step}{} ", ["", "🦀", "\n\n", "\"\\"][below(4)]);
                    call.say(&word).await;
                    said.get_mut(generation).unwrap().push_str(&word);
                }
                _ => {}
            }
        }
        for (_, call) in running {
            call.finish().await;
        }
        reader.read_until(|reader| said.keys().all(|generation| reader.has_ended(generation))).await;
        assert_eq!(reader.answers.len(), said.len());
        for (generation, text) in &said {
            assert_eq!(&reader.text(generation), text, "seed {seed}");
        }
    }
}
