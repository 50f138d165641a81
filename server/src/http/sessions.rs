//! The session routes: one question at a time, the server remembers the rest.

use super::{
    delivery::Delivery,
    error::ApiError,
    extract::{Json, Name},
    state::AppState,
    stream,
};
use crate::{client::Client, conversation::Send, encode::typed::Typed, generation::Generation, visitor::Owner};
use axum::{extract::State, response::Response};
use protocol::{
    conversation::{ConversationSettings, SettingsChange},
    error::ErrorCode,
    id::ConversationId,
    request::{Ask, Asks, InvalidField, PromptRequest, SessionAnswer},
};
use std::sync::Arc;

const LONGEST_USER_ID: usize = 128;

/// `POST /api/conversation-stream/{user_id}`: typed events.
pub(super) async fn stream(
    State(state): State<AppState>,
    client: Client,
    delivery: Delivery,
    Name(user_id): Name,
    Json(request): Json<PromptRequest>,
) -> Result<Response, ApiError> {
    let (_, generation) = start(&state, client, user_id, request).await?;
    Ok(stream::follow_at_once_or_stop(generation.reader(), Typed, delivery))
}

/// `POST /api/conversation/{user_id}`: the same as one JSON answer.
pub(super) async fn answer(
    State(state): State<AppState>,
    client: Client,
    Name(user_id): Name,
    Json(request): Json<PromptRequest>,
) -> Result<axum::Json<SessionAnswer>, ApiError> {
    let (session_id, generation) = start(&state, client, user_id, request).await?;
    let _stop = generation.stop_on_drop();
    generation.ended().await;
    let transcript = generation.transcript();
    match transcript.message.error {
        Some(error) => Err(ApiError::of_answer(error, generation.retry_after())),
        None => Ok(axum::Json(SessionAnswer {
            message: transcript.message.content,
            suggestions: transcript.suggestions,
            session_id,
        })),
    }
}

async fn start(
    state: &AppState,
    client: Client,
    user_id: String,
    mut request: PromptRequest,
) -> Result<(ConversationId, Arc<Generation>), ApiError> {
    if user_id.trim().is_empty() || user_id.len() > LONGEST_USER_ID {
        let problem = format!("must have 1 to {LONGEST_USER_ID} bytes");
        return Err(InvalidField::new("user_id", problem).into());
    }
    let owner = Owner::User(user_id);
    let session = request.session_id.take().filter(|id| !id.is_empty());
    let mut prompt = request.resolve(Asks::Message, state.input)?;
    let question = prompt.turns.pop().map(|turn| turn.content).unwrap_or_default();
    let settings = ConversationSettings {
        model: prompt.model,
        system_prompt: prompt.system_prompt,
        parameters: prompt.parameters,
    };
    let (conversation, known_settings) = match session {
        Some(id) => (id.parse::<ConversationId>().map_err(|_| no_session())?, None),
        None => {
            if let Some(model) = &settings.model {
                state.engine.check_model(model)?;
            }
            // Nor does one that is refused leave a session behind.
            state.engine.check_client(client)?;
            let created = state.conversations.create(&owner, settings.clone()).await?;
            (created.summary.id, Some(created.settings))
        }
    };
    let ask = Ask::Question(question);
    let settings = SettingsChange::given(settings);
    let (attachments, idempotency_key, is_session) = (None, None, true);
    let send = Send { client, conversation, ask, attachments, settings, idempotency_key, known_settings, is_session };
    match state.conversations.send(&owner, send).await {
        Ok(generation) => Ok((conversation, generation)),
        Err(error) => {
            let error = ApiError::from(error);
            Err(if error.error.code == ErrorCode::NotFound { no_session() } else { error })
        }
    }
}

fn no_session() -> ApiError {
    let message = "There is no such session: `session_id` must be one that an earlier answer gave, or be left out to begin a new one.";
    ApiError::new(ErrorCode::NotFound, message)
}
