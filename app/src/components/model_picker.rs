//! Which model answers.

use crate::{
    erased::{Show, memo},
    words,
};
use leptos::prelude::*;
use protocol::{
    conversation::ConversationSettings,
    model::{ModelInfo, ModelList},
};

/// A list of the models, by provider.
#[component]
pub fn ModelPicker(
    /// The models on offer.
    models: RwSignal<ModelList>,
    /// Where the choice is kept.
    settings: RwSignal<ConversationSettings>,
) -> impl IntoView {
    let chosen = memo(move || {
        let set = settings.with(|settings| settings.model.clone());
        set.unwrap_or_else(|| models.with(|models| models.default.clone()))
    });
    let groups = move || models.with(|models| grouped(models, &chosen.get()));
    let group = move |Group { label, members, is_paused, .. }: Group| {
        // At the group and not at each model, so that the chosen one keeps its name in the closed picker.
        let label = if is_paused { format!("{label} ({})", words::not_answering()) } else { label };
        let options = members.into_iter().map(move |model| {
            let id = model.id.clone();
            view! { <option value=model.id selected=move || chosen.get() == id>{short(&model.label)}</option> }
        });
        view! { <optgroup label=label>{options.collect_view()}</optgroup> }
    };
    view! {
        <div class="model-picker">
            <select aria-label=words::model() prop:value=move || chosen.get()
                on:change=move |event| settings.update(|settings| settings.model = Some(event_target_value(&event)))>
                {move || groups().into_iter().map(group).collect_view().into_any()}
            </select>
            <Show when=move || chosen.with(|id| id.starts_with("demo/"))>
                <span class="model-picker__badge">{words::demo()}</span>
            </Show>
        </div>
    }
}

/// A label without the folders and the ending of a model file.
fn short(label: &str) -> String {
    let name = match label.strip_suffix(".gguf") {
        Some(file) => file.rsplit(['/', '\\']).next().unwrap_or(file),
        None => label,
    };
    name.to_owned()
}

/// The models of one provider.
struct Group {
    provider: String,
    label: String,
    members: Vec<ModelInfo>,
    is_paused: bool,
}

/// The models by provider. The chosen one is always among them, even if its provider does not list it now.
fn grouped(models: &ModelList, chosen: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let unlisted = (!chosen.is_empty() && models.models.iter().all(|model| model.id != chosen)).then(|| {
        let (provider, label) = chosen.split_once('/').unwrap_or(("", chosen));
        ModelInfo { id: chosen.to_owned(), provider: provider.to_owned(), label: label.to_owned(), sees_images: None }
    });
    for model in models.models.iter().cloned().chain(unlisted) {
        match groups.iter_mut().find(|group| group.provider == model.provider) {
            Some(group) => group.members.push(model),
            None => {
                let known = models.providers.iter().find(|provider| provider.id == model.provider);
                groups.push(Group {
                    label: known.map_or_else(|| model.provider.clone(), |provider| provider.label.clone()),
                    is_paused: known.is_some_and(|provider| provider.paused_ms.is_some()),
                    provider: model.provider.clone(),
                    members: vec![model],
                });
            }
        }
    }
    groups
}
