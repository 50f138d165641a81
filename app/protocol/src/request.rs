//! Requests and their validation.
//!
//! What a client typed is one type ([`PromptRequest`], [`SendMessage`]), what the server works with is another
//! ([`Prompt`], [`Turn`]): reading is lenient about fields it does not know and strict about those it does, and every
//! refusal names the field and says what would be right.

use crate::{
    attachment::{self, AttachmentLimits, FileContent, PromptFile},
    conversation::{ConversationSettings, SettingsChange, change},
    error::{ErrorCode, PublicError},
    id::{AttachmentId, ConversationId, MessageId},
    message::Role,
};
use serde::{Deserialize, Deserializer, Serialize, de};
use std::borrow::Cow;

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

/// One message of a prompt: who speaks and what they say.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "TurnFields")]
pub struct Turn {
    /// Who speaks.
    pub role: Role,
    /// The text. Read from a string, or from OpenAI's array of parts.
    pub content: String,
    /// What goes with it.
    pub files: Vec<PromptFile>,
}

impl Turn {
    /// A turn without files.
    pub fn new(role: Role, content: impl Into<String>) -> Self {
        Self { role, content: content.into(), files: Vec::new() }
    }

    /// The text as a model reads it: what files say stands before it.
    pub fn text(&self) -> Cow<'_, str> {
        attachment::with_files(&self.content, &self.files)
    }

    /// The images that a model is to see: what they are, and they themselves in base64.
    pub fn images(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().filter_map(|file| match &file.content {
            FileContent::Image(base64) => Some((file.media_type.as_str(), &**base64)),
            _ => None,
        })
    }

    /// The turn for a model that sees no images.
    pub fn without_images(self) -> Self {
        Self { files: attachment::unseen(self.files), ..self }
    }

    /// Whether nothing is said and nothing shown.
    pub fn is_blank(&self) -> bool {
        self.content.trim().is_empty() && self.files.is_empty()
    }
}

/// [`Turn`] as it is read.
#[derive(Deserialize)]
struct TurnFields {
    role: Role,
    content: Content,
}

impl From<TurnFields> for Turn {
    fn from(TurnFields { role, content: Content { text, files } }: TurnFields) -> Self {
        Self { role, content: text, files }
    }
}

/// What a message holds: a string, null (OpenAI allows it for an assistant), or an array of parts.
#[derive(Default)]
struct Content {
    text: String,
    files: Vec<PromptFile>,
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ContentVisitor)
    }
}

#[derive(Deserialize)]
struct Part {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    text: String,
    image_url: Option<ImageUrl>,
}

#[derive(Deserialize)]
struct ImageUrl {
    url: String,
}

struct ContentVisitor;

impl<'de> de::Visitor<'de> for ContentVisitor {
    type Value = Content;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a string, or an array of parts like {\"type\":\"text\",\"text\":\"…\"}")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Content, E> {
        self.visit_string(text.to_owned())
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Content, E> {
        Ok(Content { text, files: Vec::new() })
    }

    fn visit_unit<E: de::Error>(self) -> Result<Content, E> {
        Ok(Content::default())
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut parts: A) -> Result<Content, A::Error> {
        let mut content = Content::default();
        while let Some(part) = parts.next_element::<Part>()? {
            match (part.kind.as_str(), part.image_url) {
                ("text" | "input_text" | "output_text", _) => content.text.push_str(&part.text),
                ("image_url", image) => {
                    let url = image.map(|image| image.url).unwrap_or_default();
                    content.files.push(attachment::from_data_url(&url).map_err(de::Error::custom)?);
                }
                (other, _) => {
                    let problem =
                        format!("a part of type \"{other}\" is not supported: only \"text\" and \"image_url\" are");
                    return Err(de::Error::custom(problem));
                }
            }
        }
        Ok(content)
    }
}

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

/// Checks a conversation that is about to be asked; `field` is what the client calls it.
pub fn validate_turns(turns: &[Turn], limits: InputLimits, field: &str) -> Result<(), InvalidField> {
    let Some(last) = turns.last() else {
        return Err(InvalidField::new(field, "must hold at least one message"));
    };
    if turns.len() > limits.max_messages {
        return Err(InvalidField::new(field, format!("must hold at most {} messages", limits.max_messages)));
    }
    let bytes: usize = turns.iter().map(|turn| turn.content.len()).sum();
    if bytes > limits.max_bytes {
        let problem = format!("must hold at most {} bytes of text; these are {bytes}", limits.max_bytes);
        return Err(InvalidField::new(field, problem));
    }
    let files = turns.iter().map(|turn| turn.files.len()).sum::<usize>();
    if files > limits.attachments.files {
        return Err(InvalidField::new(field, format!("must hold at most {} images", limits.attachments.files)));
    }
    let single = field == "message" || field == "content";
    for (index, turn) in turns.iter().enumerate() {
        // A provider may well have answered with nothing, and clients send that answer back.
        if turn.role != Role::Assistant && turn.is_blank() {
            let field = if single { field.to_owned() } else { format!("{field}[{index}].content") };
            return Err(InvalidField::new(field, "must not be empty"));
        }
    }
    if last.role == Role::System {
        let at = turns.len() - 1;
        return Err(InvalidField::new(format!("{field}[{at}].role"), "must be \"user\" in the last message"));
    }
    Ok(())
}

/// The body of `POST /api/conversations`: what the new conversation is set to. All of it is optional.
pub type CreateConversation = ConversationSettings;

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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const LIMITS: InputLimits = InputLimits {
        max_bytes: 20,
        max_messages: 2,
        attachments: AttachmentLimits { file_bytes: 9, text_bytes: 9, files: 2, total_bytes: 9 },
    };

    fn resolve(body: serde_json::Value, asks: Asks) -> Result<Prompt, InvalidField> {
        serde_json::from_value::<PromptRequest>(body).unwrap().resolve(asks, LIMITS)
    }

    fn refused(body: serde_json::Value, asks: Asks) -> String {
        resolve(body, asks).unwrap_err().to_string()
    }

    #[test]
    fn a_message_becomes_one_turn_with_its_instructions() {
        let prompt = resolve(
            json!({"message": "Hi", "systemPrompt": "Be brief.", "context": {"a": 1}, "language": "fr", "maxTokens": 5}),
            Asks::Either,
        );
        let prompt = prompt.unwrap_err().to_string();
        assert!(prompt.starts_with("`system_prompt` must be at most 20 bytes"), "{prompt}");
        let prompt = resolve(json!({"message": "Hi", "system": "Be brief.", "max_tokens": 5}), Asks::Either).unwrap();
        assert_eq!(prompt.turns, vec![Turn::new(Role::User, "Hi")]);
        assert_eq!(prompt.system_prompt.as_deref(), Some("Be brief."));
        assert_eq!(prompt.parameters.max_tokens, Some(5));
    }

    #[test]
    fn content_may_come_in_parts() {
        let body = json!({"messages": [{"role": "developer", "content": null},
            {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}]});
        let request: PromptRequest = serde_json::from_value(body).unwrap();
        let turns = request.messages.unwrap();
        assert_eq!((turns[0].role, turns[1].content.as_str()), (Role::System, "ab"));
        let parts = |part: serde_json::Value| json!({"messages": [{"role": "user", "content": [part]}]});
        let error = |part| serde_json::from_value::<PromptRequest>(parts(part)).unwrap_err().to_string();
        let sound = error(json!({"type": "input_audio"}));
        assert!(sound.contains("input_audio") && sound.contains("only \"text\" and \"image_url\" are"), "{sound}");
        for elsewhere in
            [json!({"type": "image_url"}), json!({"type": "image_url", "image_url": {"url": "http://a.example"}})]
        {
            assert!(error(elsewhere).contains("this server fetches nothing"));
        }
    }

    #[test]
    fn images_come_as_data_urls() {
        let image = json!({"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "low"}});
        let body = |images: usize| json!({"messages": [{"role": "user", "content": vec![image.clone(); images]}]});
        let prompt = resolve(body(2), Asks::Messages).unwrap();
        assert_eq!(prompt.turns[0].images().collect::<Vec<_>>(), [("image/png", "AAAA"); 2]);
        assert!(refused(body(3), Asks::Messages).contains("at most 2 images"));
    }

    #[test]
    fn refusals_name_the_field() {
        assert!(refused(json!({}), Asks::Message).starts_with("`message` must be given"));
        assert!(refused(json!({"message": "x"}), Asks::Messages).starts_with("`messages` must be given"));
        assert!(refused(json!({"messages": []}), Asks::Messages).starts_with("`messages` must hold at least one"));
        assert!(refused(json!({"message": " "}), Asks::Message).starts_with("`message` must not be empty"));
        let three = json!({"messages": [{"role": "user", "content": "a"}, {"role": "user", "content": "a"},
            {"role": "user", "content": "a"}]});
        assert!(refused(three, Asks::Either).contains("at most 2 messages"));
        let long = json!({"message": "x".repeat(21)});
        assert!(refused(long, Asks::Message).contains("at most 20 bytes of text; these are 21"));
        let empty = json!({"messages": [{"role": "user", "content": ""}, {"role": "user", "content": "a"}]});
        assert!(refused(empty, Asks::Either).starts_with("`messages[0].content` must not be empty"));
        assert!(refused(json!({"message": "x", "temperature": 3}), Asks::Message).starts_with("`temperature`"));
        assert!(refused(json!({"message": "x", "max_tokens": 0}), Asks::Message).starts_with("`max_tokens`"));
        assert!(refused(json!({"message": "x", "messages": []}), Asks::Either).contains("cannot both"));
    }

    #[test]
    fn a_send_is_a_question_or_a_retry() {
        let checked = |body| serde_json::from_value::<SendMessage>(body).unwrap().resolve(LIMITS);
        let send = |body| checked(body).map(|CheckedMessage { ask, settings, .. }| (ask, settings));
        let (ask, settings) = send(json!({"content": "Hi", "model": "", "temperature": 1.0})).unwrap();
        assert_eq!((ask, settings.model), (Ask::Question("Hi".into()), Some(None)));
        assert_eq!((settings.temperature, settings.top_p), (Some(Some(1.0)), None));
        assert!(send(json!({"content": "Hi", "system_prompt": "x".repeat(21)})).is_err());
        assert!(send(json!({})).is_err());
        let id = MessageId(uuid::Uuid::nil());
        let (ask, _) = send(json!({"content": "Hi", "edit": id})).unwrap();
        assert_eq!(ask, Ask::Edit(id, "Hi".into()));
        assert!(send(json!({"edit": id})).unwrap_err().to_string().starts_with("`content` must be given with `edit`"));
        assert!(send(json!({"edit": id, "retry": id})).is_err());
        let (ask, _) = send(json!({"parent": id, "content": "Hi"})).unwrap();
        assert_eq!(ask, Ask::After(id, "Hi".into()));
        for odd in [
            json!({"parent": id}),
            json!({"parent": id, "retry": id}),
            json!({"parent": id, "edit": id, "content": "x"}),
        ] {
            assert!(send(odd).unwrap_err().to_string().starts_with("`parent` is for a new question only"));
        }
        assert!(send(json!({"content": ""})).unwrap_err().to_string().starts_with("`content` must not be empty"));
    }

    #[test]
    fn files_go_with_questions() {
        let send = |body| serde_json::from_value::<SendMessage>(body).unwrap().resolve(LIMITS);
        let ids: Vec<_> = (1..4).map(|number| AttachmentId(uuid::Uuid::from_u128(number))).collect();
        for body in [json!({"attachments": ids[..2]}), json!({"attachments": ids[..2], "content": " "})] {
            let checked = send(body).unwrap();
            assert!(matches!(checked.ask, Ask::Question(text) if text.trim().is_empty()));
            assert_eq!(checked.attachments.as_deref(), Some(&ids[..2]));
        }
        let refused = |body| send(body).unwrap_err().to_string();
        assert!(refused(json!({"attachments": ids, "content": "a"})).starts_with("`attachments` must be at most 2"));
        assert!(
            refused(json!({"attachments": [ids[0], ids[0]], "content": "a"})).starts_with("`attachments[1]` names")
        );
        let message = MessageId(uuid::Uuid::nil());
        assert!(
            refused(json!({"attachments": ids[..1], "retry": message})).starts_with("`attachments` are for a question")
        );
        assert!(refused(json!({"attachments": [], "content": ""})).starts_with("`content` must not be empty"));
        assert!(refused(json!({"attachments": ids[..1], "content": "x".repeat(21)})).contains("at most 20 bytes"));
    }
}
