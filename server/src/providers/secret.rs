//! Provider keys, which show themselves to nobody but the request that carries them.

use reqwest::header::HeaderValue;
use std::fmt;

/// A provider's key. Its `Debug` says nothing, and nothing displays it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Box<str>);

impl Secret {
    /// Takes a key, without the white space around it; none if nothing is left.
    pub fn new(key: impl AsRef<str>) -> Option<Self> {
        let key = key.as_ref().trim();
        (!key.is_empty()).then(|| Self(key.into()))
    }

    /// The key as a header that HTTP libraries keep out of their logs; none if it holds what no header can.
    pub(super) fn header(&self, prefix: &str) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(&format!("{prefix}{}", self.0)).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// The text with every mention of the key taken out.
    pub(super) fn redact(&self, text: &str) -> String {
        text.replace(&*self.0, "[…]")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}
