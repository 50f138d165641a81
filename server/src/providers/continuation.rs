//! How a model is asked to take on an answer that broke off.
//!
//! Some protocols take an assistant's turn at the end as the beginning of the answer, others refuse it (Anthropic's newest
//! models) or answer it anew (OpenAI). An instruction after it is understood by all.

use protocol::{message::Role, request::Turn};

/// What is said after the text that has come.
pub(super) const GO_ON: &str = "Your last answer was cut off. Go on exactly where it ends, in the middle of the word or the \
    code block if need be. Repeat nothing of it and add no remark about it.";

/// The turns that ask for the rest of an answer of which `content` has come.
pub fn continuation(content: String) -> [Turn; 2] {
    [Turn::new(Role::Assistant, content), Turn::new(Role::User, GO_ON)]
}
