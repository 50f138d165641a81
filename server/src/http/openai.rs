//! `/v1`: OpenAI's API, so that any OpenAI client works.

use super::{
    delivery::Delivery,
    error::ApiError,
    extract::{JsonWithImages, Name},
    state::AppState,
    stateless, stream,
};
use crate::{
    client::Client,
    encode::openai::{Chunks, completion},
};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use protocol::{
    error::ErrorCode,
    model::ModelInfo,
    request::{InputLimits, InvalidField, Parameters, Prompt, Turn, named, validate_turns},
};
use serde::Deserialize;
use serde_json::{Value, json};

/// The body of a chat completion request. What is not listed here (`user`, `seed`, `logprobs`, …) changes nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ChatCompletionRequest {
    model: Option<String>,
    messages: Option<Vec<Turn>>,
    stream: Option<bool>,
    stream_options: Option<StreamOptions>,
    temperature: Option<f64>,
    top_p: Option<f64>,
    max_tokens: Option<u32>,
    max_completion_tokens: Option<u32>,
    n: Option<u32>,
    stop: Option<Value>,
    tools: Option<Vec<Value>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct StreamOptions {
    include_usage: Option<bool>,
    /// Whether chunks are padded, where this server pads.
    include_obfuscation: Option<bool>,
}

impl ChatCompletionRequest {
    pub(super) fn resolve(self, limits: InputLimits) -> Result<Prompt, InvalidField> {
        let example = "must be given: an array like [{\"role\":\"user\",\"content\":\"Hello\"}]";
        let turns = self.messages.ok_or_else(|| InvalidField::new("messages", example))?;
        validate_turns(&turns, limits, "messages")?;
        if self.n.is_some_and(|n| n != 1) {
            return Err(InvalidField::new("n", "must be 1: one answer at a time is supported"));
        }
        if self.tools.is_some_and(|tools| !tools.is_empty()) {
            return Err(InvalidField::new("tools", "must be left out: tools are not supported"));
        }
        if self.stop.is_some_and(|stop| !stop.is_null() && stop != json!([])) {
            return Err(InvalidField::new("stop", "must be left out: stop sequences are not supported"));
        }
        let max_tokens = self.max_completion_tokens.or(self.max_tokens);
        let parameters = Parameters { temperature: self.temperature, top_p: self.top_p, max_tokens };
        parameters.validate()?;
        Ok(Prompt { model: named(self.model), system_prompt: None, turns, parameters })
    }
}

/// `POST /v1/chat/completions`.
pub(super) async fn chat_completions(
    State(state): State<AppState>,
    client: Client,
    delivery: Delivery,
    JsonWithImages(request, body): JsonWithImages<ChatCompletionRequest>,
) -> Result<Response, ApiError> {
    let streams = request.stream.unwrap_or_default();
    let options = request.stream_options.clone().unwrap_or_default();
    let generation = stateless::start(&state, client, request.resolve(state.input)?, body).await?;
    if streams {
        let encoder = Chunks::new(generation.created_at / 1000, options.include_usage.unwrap_or_default());
        let delivery = Delivery { padded: delivery.padded && options.include_obfuscation != Some(false), ..delivery };
        return stream::follow_or_stop(generation.reader(), encoder, delivery).await;
    }
    let _stop = generation.stop_on_drop();
    generation.ended().await;
    let message = generation.transcript().message;
    match message.error {
        Some(error) => Err(ApiError::of_answer(error, generation.retry_after())),
        None => Ok(axum::Json(completion(generation.id(), &message)).into_response()),
    }
}

/// `GET /v1/models`.
pub(super) async fn list_models(State(state): State<AppState>) -> axum::Json<Value> {
    let models = state.engine.providers().list().await.models;
    let data: Vec<_> = models.iter().map(model).collect();
    axum::Json(json!({"object": "list", "data": data}))
}

/// `GET /v1/models/{model}`.
pub(super) async fn get_model(State(state): State<AppState>, Name(id): Name) -> Result<axum::Json<Value>, ApiError> {
    let models = state.engine.providers().list().await.models;
    let found = models.iter().find(|model| model.id == id);
    let found = found.ok_or_else(|| ApiError::new(ErrorCode::ModelNotFound, format!("There is no model {id:?}.")))?;
    Ok(axum::Json(model(found)))
}

fn model(model: &ModelInfo) -> Value {
    json!({"id": model.id, "object": "model", "created": 0, "owned_by": model.provider})
}
