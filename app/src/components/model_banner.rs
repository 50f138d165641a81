//! Says that nobody is thinking here yet, and how to change that; or that a provider cannot be reached.

use leptos::prelude::*;
use protocol::model::ModelList;

/// A line above the chat while the demo model is all there is, or while a provider fails.
#[component]
pub fn ModelBanner(
    /// The models on offer.
    models: RwSignal<ModelList>,
) -> impl IntoView {
    let demo = Memo::new(move |_| models.with(|models| models.demo_only));
    let failing = Memo::new(move |_| {
        models.with(|models| {
            let errors = models.providers.iter().filter_map(|provider| provider.error.as_ref());
            errors.map(|error| error.message.clone()).collect::<Vec<_>>()
        })
    });
    view! {
        <Show when=move || !failing.with(Vec::is_empty)>
            <aside class="model-banner" role="status" aria-label="Providers">
                <p>{move || failing.get().join(" ")}</p>
            </aside>
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
