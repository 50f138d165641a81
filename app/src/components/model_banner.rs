//! Says that nobody is thinking here yet, and how to change that; or that a provider cannot be reached.

use crate::erased::{Show, memo};
use leptos::prelude::*;
use protocol::{
    conversation::ConversationSettings,
    model::{ModelList, ProviderInfo},
};

/// A line above the chat while the demo model is all there is, or while a provider fails.
#[component]
pub fn ModelBanner(
    /// The models on offer.
    models: RwSignal<ModelList>,
    /// Where the choice of a model is kept.
    settings: RwSignal<ConversationSettings>,
) -> impl IntoView {
    let demo = memo(move || models.with(|models| models.demo_only));
    let failing = memo(move || {
        models.with(|models| {
            let chosen = settings.with(|settings| settings.model.clone()).unwrap_or_else(|| models.default.clone());
            let asked = chosen.split('/').next().unwrap_or_default();
            models.providers.iter().filter_map(|provider| trouble(provider, asked)).collect::<Vec<_>>()
        })
    });
    view! {
        <Show when=move || !failing.with(Vec::is_empty)>
            <div class="model-banner" role="status" aria-label="Providers">
                <p>{move || failing.get().join(" ")}</p>
            </div>
        </Show>
        <Show when=move || demo.get()>
            <aside class="model-banner" aria-label="Demo">
                <details>
                    <summary>
                        <strong>"Demo model."</strong>
                        " Answers are scripted. "
                        <span class="model-banner__how">"Add a real model"</span>
                    </summary>
                    <p>
                        "Start Rivulet with a key in its environment: " <code>"OPENAI_API_KEY"</code> ", "
                        <code>"ANTHROPIC_API_KEY"</code> " or " <code>"GEMINI_API_KEY"</code>
                        "; or with a server of your own: " <code>"OLLAMA_HOST"</code> " or "
                        <code>"OPENAI_COMPATIBLE_BASE_URL"</code>
                        " (llama.cpp, vLLM, …). Ollama and llama.cpp on their usual local ports are found without."
                    </p>
                </details>
            </aside>
        </Show>
    }
}

/// What is to be said of a provider. That one is paused matters only to those who would ask it; the picker marks the others.
fn trouble(provider: &ProviderInfo, asked: &str) -> Option<String> {
    match (provider.paused_ms, &provider.error) {
        (Some(_), _) if provider.id == asked => Some(format!(
            "{} is not answering at the moment. It is tried again by itself; until then, another model can be chosen above.",
            provider.label
        )),
        (Some(_), _) => None,
        (None, error) => error.as_ref().map(|error| error.message.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::error::{ErrorCode, PublicError};

    #[test]
    fn a_pause_is_told_to_those_who_would_ask() {
        let error = Some(PublicError::new(ErrorCode::UpstreamFailure, "It failed."));
        let mut provider = ProviderInfo { id: "openai".into(), label: "OpenAI".into(), error, paused_ms: Some(9) };
        assert!(trouble(&provider, "openai").unwrap().starts_with("OpenAI is not answering at the moment."));
        assert_eq!(trouble(&provider, "demo"), None);
        provider.paused_ms = None;
        assert_eq!(trouble(&provider, "demo").as_deref(), Some("It failed."));
    }
}
