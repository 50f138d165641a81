//! Models and providers as people know them.

use leptos::prelude::*;
use protocol::{attachment::AttachmentLimits, model::ModelList};

/// The names of the models on offer; a page provides them to its components. Where none are provided, and for models that
/// are not on the list, the names of the wire have to do.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ModelNames(Option<RwSignal<ModelList>>);

impl ModelNames {
    /// Provides the names to all components below the one that calls this.
    pub(crate) fn provide(models: RwSignal<ModelList>) {
        provide_context(Self(Some(models)));
    }

    /// The names that were provided.
    pub(crate) fn of_page() -> Self {
        use_context().unwrap_or_default()
    }

    /// The provider of a model that is named `provider/model`, tracked.
    pub(crate) fn provider(self, model: &str) -> String {
        let id = model.split('/').next().unwrap_or(model);
        self.find(|list| list.providers.iter().find(|one| one.id == id).map(|one| one.label.clone()), id)
    }

    /// A model that is named `provider/model`, tracked.
    pub(crate) fn model(self, model: &str) -> String {
        let name = model.split_once('/').map_or(model, |(_, name)| name);
        self.find(|list| list.models.iter().find(|one| one.id == model).map(|one| one.label.clone()), name)
    }

    /// Whether a model that is named `provider/model` sees images, tracked; none where nobody knows.
    pub(crate) fn sees_images(self, model: &str) -> Option<bool> {
        self.0?.with(|list| list.models.iter().find(|one| one.id == model)?.sees_images)
    }

    /// The model that answers where none is chosen, tracked.
    pub(crate) fn default_model(self) -> String {
        self.0.map(|list| list.with(|list| list.default.clone())).unwrap_or_default()
    }

    /// How much may go with a question, not tracked.
    pub(crate) fn limits(self) -> AttachmentLimits {
        self.0.map(|list| list.with_untracked(|list| list.attachments)).unwrap_or_default()
    }

    fn find(self, label: impl Fn(&ModelList) -> Option<String>, otherwise: &str) -> String {
        self.0.and_then(|list| list.with(label)).unwrap_or_else(|| otherwise.to_owned())
    }
}
