//! Prompt presets: texts that a person uses again, with gaps to be filled in.

use crate::{id::PresetId, request::InvalidField};
use serde::{Deserialize, Serialize};

/// The most characters in a name.
pub const LONGEST_NAME: usize = 80;

/// The most bytes in a text.
pub const LONGEST_CONTENT: usize = 32 * 1024;

/// A preset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preset {
    /// Its id.
    pub id: PresetId,
    /// What it is called by.
    pub name: String,
    /// The text. `{{name}}` stands for what is asked for when it is used.
    pub content: String,
}

/// `GET /api/presets`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresetList {
    /// All presets of the visitor, by name.
    pub presets: Vec<Preset>,
}

/// The body of `POST /api/presets` and `PUT /api/presets/{id}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PresetText {
    /// See [`Preset::name`].
    pub name: String,
    /// See [`Preset::content`].
    pub content: String,
}

impl PresetText {
    /// Checks it. The name loses the space around it.
    pub fn resolve(self) -> Result<Self, InvalidField> {
        let name = self.name.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            return Err(InvalidField::new("name", format!("must have 1 to {LONGEST_NAME} characters")));
        }
        if self.content.trim().is_empty() || self.content.len() > LONGEST_CONTENT {
            return Err(InvalidField::new("content", format!("must be a text of at most {LONGEST_CONTENT} bytes")));
        }
        Ok(Self { name, ..self })
    }

    /// The preset that it makes.
    pub fn preset(self, id: PresetId) -> Preset {
        Preset { id, name: self.name, content: self.content }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_checked() {
        let text = |name: &str, content: &str| PresetText { name: name.into(), content: content.into() }.resolve();
        assert_eq!(text(" a\n b ", "c").unwrap().name, "a b");
        assert!(text(" ", "c").unwrap_err().to_string().starts_with("`name` must have 1 to"));
        assert!(text(&"x".repeat(LONGEST_NAME + 1), "c").is_err());
        assert!(text("a", " \n").unwrap_err().to_string().starts_with("`content` must be"));
        assert!(text("a", &"x".repeat(LONGEST_CONTENT + 1)).is_err());
    }
}
