//! What each dialect looks like: one answer in each, written by hand, and the request that asks for it.

use crate::{
    answers::{KEY, WIRES, ask, model},
    support::scripted::{Script, ScriptedServer},
};
use protocol::event::{FinishReason, Usage};
use serde_json::{Value, json};

/// The start of an answer, up to its first words: `The river`.
pub(crate) fn opening(wire: &str) -> &'static str {
    match wire {
        "openai-responses" => {
            "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"status\":\"in_progress\"}}\n\n\
             event: response.reasoning_summary_text.delta\ndata: {\"type\":\"response.reasoning_summary_text.delta\",\"delta\":\"Hm.\"}\n\n\
             event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"The river\"}\n\n"
        }
        "anthropic" => {
            "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":9,\"output_tokens\":1}}}\n\n\
             event: ping\n\nevent: ping\ndata: {\"type\":\"ping\"}\n\nevent: from_the_future\ndata: {\"type\":\"from_the_future\",\"x\":[]}\n\n\
             event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"Hm.\"}}\n\n\
             event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"The river\"}}\n\n"
        }
        "gemini" => {
            "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hm.\",\"thought\":true},{\"text\":\"The river\"}]}}]}\r\n\r\n"
        }
        "ollama" => {
            "{\"message\":{\"role\":\"assistant\",\"thinking\":\"Hm.\",\"content\":\"\"},\"done\":false}\n\
             {\"message\":{\"role\":\"assistant\",\"content\":\"The river\"},\"done\":false}\n"
        }
        _ => {
            ": keep-alive\n\ndata: {\"choices\":[],\"prompt_filter_results\":[]}\n\n\
             data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"another\"}}]}\n\n\
             data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":null,\"reasoning_content\":\"Hm.\"},\"finish_reason\":\"\"}],\"usage\":null}\n\n\
             data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"The river\"},\"finish_reason\":null}],\"usage\":{}}\n\n"
        }
    }
}

/// A whole answer: `The river 🌊 flows.`, 9 tokens read and 5 written.
pub(crate) fn fixture(wire: &str) -> String {
    let rest = match wire {
        "openai-responses" => {
            "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\" 🌊 flows.\"}\n\n\
             event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\",\"usage\":{\"input_tokens\":9,\"output_tokens\":5}}}\n\n"
        }
        "anthropic" => {
            "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\" 🌊 flows.\"}}\n\n\
             event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":5}}\n\n\
             event: message_stop\ndata: {\"type\":\"message_stop\"}"
        }
        "gemini" => {
            "data: {\"candidates\":[{\"finishReason\":\"STOP\"}]}\r\n\r\n\
             data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\" 🌊 flows.\"}]},\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":9,\"candidatesTokenCount\":3,\"thoughtsTokenCount\":2}}\r\n\r\n"
        }
        "ollama" => {
            "{\"message\":{\"content\":\" 🌊 flows.\"},\"done\":false}\n\
             {\"message\":{\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":9,\"eval_count\":5}"
        }
        _ => {
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\" 🌊 flows.\"},\"finish_reason\":\"stop\"}]}\n\n\
             data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":5}}\n\ndata: [DONE]\n\n"
        }
    };
    // The message's end may lack its blank line.
    let end = if wire == "anthropic" { "\n" } else { "" };
    format!("{}{rest}{end}", opening(wire))
}

/// An error in the middle of a stream that says: overloaded.
pub(crate) fn error_in_stream(wire: &str) -> &'static str {
    match wire {
        "openai-responses" => {
            "event: error\ndata: {\"type\":\"error\",\"code\":\"overloaded\",\"message\":\"busy\"}\n\n"
        }
        "anthropic" => {
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"busy\"}}\n\n"
        }
        "gemini" => "{\n  \"error\": {\n    \"code\": 503,\n    \"status\": \"UNAVAILABLE\"\n  }\n}\n",
        "ollama" => "{\"error\":\"server overloaded\"}\n",
        "openai-compatible" => "error: {\"code\":503,\"message\":\"busy\"}\n\ndata: [DONE]\n\n",
        _ => "data: {\"error\":{\"code\":\"overloaded\",\"message\":\"busy\"}}\n\ndata: [DONE]\n\n",
    }
}

#[tokio::test]
async fn text_reasoning_usage_and_reason_come_in_every_write_size() {
    for wire in WIRES {
        for size in [1, 3, 64, 4096] {
            let server = ScriptedServer::start([Script::sse(fixture(wire)).written_in(size)]).await;
            let answer = ask(&model(wire, &server.url())).await;
            assert_eq!((answer.text.as_str(), answer.reasoning.as_str()), ("The river 🌊 flows.", "Hm."), "{wire}");
            assert_eq!((answer.finish, answer.error), (Some(FinishReason::Stop), None), "{wire}");
            assert_eq!(answer.usage, Some(Usage { input_tokens: 9, output_tokens: 5, ..Usage::default() }), "{wire}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_is_not_streamed_is_read_whole() {
    let message = json!({"role": "assistant", "content": "All."});
    for (wire, body) in [
        ("openai-chat", json!({"choices": [{"index": 0, "message": message, "finish_reason": "length"}]})),
        (
            "openai-responses",
            json!({"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"},
            "output": [{"type": "message", "content": [{"type": "output_text", "text": "All."}]}]}),
        ),
        ("anthropic", json!({"content": [{"type": "text", "text": "All."}], "stop_reason": "max_tokens"})),
        ("gemini", json!([{"candidates": [{"content": {"parts": [{"text": "All."}]}, "finishReason": "MAX_TOKENS"}]}])),
        ("ollama", json!({"message": message, "done": true, "done_reason": "length"})),
    ] {
        let body = if wire == "ollama" { body.to_string() } else { serde_json::to_string_pretty(&body).unwrap() };
        let server = ScriptedServer::start([Script::json(200, body).written_in(7)]).await;
        let answer = ask(&model(wire, &server.url())).await;
        assert_eq!(
            (answer.text.as_str(), answer.finish, answer.error),
            ("All.", Some(FinishReason::Length), None),
            "{wire}"
        );
    }
}

#[tokio::test]
async fn requests_are_what_each_api_documents() {
    let expected = |wire: &str| -> (&str, &str, Value) {
        let turns = json!([{"role": "user", "content": "One?"}, {"role": "assistant", "content": "Two."},
            {"role": "user", "content": "Three?"}]);
        let mut with_system = turns.clone();
        with_system.as_array_mut().unwrap().insert(0, json!({"role": "system", "content": "Be brief."}));
        match wire {
            "openai-chat" => (
                "POST /v1/chat/completions HTTP/1.1",
                "authorization",
                json!({"model": "m", "messages": with_system,
                "stream": true, "stream_options": {"include_usage": true}, "temperature": 1.5, "top_p": 0.5,
                "max_completion_tokens": 100}),
            ),
            "openai-compatible" => (
                "POST /v1/chat/completions HTTP/1.1",
                "authorization",
                json!({"model": "m",
                "messages": with_system, "stream": true, "stream_options": {"include_usage": true}, "temperature": 1.5,
                "top_p": 0.5, "max_tokens": 100}),
            ),
            "openai-responses" => (
                "POST /v1/responses HTTP/1.1",
                "authorization",
                json!({"model": "m", "input": turns,
                "instructions": "Be brief.", "stream": true, "store": false, "temperature": 1.5, "top_p": 0.5,
                "max_output_tokens": 100}),
            ),
            "anthropic" => (
                "POST /v1/messages HTTP/1.1",
                "x-api-key",
                json!({"model": "m", "messages": turns,
                "system": "Be brief.", "stream": true, "temperature": 1.0, "max_tokens": 100}),
            ),
            "gemini" => (
                "POST /v1beta/models/m:streamGenerateContent?alt=sse HTTP/1.1",
                "x-goog-api-key",
                json!({
                "contents": [{"role": "user", "parts": [{"text": "One?"}]}, {"role": "model", "parts": [{"text": "Two."}]},
                    {"role": "user", "parts": [{"text": "Three?"}]}],
                "systemInstruction": {"parts": [{"text": "Be brief."}]},
                "generationConfig": {"temperature": 1.5, "topP": 0.5, "maxOutputTokens": 100}}),
            ),
            _ => (
                "POST /api/chat HTTP/1.1",
                "",
                json!({"model": "m", "messages": with_system, "stream": true,
                "options": {"temperature": 1.5, "top_p": 0.5, "num_predict": 100}}),
            ),
        }
    };
    for wire in WIRES {
        let server = ScriptedServer::start([Script::sse(fixture(wire))]).await;
        ask(&model(wire, &server.url())).await;
        let (line, key, body) = expected(wire);
        let request = server.wait_for_request().await;
        assert_eq!((request.line.as_str(), request.json()), (line, body), "{wire}");
        if !key.is_empty() {
            assert!(request.header(key).unwrap().ends_with(KEY), "{wire}");
        }
    }
}
