//! `POST /api/math`: formulas as MathML.

use serde::{Deserialize, Serialize};

/// A formula.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Formula {
    /// The TeX.
    pub tex: String,
    /// Whether it stands on a line of its own.
    #[serde(default)]
    pub display: bool,
}

/// The formula as a browser shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MathMl {
    /// The MathML; none where the TeX is not understood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mathml: Option<String>,
}
