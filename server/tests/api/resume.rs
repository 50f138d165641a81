//! A reader can leave and come back anywhere, and miss nothing.

use crate::{
    app::{Events, Frame, TestApp, problem, text, visitor},
    upstream::{Call, Upstream},
};
use reqwest::Method;
use serde_json::{Value, json};

struct Scene {
    app: TestApp,
    upstream: Upstream,
    conversation: String,
    generation: String,
    events: Events,
    call: Call,
}

async fn scene() -> Scene {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[]).await;
    let conversation = app.conversation().await;
    let mut events = Events::new(app.send(&conversation, "hi").await);
    let first = events.next().await.unwrap().json();
    let generation = format!("/api/generations/{}", first["generation_id"].as_str().unwrap());
    let mut call = upstream.call().await;
    call.accept().await;
    Scene { app, upstream, conversation, generation, events, call }
}

fn word(n: usize) -> String {
    format!("w{n}{} ", ["", "🦀", "e\u{301}", "中"][n % 4])
}

fn words(count: usize) -> String {
    (0..count).map(word).collect()
}

impl Scene {
    async fn say(&mut self, from: usize, to: usize) {
        for n in from..to {
            self.call.say(&word(n)).await;
        }
    }

    async fn resume(&self, after: u64) -> Events {
        let request = self.app.request(Method::GET, &format!("{}/events", self.generation));
        Events::new(request.header("last-event-id", after.to_string()).send().await.unwrap())
    }
}

fn assert_numbered(frames: &[Frame], first: u64) {
    let ids: Vec<_> = frames.iter().map(|frame| frame.id.unwrap()).collect();
    assert_eq!(ids, (first..first + frames.len() as u64).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_broken_reader_goes_on_where_it_was() {
    let mut scene = scene().await;
    scene.say(0, 10).await;
    let read = scene.events.until_text(&word(9)).await;
    let last = read.last().unwrap().id.unwrap();
    scene.events = scene.resume(last).await;
    scene.say(10, 20).await;
    let more = scene.events.until_text(&word(19)).await;
    assert_numbered(&more, last + 1);
    // Nobody reads while the rest is said and the end comes.
    drop(scene.resume(last).await);
    for n in 20..40 {
        scene.call.say(&word(n)).await;
    }
    scene.call.finish().await;
    let rest = scene.events.all().await;
    assert_eq!(text(&read) + &text(&more) + &text(&rest), words(40));
    let request = scene.app.get(&format!("{}/events?after={last}", scene.generation)).await;
    let after_the_end = Events::new(request).all().await;
    assert_numbered(&after_the_end, last + 1);
    assert_eq!(text(&read) + &text(&after_the_end), words(40));
    assert_eq!(after_the_end.last().unwrap().kind(), "complete");
}

#[tokio::test]
async fn every_cursor_gives_exactly_the_rest() {
    let mut scene = scene().await;
    scene.say(0, 5).await;
    scene.call.finish().await;
    let all = {
        let request = scene.app.get(&format!("{}/events", scene.generation)).await;
        Events::new(request).all().await
    };
    let length = all.len() as u64;
    for after in 0..=length {
        let path = format!("{}/events?after={after}", scene.generation);
        let response = scene.app.get(&path).await;
        if after == length {
            // An EventSource that has all of it is told not to come back.
            assert_eq!(response.status(), 204);
            continue;
        }
        assert_eq!(Events::new(response).all().await, all[after as usize..], "after {after}");
    }
    for wrong in [(length + 1).to_string(), "-1".into(), "x".into(), "18446744073709551616".into(), "1.5".into()] {
        let path = format!("{}/events?after={wrong}", scene.generation);
        let detail = problem(scene.app.get(&path).await, 400, "invalid_request").await;
        assert!(detail.contains("`after`"), "{detail}");
        let header =
            scene.app.request(Method::GET, &format!("{}/events", scene.generation)).header("last-event-id", wrong);
        let detail = problem(header.send().await.unwrap(), 400, "invalid_request").await;
        assert!(detail.contains("`Last-Event-ID`"), "{detail}");
    }
    // What the header says is newer than the address that a reconnecting EventSource repeats.
    let path = format!("{}/events?after=0", scene.generation);
    let header = scene.app.request(Method::GET, &path).header("last-event-id", length - 1).send().await.unwrap();
    assert_eq!(Events::new(header).all().await, all[length as usize - 1..]);
}

#[tokio::test]
async fn a_provider_that_dies_unheard_is_an_error_later() {
    let mut scene = scene().await;
    scene.say(0, 20).await;
    scene.events.until_text(&word(19)).await;
    scene.events = scene.resume(0).await;
    scene.call.cut();
    let frames = scene.events.all().await;
    assert_eq!(text(&frames), words(20));
    let last = frames.last().unwrap().json();
    assert_eq!(last["type"], "error");
    assert!(last["code"] == "upstream_truncated" || last["code"] == "upstream_failure", "{last}");
    assert_eq!(last["retryable"], true);
}

#[tokio::test]
async fn a_conversation_shows_an_answer_as_far_as_it_has_come() {
    let mut scene = scene().await;
    scene.say(0, 5).await;
    scene.events.until_text(&word(4)).await;
    let path = format!("/api/conversations/{}", scene.conversation);
    let conversation: Value = scene.app.get(&path).await.json().await.unwrap();
    let answer = &conversation["messages"][1];
    assert_eq!((&answer["status"], &answer["content"]), (&json!("streaming"), &json!(words(5))));
    let mut rest = scene.resume(answer["last_event_id"].as_u64().unwrap()).await;
    scene.say(5, 9).await;
    scene.call.finish().await;
    assert_eq!(words(5) + &text(&rest.until_text(&word(8)).await), words(9));
}

#[tokio::test]
async fn readers_that_come_at_the_very_end_see_the_end() {
    for _ in 0..20 {
        let mut scene = scene().await;
        scene.say(0, 2).await;
        // A number that has not been given out yet would be refused, and rightly.
        scene.events.until_text(&word(1)).await;
        let (one, two) = (scene.resume(0).await, scene.resume(2).await);
        let (_, one, two, three) = tokio::join!(scene.call.finish(), one.all(), two.all(), async {
            let request = scene.app.get(&format!("{}/events", scene.generation)).await;
            Events::new(request).all().await
        });
        for frames in [one, two, three] {
            assert_eq!(frames.last().unwrap().kind(), "complete");
        }
        scene.upstream.assert_not_called().await;
    }
}

#[tokio::test]
async fn a_stranger_cannot_resume() {
    let scene = scene().await;
    let path = format!("{}/events", scene.generation);
    let stranger = scene.app.request_by(&visitor(), Method::GET, &path).send().await.unwrap();
    problem(stranger, 404, "not_found").await;
}
