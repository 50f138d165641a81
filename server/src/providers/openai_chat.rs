//! OpenAI's chat completions, and what compatible servers make of them.
//!
//! Whole means that a finish reason was seen: some servers never send `[DONE]`, others send it after an error. Only the
//! first choice counts. A refusal is the answer that a person gets to read, so its words are text. Tool calls are passed
//! over, as no tools are offered.

mod plain;

use super::{
    Delta, ProviderPrompt, Secret,
    dialect::{Call, Decoder, Dialect, Listed, bearer, data_url, json, names_images, push},
    fault::Fault,
};
use protocol::{
    error::ErrorCode,
    event::{FinishReason, Usage},
    message::Role,
    request::Turn,
};
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::{Map, Value, json};

/// How a server differs from OpenAI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quirks {
    /// The field for the most tokens of an answer.
    pub(super) max_tokens: &'static str,
    /// Whether it knows `stream_options`, and so tells the usage.
    pub(super) stream_options: bool,
    /// Whether its reasoning models refuse sampling parameters, as OpenAI's do.
    pub(super) strict_reasoning_models: bool,
}

/// OpenAI itself.
pub(super) const OPENAI: Quirks =
    Quirks { max_tokens: "max_completion_tokens", stream_options: true, strict_reasoning_models: true };

/// The protocol; see the [module](self).
#[derive(Debug)]
pub(super) struct OpenAiChat(pub(super) Quirks);

/// OpenAI's reasoning models take no `temperature` and no `top_p`.
pub(super) fn is_reasoning_model(model: &str) -> bool {
    ["o1", "o3", "o4", "gpt-5"].iter().any(|family| model.starts_with(family)) && !model.contains("-chat")
}

/// The turns as OpenAI's messages, with the system prompt before them. `show` puts images into the message of a turn that has some.
pub(super) fn messages(system_prompt: Option<&str>, turns: &[Turn], show: impl Fn(&mut Value, &Turn)) -> Vec<Value> {
    let system = system_prompt.filter(|text| !text.trim().is_empty());
    let system = system.map(|text| json!({"role": "system", "content": text}));
    let turns = turns.iter().map(|turn| {
        let mut message = json!({"role": role(turn.role), "content": turn.text()});
        if turn.images().next().is_some() {
            show(&mut message, turn);
        }
        message
    });
    system.into_iter().chain(turns).collect()
}

/// The text of a message and its images as parts. A text that is empty is left out: some servers refuse it.
pub(super) fn parts(message: &mut Value, text_type: &str, images: impl Iterator<Item = Value>) {
    let text = message["content"].take();
    let text =
        text.as_str().filter(|text| !text.trim().is_empty()).map(|text| json!({"type": text_type, "text": text}));
    message["content"] = text.into_iter().chain(images).collect();
}

fn show(message: &mut Value, turn: &Turn) {
    parts(
        message,
        "text",
        turn.images().map(|image| json!({"type": "image_url", "image_url": {"url": data_url(image)}})),
    );
}

fn role(role: Role) -> &'static str {
    match role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
    }
}

impl Dialect for OpenAiChat {
    fn headers(&self, key: Option<&Secret>) -> Option<Vec<(HeaderName, HeaderValue)>> {
        bearer(key)
    }

    fn request(&self, prompt: &ProviderPrompt) -> Call {
        let mut body = json!({
            "model": prompt.model,
            "messages": messages(prompt.system_prompt.as_deref(), &prompt.turns, show),
            "stream": true,
        });
        if self.0.stream_options {
            body["stream_options"] = json!({"include_usage": true});
        }
        if let Some(most) = prompt.parameters.max_tokens {
            body[self.0.max_tokens] = most.into();
        }
        if !(self.0.strict_reasoning_models && is_reasoning_model(&prompt.model)) {
            sampling(&mut body, prompt);
        }
        Call { path: "/chat/completions".into(), body }
    }

    fn decoder(&self) -> Box<dyn Decoder> {
        Box::new(ChatDecoder::default())
    }

    fn models_path(&self) -> &'static str {
        "/models"
    }

    fn models(&self, list: &Value) -> Vec<Listed> {
        models(list).map(|entry| listed(list, entry)).collect()
    }
}

/// Adds the sampling parameters that are set.
pub(super) fn sampling(body: &mut Value, prompt: &ProviderPrompt) {
    if let Some(temperature) = prompt.parameters.temperature {
        body["temperature"] = temperature.into();
    }
    if let Some(top_p) = prompt.parameters.top_p {
        body["top_p"] = top_p.into();
    }
}

/// The entries with the names in a list like OpenAI's, without the models that do not chat.
pub(super) fn models(list: &Value) -> impl Iterator<Item = (&Value, &str)> {
    const OTHERS: [&str; 11] = [
        "embedding",
        "whisper",
        "tts",
        "dall-e",
        "moderation",
        "realtime",
        "transcribe",
        "gpt-image",
        "sora",
        "davinci-002",
        "babbage-002",
    ];
    let entries = list["data"].as_array().or_else(|| list.as_array()).into_iter().flatten();
    let named = entries.filter_map(|entry| Some((entry, entry["id"].as_str()?)));
    named.filter(|(_, name)| !OTHERS.iter().any(|other| name.contains(other)))
}

/// A model with what servers tell of it, each in its own way: OpenRouter, Mistral, and llama.cpp, which has a second list beside it.
fn listed(list: &Value, (entry, name): (&Value, &str)) -> Listed {
    let openrouter = names_images(&entry["architecture"]["input_modalities"]);
    let mistral = || entry["capabilities"]["vision"].as_bool();
    let llama_cpp = || {
        let models = list["models"].as_array()?;
        let same = models.iter().find(|model| model["model"].as_str() == Some(name))?;
        names_images(&same["capabilities"])
    };
    Listed { sees_images: openrouter.or_else(mistral).or_else(llama_cpp), ..Listed::named(without_path(name)) }
}

/// llama.cpp names a model by the path of its file and answers to any name: the folders of the server stay unsaid.
fn without_path(name: &str) -> &str {
    let Some(path) = name.strip_suffix(".gguf") else { return name };
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// Reads one answer.
#[derive(Debug, Default)]
pub(super) struct ChatDecoder {
    finish: Option<FinishReason>,
    usage: Option<Usage>,
    done: bool,
}

impl Decoder for ChatDecoder {
    fn decode(&mut self, event: &str, data: &str, deltas: &mut Vec<Delta>) -> Result<(), Fault> {
        let data = data.trim();
        if data == "[DONE]" {
            self.done = true;
            return Ok(());
        }
        if data.is_empty() || self.done {
            return Ok(());
        }
        if event != "error"
            && let Some(text) = plain::text(data)
        {
            deltas.push(Delta::Text(text.into_owned()));
            return Ok(());
        }
        let frame = json(data)?;
        if event == "error" && Fault::in_stream(&frame).is_none() {
            return Err(Fault::in_stream(&json!({"error": frame})).unwrap_or_else(Fault::nonsense));
        }
        self.frame(&frame, "delta", deltas)
    }

    fn whole(&mut self, answer: &Value, deltas: &mut Vec<Delta>) -> Result<(), Fault> {
        self.frame(answer, "message", deltas)
    }

    fn is_done(&self) -> bool {
        self.done
    }

    fn has_finished(&self) -> bool {
        self.finish.is_some()
    }

    fn finish(&mut self) -> Result<(), Fault> {
        if self.finish.is_some() { Ok(()) } else { Err(Fault::truncated()) }
    }
}

impl ChatDecoder {
    fn frame(&mut self, frame: &Value, part: &str, deltas: &mut Vec<Delta>) -> Result<(), Fault> {
        if let Some(fault) = Fault::in_stream(frame) {
            return Err(fault);
        }
        let Some(fields) = frame.as_object() else { return Err(Fault::nonsense()) };
        let choices = fields.get("choices").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let first = choices.iter().find(|choice| choice["index"].as_u64().unwrap_or(0) == 0);
        if let Some(choice) = first {
            speech(&choice[part], deltas);
        }
        let usages =
            [&frame["usage"], &frame["x_groq"]["usage"], first.map_or(&Value::Null, |choice| &choice["usage"])];
        if let Some(usage) = usages.into_iter().filter_map(Value::as_object).find_map(usage)
            && self.usage.replace(usage) != Some(usage)
        {
            deltas.push(Delta::Usage(usage));
        }
        if let Some(choice) = first {
            self.end(choice, deltas)?;
        }
        Ok(())
    }

    fn end(&mut self, choice: &Value, deltas: &mut Vec<Delta>) -> Result<(), Fault> {
        if let Some(fault) = Fault::in_stream(choice) {
            return Err(fault);
        }
        let Some(reason) = choice["finish_reason"].as_str().filter(|reason| !reason.is_empty()) else { return Ok(()) };
        if reason == "error" {
            return Err(Fault::new(ErrorCode::UpstreamFailure));
        }
        let reason = finish_reason(reason);
        if self.finish.as_ref() != Some(&reason) {
            self.finish = Some(reason.clone());
            deltas.push(Delta::Finish(reason));
        }
        Ok(())
    }
}

/// What is said and thought in a delta, or in a whole message.
fn speech(part: &Value, deltas: &mut Vec<Delta>) {
    // DeepSeek and its followers say `reasoning_content`, vLLM and OpenRouter `reasoning`; some say both.
    let reasoning =
        ["reasoning_content", "reasoning"].iter().find_map(|name| part[*name].as_str().filter(|text| !text.is_empty()));
    push(deltas, Delta::Reasoning, reasoning);
    match &part["content"] {
        Value::String(text) => push(deltas, Delta::Text, Some(text)),
        // Mistral's reasoning models speak in parts.
        Value::Array(parts) => parts.iter().for_each(|part| content_part(part, deltas)),
        _ => {}
    }
    push(deltas, Delta::Text, part["refusal"].as_str());
}

fn content_part(part: &Value, deltas: &mut Vec<Delta>) {
    match part["type"].as_str() {
        Some("thinking") => match &part["thinking"] {
            Value::Array(thoughts) => {
                thoughts.iter().for_each(|thought| push(deltas, Delta::Reasoning, thought["text"].as_str()));
            }
            thought => push(deltas, Delta::Reasoning, thought.as_str()),
        },
        Some("text") | None => push(deltas, Delta::Text, part["text"].as_str()),
        Some(_) => {}
    }
}

fn usage(usage: &Map<String, Value>) -> Option<Usage> {
    let count = |name: &str| usage.get(name).and_then(Value::as_u64);
    let (input, output) = (count("prompt_tokens"), count("completion_tokens"));
    let cached = usage.get("prompt_tokens_details").and_then(|details| details["cached_tokens"].as_u64());
    (input.is_some() || output.is_some()).then(|| Usage {
        input_tokens: input.unwrap_or(0),
        cached_input_tokens: cached.unwrap_or(0),
        output_tokens: output.unwrap_or(0),
    })
}

/// The most characters of a reason in a provider's own words.
const LONGEST_REASON: usize = 64;

/// The reason in our words, where it is one that we know.
pub(super) fn finish_reason(reason: &str) -> FinishReason {
    match reason {
        "stop" | "eos" | "eos_token" | "end_turn" | "stop_sequence" => FinishReason::Stop,
        "length" | "max_tokens" | "model_length" => FinishReason::Length,
        "content_filter" | "refusal" | "safety" => FinishReason::ContentFilter,
        "tool_calls" | "function_call" | "tool_use" => FinishReason::ToolCalls,
        // On our wire, `cancelled` is a person's doing.
        "cancelled" | "canceled" => FinishReason::Other("aborted".into()),
        other => FinishReason::Other(other.chars().take(LONGEST_REASON).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_file_is_named_without_its_folders() {
        assert_eq!(without_path("/srv/models/SmolLM2-135M.Q4_1.gguf"), "SmolLM2-135M.Q4_1");
        assert_eq!(without_path("C:\\models\\a.gguf"), "a");
        assert_eq!(without_path("meta/llama-3"), "meta/llama-3");
    }
}
