//! What the server knows when it renders a page, handed on to the browser so that both render the same.

use crate::{browser::document, json};
use leptos::prelude::use_context;
use protocol::{
    conversation::{Conversation, ConversationList},
    model::ModelList,
};
use serde::{Deserialize, Serialize};

/// The name of the cookie that holds a [`Theme`].
pub(crate) const THEME_COOKIE: &str = "rivulet_theme";

/// The name of the cookie that holds a [`Density`].
pub(crate) const DENSITY_COOKIE: &str = "rivulet_density";

/// The name of the cookie that holds a [`TextSize`].
pub(crate) const TEXT_SIZE_COOKIE: &str = "rivulet_text_size";

/// The name of the cookie that says how far local time is ahead of UTC, in minutes.
pub(crate) const ZONE_COOKIE: &str = "rivulet_zone";

/// The name of the cookie that holds the [`Language`](crate::Language) that a person has chosen; empty where the browser is to be asked.
pub(crate) const LANGUAGE_COOKIE: &str = "rivulet_language";

/// The name of the cookie that says whether the sidebar is shown on a wide screen.
pub(crate) const SIDEBAR_COOKIE: &str = "rivulet_sidebar";

/// What is in it if not.
pub(crate) const SIDEBAR_CLOSED: &str = "closed";

/// The id of the element that hands it on.
pub(crate) const ELEMENT: &str = "page-data";

/// What the server provides as a context before it renders [`shell`](crate::shell()).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PageData {
    /// The conversation at this address; none at `/`.
    pub conversation: Option<Conversation>,
    /// The first page of the visitor's conversations.
    pub conversations: ConversationList,
    /// The models that are known already; the page asks for the rest.
    pub models: ModelList,
    /// Whether there is nothing at this address.
    pub not_found: bool,
    /// The theme that the cookie `rivulet_theme` asks for.
    pub theme: Option<Theme>,
    /// Whether the cookie `rivulet_language` names a language; otherwise the page follows the browser.
    pub language_is_chosen: bool,
    /// How close things stand, as the cookie `rivulet_density` asks for.
    pub density: Option<Density>,
    /// The size of the text that the cookie `rivulet_text_size` asks for.
    pub text_size: Option<TextSize>,
    /// Whether the cookie `rivulet_sidebar` is `closed`.
    pub sidebar_closed: bool,
    /// When the page is rendered, in milliseconds since 1970 UTC.
    pub now: u64,
    /// How far the visitor's time is ahead of UTC, in minutes, as the cookie `rivulet_zone` says; otherwise 0.
    pub zone_offset: i32,
}

impl PageData {
    /// On the server, what was provided; in the browser, what the server rendered with.
    pub(crate) fn shared() -> Self {
        let of_document = || json::read(&document::text_of(ELEMENT)?);
        use_context().or_else(of_document).unwrap_or_default()
    }

    /// This, as it stands in the document for the browser: in an element that nothing in it can end.
    pub(crate) fn written(&self) -> String {
        serde_json::to_string(self).unwrap_or_default().replace('<', "\\u003c")
    }
}

/// A choice that stands on the root element and in a cookie. Where nobody has chosen, neither is there.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$value_doc:meta])* $value:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "lowercase")]
        pub enum $name {
            $($(#[$value_doc])* $value,)+
        }

        impl $name {
            /// The value as it stands in the cookie and on the root element.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$value => $text,)+
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = ();
            fn from_str(text: &str) -> Result<Self, ()> {
                match text {
                    $($text => Ok(Self::$value),)+
                    _ => Err(()),
                }
            }
        }
    };
}

choice! {
    /// Light or dark, where a person has chosen; otherwise the page follows the system.
    ///
    /// ```
    /// use app::Theme;
    /// assert_eq!("dark".parse(), Ok(Theme::Dark));
    /// assert!("blue".parse::<Theme>().is_err());
    /// ```
    Theme {
        /// Dark text on light.
        Light = "light",
        /// Light text on dark.
        Dark = "dark",
    }
}

choice! {
    /// How close things stand, where a person wants them closer.
    Density {
        /// More on a screen.
        Compact = "compact",
    }
}

choice! {
    /// The size of the text, where a person wants another.
    TextSize {
        /// Seven eighths.
        Small = "small",
        /// Nine eighths.
        Large = "large",
        /// Eleven eighths.
        Largest = "largest",
    }
}
