//! Files that go with questions: they come before their question, one by one, and are read wherever it is shown.

use super::{
    disposition,
    error::{ApiError, FromInternal},
    extract::{Id, Ids, Query},
    policy,
    state::AppState,
    transfer::{Limit, received, throw_away},
};
use crate::{
    attachment::{Unusable, inspect},
    conversation::ConversationError,
    store::AttachedFile,
    visitor::Owner,
};
use axum::{
    Extension,
    body::Body,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use protocol::{
    attachment::{Attachment, in_words},
    error::{ErrorCode, PublicError},
    id::{AttachmentId, InvalidId},
};
use std::{
    fs::File,
    io::{self, Read, Seek},
    str::FromStr,
};

impl From<Unusable> for PublicError {
    fn from(why: Unusable) -> Self {
        let code = match why {
            Unusable::TooLarge { .. } => ErrorCode::TooLarge,
            _ => ErrorCode::InvalidRequest,
        };
        PublicError::new(code, format!("The file {why}."))
    }
}

impl FromInternal for Unusable {}

/// `POST /api/attachments?name=`: the body is the file.
pub(super) async fn add(
    State(state): State<AppState>,
    Extension(owner): Extension<Owner>,
    Query(query): Query,
    request: Request,
) -> Result<(StatusCode, axum::Json<Attachment>), ApiError> {
    let Ok(_place) = state.uploads.clone().try_acquire_owned() else {
        throw_away(request.into_body()).await;
        let message = "Too many other files are arriving at this moment. Try again in a moment.";
        return Err(ApiError::new(ErrorCode::Overloaded, message));
    };
    let limits = state.input.attachments;
    let refusal = format!("The file is larger than {}, the most for one file.", in_words(limits.file_bytes));
    let file = received(&state, request, &Limit { bytes: limits.file_bytes, refusal }).await?;
    let name = query.get("name").cloned().unwrap_or_default();
    // Only what has come whole is held in memory.
    let looking =
        state.background.spawn_blocking(move || Ok::<_, ApiError>(inspect(&name, read(file)?.into(), limits)?));
    let failed = |_| ApiError::new(ErrorCode::Internal, "The server failed on this file.");
    let file = looking.await.map_err(failed)??;
    let attachment = file.attachment.clone();
    state.conversations.store().add_attachment(&owner, file, true).await.map_err(ConversationError::from)?;
    Ok((StatusCode::CREATED, axum::Json(attachment)))
}

fn read(mut file: File) -> Result<Vec<u8>, ApiError> {
    let mut read = || -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        file.rewind()?;
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().map_err(|error| {
        tracing::error!(%error, "a file that had come could not be read");
        ApiError::new(ErrorCode::Internal, "The server failed on this file.")
    })
}

/// `GET /api/attachments/{id}`: a file of the visitor.
pub(super) async fn get(
    State(state): State<AppState>,
    Extension(owner): Extension<Owner>,
    Id(id): Id<AttachmentId>,
) -> Result<Response, ApiError> {
    let file = state.conversations.store().attached_file(&owner, id).await.map_err(ConversationError::from)?;
    // What has this id never changes.
    Ok(response(file, "private, max-age=31536000, immutable"))
}

/// What stands in the address of a shared conversation. Any text may be one.
pub(super) struct Token(String);

impl FromStr for Token {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        Ok(Self(text.to_owned()))
    }
}

/// `GET /s/{token}/attachments/{id}`: a file of a shared conversation.
pub(super) async fn shared(
    State(state): State<AppState>,
    Ids(Token(token), id): Ids<Token, AttachmentId>,
) -> Result<Response, ApiError> {
    let file = state.conversations.store().shared_file(&token, id).await.map_err(ConversationError::from)?;
    // What is no longer shared is gone.
    let mut response = response(file, "no-store");
    response.headers_mut().insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow"));
    Ok(response)
}

/// `DELETE /api/attachments/{id}`: one that waits for its question.
pub(super) async fn remove(
    State(state): State<AppState>,
    Extension(owner): Extension<Owner>,
    Id(id): Id<AttachmentId>,
) -> Result<StatusCode, ApiError> {
    state.conversations.store().remove_attachment(&owner, id).await.map_err(ConversationError::from)?;
    Ok(StatusCode::NO_CONTENT)
}

/// A file as browsers get it: pictures are shown, and all else is text that is saved. Nothing in it is ever run, whatever it is.
fn response(file: AttachedFile, cache: &'static str) -> Response {
    let AttachedFile { attachment, content } = file;
    let is_image = attachment.is_image();
    let media_type = if is_image { attachment.media_type.as_str() } else { "text/plain; charset=utf-8" };
    let mut response = Body::from(content).into_response();
    let headers = response.headers_mut();
    if let Ok(media_type) = HeaderValue::from_str(media_type) {
        headers.insert(header::CONTENT_TYPE, media_type);
    }
    headers.insert(header::CONTENT_DISPOSITION, disposition::of_file(&attachment.name, is_image));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy::FILE));
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}
