//! The provider clients: from a prompt to a stream of [`Delta`]s, by each provider's own documented protocol.
//!
//! What lives here: the [`Provider`] trait and its types in this file, one file for each protocol, a table of
//! OpenAI-compatible servers, the HTTP client that drives them, and the registry that finds the provider of a model.
//!
//! Who calls it: the generation engine asks for deltas, `http` asks the registry for the list of models.
//!
//! What it must not know: conversations, visitors, stores, wire formats of our own routes.

mod anthropic;
mod breaker;
#[doc(hidden)]
pub mod bytes;
mod client;
mod compatible;
mod continuation;
mod delta;
mod demo;
mod dialect;
mod discovery;
mod error;
mod fault;
mod gemini;
mod ollama;
mod openai_chat;
mod openai_responses;
mod reading;
mod registry;
mod retry_after;
mod scrub;
mod secret;
mod settings;
mod setup;
mod sight;

pub use breaker::{Breaker, BreakerChange, BreakerLimits, Permit};
pub use client::SetupError;
pub use continuation::continuation;
pub use delta::{Delta, DeltaStream, ProviderPrompt};
pub use demo::{DEMO_MODEL, Demo};
pub use error::ProviderError;
pub use registry::{Providers, ResolvedModel, UnknownModel};
pub use secret::Secret;
pub use settings::{LocalServers, OpenAiApi, ProviderSettings};

use async_trait::async_trait;
use protocol::model::ModelInfo;

/// A source of answers. Implemented by the HTTP client for every remote protocol, and by the demo model.
#[async_trait]
pub trait Provider: Send + Sync + 'static {
    /// The provider's part of the model names, such as `openai`.
    fn id(&self) -> &str;

    /// How to show it to people, such as `OpenAI`.
    fn label(&self) -> &str;

    /// The models that it offers, from its own list where it has one. May take as long as the network does: callers bound it.
    async fn models(&self) -> Result<Vec<ModelInfo>, ProviderError>;

    /// Asks for an answer. Resolves when the provider has accepted (its response head has come) or refused.
    ///
    /// Dropping the future or the stream closes the provider's socket at once: that is how a cancel reaches it.
    async fn generate(&self, prompt: &ProviderPrompt) -> Result<DeltaStream, ProviderError>;
}
