//! Files of conversations: one or all of them out, and files of other programs in.

mod upload;

use super::{
    disposition::attachment,
    error::{ApiError, FromInternal},
    extract::{Id, Query},
    state::{AppState, Imports},
};
use crate::{
    client::Client,
    transfer::{
        export::{Export, ExportError, Source},
        formats::rivulet,
        import::{self, ImportError},
        markdown,
    },
    visitor::Owner,
};
use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures::stream;
use protocol::{error::ErrorCode, id::ConversationId, request::InvalidField, transfer::ImportReport};
use std::{io, sync::Arc};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
pub(super) use upload::{Limit, received, throw_away};

impl FromInternal for ImportError {}

/// `GET /api/conversations/{id}/export`: one conversation, as `?format=` says.
pub(super) async fn export_one(
    State(state): State<AppState>,
    Extension(owner): Extension<Owner>,
    Id(id): Id<ConversationId>,
    Query(query): Query,
) -> Result<Response, ApiError> {
    let as_markdown = match query.get("format").map_or("json", String::as_str) {
        "json" => false,
        "markdown" => true,
        _ => return Err(InvalidField::new("format", "must be json or markdown").into()),
    };
    let conversation = state.conversations.whole(&owner, id).await?;
    let (file, kind, content_type) = match as_markdown {
        true => (markdown::write(&conversation).into_bytes(), "md", "text/markdown; charset=utf-8"),
        false => (rivulet::write(&conversation, None), "json", "application/json"),
    };
    Ok(saved(Body::from(file), &conversation.summary.title, kind, content_type))
}

/// `GET /api/export`: everything of the visitor in one archive, which is made while it is read.
pub(super) async fn export_all(
    State(state): State<AppState>,
    Extension(owner): Extension<Owner>,
) -> Result<Response, ApiError> {
    let failed = |error: io::Error| {
        tracing::error!(%error, "an archive could not be begun");
        ApiError::new(ErrorCode::Internal, "The server failed on this archive.")
    };
    let source = Source { conversations: state.conversations.export(&owner), owner };
    let export = Export::new(Arc::clone(state.conversations.store()), source).map_err(failed)?;
    let (to_client, pieces) = mpsc::channel(2);
    // Packing takes the processor: not on the thread of a connection.
    state.background.spawn(send_archive(export, to_client));
    let pieces = stream::unfold(pieces, |mut pieces| async move { pieces.recv().await.map(|piece| (piece, pieces)) });
    let today = humantime::format_rfc3339_seconds(std::time::SystemTime::now()).to_string();
    let name = format!("Rivulet {}", today.split('T').next().unwrap_or_default());
    Ok(saved(Body::from_stream(pieces), &name, "zip", "application/zip"))
}

/// Ends when the client has left, and breaks the connection when the store fails: the archive is then visibly not whole.
async fn send_archive(mut export: Export, to_client: mpsc::Sender<Result<Bytes, ExportError>>) {
    loop {
        let piece = match export.next().await {
            Ok(Some(piece)) => Ok(piece),
            Ok(None) => return,
            Err(error) => {
                tracing::error!(%error, "an archive broke off");
                Err(error)
            }
        };
        let ends = piece.is_err();
        if to_client.send(piece).await.is_err() || ends {
            return;
        }
    }
}

/// A file that the browser saves.
fn saved(body: Body, name: &str, kind: &str, content_type: &'static str) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CONTENT_DISPOSITION, attachment(name, kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}

/// A place for a file that arrives.
fn place(imports: &Imports, client: Client) -> Result<impl Sized + use<>, ApiError> {
    let of_client = imports.clients.as_ref().map(|clients| clients.take(client));
    if let Some(None) = of_client {
        let message = "Another file of yours is being imported. Wait for its end.";
        return Err(ApiError::new(ErrorCode::RateLimited, message));
    }
    let message = "Other files are being imported at this moment. Try again in a moment.";
    let of_all = imports.arriving.clone().try_acquire_owned();
    Ok((of_client, of_all.map_err(|_| ApiError::new(ErrorCode::Overloaded, message))?))
}

fn limit(bytes: u64) -> Limit {
    let refusal = format!(
        "The file is larger than {bytes} bytes. Import it where the server runs, with `rivulet import`, or set RIVULET_MAX_IMPORT_BYTES."
    );
    Limit { bytes, refusal }
}

/// `POST /api/import`: the body is the file; what it is is seen by looking at it.
pub(super) async fn import(
    State(state): State<AppState>,
    Extension(owner): Extension<Owner>,
    client: Client,
    request: Request,
) -> Result<axum::Json<ImportReport>, ApiError> {
    let _place = match place(&state.imports, client) {
        Ok(place) => place,
        Err(refused) => {
            throw_away(request.into_body()).await;
            return Err(refused);
        }
    };
    let file = received(&state, request, &limit(state.imports.limits.bytes)).await?;
    let working = state.imports.working.clone().acquire_owned().await.map_err(|_| ImportError::Failed)?;
    let (limits, background, conversations) =
        (state.imports.limits, state.background.clone(), state.conversations.clone());
    // A client that leaves drops this: nobody must be able to leave work behind that takes minutes.
    let leave = CancellationToken::new();
    let _leaving = leave.clone().drop_guard();
    let importing = state.background.spawn(async move {
        let _working = working;
        let left = leave.clone();
        let checking = background.spawn_blocking(move || import::check(file, limits, &left, |_| {}));
        let checked = checking.await.map_err(|_| ImportError::Failed)??;
        conversations.import(owner, checked, &leave).await
    });
    let report = importing.await.map_err(|_| ImportError::Failed)??;
    tracing::info!(
        imported = report.imported,
        messages = report.messages,
        skipped = report.skipped_count,
        "a file was imported"
    );
    Ok(axum::Json(report))
}
