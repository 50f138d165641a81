//! Ollama's `/api/chat`: one JSON object a line, the last with `done`.

use super::{
    Delta, ProviderPrompt, Secret,
    dialect::{Call, Decoder, Dialect, Framing, Listed, bearer, json, names_images, push},
    fault::Fault,
    openai_chat::{finish_reason, messages},
};
use protocol::{event::Usage, request::Turn};
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::{Value, json};

/// The protocol; see the [module](self).
#[derive(Debug)]
pub(super) struct Ollama;

/// The base URL that `OLLAMA_HOST` means: a scheme, a port and a reachable address are filled in, as Ollama does it.
pub(super) fn base_url(host: &str) -> String {
    let host = host.trim().trim_matches(['"', '\'']).trim_end_matches('/');
    let (scheme, rest, default_port) = match host.split_once("://") {
        Some(("https", rest)) => ("https", rest, ":443"),
        Some((scheme, rest)) => (scheme, rest, ":80"),
        None => ("http", host, ":11434"),
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let has_port = authority.rsplit_once(':').is_some_and(|(name, port)| {
        port.bytes().all(|byte| byte.is_ascii_digit())
            && !port.is_empty()
            && (!name.contains(':') || name.ends_with(']'))
    });
    let (name, port) = match authority.rsplit_once(':') {
        Some((name, port)) if has_port => (name, format!(":{port}")),
        _ => (authority.trim_end_matches(':'), default_port.to_owned()),
    };
    // The address of a server that listens everywhere is no address to call.
    let name = match name {
        "" | "0.0.0.0" | "[::]" | "::" => "127.0.0.1".to_owned(),
        bare if bare.contains(':') && !bare.starts_with('[') => format!("[{bare}]"),
        name => name.to_owned(),
    };
    format!("{scheme}://{name}{port}{path}")
}

impl Dialect for Ollama {
    fn framing(&self) -> Framing {
        Framing::Ndjson
    }

    fn headers(&self, key: Option<&Secret>) -> Option<Vec<(HeaderName, HeaderValue)>> {
        bearer(key)
    }

    fn request(&self, prompt: &ProviderPrompt) -> Call {
        let mut body = json!({
            "model": prompt.model,
            "messages": messages(prompt.system_prompt.as_deref(), &prompt.turns, show),
            "stream": true,
        });
        let parameters = &prompt.parameters;
        let mut options = serde_json::Map::new();
        options.extend(parameters.temperature.map(|temperature| ("temperature".to_owned(), temperature.into())));
        options.extend(parameters.top_p.map(|top_p| ("top_p".to_owned(), top_p.into())));
        options.extend(parameters.max_tokens.map(|most| ("num_predict".to_owned(), most.into())));
        if !options.is_empty() {
            body["options"] = options.into();
        }
        Call { path: "/api/chat".into(), body }
    }

    fn decoder(&self) -> Box<dyn Decoder> {
        Box::new(OllamaDecoder::default())
    }

    fn models_path(&self) -> &'static str {
        "/api/tags"
    }

    fn models(&self, list: &Value) -> Vec<Listed> {
        let entries = list["models"].as_array().into_iter().flatten();
        let names = entries.filter_map(|entry| entry["model"].as_str().or(entry["name"].as_str()));
        names.filter(|name| !name.contains("embed")).map(Listed::named).collect()
    }

    fn about(&self, model: &str) -> Option<Call> {
        Some(Call { path: "/api/show".into(), body: json!({"model": model}) })
    }

    fn sees_images(&self, about: &Value) -> Option<bool> {
        names_images(&about["capabilities"])
    }
}

fn show(message: &mut Value, turn: &Turn) {
    message["images"] = turn.images().map(|(_, base64)| base64).collect();
}

/// Reads one answer.
#[derive(Debug, Default)]
struct OllamaDecoder {
    done: bool,
}

impl Decoder for OllamaDecoder {
    fn decode(&mut self, _event: &str, data: &str, deltas: &mut Vec<Delta>) -> Result<(), Fault> {
        if self.done { Ok(()) } else { self.whole(&json(data)?, deltas) }
    }

    fn whole(&mut self, line: &Value, deltas: &mut Vec<Delta>) -> Result<(), Fault> {
        if let Some(fault) = Fault::in_stream(line) {
            return Err(fault);
        }
        if !line.is_object() {
            return Err(Fault::nonsense());
        }
        let message = &line["message"];
        push(deltas, Delta::Reasoning, message["thinking"].as_str());
        push(deltas, Delta::Text, message["content"].as_str());
        if line["done"] == true {
            self.done = true;
            let count = |name: &str| line[name].as_u64();
            let (input, output) = (count("prompt_eval_count"), count("eval_count"));
            if input.is_some() || output.is_some() {
                let (input_tokens, output_tokens) = (input.unwrap_or(0), output.unwrap_or(0));
                let usage = Usage { input_tokens, output_tokens, ..Usage::default() };
                deltas.push(Delta::Usage(usage));
            }
            let reason = line["done_reason"].as_str().filter(|reason| !reason.is_empty()).unwrap_or("stop");
            deltas.push(Delta::Finish(finish_reason(reason)));
        }
        Ok(())
    }

    fn is_done(&self) -> bool {
        self.done
    }

    fn finish(&mut self) -> Result<(), Fault> {
        if self.done { Ok(()) } else { Err(Fault::truncated()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read_as_ollama_reads_them() {
        for (host, url) in [
            ("", "http://127.0.0.1:11434"),
            ("0.0.0.0", "http://127.0.0.1:11434"),
            ("0.0.0.0:8000", "http://127.0.0.1:8000"),
            (":7000", "http://127.0.0.1:7000"),
            ("example.org", "http://example.org:11434"),
            ("example.org:1/", "http://example.org:1"),
            ("http://example.org", "http://example.org:80"),
            ("https://example.org/ollama/", "https://example.org:443/ollama"),
            ("[::1]:11434", "http://[::1]:11434"),
            ("::1", "http://[::1]:11434"),
        ] {
            assert_eq!(base_url(host), url, "{host}");
        }
    }
}
