//! The stateless routes: each is its own wire format over the same engine. The client's leaving is the cancel.

use super::{delivery::Delivery, error::ApiError, extract::JsonWithImages, state::AppState, stream};
use crate::{
    attachment::check_images,
    byte_budget::ByteShare,
    client::Client,
    encode::{Encoder, content::Content, text::Text, token::Token},
    generation::{Generation, Keep, Names, NewGeneration, Question},
    visitor::{Owner, VisitorId},
};
use axum::{extract::State, response::Response};
use protocol::{
    error::ErrorCode,
    request::{Asks, Prompt, PromptRequest, Turn},
};
use std::sync::Arc;

/// `POST /api/chat`.
pub(super) async fn chat(
    State(state): State<AppState>,
    client: Client,
    delivery: Delivery,
    JsonWithImages(request, body): JsonWithImages<PromptRequest>,
) -> Result<Response, ApiError> {
    answer(&state, client, delivery, (request, body), Asks::Messages, Content).await
}

/// `POST /api/streaming-chat`.
pub(super) async fn streaming_chat(
    State(state): State<AppState>,
    client: Client,
    delivery: Delivery,
    JsonWithImages(request, body): JsonWithImages<PromptRequest>,
) -> Result<Response, ApiError> {
    answer(&state, client, delivery, (request, body), Asks::Either, Text).await
}

/// `POST /api/chat/stream`.
pub(super) async fn chat_stream(
    State(state): State<AppState>,
    client: Client,
    delivery: Delivery,
    JsonWithImages(request, body): JsonWithImages<PromptRequest>,
) -> Result<Response, ApiError> {
    answer(&state, client, delivery, (request, body), Asks::Either, Token::default()).await
}

async fn answer(
    state: &AppState,
    client: Client,
    delivery: Delivery,
    (request, body): (PromptRequest, ByteShare),
    asks: Asks,
    encoder: impl Encoder,
) -> Result<Response, ApiError> {
    let generation = start(state, client, request.resolve(asks, state.input)?, body).await?;
    stream::follow_or_stop(generation.reader(), encoder, delivery).await
}

/// Starts a generation that nobody can come back to. `body` is what the request takes of the memory for bodies, until its images
/// count as files that wait.
pub(super) async fn start(
    state: &AppState,
    client: Client,
    prompt: Prompt,
    body: ByteShare,
) -> Result<Arc<Generation>, ApiError> {
    let prompt = checked(state, prompt).await?;
    if let Some(at) = prompt.turns.iter().rposition(|turn| turn.images().next().is_some()) {
        let field = format!("messages[{at}].content");
        state.engine.providers().check_sight(prompt.model.as_deref(), &field)?;
    }
    let images = prompt.turns.iter().flat_map(Turn::images);
    let new = NewGeneration {
        file_bytes: images.map(|(_, data)| data.len() as u64).sum(),
        owner: Owner::Visitor(VisitorId::random()),
        client,
        model: prompt.model,
        names: Names::default(),
        keep: Keep::Nothing,
    };
    let prepared = state.engine.prepare(new)?;
    let question = Question {
        system_prompt: prompt.system_prompt.or_else(|| state.system_prompt.as_deref().map(str::to_owned)),
        turns: prompt.turns,
        parameters: prompt.parameters,
        kept: None,
    };
    drop(body);
    Ok(state.engine.launch(prepared, question, None))
}

/// The prompt, whose images are what they say.
async fn checked(state: &AppState, mut prompt: Prompt) -> Result<Prompt, ApiError> {
    if prompt.turns.iter().flat_map(Turn::images).next().is_none() {
        return Ok(prompt);
    }
    let limits = state.input.attachments;
    // They may have megabytes, which all tokens on this thread would wait for.
    let checking = state.background.spawn_blocking(move || check_images(&mut prompt.turns, limits).map(|()| prompt));
    let checked =
        checking.await.map_err(|_| ApiError::new(ErrorCode::Internal, "The server failed on this request."))?;
    Ok(checked?)
}
