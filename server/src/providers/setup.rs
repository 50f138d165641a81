//! From settings to providers.

use super::{
    Breaker, OpenAiApi, Provider, ProviderSettings, Secret, SetupError,
    anthropic::Anthropic,
    client::{Clients, HttpProvider},
    compatible,
    dialect::Dialect,
    gemini::Gemini,
    ollama::{self, Ollama},
    openai_chat::{OPENAI, OpenAiChat},
    openai_responses::OpenAiResponses,
};
use std::sync::Arc;

/// A provider as the registry keeps it.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) provider: Arc<dyn Provider>,
    /// The model to take where a request names none; none where only the provider's list can tell.
    pub(super) default_model: Option<&'static str>,
    /// Whether it is worth asking at the moment; none for the demo, which fails only when it is told to.
    pub(super) breaker: Option<Arc<Breaker>>,
}

impl Entry {
    pub(super) fn new(provider: Arc<dyn Provider>, default_model: Option<&'static str>) -> Self {
        let breaker = (provider.id() != "demo").then(Arc::default);
        Self { provider, default_model, breaker }
    }

    /// Whether it was found on this machine and not configured. Such a provider may be gone the next time.
    pub(super) fn discovered(&self) -> bool {
        self.default_model.is_none() && super::discovery::IDS.contains(&self.provider.id())
    }
}

/// What a provider is made from.
pub(super) struct Remote<'a> {
    pub(super) id: &'a str,
    pub(super) label: &'a str,
    pub(super) base_url: &'a str,
    pub(super) key: Option<&'a Secret>,
    pub(super) default_model: Option<&'static str>,
}

impl Remote<'_> {
    /// Makes the provider.
    pub(super) fn entry(self, dialect: Arc<dyn Dialect>, clients: &Clients) -> Result<Entry, SetupError> {
        let http = clients.for_url(self.base_url)?;
        let provider = HttpProvider::new(self.id, self.label, self.base_url, self.key.cloned(), dialect, http)?;
        Ok(Entry::new(Arc::new(provider), self.default_model))
    }
}

/// Every provider that the settings name, in the order in which they are preferred.
pub(super) fn configured(settings: &ProviderSettings, clients: &Clients) -> Result<Vec<Entry>, SetupError> {
    let set = |key: &Option<Secret>, url: &Option<String>| key.is_some() || text(url).is_some();
    let mut entries = Vec::new();
    let mut add = |remote: Remote<'_>, dialect: Arc<dyn Dialect>| {
        entries.push(remote.entry(dialect, clients)?);
        Ok(())
    };
    if set(&settings.openai_api_key, &settings.openai_base_url) {
        let dialect: Arc<dyn Dialect> = match settings.openai_api {
            OpenAiApi::Chat => Arc::new(OpenAiChat(OPENAI)),
            OpenAiApi::Responses => Arc::new(OpenAiResponses),
        };
        let base_url = text(&settings.openai_base_url).unwrap_or("https://api.openai.com/v1");
        let key = settings.openai_api_key.as_ref();
        add(Remote { id: "openai", label: "OpenAI", base_url, key, default_model: Some("gpt-4.1-mini") }, dialect)?;
    }
    if set(&settings.anthropic_api_key, &settings.anthropic_base_url) {
        let base_url = text(&settings.anthropic_base_url).unwrap_or("https://api.anthropic.com");
        let (key, default_model) = (settings.anthropic_api_key.as_ref(), Some("claude-sonnet-4-5"));
        add(Remote { id: "anthropic", label: "Anthropic", base_url, key, default_model }, Arc::new(Anthropic))?;
    }
    if set(&settings.gemini_api_key, &settings.gemini_base_url) {
        let base_url = text(&settings.gemini_base_url).unwrap_or("https://generativelanguage.googleapis.com");
        let (key, default_model) = (settings.gemini_api_key.as_ref(), Some("gemini-2.5-flash"));
        add(Remote { id: "gemini", label: "Gemini", base_url, key, default_model }, Arc::new(Gemini))?;
    }
    if let Some(base_url) = text(&settings.compatible_base_url) {
        let row = compatible::row(base_url);
        let key = settings.compatible_api_key.as_ref();
        let remote = Remote { id: "compatible", label: row.label, base_url, key, default_model: None };
        add(remote, Arc::new(OpenAiChat(row.quirks)))?;
    }
    if let Some(host) = text(&settings.ollama_host) {
        let base_url = ollama::base_url(host);
        let remote = Remote { id: "ollama", label: "Ollama", base_url: &base_url, key: None, default_model: None };
        add(remote, Arc::new(Ollama))?;
    }
    Ok(entries)
}

fn text(setting: &Option<String>) -> Option<&str> {
    setting.as_deref().map(str::trim).filter(|text| !text.is_empty())
}
