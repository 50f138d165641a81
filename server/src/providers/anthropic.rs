//! Anthropic's messages.
//!
//! `message_start`, then blocks of deltas, then `message_delta` with the stop reason, then `message_stop`. The output count
//! in `message_delta` is cumulative. A second `message_start` inside a message means that two streams got mixed.

use super::{
    Delta, ProviderPrompt, Secret,
    dialect::{Call, Decoder, Dialect, Listed, json, push},
    fault::Fault,
    openai_chat::finish_reason,
};
use protocol::{
    error::ErrorCode,
    event::{FinishReason, Usage},
    message::Role,
};
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::{Value, json};

/// The protocol; see the [module](self).
#[derive(Debug)]
pub(super) struct Anthropic;

impl Dialect for Anthropic {
    fn headers(&self, key: Option<&Secret>) -> Option<Vec<(HeaderName, HeaderValue)>> {
        let mut headers = vec![(HeaderName::from_static("anthropic-version"), HeaderValue::from_static("2023-06-01"))];
        if let Some(key) = key {
            headers.push((HeaderName::from_static("x-api-key"), key.header("")?));
        }
        Some(headers)
    }

    fn request(&self, prompt: &ProviderPrompt) -> Call {
        let (system, messages) = conversation(prompt);
        let parameters = &prompt.parameters;
        let mut body = json!({
            "model": prompt.model,
            "messages": messages,
            "max_tokens": parameters.max_tokens.unwrap_or_else(|| most_tokens(&prompt.model)),
            "stream": true,
        });
        if !system.is_empty() {
            body["system"] = system.into();
        }
        // The newer models take one of the two.
        match (parameters.temperature, parameters.top_p) {
            (Some(temperature), _) => body["temperature"] = temperature.min(1.0).into(),
            (None, Some(top_p)) => body["top_p"] = top_p.into(),
            (None, None) => {}
        }
        Call { path: "/v1/messages".into(), body }
    }

    fn decoder(&self) -> Box<dyn Decoder> {
        Box::new(MessagesDecoder::default())
    }

    fn models_path(&self) -> &'static str {
        "/v1/models?limit=1000"
    }

    fn models(&self, list: &Value) -> Vec<Listed> {
        let entries = list["data"].as_array().into_iter().flatten();
        let read = |entry: &Value| {
            let name = entry["id"].as_str()?;
            let sees_images = entry["capabilities"]["image_input"]["supported"].as_bool();
            Some(Listed {
                name: name.into(),
                label: entry["display_name"].as_str().unwrap_or(name).into(),
                sees_images,
            })
        };
        entries.filter_map(read).collect()
    }
}

/// The API wants a limit; this is what every model of the family can do.
fn most_tokens(model: &str) -> u32 {
    match model {
        _ if model.starts_with("claude-3-5") || model.starts_with("claude-3-7") => 8192,
        _ if model.starts_with("claude-3") => 4096,
        _ if model.starts_with("claude-") => 16_384,
        _ => 8192,
    }
}

/// The system text, and messages that alternate from a user's on and are not empty, as the API wants them.
fn conversation(prompt: &ProviderPrompt) -> (String, Vec<Value>) {
    let mut system: Vec<&str> = prompt.system_prompt.as_deref().into_iter().collect();
    let mut messages: Vec<(Role, String, Vec<Value>)> = Vec::new();
    for turn in &prompt.turns {
        if turn.is_blank() {
            continue;
        }
        let (text, images) = (turn.text(), turn.images().map(image));
        match (turn.role, messages.last_mut()) {
            (Role::System, _) => system.push(&turn.content),
            (role, Some((last, before, shown))) if *last == role => {
                before.push_str("\n\n");
                before.push_str(&text);
                shown.extend(images);
            }
            (role, None) if role == Role::Assistant => {
                messages.extend([(Role::User, "…".to_owned(), Vec::new()), (role, text.into_owned(), Vec::new())]);
            }
            (role, _) => messages.push((role, text.into_owned(), images.collect())),
        }
    }
    if let Some((Role::Assistant, text, _)) = messages.last_mut() {
        // The API refuses an opening of the answer that ends in white space.
        text.truncate(text.trim_end().len());
    }
    system.retain(|text| !text.trim().is_empty());
    (system.join("\n\n"), messages.into_iter().map(message).collect())
}

/// Images stand before the text about them; a text that is empty is refused.
fn message((role, text, mut images): (Role, String, Vec<Value>)) -> Value {
    if images.is_empty() {
        return json!({"role": role, "content": text});
    }
    if !text.trim().is_empty() {
        images.push(json!({"type": "text", "text": text}));
    }
    json!({"role": role, "content": images})
}

fn image((media_type, data): (&str, &str)) -> Value {
    json!({"type": "image", "source": {"type": "base64", "media_type": media_type, "data": data}})
}

/// Reads one answer.
#[derive(Debug, Default)]
struct MessagesDecoder {
    started: bool,
    stopped: bool,
    finish: bool,
    usage: Usage,
}

impl Decoder for MessagesDecoder {
    fn decode(&mut self, event: &str, data: &str, deltas: &mut Vec<Delta>) -> Result<(), Fault> {
        if self.stopped || data.trim().is_empty() || data.trim() == "[DONE]" {
            return Ok(());
        }
        let frame = json(data)?;
        match frame["type"].as_str().unwrap_or(event) {
            "message_start" => {
                if std::mem::replace(&mut self.started, true) {
                    return Err(Fault::with(ErrorCode::UpstreamFailure, "a second message began inside the first"));
                }
                self.count(&frame["message"]["usage"], deltas);
            }
            "content_block_start" => block(&frame["content_block"], deltas),
            "content_block_delta" => {
                let delta = &frame["delta"];
                match delta["type"].as_str() {
                    Some("text_delta") => push(deltas, Delta::Text, delta["text"].as_str()),
                    Some("thinking_delta") => push(deltas, Delta::Reasoning, delta["thinking"].as_str()),
                    _ => {}
                }
            }
            "message_delta" => {
                self.count(&frame["usage"], deltas);
                self.stop_reason(&frame["delta"]["stop_reason"], deltas);
            }
            "message_stop" => self.stopped = true,
            "error" => {
                let bare = || Fault::in_stream(&json!({"error": frame})).unwrap_or_else(Fault::nonsense);
                return Err(Fault::in_stream(&frame).unwrap_or_else(bare));
            }
            _ => {
                if let Some(fault) = Fault::in_stream(&frame) {
                    return Err(fault);
                }
            }
        }
        Ok(())
    }

    fn whole(&mut self, answer: &Value, deltas: &mut Vec<Delta>) -> Result<(), Fault> {
        answer["content"].as_array().into_iter().flatten().for_each(|part| block(part, deltas));
        self.count(&answer["usage"], deltas);
        self.stop_reason(&answer["stop_reason"], deltas);
        self.stopped = self.finish;
        Ok(())
    }

    fn is_done(&self) -> bool {
        self.stopped
    }

    fn finish(&mut self) -> Result<(), Fault> {
        if self.finish || self.stopped { Ok(()) } else { Err(Fault::truncated()) }
    }
}

impl MessagesDecoder {
    fn count(&mut self, usage: &Value, deltas: &mut Vec<Delta>) {
        let mut counted = self.usage;
        let count = |name: &str| usage[name].as_u64();
        if let Some(input) = count("input_tokens") {
            // What is read from its cache or written into it is counted beside the input, not in it.
            let cached = count("cache_read_input_tokens").unwrap_or(0);
            counted.input_tokens = input + cached + count("cache_creation_input_tokens").unwrap_or(0);
            counted.cached_input_tokens = cached;
        }
        if let Some(output) = usage["output_tokens"].as_u64() {
            counted.output_tokens = output;
        }
        if counted != self.usage {
            self.usage = counted;
            deltas.push(Delta::Usage(counted));
        }
    }

    fn stop_reason(&mut self, reason: &Value, deltas: &mut Vec<Delta>) {
        if let Some(reason) = reason.as_str().filter(|reason| !reason.is_empty()) {
            self.finish = true;
            deltas.push(Delta::Finish(match reason {
                "model_context_window_exceeded" => FinishReason::Length,
                other => finish_reason(other),
            }));
        }
    }
}

/// What a block says by itself: all of it in a whole answer, mostly nothing at the start of a stream's block.
fn block(block: &Value, deltas: &mut Vec<Delta>) {
    match block["type"].as_str() {
        Some("text") => push(deltas, Delta::Text, block["text"].as_str()),
        Some("thinking") => push(deltas, Delta::Reasoning, block["thinking"].as_str()),
        _ => {}
    }
}
