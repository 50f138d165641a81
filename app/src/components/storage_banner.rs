//! Says that the server cannot keep anything at present.

use super::{
    explained_text::explained_text,
    icon::{Drawing, Icon},
};
use crate::{
    erased::{Show, memo},
    words,
};
use leptos::prelude::*;
use protocol::model::ModelList;

/// A quiet line above the chat while the server's disk is full, or may not be written to.
#[component]
pub fn StorageBanner(
    /// What the server says about itself.
    models: RwSignal<ModelList>,
) -> impl IntoView {
    let problem = memo(move || models.with(|models| models.storage.as_ref().map(words::explained)));
    view! {
        <div class="banner storage-banner" role="status">
            <Show when=move || problem.with(Option::is_some)>
                <p><Icon drawing=Drawing::Warning />{move || problem.get().map(explained_text)}</p>
            </Show>
        </div>
    }
}
