//! Servers that speak OpenAI's chat completions, as rows of a table.
//!
//! The base URL says which row it is; a host that no row names gets one that assumes nothing.

use super::openai_chat::Quirks;

/// One kind of server.
#[derive(Debug)]
pub(super) struct Row {
    /// How to show it to people.
    pub(super) label: &'static str,
    /// What its base URL holds.
    host: &'static str,
    /// How it differs from OpenAI.
    pub(super) quirks: Quirks,
}

const PLAIN: Quirks = Quirks { max_tokens: "max_tokens", stream_options: true, strict_reasoning_models: false };

/// llama.cpp's own server, found on its default port.
pub(super) const LLAMA_CPP: Row = Row { label: "llama.cpp", host: "", quirks: PLAIN };

/// A server that no row names.
static OTHER: Row = Row { label: "Compatible server", host: "", quirks: PLAIN };

static ROWS: &[Row] = &[
    Row { label: "OpenRouter", host: "openrouter.ai", quirks: PLAIN },
    Row { label: "Groq", host: "api.groq.com", quirks: PLAIN },
    Row { label: "DeepSeek", host: "api.deepseek.com", quirks: PLAIN },
    Row { label: "xAI", host: "api.x.ai", quirks: PLAIN },
    // Both refuse fields that they do not know, and tell the usage without being asked.
    Row { label: "Mistral", host: "api.mistral.ai", quirks: Quirks { stream_options: false, ..PLAIN } },
    Row { label: "Perplexity", host: "api.perplexity.ai", quirks: Quirks { stream_options: false, ..PLAIN } },
    Row { label: "Together", host: "api.together.xyz", quirks: PLAIN },
    Row { label: "Hugging Face", host: "router.huggingface.co", quirks: PLAIN },
];

/// The row of a server.
pub(super) fn row(base_url: &str) -> &'static Row {
    ROWS.iter().find(|row| base_url.contains(row.host)).unwrap_or(&OTHER)
}
