//! What the tests ask, and how they read the answer.

use futures::StreamExt;
use protocol::{
    event::{FinishReason, Usage},
    message::Role,
    request::{Parameters, Turn},
};
use server::providers::{
    Delta, DeltaStream, OpenAiApi, ProviderError, ProviderPrompt, ProviderSettings, Providers, ResolvedModel, Secret,
};

/// The key that no test may find anywhere but in a request's header.
pub(crate) const KEY: &str = "sk-test-key-0123456789";

/// The five dialects, by the names of the conformance folder, and the sixth, which speaks like the first.
pub(crate) const WIRES: [&str; 6] =
    ["openai-chat", "openai-responses", "anthropic", "gemini", "ollama", "openai-compatible"];

/// A model of a provider that speaks like this and listens there.
pub(crate) fn model(wire: &str, url: &str) -> ResolvedModel {
    let (mut settings, url, key) = (ProviderSettings::default(), url.to_owned(), Secret::new(KEY));
    let name = match wire {
        "openai-chat" | "openai-responses" => {
            settings.openai_base_url = Some(format!("{url}/v1"));
            settings.openai_api_key = key;
            settings.openai_api = if wire == "openai-chat" { OpenAiApi::Chat } else { OpenAiApi::Responses };
            "openai/m"
        }
        "anthropic" => {
            settings.anthropic_base_url = Some(url);
            settings.anthropic_api_key = key;
            "anthropic/m"
        }
        "gemini" => {
            settings.gemini_base_url = Some(url);
            settings.gemini_api_key = key;
            "gemini/m"
        }
        "ollama" => {
            settings.ollama_host = Some(url);
            "ollama/m"
        }
        _ => {
            settings.compatible_base_url = Some(format!("{url}/v1"));
            settings.compatible_api_key = key;
            "compatible/m"
        }
    };
    Providers::new(&settings).unwrap().resolve(Some(name)).unwrap()
}

/// A prompt with a system text, an earlier exchange and all parameters.
pub(crate) fn prompt(model: &str) -> ProviderPrompt {
    let turn = |role, content: &str| Turn::new(role, content);
    ProviderPrompt {
        model: model.into(),
        system_prompt: Some("Be brief.".into()),
        turns: vec![turn(Role::User, "One?"), turn(Role::Assistant, "Two."), turn(Role::User, "Three?")],
        parameters: Parameters { temperature: Some(1.5), top_p: Some(0.5), max_tokens: Some(100) },
    }
}

/// An answer, read to its end.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Answer {
    pub(crate) text: String,
    pub(crate) reasoning: String,
    pub(crate) finish: Option<FinishReason>,
    pub(crate) usage: Option<Usage>,
    pub(crate) error: Option<ProviderError>,
}

/// Asks, and reads to the end.
pub(crate) async fn ask(model: &ResolvedModel) -> Answer {
    ask_with(model, &prompt(&model.model)).await
}

/// Asks with a prompt of its own, and reads to the end.
pub(crate) async fn ask_with(model: &ResolvedModel, prompt: &ProviderPrompt) -> Answer {
    match model.provider.generate(prompt).await {
        Ok(stream) => read(stream).await,
        Err(error) => Answer { error: Some(error), ..Answer::default() },
    }
}

/// Reads to the end.
pub(crate) async fn read(mut stream: DeltaStream) -> Answer {
    let mut answer = Answer::default();
    while let Some(batch) = stream.next().await {
        assert!(answer.error.is_none(), "something follows an error: {batch:?}");
        match batch {
            Ok(deltas) => {
                assert!(!deltas.is_empty(), "an empty batch");
                deltas.into_iter().for_each(|delta| match delta {
                    Delta::Text(piece) => answer.text.push_str(&piece),
                    Delta::Reasoning(piece) => answer.reasoning.push_str(&piece),
                    Delta::Usage(usage) => answer.usage = Some(usage),
                    Delta::Finish(reason) => answer.finish = Some(reason),
                });
            }
            Err(error) => answer.error = Some(error),
        }
    }
    answer
}
