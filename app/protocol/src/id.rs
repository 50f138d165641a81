//! Ids that cannot be guessed: UUIDs, one type for each thing that they name.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// An id that is not a UUID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} id must be a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057")]
pub struct InvalidId {
    kind: &'static str,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Uuid::try_parse(text).map(Self).map_err(|_| InvalidId { kind: $kind })
            }
        }
    };
}

id!(
    /// Names a conversation. An API session (`session_id`) is a conversation too.
    ConversationId,
    "conversation"
);
id!(
    /// Names one message of a conversation.
    MessageId,
    "message"
);
id!(
    /// Names one generation: one run of a model that makes one answer.
    GenerationId,
    "generation"
);
id!(
    /// Names a prompt preset.
    PresetId,
    "preset"
);
id!(
    /// Names a file that goes with a question.
    AttachmentId,
    "attachment"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_what_it_writes_and_names_what_is_wrong() {
        let id: MessageId = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
        assert_eq!(id.to_string().parse::<MessageId>().unwrap(), id);
        let error = "12".parse::<ConversationId>().unwrap_err();
        assert!(error.to_string().starts_with("conversation id must be a UUID"));
    }
}
