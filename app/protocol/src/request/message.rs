//! What is asked in a conversation.

use super::{InputLimits, InvalidField, Turn, named, validate_settings, validate_turns};
use crate::{
    conversation::{ConversationSettings, SettingsChange, change},
    id::{AttachmentId, MessageId},
    message::Role,
};
use serde::{Deserialize, Deserializer, Serialize};

/// The body of `POST /api/conversations/{id}/messages`: a new question, or another answer to an old one.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SendMessage {
    /// The question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// The answer to make again, in place of a question. The old one stays as a branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<MessageId>,
    /// The answer to take on from where it broke off, in place of a question: the new answer begins with its text.
    #[serde(rename = "continue", skip_serializing_if = "Option::is_none")]
    pub continue_from: Option<MessageId>,
    /// The question that `content` takes the place of: the new one stands beside it, and the old branch is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edit: Option<MessageId>,
    /// With `content`: a message of the branch that the question goes on with, should another one be shown by now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<MessageId>,
    /// With a question: the files that go with it, by the ids that they were given. With `edit` and without this, those of the old one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Vec<AttachmentId>>,
    /// What to change in the conversation's settings, from this answer on.
    #[serde(flatten)]
    pub settings: SettingsChange,
    /// Wait for the end and answer with the whole message as JSON: for browsers and networks that cannot stream.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub whole: bool,
    /// Answer at once with the generation's names as JSON, for clients that read its events elsewhere.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub detached: bool,
}

impl<'de> Deserialize<'de> for SendMessage {
    /// Reads field by field, because a flattened field that is wrong could not be named.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Fields {
            content: Option<String>,
            retry: Option<MessageId>,
            #[serde(rename = "continue")]
            continue_from: Option<MessageId>,
            edit: Option<MessageId>,
            parent: Option<MessageId>,
            attachments: Option<Vec<AttachmentId>>,
            whole: bool,
            detached: bool,
            #[serde(deserialize_with = "change::deserialize")]
            model: Option<Option<String>>,
            #[serde(deserialize_with = "change::deserialize", alias = "systemPrompt", alias = "system")]
            system_prompt: Option<Option<String>>,
            #[serde(deserialize_with = "change::deserialize")]
            temperature: Option<Option<f64>>,
            #[serde(deserialize_with = "change::deserialize", alias = "topP")]
            top_p: Option<Option<f64>>,
            #[serde(deserialize_with = "change::deserialize", alias = "max_completion_tokens", alias = "maxTokens")]
            max_tokens: Option<Option<u32>>,
        }
        let Fields {
            content,
            retry,
            continue_from,
            edit,
            parent,
            attachments,
            whole,
            detached,
            model,
            system_prompt,
            temperature,
            top_p,
            max_tokens,
        } = Fields::deserialize(deserializer)?;
        let settings = SettingsChange { model, system_prompt, temperature, top_p, max_tokens };
        Ok(Self { content, retry, continue_from, edit, parent, attachments, settings, whole, detached })
    }
}

/// What a [`SendMessage`] asks for, checked.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    /// A new question at the end of the branch that is shown.
    Question(String),
    /// A new question at the end of the branch that goes through this message.
    After(MessageId, String),
    /// A new question in the place of this one.
    Edit(MessageId, String),
    /// Another answer to the question that this message answers.
    Retry(MessageId),
    /// The same answer, taken on from where it broke off.
    Continue(MessageId),
}

/// A [`SendMessage`], checked.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedMessage {
    /// What it asks for.
    pub ask: Ask,
    /// The files that go with the question; none given for an edited one means those of the old one.
    pub attachments: Option<Vec<AttachmentId>>,
    /// What to change in the conversation's settings.
    pub settings: SettingsChange,
}

/// Checks the files of a question, by their ids.
fn validate_attachments(message: &SendMessage, limits: InputLimits) -> Result<(), InvalidField> {
    let Some(ids) = message.attachments.as_deref().filter(|ids| !ids.is_empty()) else { return Ok(()) };
    let wrong = |problem: String| Err(InvalidField::new("attachments", problem));
    if message.retry.is_some() || message.continue_from.is_some() {
        return wrong("are for a question only: leave them out".to_owned());
    }
    if ids.len() > limits.attachments.files {
        return wrong(format!("must be at most {} files", limits.attachments.files));
    }
    let twice = ids.iter().enumerate().find(|(at, id)| ids[..*at].contains(id));
    match twice {
        Some((at, _)) => Err(InvalidField::new(format!("attachments[{at}]"), "names a file that is named before it")),
        None => Ok(()),
    }
}

impl SendMessage {
    /// Checks the request.
    pub fn resolve(mut self, limits: InputLimits) -> Result<CheckedMessage, InvalidField> {
        validate_attachments(&self, limits)?;
        let has_files = self.attachments.as_ref().is_some_and(|ids| !ids.is_empty());
        if has_files && self.content.is_none() {
            self.content = Some(String::new());
        }
        if self.whole && self.detached {
            return Err(InvalidField::new(
                "detached",
                "and `whole` cannot both be true: one waits, the other does not",
            ));
        }
        if self.parent.is_some() && (self.content.is_none() || self.edit.is_some()) {
            return Err(InvalidField::new(
                "parent",
                "is for a new question only: leave it out, or give `content` alone",
            ));
        }
        validate_settings(&self.settings.clone().apply(ConversationSettings::default()), limits)?;
        let ask = match (self.content, self.retry, self.continue_from, self.edit) {
            (Some(content), None, None, edit) => {
                let turn = [Turn::new(Role::User, content)];
                match validate_turns(&turn, limits, "content") {
                    // An image may be all that is asked.
                    Err(_) if has_files && turn[0].is_blank() => {}
                    checked => checked?,
                }
                let [Turn { content, .. }] = turn;
                match (edit, self.parent) {
                    (Some(question), _) => Ask::Edit(question, content),
                    (None, Some(message)) => Ask::After(message, content),
                    (None, None) => Ask::Question(content),
                }
            }
            (None, Some(message), None, None) => Ask::Retry(message),
            (None, None, Some(message), None) => Ask::Continue(message),
            (None, None, None, Some(_)) => {
                return Err(InvalidField::new("content", "must be given with `edit`: the new question"));
            }
            _ => {
                return Err(InvalidField::new(
                    "content",
                    "or `retry` or `continue` must be given, and only one of them",
                ));
            }
        };
        let settings = SettingsChange { model: self.settings.model.map(named), ..self.settings };
        Ok(CheckedMessage { ask, attachments: self.attachments, settings })
    }
}
