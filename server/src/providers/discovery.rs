//! Looks for model servers on this machine: Ollama as `ollama/…`, llama.cpp as `llamacpp/…`.

use super::{
    LocalServers, SetupError,
    client::{Clients, PerThread},
    compatible::LLAMA_CPP,
    dialect::Dialect,
    ollama::Ollama,
    openai_chat::OpenAiChat,
    setup::{Entry, Remote},
};
use reqwest::{Response, header::SERVER};
use std::{sync::Arc, time::Duration};

/// The ids under which found servers are offered.
pub(super) const IDS: [&str; 2] = ["ollama", "llamacpp"];

/// How long a server may take to say what it is.
const PROBE: Duration = Duration::from_millis(300);

/// Where to look, and with what.
pub(super) struct Discovery {
    http: Arc<PerThread>,
    ollama: (String, Entry),
    llama_cpp: (String, Entry),
}

impl Discovery {
    pub(super) fn new(servers: &LocalServers, clients: &Clients) -> Result<Self, SetupError> {
        let entry = |id, label, base_url: &str, dialect: Arc<dyn Dialect>| {
            Remote { id, label, base_url, key: None, default_model: None }.entry(dialect, clients)
        };
        let (ollama, llama_cpp) = (servers.ollama.trim_end_matches('/'), servers.llama_cpp.trim_end_matches('/'));
        let llama_cpp_api = format!("{llama_cpp}/v1");
        let chat = Arc::new(OpenAiChat(LLAMA_CPP.quirks));
        Ok(Self {
            http: clients.for_url(ollama)?,
            ollama: (format!("{ollama}/api/version"), entry(IDS[0], "Ollama", ollama, Arc::new(Ollama))?),
            llama_cpp: (format!("{llama_cpp_api}/models"), entry(IDS[1], LLAMA_CPP.label, &llama_cpp_api, chat)?),
        })
    }

    /// The servers that answer now.
    pub(super) async fn look(&self) -> Vec<Entry> {
        let Ok(http) = self.http.here() else { return Vec::new() };
        let probe = |url: &str| tokio::time::timeout(PROBE, http.get(url).send());
        let (ollama, llama_cpp) = tokio::join!(
            tokio::time::timeout(PROBE, async { is_ollama(probe(&self.ollama.0).await.ok()?.ok()?).await }),
            tokio::time::timeout(PROBE, async { is_llama_cpp(probe(&self.llama_cpp.0).await.ok()?.ok()?).await }),
        );
        let found = [(ollama, &self.ollama.1), (llama_cpp, &self.llama_cpp.1)];
        found.into_iter().filter(|(said, _)| matches!(said, Ok(Some(true)))).map(|(_, entry)| entry.clone()).collect()
    }
}

async fn is_ollama(response: Response) -> Option<bool> {
    let ok = response.status().is_success();
    let version: serde_json::Value = response.json().await.ok()?;
    Some(ok && version["version"].is_string())
}

/// Anything may listen on port 8080, another Rivulet among it: only what says that it is llama.cpp is taken for it.
async fn is_llama_cpp(response: Response) -> Option<bool> {
    let ok = response.status().is_success();
    let named = response.headers().get(SERVER).is_some_and(|name| name.as_bytes().starts_with(b"llama.cpp"));
    let list: serde_json::Value = response.json().await.ok()?;
    Some(ok && list["data"].is_array() && (named || list["data"][0]["owned_by"] == "llamacpp"))
}
