//! What the server knows when it renders a page, handed on to the browser so that both render the same.

use leptos::{prelude::use_context, server::SharedValue};
use protocol::{
    conversation::{Conversation, ConversationSummary},
    model::ModelList,
};
use serde::{Deserialize, Serialize};

/// The name of the cookie that holds a [`Theme`].
pub(crate) const THEME_COOKIE: &str = "rivulet_theme";

/// What the server provides as a context before it renders [`shell`](crate::shell()).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PageData {
    /// The conversation at this address; none at `/`.
    pub conversation: Option<Conversation>,
    /// The visitor's conversations, the most recent first.
    pub conversations: Vec<ConversationSummary>,
    /// The models that are known already; the page asks for the rest.
    pub models: ModelList,
    /// Whether there is nothing at this address.
    pub not_found: bool,
    /// The theme that the cookie `rivulet_theme` asks for.
    pub theme: Option<Theme>,
}

impl PageData {
    /// On the server, what was provided; in the browser, what the server rendered with.
    pub(crate) fn shared() -> Self {
        SharedValue::new(|| use_context::<Self>().unwrap_or_default()).into_inner()
    }
}

/// Light or dark, where a person has chosen; otherwise the page follows the system.
///
/// ```
/// use app::Theme;
/// assert_eq!("dark".parse(), Ok(Theme::Dark));
/// assert!("blue".parse::<Theme>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// Dark text on light.
    Light,
    /// Light text on dark.
    Dark,
}

impl Theme {
    /// The theme as it stands in the cookie and on the root element.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

impl std::str::FromStr for Theme {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "light" => Ok(Self::Light),
            "dark" => Ok(Self::Dark),
            _ => Err(()),
        }
    }
}
