//! The recordings of the conformance folder named by `RIVULET_CONFORMANCE`, over a real socket, in several write sizes.

use crate::{
    answers::{Answer, KEY, ask, model},
    support::scripted::{Script, ScriptedServer},
};
use protocol::error::ErrorCode;
use serde_json::Value;
use std::{fs, path::PathBuf};

#[expect(clippy::disallowed_methods, reason = "a test finds its data by the environment")]
fn folder() -> Option<PathBuf> {
    let folder = std::env::var("RIVULET_CONFORMANCE").ok();
    if folder.is_none() {
        println!("RIVULET_CONFORMANCE is not set: nothing to check");
    }
    Some(PathBuf::from(folder?).join("providers"))
}

fn read_json(path: PathBuf) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// The recorded reason in our words.
fn reason(reason: &str) -> &str {
    match reason {
        "end_turn" | "STOP" | "completed" | "stop" => "stop",
        "max_tokens" | "MAX_TOKENS" | "length" => "length",
        "refusal" | "SAFETY" | "content_filter" => "content_filter",
        "tool_use" => "tool_calls",
        other => other,
    }
}

fn check(expect: &Value, answer: &Answer) -> Result<(), String> {
    let failed = !expect["error"].is_null();
    // A blocked prompt has neither text nor a finish reason: it is an error of ours.
    let refusal = expect["refusal"].as_str();
    let blocked = refusal.is_some() && expect["finish_reason"].is_null();
    let refused_in_words = refusal.filter(|words| !words.starts_with('{')).unwrap_or_default();
    let text = format!("{}{refused_in_words}", expect["text"].as_str().unwrap());
    let mut problems = Vec::new();
    let mut same = |what: &str, ours: String, theirs: String| {
        if ours != theirs {
            problems.push(format!("{what}: {ours:?} instead of {theirs:?}"));
        }
    };
    same("text", answer.text.clone(), text);
    // What follows an error is not read any more.
    let reasoning = expect["reasoning"].as_str().unwrap();
    if !failed || !reasoning.starts_with(&answer.reasoning) {
        same("reasoning", answer.reasoning.clone(), reasoning.to_owned());
    }
    let code = answer.error.as_ref().map(|error| error.code);
    same("error", code.is_some().to_string(), (failed || blocked).to_string());
    if blocked {
        same("error", format!("{code:?}"), format!("{:?}", Some(ErrorCode::UpstreamContentFiltered)));
    }
    if !failed && !blocked {
        let finish = answer.finish.as_ref().map(|finish| finish.as_str().to_owned()).unwrap_or_default();
        same("finish", finish, reason(expect["finish_reason"].as_str().unwrap_or_default()).to_owned());
        if let Some(usage) = expect["usage_raw"].as_object() {
            let count = |names: &[&str]| names.iter().filter_map(|name| usage.get(*name)?.as_u64()).sum::<u64>();
            let input = count(&["input_tokens", "prompt_tokens", "promptTokenCount", "prompt_eval_count"])
                + count(&["cache_read_input_tokens", "cache_creation_input_tokens"]);
            let output =
                ["output_tokens", "completion_tokens", "candidatesTokenCount", "thoughtsTokenCount", "eval_count"];
            let ours = answer.usage.unwrap_or_default();
            same(
                "usage",
                format!("{} {}", ours.input_tokens, ours.output_tokens),
                format!("{input} {}", count(&output)),
            );
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.join("; ")) }
}

#[tokio::test]
async fn every_recording_is_read_as_expected_in_every_write_size() {
    let Some(folder) = folder() else { return };
    let (mut cases, mut failures) = (0, Vec::new());
    for wire in crate::answers::WIRES {
        let expectations = fs::read_dir(folder.join(wire)).unwrap().map(|entry| entry.unwrap().path());
        for path in expectations.filter(|path| path.to_string_lossy().ends_with(".expected.json")) {
            let case = read_json(path.clone());
            let name =
                path.to_string_lossy().replace(".expected.json", if wire == "ollama" { ".ndjson" } else { ".sse" });
            let body = fs::read(&name).unwrap();
            cases += 1;
            for size in [1, 7, 4096] {
                let serve = &case["serve"];
                let mut script = Script::sse(body.clone()).written_in(size);
                script.status = serve["status"].as_u64().unwrap() as u16;
                let headers = serve["headers"].as_object().unwrap().iter();
                script.headers =
                    headers.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect();
                let server = ScriptedServer::start([script]).await;
                if let Err(problem) = check(&case["expect"], &ask(&model(wire, &server.url())).await) {
                    failures.push(format!("{name} in writes of {size}: {problem}"));
                }
            }
        }
    }
    println!("{cases} recordings in 3 write sizes, {} failures", failures.len());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[tokio::test]
async fn every_refusal_has_its_class() {
    let Some(folder) = folder() else { return };
    let cases = read_json(folder.join("http_errors.json"));
    let cases = cases.as_object().unwrap().values().find_map(Value::as_array).unwrap();
    let mut failures = Vec::new();
    for case in cases {
        let wire = match case["provider"].as_str().unwrap() {
            "anthropic" => "anthropic",
            "gemini" => "gemini",
            "ollama" => "ollama",
            _ if case["request"].as_str().is_some_and(|request| request.ends_with("/responses")) => "openai-responses",
            "openai" => "openai-chat",
            _ => "openai-compatible",
        };
        let mut script = Script::json(case["status"].as_u64().unwrap() as u16, case["body"].as_str().unwrap());
        let headers = case["headers"].as_object().unwrap().iter();
        script.headers = headers.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect();
        let server = ScriptedServer::start([script]).await;
        let answer = ask(&model(wire, &server.url())).await;
        use ErrorCode::*;
        // A filtered answer, a blocked prompt and a conversation too long are requests at fault, told more exactly; a 200
        // without an answer in it is a failure of the provider.
        let allowed: &[ErrorCode] = match case["expected_class"].as_str().unwrap() {
            "invalid_request" if case["status"] == 200 => &[UpstreamContentFiltered, UpstreamFailure],
            "invalid_request" => &[UpstreamBadRequest, UpstreamContextTooLong, UpstreamContentFiltered],
            "authentication" => &[UpstreamAuthentication],
            "permission" => &[UpstreamPermission],
            "not_found" => &[UpstreamNotFound],
            "rate_limit" => &[UpstreamRateLimited],
            "overloaded" => &[UpstreamOverloaded],
            "server" => &[UpstreamFailure, UpstreamOverloaded],
            other => panic!("a class that nobody knows: {other}"),
        };
        let filtered = answer.finish == Some(protocol::event::FinishReason::ContentFilter) && case["status"] == 200;
        let message = answer.error.as_ref().map(|error| error.message.clone()).unwrap_or_default();
        assert!(!message.contains(KEY) && !message.contains('\n') && message.chars().count() < 450, "{message}");
        match answer.error {
            Some(error) if allowed.contains(&error.code) => {}
            None if filtered => {}
            _ => failures.push(format!("{}: {answer:?}", case["id"])),
        }
    }
    println!("{} refusals, {} failures", cases.len(), failures.len());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
