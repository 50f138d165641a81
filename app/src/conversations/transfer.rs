//! Conversations that leave this server, and those that come to it.

use crate::browser::http::{self, FetchError};
use protocol::{conversation::ShareLink, id::ConversationId, transfer::ImportReport};

/// Where everything that belongs to the visitor can be had, as one archive.
pub const EXPORT_ALL: &str = "/api/export";

/// A form in which a conversation can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The branch that is shown, to be read.
    Markdown,
    /// All of it, to be imported again.
    Json,
}

/// Where one conversation can be had.
pub fn export_address(id: ConversationId, format: Format) -> String {
    let format = match format {
        Format::Markdown => "markdown",
        Format::Json => "json",
    };
    format!("/api/conversations/{id}/export?format={format}")
}

/// Makes a conversation readable for everybody who knows the address that this gives.
pub async fn share(id: ConversationId) -> Result<ShareLink, FetchError> {
    http::post_for(&share_address(id)).await
}

/// Ends that; the address leads nowhere from now on.
pub async fn unshare(id: ConversationId) -> Result<(), FetchError> {
    http::delete(&share_address(id)).await
}

fn share_address(id: ConversationId) -> String {
    format!("/api/conversations/{id}/share")
}

/// Takes in a file of conversations.
pub(crate) async fn import(file: &crate::browser::file::ChosenFile) -> Result<ImportReport, FetchError> {
    http::post_file("/api/import", file).await
}
