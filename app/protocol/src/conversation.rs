//! Conversations as the page's own routes send them.

use crate::{
    id::{ConversationId, MessageId},
    message::Message,
    request::Parameters,
};
use serde::{Deserialize, Serialize};

/// What is set for a whole conversation: which model answers, and how.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "ConversationSettingsFields")]
pub struct ConversationSettings {
    /// The model, as `provider/model`; the server's default where none is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Instructions that stand before the conversation; the server's default where none are set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_prompt: Option<String>,
    /// Sampling parameters; the provider's defaults where none are set.
    #[serde(flatten)]
    pub parameters: Parameters,
}

/// [`ConversationSettings`] as they are read: field by field, because a flattened field that is wrong could not be named.
#[derive(Default, Deserialize)]
#[serde(default)]
struct ConversationSettingsFields {
    model: Option<String>,
    #[serde(alias = "systemPrompt", alias = "system")]
    system_prompt: Option<String>,
    temperature: Option<f64>,
    #[serde(alias = "topP")]
    top_p: Option<f64>,
    #[serde(alias = "max_completion_tokens", alias = "maxTokens")]
    max_tokens: Option<u32>,
}

impl From<ConversationSettingsFields> for ConversationSettings {
    fn from(fields: ConversationSettingsFields) -> Self {
        let ConversationSettingsFields { model, system_prompt, temperature, top_p, max_tokens } = fields;
        Self { model, system_prompt, parameters: Parameters { temperature, top_p, max_tokens } }
    }
}

/// What to change in [`ConversationSettings`]: on the wire a field that is left out stays, and one that is `null` is
/// unset.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SettingsChange {
    /// See [`ConversationSettings::model`].
    #[serde(with = "change", skip_serializing_if = "Option::is_none")]
    pub model: Option<Option<String>>,
    /// See [`ConversationSettings::system_prompt`].
    #[serde(with = "change", skip_serializing_if = "Option::is_none")]
    pub system_prompt: Option<Option<String>>,
    /// See [`Parameters::temperature`].
    #[serde(with = "change", skip_serializing_if = "Option::is_none")]
    pub temperature: Option<Option<f64>>,
    /// See [`Parameters::top_p`].
    #[serde(with = "change", skip_serializing_if = "Option::is_none")]
    pub top_p: Option<Option<f64>>,
    /// See [`Parameters::max_tokens`].
    #[serde(with = "change", skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<Option<u32>>,
}

/// Tells a field that is `null` from one that is not there.
pub(crate) mod change {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<T: Serialize, S: Serializer>(value: &Option<Option<T>>, to: S) -> Result<S::Ok, S::Error> {
        value.as_ref().and_then(Option::as_ref).serialize(to)
    }

    pub(crate) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Option<T>>, D::Error> {
        Option::deserialize(from).map(Some)
    }
}

impl SettingsChange {
    /// These settings, whole: what is not set in them is unset.
    pub fn all(settings: ConversationSettings) -> Self {
        let ConversationSettings { model, system_prompt, parameters } = settings;
        Self {
            model: Some(model),
            system_prompt: Some(system_prompt),
            temperature: Some(parameters.temperature),
            top_p: Some(parameters.top_p),
            max_tokens: Some(parameters.max_tokens),
        }
    }

    /// Only what is set in these settings.
    pub fn given(settings: ConversationSettings) -> Self {
        let ConversationSettings { model, system_prompt, parameters } = settings;
        Self {
            model: model.map(Some),
            system_prompt: system_prompt.map(Some),
            temperature: parameters.temperature.map(Some),
            top_p: parameters.top_p.map(Some),
            max_tokens: parameters.max_tokens.map(Some),
        }
    }

    /// The settings after the change.
    pub fn apply(self, settings: ConversationSettings) -> ConversationSettings {
        let ConversationSettings { model, system_prompt, parameters } = settings;
        ConversationSettings {
            model: self.model.unwrap_or(model),
            system_prompt: self.system_prompt.unwrap_or(system_prompt),
            parameters: Parameters {
                temperature: self.temperature.unwrap_or(parameters.temperature),
                top_p: self.top_p.unwrap_or(parameters.top_p),
                max_tokens: self.max_tokens.unwrap_or(parameters.max_tokens),
            },
        }
    }
}

/// A conversation without its messages, as a list shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConversationSummary {
    /// Its id.
    pub id: ConversationId,
    /// Its title, made from the first question; empty until there is one.
    pub title: String,
    /// When it was made, in milliseconds since 1970 UTC.
    pub created_at: u64,
    /// When its last message began, in milliseconds since 1970 UTC.
    pub updated_at: u64,
}

/// A conversation with the messages of the branch that is shown, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    /// What a list would show.
    #[serde(flatten)]
    pub summary: ConversationSummary,
    /// What is set for it.
    pub settings: ConversationSettings,
    /// The messages from the first to [`Conversation::head`], by way of `parent_id`.
    pub messages: Vec<Message>,
}

impl Conversation {
    /// The message that the next one follows.
    pub fn head(&self) -> Option<MessageId> {
        self.messages.last().map(|message| message.id)
    }
}

/// `GET /api/conversations`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ConversationList {
    /// The visitor's conversations, the most recent first.
    pub conversations: Vec<ConversationSummary>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_change_tells_null_from_nothing() {
        let before = ConversationSettings {
            model: Some("demo/rivulet".into()),
            system_prompt: Some("Be brief.".into()),
            parameters: Parameters { temperature: Some(0.5), ..Parameters::default() },
        };
        let change: SettingsChange = serde_json::from_value(json!({"temperature": null, "max_tokens": 9})).unwrap();
        let after = change.apply(before.clone());
        assert_eq!((after.model, after.system_prompt), (before.model.clone(), before.system_prompt.clone()));
        assert_eq!((after.parameters.temperature, after.parameters.max_tokens), (None, Some(9)));
        let whole = serde_json::to_value(SettingsChange::all(before.clone())).unwrap();
        assert_eq!(whole["top_p"], json!(null));
        let read: SettingsChange = serde_json::from_value(whole).unwrap();
        assert_eq!(read.apply(ConversationSettings::default()), before);
        assert_eq!(serde_json::to_value(SettingsChange::default()).unwrap(), json!({}));
    }
}
