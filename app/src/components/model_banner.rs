//! Says that nobody is thinking here yet, and how to change that; or that a provider cannot be reached.

use super::explained_text::explained_text;
use crate::{
    erased::{Show, memo},
    words::{self, Explained},
};
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
            <div class="model-banner" role="status" aria-label=words::providers()>
                {move || failing.get().into_iter().map(|one| view! { <p>{explained_text(one)}</p> }).collect_view()}
            </div>
        </Show>
        <Show when=move || demo.get()>
            <aside class="model-banner" aria-label=words::demo()>
                <details>
                    <summary>
                        <strong>{words::followed(words::demo_model())}</strong>
                        {words::followed(words::demo_scripted())}
                        <span class="model-banner__how">{words::demo_add()}</span>
                    </summary>
                    <p>{with_code(words::demo_how())}</p>
                </details>
            </aside>
        </Show>
    }
}

/// A text in which code stands between backticks.
fn with_code(text: &'static str) -> AnyView {
    let part = |(at, part): (usize, &'static str)| match at % 2 {
        0 => part.into_any(),
        _ => view! { <code dir="ltr">{part}</code> }.into_any(),
    };
    text.split('`').enumerate().map(part).collect_view().into_any()
}

/// What is to be said of a provider. That one is paused matters only to those who would ask it; the picker marks the others.
fn trouble(provider: &ProviderInfo, asked: &str) -> Option<Explained> {
    match (provider.paused_ms, &provider.error) {
        (Some(_), _) if provider.id == asked => Some(Explained::own(&words::provider_paused(&provider.label))),
        (Some(_), _) => None,
        (None, error) => error.as_ref().map(words::explained),
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
        assert!(trouble(&provider, "openai").unwrap().sentence.starts_with("OpenAI is not answering at the moment."));
        assert_eq!(trouble(&provider, "demo"), None);
        provider.paused_ms = None;
        assert_eq!(trouble(&provider, "demo"), Some(Explained::own("It failed.")));
    }
}
