//! What is asked on the routes that remember nothing, and in sessions.

use super::{InputLimits, InvalidField, Parameters, Turn, validate_turns};
use crate::message::Role;
use serde::Deserialize;

/// The body of the stateless routes and of the session routes, as clients send it. Each route takes a part of it; see
/// [`PromptRequest::resolve`].
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct PromptRequest {
    /// One question.
    pub message: Option<String>,
    /// A whole conversation, the question last.
    pub messages: Option<Vec<Turn>>,
    /// The model, as `provider/model`.
    pub model: Option<String>,
    /// See [`Parameters::temperature`].
    pub temperature: Option<f64>,
    /// See [`Parameters::top_p`].
    #[serde(alias = "topP")]
    pub top_p: Option<f64>,
    /// See [`Parameters::max_tokens`].
    #[serde(alias = "max_completion_tokens", alias = "maxTokens")]
    pub max_tokens: Option<u32>,
    /// Instructions that stand before the conversation.
    #[serde(alias = "systemPrompt", alias = "system")]
    pub system_prompt: Option<String>,
    /// Text or any JSON that the answer should take into account.
    pub context: Option<serde_json::Value>,
    /// The language to answer in, such as `fr` or `French`.
    pub language: Option<String>,
    /// The session that remembers; none begins a new one.
    #[serde(alias = "sessionId")]
    pub session_id: Option<String>,
}

/// A prompt, checked: what to ask of which model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Prompt {
    /// The model as the client named it; the server's default where none is named.
    pub model: Option<String>,
    /// Instructions that stand before the conversation.
    pub system_prompt: Option<String>,
    /// The conversation, the question last.
    pub turns: Vec<Turn>,
    /// Sampling parameters.
    pub parameters: Parameters,
}

/// Which of the two ways to ask a route takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// `message` only.
    Message,
    /// `messages` only.
    Messages,
    /// Either.
    Either,
}

impl PromptRequest {
    /// Checks the request for a route that asks in the way of `asks`.
    pub fn resolve(self, asks: Asks, limits: InputLimits) -> Result<Prompt, InvalidField> {
        // What a route does not take is passed over like any unknown field.
        let message = self.message.filter(|_| asks != Asks::Messages);
        let messages = self.messages.filter(|_| asks != Asks::Message);
        let from_message = message.is_some();
        let turns = match (message, messages) {
            (Some(message), None) => vec![Turn::new(Role::User, message)],
            (None, Some(messages)) => messages,
            (Some(_), Some(_)) => {
                return Err(InvalidField::new("message", "and `messages` cannot both be given: send one of them"));
            }
            (None, None) => return Err(missing(asks)),
        };
        validate_turns(&turns, limits, if from_message { "message" } else { "messages" })?;
        let Self { temperature, top_p, max_tokens, .. } = self;
        let parameters = Parameters { temperature, top_p, max_tokens };
        parameters.validate()?;
        let mut instructions: Vec<String> = Vec::new();
        instructions.extend(self.system_prompt.filter(|text| !text.trim().is_empty()));
        if let Some(context) = self.context.filter(|value| !value.is_null()) {
            let context = context.as_str().map_or_else(|| context.to_string(), str::to_owned);
            instructions.push(format!("Take this context into account:\n{context}"));
        }
        if let Some(language) = self.language.filter(|text| !text.trim().is_empty()) {
            instructions.push(format!("Answer in this language: {language}"));
        }
        let system_prompt = (!instructions.is_empty()).then(|| instructions.join("\n\n"));
        if system_prompt.as_ref().is_some_and(|text| text.len() > limits.max_bytes) {
            return Err(InvalidField::new("system_prompt", format!("must be at most {} bytes", limits.max_bytes)));
        }
        Ok(Prompt { model: named(self.model), system_prompt, turns, parameters })
    }
}

fn missing(asks: Asks) -> InvalidField {
    let (field, problem) = match asks {
        Asks::Message => ("message", "must be given: the question, as a string"),
        Asks::Messages => ("messages", "must be given: an array like [{\"role\":\"user\",\"content\":\"Hello\"}]"),
        Asks::Either => ("message", "or `messages` must be given"),
    };
    InvalidField::new(field, problem)
}

/// An empty model name means none.
pub fn named(model: Option<String>) -> Option<String> {
    model.filter(|name| !name.trim().is_empty())
}
