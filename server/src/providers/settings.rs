//! What has to be known to set the providers up. Filled from the environment elsewhere.

use super::Secret;
use crate::prices::Prices;
use std::time::Duration;

/// Which of OpenAI's two APIs to speak.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OpenAiApi {
    /// Chat completions.
    #[default]
    Chat,
    /// Responses.
    Responses,
}

/// Where to look for a model server on this machine when nothing is configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalServers {
    /// Ollama's address.
    pub ollama: String,
    /// llama.cpp's address.
    pub llama_cpp: String,
}

impl Default for LocalServers {
    fn default() -> Self {
        Self { ollama: "http://127.0.0.1:11434".into(), llama_cpp: "http://127.0.0.1:8080".into() }
    }
}

/// The providers' settings. A provider is configured by its key, or by its base URL alone where it needs no key.
#[derive(Debug, Clone, PartialEq)]
pub struct ProviderSettings {
    /// The model that answers when a request names none (`RIVULET_MODEL`).
    pub model: Option<String>,
    /// The models to ask when another fails, in order (`RIVULET_FALLBACK`).
    pub fallback: Vec<String>,
    /// What models cost (`RIVULET_PRICES`).
    pub prices: Prices,
    /// `OPENAI_API_KEY`.
    pub openai_api_key: Option<Secret>,
    /// `OPENAI_BASE_URL`, with `/v1` at its end.
    pub openai_base_url: Option<String>,
    /// `RIVULET_OPENAI_API`.
    pub openai_api: OpenAiApi,
    /// `ANTHROPIC_API_KEY`.
    pub anthropic_api_key: Option<Secret>,
    /// `ANTHROPIC_BASE_URL`, the bare host.
    pub anthropic_base_url: Option<String>,
    /// `GEMINI_API_KEY`.
    pub gemini_api_key: Option<Secret>,
    /// `GEMINI_BASE_URL`, the bare host.
    pub gemini_base_url: Option<String>,
    /// `OLLAMA_HOST`, in any of the forms that Ollama itself takes.
    pub ollama_host: Option<String>,
    /// `OPENAI_COMPATIBLE_BASE_URL`, with whatever stands before `/chat/completions`.
    pub compatible_base_url: Option<String>,
    /// `OPENAI_COMPATIBLE_API_KEY`.
    pub compatible_api_key: Option<Secret>,
    /// `RIVULET_CONNECT_TIMEOUT`: how long a connection to a provider may take.
    pub connect_timeout: Duration,
    /// Where to look for local servers when no provider is configured; none to not look at all.
    pub local_servers: Option<LocalServers>,
}

impl Default for ProviderSettings {
    /// No provider, and no looking for one.
    fn default() -> Self {
        Self {
            model: None,
            fallback: Vec::new(),
            prices: Prices::default(),
            openai_api_key: None,
            openai_base_url: None,
            openai_api: OpenAiApi::default(),
            anthropic_api_key: None,
            anthropic_base_url: None,
            gemini_api_key: None,
            gemini_base_url: None,
            ollama_host: None,
            compatible_base_url: None,
            compatible_api_key: None,
            connect_timeout: Duration::from_secs(10),
            local_servers: None,
        }
    }
}
