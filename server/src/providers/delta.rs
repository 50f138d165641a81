//! The one type between a provider's bytes and our events.

use super::ProviderError;
use futures::stream::BoxStream;
use protocol::{
    event::{FinishReason, Usage},
    request::{Parameters, Turn},
};

/// What to ask of one model.
#[derive(Debug, Clone, PartialEq)]
pub struct ProviderPrompt {
    /// The model as its provider names it, without our `provider/`.
    pub model: String,
    /// Instructions that stand before the conversation.
    pub system_prompt: Option<String>,
    /// The conversation, the question last. May hold further system messages where the client sent some.
    pub turns: Vec<Turn>,
    /// Sampling parameters.
    pub parameters: Parameters,
}

impl ProviderPrompt {
    /// The prompt for a model that sees no images.
    pub fn without_images(self) -> Self {
        Self { turns: self.turns.into_iter().map(Turn::without_images).collect(), ..self }
    }
}

/// One thing that a provider said in a stream.
#[derive(Debug, Clone, PartialEq)]
pub enum Delta {
    /// A piece of the answer; never empty.
    Text(String),
    /// A piece of the reasoning; never empty.
    Reasoning(String),
    /// What it cost so far. Later ones replace earlier ones.
    Usage(Usage),
    /// Why the model ended. Text may still follow (Gemini does that); a later reason replaces an earlier one.
    Finish(FinishReason),
}

/// What a provider says, batch by batch as its bytes arrive; a batch holds all that one read gave, and is never empty.
///
/// A stream that ends with `None` is whole: the protocol's own end was seen. Everything else ends with one `Err`, a cut
/// stream among it ([`protocol::error::ErrorCode::UpstreamTruncated`]).
pub type DeltaStream = BoxStream<'static, Result<Vec<Delta>, ProviderError>>;
