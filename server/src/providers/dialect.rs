//! What a provider's protocol has to say: two pure halves, a request and a decoder, and how its list of models reads.

use super::{Delta, ProviderPrompt, Secret, fault::Fault};
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::Value;

/// How a protocol's stream is cut into frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// Server-sent events.
    Sse,
    /// One JSON object a line.
    Ndjson,
}

/// One HTTP request, without the host.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call {
    /// Appended to the base URL.
    pub(super) path: String,
    /// The JSON body.
    pub(super) body: Value,
}

/// One model in a provider's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    /// Its name in requests.
    pub(super) name: String,
    /// How the provider shows it to people; its name where it does not.
    pub(super) label: String,
    /// Whether it sees images, where the list says so.
    pub(super) sees_images: Option<bool>,
}

impl Listed {
    /// A model that goes by its name.
    pub(super) fn named(name: &str) -> Self {
        Self { name: name.to_owned(), label: name.to_owned(), sees_images: None }
    }
}

/// A provider's protocol. Pure: the network is the client's.
pub(super) trait Dialect: Send + Sync + 'static {
    /// How its streams are framed.
    fn framing(&self) -> Framing {
        Framing::Sse
    }

    /// The headers of every request; none if the key cannot stand in a header.
    fn headers(&self, key: Option<&Secret>) -> Option<Vec<(HeaderName, HeaderValue)>>;

    /// The request for an answer.
    fn request(&self, prompt: &ProviderPrompt) -> Call;

    /// The same request for an answer in one piece, for servers that refuse to stream.
    fn whole(&self, mut call: Call) -> Call {
        call.body["stream"] = Value::Bool(false);
        if let Some(fields) = call.body.as_object_mut() {
            fields.remove("stream_options");
        }
        call
    }

    /// A decoder for one answer.
    fn decoder(&self) -> Box<dyn Decoder>;

    /// Where its list of models is, below the base URL.
    fn models_path(&self) -> &'static str;

    /// Reads its list of models.
    fn models(&self, list: &Value) -> Vec<Listed>;

    /// What to ask about one model, where the list does not say whether it sees images and something else does.
    fn about(&self, _model: &str) -> Option<Call> {
        None
    }

    /// Whether the answer to that says that the model sees images.
    fn sees_images(&self, _about: &Value) -> Option<bool> {
        None
    }
}

/// Turns the frames of one answer into deltas. Pure: tests feed it by hand.
pub(super) trait Decoder: Send {
    /// Takes one frame. `event` is empty where the framing has none.
    fn decode(&mut self, event: &str, data: &str, deltas: &mut Vec<Delta>) -> Result<(), Fault>;

    /// Takes the whole answer of a server that did not stream.
    fn whole(&mut self, answer: &Value, deltas: &mut Vec<Delta>) -> Result<(), Fault>;

    /// Whether the protocol's own end mark came: nothing more is worth waiting for.
    fn is_done(&self) -> bool;

    /// Whether the model has said that it has finished, in a protocol whose end mark some servers leave out: what may still come is
    /// what the answer cost.
    fn has_finished(&self) -> bool {
        false
    }

    /// Whether the protocol has no end mark but the end of the body: then a connection that broke is a cut.
    fn ends_with_its_body(&self) -> bool {
        false
    }

    /// The end of the bytes: tells a whole answer from one that was cut off.
    fn finish(&mut self) -> Result<(), Fault>;
}

/// `Authorization: Bearer …`, as most protocols carry their key.
pub(super) fn bearer(key: Option<&Secret>) -> Option<Vec<(HeaderName, HeaderValue)>> {
    match key {
        Some(key) => Some(vec![(reqwest::header::AUTHORIZATION, key.header("Bearer ")?)]),
        None => Some(Vec::new()),
    }
}

/// An image in base64 as an address.
pub(super) fn data_url((media_type, base64): (&str, &str)) -> String {
    format!("data:{media_type};base64,{base64}")
}

/// Whether an image is among what a list says that a model takes or can; none where it says nothing.
pub(super) fn names_images(list: &Value) -> Option<bool> {
    let named = |one: &Value| matches!(one.as_str(), Some("image" | "vision" | "multimodal"));
    list.as_array().map(|list| list.iter().any(named))
}

/// Adds a piece of text or reasoning, unless it is empty.
pub(super) fn push(deltas: &mut Vec<Delta>, kind: fn(String) -> Delta, piece: Option<&str>) {
    if let Some(piece) = piece.filter(|piece| !piece.is_empty()) {
        deltas.push(kind(piece.to_owned()));
    }
}

/// Reads a frame as JSON.
pub(super) fn json(data: &str) -> Result<Value, Fault> {
    serde_json::from_str(data).map_err(|_| Fault::nonsense())
}
