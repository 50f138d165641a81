//! `POST /api/highlight`: what each part of a piece of code is.

use serde::{Deserialize, Serialize};

/// What a part of code can be: the names by which the style sheet colours it, in the order in which spans count them.
pub const KINDS: [&str; 12] = [
    "comment",
    "string",
    "number",
    "constant",
    "keyword",
    "function",
    "type",
    "tag",
    "attribute",
    "inserted",
    "deleted",
    "heading",
];

/// The most bytes of code in one request.
pub const LONGEST: usize = 64 * 1024;

/// Whole lines of code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HighlightRequest {
    /// The language, as the fence names it.
    pub language: String,
    /// The state after the lines before these, as it was told with them; none for the first lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The lines.
    pub code: String,
}

/// What the parts of the code are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Highlighted {
    /// The state after these lines, for the lines that follow; none where the language is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Three numbers for each part: how far it is from the end of the one before, how long it is, both in UTF-16 units,
    /// and which of [`KINDS`] it is.
    pub spans: Vec<u32>,
}
