//! Who is asking: visitors are told apart by a random cookie until there are accounts.

use std::fmt;
use uuid::Uuid;

/// One browser, by the random number in its cookie. Whoever has the number is the visitor: it is never logged.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct VisitorId(Uuid);

impl VisitorId {
    /// A new visitor.
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }

    /// Reads the cookie's value.
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }

    /// The cookie's value.
    pub fn secret(self) -> String {
        self.0.simple().to_string()
    }
}

impl fmt::Debug for VisitorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VisitorId(…)")
    }
}

/// To whom a conversation or a generation belongs. To everybody else it does not exist.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Owner {
    /// A browser.
    Visitor(VisitorId),
    /// A user of the session API, by the name in the route.
    User(String),
}
