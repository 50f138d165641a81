//! What the socket does: cuts, resets, nonsense, giants, and the other side going away.

use crate::{
    answers::{Answer, KEY, WIRES, ask, model, prompt},
    dialects::{error_in_stream, fixture},
    support::scripted::{Ending, Script, ScriptedServer},
};
use futures::StreamExt;
use protocol::{error::ErrorCode, event::FinishReason};
use std::time::Duration;

async fn answer(wire: &str, script: Script) -> Answer {
    let server = ScriptedServer::start([script]).await;
    tokio::time::timeout(Duration::from_secs(10), ask(&model(wire, &server.url()))).await.expect("an end")
}

fn code(answer: &Answer) -> Option<ErrorCode> {
    answer.error.as_ref().map(|error| error.code)
}

/// The fixture without what says that the answer is whole.
fn half(wire: &str) -> String {
    let whole = fixture(wire);
    whole[..whole.find("river").unwrap() + 30].to_owned()
}

#[tokio::test]
async fn an_answer_is_whole_or_truncated() {
    for wire in WIRES {
        let whole = answer(wire, Script::sse(fixture(wire)).written_in(5)).await;
        assert_eq!(
            (whole.text.as_str(), whole.finish.as_ref(), &whole.error),
            ("The river 🌊 flows.", Some(&FinishReason::Stop), &None),
            "{wire}"
        );
        for ending in [Ending::Whole, Ending::Cut, Ending::Reset] {
            let cut = answer(wire, Script::sse(half(wire)).ending(ending)).await;
            assert_eq!(code(&cut), Some(ErrorCode::UpstreamTruncated), "{wire}, {ending:?}");
        }
        let empty = answer(wire, Script::sse("")).await;
        assert_eq!(code(&empty), Some(ErrorCode::UpstreamTruncated), "{wire}");
    }
}

#[tokio::test]
async fn an_error_in_the_middle_keeps_what_came() {
    for wire in WIRES {
        let failed =
            answer(wire, Script::sse(format!("{}{}", crate::dialects::opening(wire), error_in_stream(wire)))).await;
        assert_eq!((failed.text.as_str(), code(&failed)), ("The river", Some(ErrorCode::UpstreamOverloaded)), "{wire}");
    }
}

#[tokio::test]
async fn nonsense_is_a_failure_and_never_an_answer() {
    for wire in WIRES {
        for body in ["<html><body>Bad gateway</body></html>", "data: {\"x\n\n{\"x\n\n{}\n", "hello\n"] {
            let nonsense = answer(wire, Script::new("text/html", body)).await;
            assert_eq!(
                (nonsense.text.as_str(), code(&nonsense)),
                ("", Some(ErrorCode::UpstreamFailure)),
                "{wire}: {body}"
            );
        }
        let giant =
            answer(wire, Script { write: 1 << 20, ..Script::sse(format!("data: {}", "x".repeat(17 << 20))) }).await;
        assert_eq!(code(&giant), Some(ErrorCode::UpstreamFailure), "{wire}");
    }
}

#[tokio::test]
async fn a_refusal_has_a_class_a_pause_and_no_key() {
    for wire in WIRES {
        let body = format!("{{\"error\":{{\"message\":\"Too fast for {KEY}, slow\\ndown\"}}}}");
        // The content type of a stream does not make a refusal an answer.
        let script = Script { status: 429, ..Script::sse(body) }.header("retry-after", "7");
        let error = answer(wire, script).await.error.unwrap();
        assert_eq!(
            (error.code, error.retry_after),
            (ErrorCode::UpstreamRateLimited, Some(Duration::from_secs(7))),
            "{wire}"
        );
        assert!(error.message.ends_with("Too fast for […], slow down."), "{}", error.message);
    }
    let gone = model("gemini", "http://127.0.0.1:9");
    assert_eq!(code(&ask(&gone).await), Some(ErrorCode::UpstreamFailure));
    let elsewhere = Script { status: 307, ..Script::sse("") }.header("location", "http://127.0.0.1:9/");
    assert_eq!(code(&answer("anthropic", elsewhere).await), Some(ErrorCode::UpstreamFailure));
}

#[tokio::test]
async fn letting_go_closes_the_socket_in_every_state() {
    for wire in WIRES {
        // Before the head has come.
        let server = ScriptedServer::start([Script::silent()]).await;
        let silent = model(wire, &server.url());
        let asking = tokio::spawn(async move { silent.provider.generate(&prompt("m")).await.map(|_| ()) });
        server.wait_for_request().await;
        asking.abort();
        assert!(server.wait_for_disconnect(Duration::from_secs(1)).await, "{wire}, before the head");

        // In the middle, while pieces come; and while the provider is silent after the head.
        let body = fixture(wire);
        let slow = Script { between: Duration::from_millis(50), ..Script::sse(body).written_in(20) };
        for (script, read) in [(slow, 1), (Script::sse("").ending(Ending::Stall), 0)] {
            let server = ScriptedServer::start([script]).await;
            let model = model(wire, &server.url());
            let mut stream = model.provider.generate(&prompt("m")).await.unwrap();
            for _ in 0..read {
                stream.next().await.unwrap().unwrap();
            }
            let _ = tokio::time::timeout(Duration::from_millis(20), stream.next()).await;
            drop(stream);
            assert!(server.wait_for_disconnect(Duration::from_secs(1)).await, "{wire}, after {read} batches");
        }
    }
}

#[tokio::test]
async fn the_end_of_the_protocol_is_the_end_even_if_the_socket_stays_open() {
    for wire in WIRES.into_iter().filter(|wire| *wire != "gemini") {
        let finished = format!("{}\n\n", fixture(wire));
        let open = answer(wire, Script::sse(finished).ending(Ending::Stall)).await;
        assert_eq!((open.finish, open.error), (Some(FinishReason::Stop), None), "{wire}");
    }
}

#[tokio::test]
async fn an_answer_that_says_that_it_has_finished_is_whole_without_an_end_mark() {
    let finished = fixture("openai-chat").replace("data: [DONE]", ": no more");
    assert!(finished.contains("finish_reason"));
    let open = answer("openai-chat", Script::sse(finished).ending(Ending::Stall)).await;
    assert_eq!((open.text.as_str(), open.finish, open.error), ("The river 🌊 flows.", Some(FinishReason::Stop), None));
    assert!(open.usage.is_some(), "what came after that counts");
}

#[tokio::test]
async fn comments_do_not_keep_an_answer_open_that_has_finished() {
    let finished = fixture("openai-chat").replace("data: [DONE]", ": no more");
    let comments = format!(": {}\n\n", "still here ".repeat(23)).repeat(120);
    let mut script = Script::sse(format!("{finished}\n\n{comments}")).written_in(256).ending(Ending::Stall);
    // More than a minute, if all were waited for.
    script.between = Duration::from_millis(500);
    let server = ScriptedServer::start([script]).await;
    let model = model("openai-chat", &server.url());
    let open = tokio::time::timeout(Duration::from_secs(40), ask(&model)).await.unwrap();
    assert_eq!((open.text.as_str(), open.finish, open.error), ("The river 🌊 flows.", Some(FinishReason::Stop), None));
}

#[tokio::test]
async fn connections_are_used_again() {
    let server = ScriptedServer::start([Script::sse(fixture("openai-chat"))]).await;
    let model = model("openai-chat", &server.url());
    for _ in 0..3 {
        assert_eq!(ask(&model).await.error, None);
    }
    assert_eq!(server.connections(), 1);
}
