//! The models on offer, as `GET /api/models` lists them.

use crate::{attachment::AttachmentLimits, error::PublicError};
use serde::{Deserialize, Serialize};

/// One model that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelInfo {
    /// Its full name, `provider/model`, as requests name it.
    pub id: String,
    /// The provider's part of the name.
    pub provider: String,
    /// How to show it to people.
    pub label: String,
    /// Whether images can be shown to it; left out where nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sees_images: Option<bool>,
}

/// How one provider is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderInfo {
    /// The provider's part of the model names, such as `openai`.
    pub id: String,
    /// How to show it to people, such as `OpenAI`.
    pub label: String,
    /// What is wrong with it: its list could not be read, or it is paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<PublicError>,
    /// It failed several times in a row and is not asked for this long, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_ms: Option<u64>,
}

/// `GET /api/models`: everything that is configured; a provider that fails is named and hides no other.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelList {
    /// The model that answers when a request names none.
    pub default: String,
    /// Every model that is known, by provider.
    pub models: Vec<ModelInfo>,
    /// Every provider that is configured.
    pub providers: Vec<ProviderInfo>,
    /// Whether the demo model is all there is, so that the page can say how to add a real one.
    pub demo_only: bool,
    /// How much may go with a question.
    #[serde(default)]
    pub attachments: AttachmentLimits,
    /// Why nothing can be stored at present, if that is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<PublicError>,
}
