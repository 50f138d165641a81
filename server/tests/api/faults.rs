//! Providers that fail, and networks that fail on both sides of the server: each ends in the right typed state, what had come
//! is kept, and nobody waits for ever. `server/tests/providers/mutations.rs` tries every byte without sockets.

use crate::{
    app::{Events, Frame, TestApp, text},
    support::{
        proxy::{Fault, Passage, Plan, Proxy},
        recordings::{REASONING, Recording, TEXT, recordings},
        scripted::{Ending, Head, Script, ScriptedServer},
    },
};
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::timeout;

/// How long anything may take on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server whose only provider speaks like this and is found there.
async fn app(protocol: &str, url: &str, variables: &[(&str, &str)]) -> TestApp {
    let with_version = format!("{url}/v1");
    let (base_url, key, model) = match protocol {
        "openai-chat" | "openai-responses" => {
            (("OPENAI_BASE_URL", with_version.as_str()), ("OPENAI_API_KEY", "k"), "openai/m")
        }
        "anthropic" => (("ANTHROPIC_BASE_URL", url), ("ANTHROPIC_API_KEY", "k"), "anthropic/m"),
        "gemini" => (("GEMINI_BASE_URL", url), ("GEMINI_API_KEY", "k"), "gemini/m"),
        _ => (("OLLAMA_HOST", url), ("OLLAMA_HOST", url), "ollama/m"),
    };
    let api = if protocol == "openai-responses" { "responses" } else { "chat" };
    let mut all = vec![base_url, key, ("RIVULET_MODEL", model), ("RIVULET_OPENAI_API", api)];
    all.push(("RIVULET_RATE_LIMIT", "off"));
    all.extend_from_slice(variables);
    TestApp::with(&all).await
}

/// A script that answers requests for answers; the list of models, which is asked for at the start, is an answer that is none.
async fn provider(script: Script) -> ScriptedServer {
    ScriptedServer::start([script]).await
}

/// What a reader and the store are left with.
#[derive(Debug)]
struct Ended {
    /// The last event.
    last: Value,
    /// The text of the events.
    text: String,
    /// The message as it is stored.
    stored: Value,
}

impl Ended {
    fn code(&self) -> &str {
        self.last["code"].as_str().unwrap_or("")
    }
}

/// Asks, and reads to the end; what is streamed and what is stored must agree.
async fn ask(app: &TestApp) -> Ended {
    let conversation = app.conversation().await;
    let frames = timeout(PATIENCE, async { Events::new(app.send(&conversation, "Rivers?").await).all().await });
    let frames = frames.await.expect("an end");
    ended(app, &conversation, &frames).await
}

async fn ended(app: &TestApp, conversation: &str, frames: &[Frame]) -> Ended {
    let last = frames.last().expect("events").json();
    let stored: Value = app.get(&format!("/api/conversations/{conversation}")).await.json().await.unwrap();
    let stored = stored["messages"].as_array().unwrap().last().unwrap().clone();
    let text = text(frames);
    assert_eq!(stored["content"], text.as_str(), "what is stored is what was streamed");
    let status = match last["type"].as_str() {
        Some("complete") => "complete",
        Some("error") => "failed",
        other => panic!("ends with {other:?}"),
    };
    assert_eq!(stored["status"], status);
    Ended { last, text, stored }
}

/// The recording in this script, asked for over sockets.
async fn answered(recording: &Recording, script: Script) -> Ended {
    let provider = provider(script).await;
    ask(&app(recording.protocol, &provider.url(), &[("RIVULET_IDLE_TIMEOUT", "2s")]).await).await
}

fn script(recording: &Recording, body: impl Into<Vec<u8>>) -> Script {
    Script::new(recording.content_type(), body)
}

#[tokio::test]
async fn a_whole_answer_is_complete_in_every_protocol_one_byte_at_a_time() {
    for recording in recordings() {
        let whole = answered(&recording, script(&recording, recording.body()).written_in(1)).await;
        assert_eq!((whole.text.as_str(), &whole.last["type"]), (TEXT, &json!("complete")), "{}", recording.protocol);
        assert_eq!(whole.last["finish_reason"], "stop", "{}", recording.protocol);
        assert_eq!(whole.last["usage"], json!({"input_tokens": 9, "output_tokens": 12}), "{}", recording.protocol);
        assert_eq!(whole.stored["reasoning"], REASONING, "{}", recording.protocol);
    }
}

#[tokio::test]
async fn a_cut_at_any_byte_keeps_the_text_and_is_told() {
    for recording in recordings() {
        let body = recording.body();
        // Everything up to the frame that says so is unfinished. The first frames are left out: before the first token there
        // may be another attempt.
        let (begun, unfinished) = (recording.frames[0].len(), recording.frames[..recording.finish].concat().len());
        let endings = [Ending::Whole, Ending::Cut, Ending::Reset, Ending::HalfClose];
        let cuts = (0..8).map(|step| begun + (unfinished - begun) * (step + 1) / 8);
        let tried = cuts.zip(endings.into_iter().cycle()).map(|(cut, ending)| {
            let (recording, body) = (&recording, &body);
            async move {
                let end = answered(recording, script(recording, body.as_bytes()).up_to(cut, ending)).await;
                let what = format!("{} up to byte {cut}, {ending:?}: {end:?}", recording.protocol);
                assert_eq!(end.code(), "upstream_truncated", "{what}");
                assert!(TEXT.starts_with(&end.text), "{what}");
            }
        });
        join_all(tried).await;
    }
}

#[tokio::test]
async fn a_broken_stream_ends_as_what_it_is() {
    for recording in recordings() {
        let text_before = |at: usize| {
            let script = script(&recording, recording.frames[..at].concat());
            let recording = &recording;
            async move { answered(recording, script).await.text }
        };
        let middle = recording.finish - 1;
        let kept = text_before(middle).await;
        let garbage = if recording.protocol == "ollama" { "{\"x\n" } else { "data: {\"x\n\n" };
        let giant = match recording.protocol {
            "ollama" => format!("{{\"x\":\"{}\"}}\n", "x".repeat(17 << 20)),
            _ => format!("data: {}\n\n", "x".repeat(17 << 20)),
        };
        for (spoil, code) in [
            (recording.error, "upstream_overloaded"),
            (garbage, "upstream_failure"),
            (giant.as_str(), "upstream_failure"),
        ] {
            let end =
                answered(&recording, script(&recording, recording.with(middle, spoil)).written_in(64 << 10)).await;
            let start: String = spoil.chars().take(40).collect();
            assert_eq!((end.code(), end.text.as_str()), (code, kept.as_str()), "{}: {start}", recording.protocol);
        }
        let end = answered(&recording, script(&recording, recording.with(middle, recording.unknown))).await;
        assert_eq!((end.text.as_str(), &end.last["type"]), (TEXT, &json!("complete")), "{}", recording.protocol);
        let known = recording.reason.rsplit('"').nth(1).unwrap();
        let unknown = recording.body().replace(recording.reason, &recording.reason.replace(known, "moonrise"));
        let end = answered(&recording, script(&recording, unknown)).await;
        assert_eq!(end.last["finish_reason"], "moonrise", "{}", recording.protocol);
    }
}

#[tokio::test]
async fn a_stall_after_any_token_is_told_and_the_socket_let_go() {
    for recording in recordings() {
        let tried = (recording.finish - 2..recording.finish + 1).map(|at| {
            let recording = &recording;
            async move {
                let unfinished = recording.frames[..at].concat();
                let provider = provider(script(recording, unfinished).ending(Ending::Stall)).await;
                let variables = [("RIVULET_IDLE_TIMEOUT", "300ms"), ("RIVULET_FIRST_CHUNK_TIMEOUT", "20s")];
                let app = app(recording.protocol, &provider.url(), &variables).await;
                let end = ask(&app).await;
                assert_eq!(end.code(), "upstream_timeout", "{} after frame {at}", recording.protocol);
                assert!(TEXT.starts_with(&end.text), "{end:?}");
                assert!(provider.wait_for_disconnect(PATIENCE).await, "{}: the socket stays", recording.protocol);
            }
        });
        join_all(tried).await;
    }
}

#[tokio::test]
async fn a_provider_without_a_head_is_a_failure_and_a_silent_one_a_timeout() {
    let tried = recordings().into_iter().map(|recording| async move {
        for head in [Head::Closed, Head::Cut, Head::Garbage] {
            let end = answered(&recording, script(&recording, "").with_head(head)).await;
            assert_eq!((end.code(), end.text.as_str()), ("upstream_failure", ""), "{}, {head:?}", recording.protocol);
        }
        let provider = provider(Script::silent()).await;
        let variables = [("RIVULET_FIRST_CHUNK_TIMEOUT", "300ms"), ("RIVULET_MAX_DURATION", "10s")];
        let end = ask(&app(recording.protocol, &provider.url(), &variables).await).await;
        assert_eq!((end.code(), end.text.as_str()), ("upstream_timeout", ""), "{}", recording.protocol);
    });
    join_all(tried).await;
}

#[tokio::test]
async fn a_network_that_fails_before_the_provider_is_told() {
    for recording in recordings() {
        let provider = provider(script(&recording, recording.body())).await;
        let target = provider.url().trim_start_matches("http://").parse().unwrap();
        // The head of the response, and most of the frames before the finish.
        let most = 100 + recording.frames[..recording.finish].concat().len();
        for fault in [Fault::Cut, Fault::Reset, Fault::HalfClose, Fault::Stall] {
            let proxy = Proxy::start(target, move |_| Plan::down(Passage::up_to(most, fault))).await;
            let app = app(recording.protocol, &proxy.url(), &[("RIVULET_IDLE_TIMEOUT", "500ms")]).await;
            let end = ask(&app).await;
            let code = if fault == Fault::Stall { "upstream_timeout" } else { "upstream_truncated" };
            assert_eq!(end.code(), code, "{}, {fault:?}: {end:?}", recording.protocol);
            assert!(!end.text.is_empty() && TEXT.starts_with(&end.text), "{end:?}");
        }
        // A request that never gets through.
        let proxy = Proxy::start(target, |_| Plan::up(Passage::up_to(40, Fault::Cut))).await;
        let app = app(recording.protocol, &proxy.url(), &[]).await;
        assert_eq!(ask(&app).await.code(), "upstream_failure", "{}", recording.protocol);
    }
}

#[tokio::test]
async fn a_slow_network_changes_nothing() {
    let recording = &recordings()[0];
    let provider = provider(script(recording, recording.body())).await;
    let target = provider.url().trim_start_matches("http://").parse().unwrap();
    let trickle = |piece| Plan { up: Passage::free(), down: Passage::trickle(piece, Duration::from_millis(1)) };
    let before_provider = Proxy::start(target, move |_| trickle(5)).await;
    let app = app(recording.protocol, &before_provider.url(), &[]).await;
    let before_app = Proxy::start(app.address, move |_| trickle(3)).await;
    let body = json!({"messages": [{"role": "user", "content": "Rivers?"}]});
    let response = app.client.post(format!("{}/api/chat", before_app.url())).json(&body).send().await.unwrap();
    let answer = timeout(PATIENCE, response.text()).await.expect("an end").unwrap();
    let pieces = answer.split("\n\n").filter_map(|frame| frame.strip_prefix("data: {"));
    let text: String = pieces
        .map(|rest| {
            serde_json::from_str::<Value>(&format!("{{{rest}")).unwrap()["content"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(text, TEXT);
    assert!(answer.ends_with("data: [DONE]\n\n"));
}

/// A reader whose connection breaks again and again, at any byte, and that goes on from the last whole frame.
#[tokio::test]
async fn a_reader_that_is_cut_off_at_any_byte_reads_every_event_once() {
    let recording = &recordings()[0];
    let provider = provider(script(recording, recording.body()).written_in(32)).await;
    let app = app(recording.protocol, &provider.url(), &[]).await;
    let conversation = app.conversation().await;
    let all = Events::new(app.send(&conversation, "Rivers?").await).all().await;
    let generation = all[0].json()["generation_id"].as_str().unwrap().to_owned();
    for fault in [Fault::Cut, Fault::Reset] {
        for seed in 0..6 {
            // A head has some 300 bytes, so that the first connections bring nothing at all.
            let plan = move |count: usize| Plan::down(Passage::up_to(200 + count * 97 + seed * 31, fault));
            let proxy = Proxy::start(app.address, plan).await;
            let mut frames: Vec<Frame> = Vec::new();
            let reading = async {
                while frames.last().is_none_or(|frame| frame.kind() != "complete") {
                    let after = frames.last().map_or(0, |frame| frame.id.unwrap());
                    let url = format!("{}/api/generations/{generation}/events?after={after}", proxy.url());
                    let request = app.client.request(Method::GET, url).header("cookie", app.cookie());
                    frames.extend(whole_frames(request).await);
                }
            };
            timeout(PATIENCE, reading).await.expect("an end");
            assert_eq!(frames, all, "{fault:?}, {seed}");
        }
    }
}

/// The frames that come whole before the connection breaks.
async fn whole_frames(request: reqwest::RequestBuilder) -> Vec<Frame> {
    let Ok(mut response) = request.send().await else { return Vec::new() };
    let mut bytes = Vec::new();
    while let Ok(Some(piece)) = response.chunk().await {
        bytes.extend_from_slice(&piece);
    }
    let mut frames = Vec::new();
    let mut decoder = protocol::sse::SseDecoder::new();
    decoder
        .push(&bytes, |frame| {
            frames.push(Frame { id: Some(frame.id.parse().unwrap()), data: frame.data.to_owned() });
        })
        .unwrap();
    frames
}
