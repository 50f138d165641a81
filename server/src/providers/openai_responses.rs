//! OpenAI's Responses API.
//!
//! The end is one of `response.completed`, `response.incomplete` and `response.failed`; there is no `[DONE]`, though some
//! gateways add it. Errors come as an `error` event, flat or nested, or inside `response.failed`.

use super::{
    Delta, ProviderPrompt, Secret,
    dialect::{Call, Decoder, Dialect, Listed, bearer, data_url, json, push},
    fault::Fault,
    openai_chat,
};
use protocol::{
    error::ErrorCode,
    event::{FinishReason, Usage},
    request::Turn,
};
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::{Value, json};

/// The protocol; see the [module](self).
#[derive(Debug)]
pub(super) struct OpenAiResponses;

impl Dialect for OpenAiResponses {
    fn headers(&self, key: Option<&Secret>) -> Option<Vec<(HeaderName, HeaderValue)>> {
        bearer(key)
    }

    fn request(&self, prompt: &ProviderPrompt) -> Call {
        let mut body = json!({
            "model": prompt.model,
            "input": openai_chat::messages(None, &prompt.turns, show),
            "stream": true,
            "store": false,
        });
        if let Some(instructions) = prompt.system_prompt.as_deref().filter(|text| !text.trim().is_empty()) {
            body["instructions"] = instructions.into();
        }
        if let Some(most) = prompt.parameters.max_tokens {
            // The API refuses less.
            body["max_output_tokens"] = most.max(16).into();
        }
        if !openai_chat::is_reasoning_model(&prompt.model) {
            openai_chat::sampling(&mut body, prompt);
        }
        Call { path: "/responses".into(), body }
    }

    fn decoder(&self) -> Box<dyn Decoder> {
        Box::new(ResponsesDecoder::default())
    }

    fn models_path(&self) -> &'static str {
        "/models"
    }

    fn models(&self, list: &Value) -> Vec<Listed> {
        openai_chat::models(list).map(|(_, name)| Listed::named(name)).collect()
    }
}

fn show(message: &mut Value, turn: &Turn) {
    let images = turn.images().map(|image| json!({"type": "input_image", "image_url": data_url(image)}));
    openai_chat::parts(message, "input_text", images);
}

/// Reads one answer.
#[derive(Debug, Default)]
struct ResponsesDecoder {
    ended: bool,
}

impl Decoder for ResponsesDecoder {
    fn decode(&mut self, event: &str, data: &str, deltas: &mut Vec<Delta>) -> Result<(), Fault> {
        let data = data.trim();
        if self.ended || data.is_empty() || data == "[DONE]" {
            return Ok(());
        }
        let frame = json(data)?;
        match frame["type"].as_str().unwrap_or(event) {
            "response.output_text.delta" | "response.refusal.delta" => {
                push(deltas, Delta::Text, frame["delta"].as_str());
            }
            "response.reasoning_summary_text.delta" | "response.reasoning_text.delta" => {
                push(deltas, Delta::Reasoning, frame["delta"].as_str());
            }
            "response.completed"
            | "response.incomplete"
            | "response.failed"
            | "response.cancelled"
            | "response.done" => {
                return self.end(&frame["response"], deltas);
            }
            "error" => return Err(error(&frame)),
            _ => {
                if let Some(fault) = Fault::in_stream(&frame) {
                    return Err(fault);
                }
            }
        }
        Ok(())
    }

    fn whole(&mut self, answer: &Value, deltas: &mut Vec<Delta>) -> Result<(), Fault> {
        for item in answer["output"].as_array().into_iter().flatten() {
            let parts = item["content"].as_array().into_iter().chain(item["summary"].as_array()).flatten();
            for part in parts {
                match part["type"].as_str() {
                    Some("output_text") => push(deltas, Delta::Text, part["text"].as_str()),
                    Some("refusal") => push(deltas, Delta::Text, part["refusal"].as_str()),
                    Some("summary_text" | "reasoning_text") => push(deltas, Delta::Reasoning, part["text"].as_str()),
                    _ => {}
                }
            }
        }
        self.end(answer, deltas)
    }

    fn is_done(&self) -> bool {
        self.ended
    }

    fn finish(&mut self) -> Result<(), Fault> {
        if self.ended { Ok(()) } else { Err(Fault::truncated()) }
    }
}

impl ResponsesDecoder {
    fn end(&mut self, response: &Value, deltas: &mut Vec<Delta>) -> Result<(), Fault> {
        let reason = match response["status"].as_str() {
            _ if response["error"].is_object() => return Err(error(response)),
            Some("failed") => return Err(Fault::new(ErrorCode::UpstreamFailure)),
            Some("completed") | None => FinishReason::Stop,
            Some("incomplete") => match response["incomplete_details"]["reason"].as_str() {
                Some("max_output_tokens" | "max_tokens") => FinishReason::Length,
                other => openai_chat::finish_reason(other.unwrap_or("incomplete")),
            },
            Some("in_progress" | "queued") => return Err(Fault::truncated()),
            Some(other) => openai_chat::finish_reason(other),
        };
        if response.is_null() {
            return Err(Fault::nonsense());
        }
        if let Some(usage) = response["usage"].as_object() {
            let count = |name: &str| usage.get(name).and_then(Value::as_u64).unwrap_or(0);
            let (input_tokens, output_tokens) = (count("input_tokens"), count("output_tokens"));
            let cached = usage.get("input_tokens_details").and_then(|details| details["cached_tokens"].as_u64());
            let cached_input_tokens = cached.unwrap_or(0);
            deltas.push(Delta::Usage(Usage { input_tokens, cached_input_tokens, output_tokens }));
        }
        deltas.push(Delta::Finish(reason));
        self.ended = true;
        Ok(())
    }
}

/// The fault in an `error` event: nested under `error`, or flat beside `type`.
fn error(frame: &Value) -> Fault {
    Fault::in_stream(frame).unwrap_or_else(|| {
        let flat = json!({"error": {"code": frame["code"], "message": frame["message"]}});
        Fault::in_stream(&flat).unwrap_or_else(Fault::nonsense)
    })
}
