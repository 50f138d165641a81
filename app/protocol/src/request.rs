//! Requests and their validation.
//!
//! What a client typed is one type ([`PromptRequest`], [`SendMessage`]), what the server works with is another
//! ([`Prompt`], [`Turn`]): reading is lenient about fields it does not know and strict about those it does, and every
//! refusal names the field and says what would be right.
//!
//! What lives here: what all requests have in common; `turn` has the messages of a prompt, `prompt` the stateless routes and sessions,
//! `message` what is sent to a conversation.

mod message;
mod prompt;
mod turn;

#[cfg(test)]
mod tests;

pub use message::{Ask, CheckedMessage, SendMessage};
pub use prompt::{Asks, Prompt, PromptRequest, named};
pub use turn::{Turn, validate_turns};

use crate::{
    attachment::AttachmentLimits,
    conversation::ConversationSettings,
    error::{ErrorCode, PublicError},
    id::ConversationId,
};
use serde::{Deserialize, Serialize};

/// A field of a request that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` {problem}")]
pub struct InvalidField {
    /// The path of the field, such as `messages[0].content`.
    pub field: String,
    /// What is wrong with it and what would be right, to be read after the field's name.
    pub problem: String,
}

impl InvalidField {
    /// A refusal of one field.
    pub fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { field: field.into(), problem: problem.into() }
    }
}

impl From<InvalidField> for PublicError {
    fn from(invalid: InvalidField) -> Self {
        PublicError::new(ErrorCode::InvalidRequest, invalid.to_string())
    }
}

/// How much a request may hold.
#[derive(Debug, Clone, Copy)]
pub struct InputLimits {
    /// The most bytes of text in all messages together.
    pub max_bytes: usize,
    /// The most messages.
    pub max_messages: usize,
    /// What may go with a question, and how much of it into one prompt.
    pub attachments: AttachmentLimits,
}

/// Sampling parameters; a provider's own defaults stand where none is set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Parameters {
    /// From 0 (always the likeliest token) to 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// The share of likely tokens to choose from, above 0 and up to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// The most tokens in the answer, at least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
}

impl Parameters {
    /// Checks the ranges.
    pub fn validate(&self) -> Result<(), InvalidField> {
        if self.temperature.is_some_and(|t| !(0.0..=2.0).contains(&t)) {
            return Err(InvalidField::new("temperature", "must be a number from 0 to 2"));
        }
        if self.top_p.is_some_and(|p| !(p > 0.0 && p <= 1.0)) {
            return Err(InvalidField::new("top_p", "must be a number above 0 and up to 1"));
        }
        if self.max_tokens == Some(0) {
            return Err(InvalidField::new("max_tokens", "must be at least 1"));
        }
        Ok(())
    }

    /// These, with the gaps filled from `defaults`.
    pub fn or(&self, defaults: &Parameters) -> Parameters {
        Parameters {
            temperature: self.temperature.or(defaults.temperature),
            top_p: self.top_p.or(defaults.top_p),
            max_tokens: self.max_tokens.or(defaults.max_tokens),
        }
    }
}

/// The body of `POST /api/conversations`: what the new conversation is set to. All of it is optional.
pub type CreateConversation = ConversationSettings;

/// Checks what is set for a conversation.
pub fn validate_settings(settings: &ConversationSettings, limits: InputLimits) -> Result<(), InvalidField> {
    settings.parameters.validate()?;
    let prompt = settings.system_prompt.as_ref().map_or(0, String::len);
    if prompt > limits.max_bytes {
        return Err(InvalidField::new("system_prompt", format!("must be at most {} bytes", limits.max_bytes)));
    }
    if settings.model.as_ref().is_some_and(|model| model.len() > LONGEST_MODEL) {
        return Err(InvalidField::new("model", format!("must be at most {LONGEST_MODEL} bytes")));
    }
    Ok(())
}

/// The most bytes in the name of a model; the longest real ones, paths of files, have about 200.
const LONGEST_MODEL: usize = 1024;

/// The JSON answer of `POST /api/conversation/{user_id}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionAnswer {
    /// The answer's text.
    pub message: String,
    /// What a person might ask next.
    pub suggestions: Vec<String>,
    /// The session that remembers this exchange.
    pub session_id: ConversationId,
}
