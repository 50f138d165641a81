//! The messages of a prompt, as OpenAI's clients write them too.

use super::{InputLimits, InvalidField};
use crate::{
    attachment::{self, FileContent, PromptFile},
    message::Role,
};
use serde::{Deserialize, Deserializer, de};
use std::borrow::Cow;

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
