//! The frame that nearly all of an answer consists of: one choice with a piece of text and nothing else. It is read without
//! building a tree of values, which costs more than all else that is done for a token.

use serde::{Deserialize, de::IgnoredAny};
use std::borrow::Cow;

#[derive(Deserialize)]
struct Frame<'a> {
    #[serde(borrow)]
    choices: (Choice<'a>,),
    error: Option<IgnoredAny>,
    usage: Option<IgnoredAny>,
    x_groq: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(default)]
    index: u64,
    #[serde(borrow)]
    delta: Piece<'a>,
    finish_reason: Option<IgnoredAny>,
    usage: Option<IgnoredAny>,
    error: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Piece<'a> {
    #[serde(borrow)]
    content: Cow<'a, str>,
    reasoning_content: Option<IgnoredAny>,
    reasoning: Option<IgnoredAny>,
    refusal: Option<IgnoredAny>,
}

/// The text of such a frame; none if it says anything else, or more, that has a meaning: then it is read in full.
pub(super) fn text(data: &str) -> Option<Cow<'_, str>> {
    let Frame { choices: (choice,), error, usage, x_groq } = serde_json::from_str(data).ok()?;
    let Choice { index, delta, finish_reason, usage: own_usage, error: own_error } = choice;
    let more = [error, usage, x_groq, finish_reason, own_usage, own_error];
    let said = [delta.reasoning_content, delta.reasoning, delta.refusal];
    let only = index == 0 && more.iter().chain(&said).all(Option::is_none) && !delta.content.is_empty();
    only.then_some(delta.content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_read_whatever_stands_around_it() {
        let frame = r#"{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","usage":null,"obfuscation":"xyz",
            "choices":[{"index":0,"delta":{"role":"assistant","content":"a \"b\"\n\u00e4"},"logprobs":null,"finish_reason":null}]}"#;
        assert_eq!(text(frame).as_deref(), Some("a \"b\"\nä"));
        assert!(matches!(text(r#"{"choices":[{"delta":{"content":"plain"}}]}"#), Some(Cow::Borrowed("plain"))));
    }

    #[test]
    fn whatever_says_more_is_left_to_the_full_reading() {
        for frame in [
            r#"{"choices":[]}"#,
            r#"{"choices":[{"index":1,"delta":{"content":"x"}}]}"#,
            r#"{"choices":[{"delta":{"content":"x"}},{"delta":{"content":"y"}}]}"#,
            r#"{"choices":[{"delta":{"content":"x"},"finish_reason":"stop"}]}"#,
            r#"{"choices":[{"delta":{"content":"x","reasoning":"y"}}]}"#,
            r#"{"choices":[{"delta":{"content":"x","refusal":"y"}}]}"#,
            r#"{"choices":[{"delta":{"content":""}}]}"#,
            r#"{"choices":[{"delta":{"content":null}}]}"#,
            r#"{"choices":[{"delta":{"content":[{"type":"text","text":"x"}]}}]}"#,
            r#"{"choices":[{"delta":{"content":"x"}}],"usage":{"prompt_tokens":1}}"#,
            r#"{"choices":[{"delta":{"content":"x"}}],"error":{"message":"no"}}"#,
            r#"{"choices":[{"delta":{"content":"x"},"error":{"message":"no"}}]}"#,
            r#"{"choices":[{"delta":{"content":"x"}}]"#,
        ] {
            assert_eq!(text(frame), None, "{frame}");
        }
    }
}
