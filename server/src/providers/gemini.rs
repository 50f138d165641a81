//! Gemini's `streamGenerateContent`.
//!
//! There is no end mark: the stream ends after a chunk with a finish reason, but text may still follow that chunk, so
//! only the end of the bytes ends the answer. A blocked prompt is a 200 without candidates.

use super::{
    Delta, ProviderPrompt, Secret,
    dialect::{Call, Decoder, Dialect, Listed, json, push},
    fault::Fault,
    openai_chat,
};
use protocol::{
    error::ErrorCode,
    event::{FinishReason, Usage},
    message::Role,
};
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::{Value, json};

/// What a request for a stream is called.
const STREAM: &str = ":streamGenerateContent?alt=sse";

/// The protocol; see the [module](self).
#[derive(Debug)]
pub(super) struct Gemini;

impl Dialect for Gemini {
    fn headers(&self, key: Option<&Secret>) -> Option<Vec<(HeaderName, HeaderValue)>> {
        match key {
            Some(key) => Some(vec![(HeaderName::from_static("x-goog-api-key"), key.header("")?)]),
            None => Some(Vec::new()),
        }
    }

    fn request(&self, prompt: &ProviderPrompt) -> Call {
        let mut system: Vec<&str> = prompt.system_prompt.as_deref().into_iter().collect();
        let mut contents = Vec::new();
        for turn in prompt.turns.iter().filter(|turn| !turn.is_blank()) {
            let role = match turn.role {
                Role::System => {
                    system.push(&turn.content);
                    continue;
                }
                Role::User => "user",
                Role::Assistant => "model",
            };
            let image = |(kind, data)| json!({"inline_data": {"mime_type": kind, "data": data}});
            let mut parts: Vec<Value> = turn.images().map(image).collect();
            let text = turn.text();
            if parts.is_empty() || !text.trim().is_empty() {
                parts.push(json!({"text": text}));
            }
            contents.push(json!({"role": role, "parts": parts}));
        }
        system.retain(|text| !text.trim().is_empty());
        let mut body = json!({"contents": contents});
        if !system.is_empty() {
            body["systemInstruction"] = json!({"parts": [{"text": system.join("\n\n")}]});
        }
        let parameters = &prompt.parameters;
        let mut config = serde_json::Map::new();
        config.extend(parameters.temperature.map(|temperature| ("temperature".to_owned(), temperature.into())));
        config.extend(parameters.top_p.map(|top_p| ("topP".to_owned(), top_p.into())));
        config.extend(parameters.max_tokens.map(|most| ("maxOutputTokens".to_owned(), most.into())));
        if !config.is_empty() {
            body["generationConfig"] = config.into();
        }
        let model = prompt.model.trim_start_matches("models/");
        Call { path: format!("/v1beta/models/{}{STREAM}", path_segment(model)), body }
    }

    fn whole(&self, call: Call) -> Call {
        Call { path: call.path.replace(STREAM, ":generateContent"), ..call }
    }

    fn decoder(&self) -> Box<dyn Decoder> {
        Box::new(GeminiDecoder::default())
    }

    fn models_path(&self) -> &'static str {
        "/v1beta/models?pageSize=1000"
    }

    fn models(&self, list: &Value) -> Vec<Listed> {
        let entries = list["models"].as_array().into_iter().flatten();
        let answers = |entry: &&Value| {
            let methods = entry["supportedGenerationMethods"].as_array();
            methods.is_some_and(|methods| methods.iter().any(|method| method == "generateContent"))
        };
        let read = |entry: &Value| {
            let name = entry["name"].as_str()?.trim_start_matches("models/");
            Some(Listed { label: entry["displayName"].as_str().unwrap_or(name).into(), ..Listed::named(name) })
        };
        entries.filter(answers).filter_map(read).collect()
    }
}

/// A name as one segment of a path, so that it cannot lead anywhere else.
fn path_segment(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    name.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// Reads one answer.
#[derive(Debug, Default)]
struct GeminiDecoder {
    finish: Option<FinishReason>,
    usage: Usage,
}

impl Decoder for GeminiDecoder {
    fn decode(&mut self, _event: &str, data: &str, deltas: &mut Vec<Delta>) -> Result<(), Fault> {
        if data.trim().is_empty() || data.trim() == "[DONE]" {
            return Ok(());
        }
        self.chunk(&json(data)?, deltas)
    }

    fn whole(&mut self, answer: &Value, deltas: &mut Vec<Delta>) -> Result<(), Fault> {
        // Without `alt=sse`, a stream is one array of chunks.
        match answer.as_array() {
            Some(chunks) => chunks.iter().try_for_each(|chunk| self.chunk(chunk, deltas)),
            None => self.chunk(answer, deltas),
        }
    }

    fn is_done(&self) -> bool {
        false
    }

    fn ends_with_its_body(&self) -> bool {
        true
    }

    fn finish(&mut self) -> Result<(), Fault> {
        if self.finish.is_some() { Ok(()) } else { Err(Fault::truncated()) }
    }
}

impl GeminiDecoder {
    fn chunk(&mut self, chunk: &Value, deltas: &mut Vec<Delta>) -> Result<(), Fault> {
        if let Some(fault) = Fault::in_stream(chunk) {
            return Err(fault);
        }
        if !chunk.is_object() {
            return Err(Fault::nonsense());
        }
        let feedback = &chunk["promptFeedback"];
        let candidates = chunk["candidates"].as_array().map(Vec::as_slice).unwrap_or_default();
        if feedback["blockReason"].is_string() || (candidates.is_empty() && feedback["blockReasonMessage"].is_string())
        {
            let said = feedback["blockReasonMessage"].as_str();
            let reason = said.or(feedback["blockReason"].as_str()).unwrap_or_default();
            let words = format!("the prompt was blocked ({reason})");
            return Err(Fault::with(ErrorCode::UpstreamContentFiltered, words));
        }
        let first = candidates.iter().find(|candidate| candidate["index"].as_u64().unwrap_or(0) == 0);
        for part in first.and_then(|candidate| candidate["content"]["parts"].as_array()).into_iter().flatten() {
            let kind = if part["thought"] == true { Delta::Reasoning } else { Delta::Text };
            push(deltas, kind, part["text"].as_str());
        }
        self.count(&chunk["usageMetadata"], deltas);
        let reason = first.and_then(|candidate| candidate["finishReason"].as_str()).and_then(finish_reason);
        if reason.is_some() && reason != self.finish {
            deltas.extend(reason.clone().map(Delta::Finish));
            self.finish = reason;
        }
        Ok(())
    }

    fn count(&mut self, usage: &Value, deltas: &mut Vec<Delta>) {
        let count = |name: &str| usage[name].as_u64().unwrap_or(0);
        let output_tokens = count("candidatesTokenCount") + count("thoughtsTokenCount");
        let (input_tokens, cached_input_tokens) = (count("promptTokenCount"), count("cachedContentTokenCount"));
        let counted = Usage { input_tokens, cached_input_tokens, output_tokens };
        if usage.is_object() && counted != self.usage {
            self.usage = counted;
            deltas.push(Delta::Usage(counted));
        }
    }
}

fn finish_reason(reason: &str) -> Option<FinishReason> {
    Some(match reason {
        "" | "FINISH_REASON_UNSPECIFIED" => return None,
        "STOP" => FinishReason::Stop,
        "MAX_TOKENS" => FinishReason::Length,
        "SAFETY" | "RECITATION" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" | "IMAGE_SAFETY" => {
            FinishReason::ContentFilter
        }
        other => openai_chat::finish_reason(&other.to_ascii_lowercase()),
    })
}
