//! Conversations as the page's own routes send them.

use crate::{
    id::{ConversationId, GenerationId, MessageId},
    message::Message,
    request::{InvalidField, Parameters},
    usage::UsageTotals,
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
    /// Whether it stands above those that are not pinned.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pinned: bool,
    /// The answer that is being written in it, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation_id: Option<GenerationId>,
}

impl ConversationSummary {
    /// A conversation in which nothing has been said.
    pub fn new(id: ConversationId, created_at: u64) -> Self {
        Self { id, title: String::new(), created_at, updated_at: created_at, pinned: false, generation_id: None }
    }
}

/// What to change in a conversation itself: the body of `PATCH /api/conversations/{id}`. What is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConversationChange {
    /// Its title, which no model replaces from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Whether it is pinned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pinned: Option<bool>,
    /// A message whose branch is to be shown, down to its newest leaf.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<MessageId>,
    /// `false` takes a deletion back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted: Option<bool>,
}

/// The most characters in a title.
pub const LONGEST_TITLE: usize = 200;

impl ConversationChange {
    /// Checks the change. The title loses the space around it.
    pub fn resolve(self) -> Result<Self, InvalidField> {
        let title = self.title.map(|title| title.split_whitespace().collect::<Vec<_>>().join(" "));
        if title.as_ref().is_some_and(|title| title.is_empty() || title.chars().count() > LONGEST_TITLE) {
            return Err(InvalidField::new("title", format!("must have 1 to {LONGEST_TITLE} characters")));
        }
        if self.deleted == Some(true) {
            return Err(InvalidField::new("deleted", "can only be false here: delete with the method DELETE"));
        }
        Ok(Self { title, ..self })
    }
}

/// A conversation with the messages of the branch that is shown, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "ConversationFields")]
pub struct Conversation {
    /// What a list would show.
    #[serde(flatten)]
    pub summary: ConversationSummary,
    /// What is set for it.
    pub settings: ConversationSettings,
    /// The messages to [`Conversation::head`], by way of `parent_id`: from the first, or from a later one where not all were
    /// asked for.
    pub messages: Vec<Message>,
    /// Whether the shown branch has more messages above these.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub earlier: bool,
    /// The token of its public page, if it is shared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared: Option<String>,
    /// What all its answers cost.
    #[serde(skip_serializing_if = "UsageTotals::is_empty")]
    pub usage: UsageTotals,
}

/// [`Conversation`] as it is read: field by field, because what is flattened is copied before it is read, messages and all.
#[derive(Deserialize)]
struct ConversationFields {
    id: ConversationId,
    title: String,
    created_at: u64,
    updated_at: u64,
    #[serde(default)]
    pinned: bool,
    #[serde(default)]
    generation_id: Option<GenerationId>,
    settings: ConversationSettings,
    messages: Vec<Message>,
    #[serde(default)]
    earlier: bool,
    #[serde(default)]
    shared: Option<String>,
    #[serde(default)]
    usage: UsageTotals,
}

impl From<ConversationFields> for Conversation {
    fn from(fields: ConversationFields) -> Self {
        let ConversationFields { id, title, created_at, updated_at, pinned, generation_id, .. } = fields;
        Self {
            summary: ConversationSummary { id, title, created_at, updated_at, pinned, generation_id },
            settings: fields.settings,
            messages: fields.messages,
            earlier: fields.earlier,
            shared: fields.shared,
            usage: fields.usage,
        }
    }
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
    /// The visitor's conversations: the pinned ones, then the others, and of both the most recent first.
    pub conversations: Vec<ConversationSummary>,
    /// Where the next page begins, for `?cursor=`; none at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// `POST /api/conversations/{id}/share`: where everybody who knows the address can read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareLink {
    /// The part of the address that cannot be guessed.
    pub token: String,
    /// The page's path, `/s/<token>`.
    pub path: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_change_of_a_conversation_is_checked() {
        let read = |body| serde_json::from_value::<ConversationChange>(body).unwrap().resolve();
        assert_eq!(read(json!({"title": " A\n title "})).unwrap().title.as_deref(), Some("A title"));
        assert!(read(json!({"title": " "})).unwrap_err().to_string().starts_with("`title` must have 1 to"));
        assert!(read(json!({"title": "x".repeat(LONGEST_TITLE + 1)})).is_err());
        assert!(read(json!({"deleted": true})).unwrap_err().to_string().contains("DELETE"));
        assert_eq!(read(json!({"deleted": false, "new": 1})).unwrap().deleted, Some(false));
    }

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
