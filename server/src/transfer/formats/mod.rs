//! From the JSON of one conversation, whoever wrote it, to a conversation.
//!
//! What lives here: one file for each program whose exports are read ([`rivulet`], which also writes, `chatgpt`, `open_webui`);
//! `branches` puts messages in order; `lenient`, `scalar`, `failure` and `details` read what those programs are not strict about. All of it is pure.
//!
//! Who calls it: `import`, and `export` for writing.

mod branches;
mod chatgpt;
mod details;
mod failure;
mod lenient;
mod open_webui;
pub mod rivulet;
mod scalar;

#[doc(hidden)]
pub use branches::check;

use crate::{
    store::{WholeConversation, title},
    visitor::Owner,
};
use lenient::{in_words, mended};
use protocol::{conversation::LONGEST_TITLE, message::Role};
use scalar::Scalar;
use serde::{Deserialize, de::DeserializeOwned, de::IgnoredAny};
use serde_json::error::Category;

/// A conversation that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Incoming {
    /// Whose it was, where the file says so.
    pub owner: Option<Owner>,
    /// The conversation.
    pub conversation: WholeConversation,
    /// What of it could not be taken over.
    pub left_out: LeftOut,
}

/// Why there is no conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// It is no JSON: the file is damaged, and nothing in it can be trusted.
    Broken(String),
    /// It is JSON, but no conversation that can be taken over.
    Unusable {
        /// Its title, as far as it has one.
        title: String,
        /// Why, as the end of a sentence.
        reason: String,
    },
}

/// How much of a conversation could not be taken over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Pictures, which are no part of such files.
    pub pictures: usize,
    /// Other files that were attached.
    pub files: usize,
    /// Calls of tools, and what these said.
    pub tools: usize,
    /// Messages of a kind that is not known here.
    pub unknown: usize,
}

impl LeftOut {
    /// What is missing, in words; `None` if nothing is.
    pub fn in_words(self) -> Option<String> {
        let count = |number: usize, one: &str, many: &str| match number {
            0 => None,
            1 => Some(format!("1 {one}")),
            _ => Some(format!("{number} {many}")),
        };
        let parts: Vec<String> = [
            count(self.pictures, "picture", "pictures"),
            count(self.files, "attached file", "attached files"),
            count(self.tools, "message to or from a tool", "messages to or from tools"),
            count(self.unknown, "message of an unknown kind", "messages of unknown kinds"),
        ]
        .into_iter()
        .flatten()
        .collect();
        let (last, others) = parts.split_last()?;
        let all = if others.is_empty() { last.clone() } else { format!("{} and {last}", others.join(", ")) };
        let is_one = self.pictures + self.files + self.tools + self.unknown == 1;
        Some(format!("{all} {} left out", if is_one { "was" } else { "were" }))
    }
}

/// What tells the formats apart.
#[derive(Deserialize)]
struct Shape {
    rivulet: Option<IgnoredAny>,
    mapping: Option<IgnoredAny>,
    chat: Option<IgnoredAny>,
    #[serde(default)]
    title: Scalar,
}

/// Reads one conversation of any format that is known.
pub fn read(json: &[u8]) -> Result<Incoming, Refused> {
    let unknown = || Refused::Unusable {
        title: String::new(),
        reason: "it is no conversation of Rivulet, ChatGPT or Open WebUI".to_owned(),
    };
    match read_strictly(json, &unknown) {
        // Cut emoji leave halves of characters behind, which strict JSON does not allow.
        Err(Refused::Broken(problem)) => match mended(json) {
            Some(mended) => read_strictly(&mended, &unknown),
            None => Err(Refused::Broken(problem)),
        },
        read => read,
    }
}

fn read_strictly(json: &[u8], unknown: &impl Fn() -> Refused) -> Result<Incoming, Refused> {
    let shape: Shape = serde_json::from_slice(json).map_err(|error| match error.classify() {
        Category::Data => unknown(),
        _ => Refused::Broken(error.to_string()),
    })?;
    let title: String = shape.title.into_text().unwrap_or_default().chars().take(LONGEST_TITLE).collect();
    let unusable = |reason| Refused::Unusable { title: title.clone(), reason };
    let incoming = match shape {
        Shape { rivulet: Some(_), .. } => rivulet::conversation(parse(json, &title)?),
        Shape { mapping: Some(_), .. } => chatgpt::conversation(parse(json, &title)?),
        Shape { chat: Some(_), .. } => open_webui::conversation(parse(json, &title)?),
        _ => return Err(unknown()),
    };
    incoming.and_then(complete).map_err(unusable)
}

/// The most messages in one conversation. The longest that people have are of some thousands.
const MOST_MESSAGES: usize = 20_000;

/// The end of the year 9999, in milliseconds since 1970 UTC: what is later can be no time.
const LATEST: u64 = 253_402_300_799_999;

/// Sets what the file has left open.
fn complete(mut incoming: Incoming) -> Result<Incoming, String> {
    let WholeConversation { summary, messages, .. } = &mut incoming.conversation;
    if messages.len() > MOST_MESSAGES {
        return Err(format!("it has {} messages, more than {MOST_MESSAGES}", messages.len()));
    }
    let times = messages.iter_mut().map(|message| &mut message.created_at);
    for time in times.chain([&mut summary.created_at, &mut summary.updated_at]) {
        *time = (*time).min(LATEST);
    }
    let times = messages.iter().map(|message| message.created_at);
    let (Some(first), Some(last)) = (times.clone().min(), times.max()) else {
        return Err(match incoming.left_out.in_words() {
            Some(words) => format!("nothing of it is left: {words}"),
            None => "it holds no messages".to_owned(),
        });
    };
    if summary.created_at == 0 {
        summary.created_at = first;
    }
    if summary.updated_at == 0 {
        summary.updated_at = last.max(summary.created_at);
    }
    let words = summary.title.split_whitespace().take(LONGEST_TITLE).collect::<Vec<_>>().join(" ");
    summary.title = words.chars().take(LONGEST_TITLE).collect::<String>().trim_end().to_owned();
    if summary.title.is_empty() {
        let question = messages.iter().find(|message| message.role == Role::User);
        summary.title = question.map(|question| title(&question.content)).unwrap_or_default();
    }
    Ok(incoming)
}

fn parse<T: DeserializeOwned>(json: &[u8], title: &str) -> Result<T, Refused> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| match error.inner().classify() {
        Category::Data => {
            let reason = format!("`{}` is not as it should be: {}", error.path(), in_words(error.inner()));
            Refused::Unusable { title: title.to_owned(), reason }
        }
        _ => Refused::Broken(error.inner().to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_conversation_is_said() {
        for json in ["5", "{}", "[]", "\"mapping\"", r#"{"title":"x"}"#, "null"] {
            let Err(Refused::Unusable { reason, .. }) = read(json.as_bytes()) else { panic!("{json}") };
            assert!(reason.contains("no conversation of"), "{reason}");
        }
        for json in ["{]", "{\"a\":}", "nul", "{\"rivulet\":1,\"title\":tru}"] {
            assert!(matches!(read(json.as_bytes()), Err(Refused::Broken(_))), "{json}");
        }
        let wrong = br#"{"title":"T","mapping":{"a":{"message":{"author":{"role":7}}}}}"#;
        let Err(Refused::Unusable { title, reason }) = read(wrong) else { panic!() };
        assert_eq!(title, "T");
        assert!(reason.starts_with("`mapping.a.message.author.role` is not as it should be"), "{reason}");
    }

    #[test]
    fn what_is_left_out_is_said_in_words() {
        assert_eq!(LeftOut::default().in_words(), None);
        assert_eq!(LeftOut { pictures: 1, ..LeftOut::default() }.in_words().unwrap(), "1 picture was left out");
        let several = LeftOut { pictures: 2, files: 1, tools: 3, unknown: 0 };
        let words = "2 pictures, 1 attached file and 3 messages to or from tools were left out";
        assert_eq!(several.in_words().unwrap(), words);
    }

    /// Samples of all formats, to be spoiled.
    const SAMPLES: [&str; 3] = [chatgpt::SAMPLE, open_webui::SAMPLE, rivulet::SAMPLE];

    #[test]
    fn half_characters_do_not_break_a_file() {
        for sample in SAMPLES {
            let title = read(sample.as_bytes()).unwrap().conversation.summary.title;
            let spoiled = sample.replacen(&title, "cut \\ud83d off", 1);
            assert_eq!(read(spoiled.as_bytes()).unwrap().conversation.summary.title, "cut \u{fffd} off");
            let mut bytes = sample.replacen(&title, "not @ UTF-8", 1).into_bytes();
            let at = bytes.iter().position(|byte| *byte == b'@').unwrap();
            bytes[at] = 0xff;
            assert_eq!(read(&bytes).unwrap().conversation.summary.title, "not \u{fffd} UTF-8");
        }
    }

    proptest! {
        #[test]
        fn a_sample_with_a_piece_out_of_place_is_read_or_refused(
            which in 0usize..3, from in any::<prop::sample::Index>(), length in 0usize..40, put in "[\\[\\]{}\",:0-9a-z\\\\ ]{0,12}",
        ) {
            let sample = SAMPLES[which];
            let from = from.index(sample.len());
            let mut bytes = sample.as_bytes().to_vec();
            let to = (from + length).min(bytes.len());
            bytes.splice(from..to, put.bytes());
            match read(&bytes) {
                Ok(incoming) => check(&incoming.conversation),
                Err(Refused::Broken(problem)) => prop_assert!(!problem.is_empty()),
                Err(Refused::Unusable { reason, .. }) => prop_assert!(!reason.is_empty()),
            }
        }
    }
}
