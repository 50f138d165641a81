//! ChatGPT's `conversations.json`: a tree of places, of which many hold nothing that a person was meant to see.
//!
//! Hidden instructions are passed over in silence. Calls of tools and what these said are left out and counted, as are pictures, which
//! are no part of the file. What stands in a row without a question between (thoughts, a call, the answer) becomes one answer.

use super::{
    Incoming, LeftOut,
    branches::{Node, arrange},
    lenient::{Entries, Gather, Gathered, Present, TextOr, add_paragraph},
    scalar::{Moment, Scalar},
};
use crate::store::WholeConversation;
use protocol::{
    conversation::{ConversationSettings, ConversationSummary},
    event::FinishReason,
    id::{ConversationId, MessageId},
    message::{Message, MessageStatus, Role},
};
use serde::Deserialize;
use uuid::Uuid;

/// One conversation of the file.
#[derive(Debug, Deserialize)]
pub(super) struct Export {
    title: Option<String>,
    #[serde(default)]
    create_time: Moment,
    #[serde(default)]
    update_time: Moment,
    #[serde(default)]
    mapping: Entries<Place>,
    current_node: Option<String>,
    conversation_id: Option<String>,
    id: Option<String>,
    #[serde(default)]
    is_starred: Option<bool>,
    #[serde(default)]
    pinned_time: Present,
}

#[derive(Debug, Deserialize)]
struct Place {
    message: Option<Said>,
    parent: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Said {
    author: Author,
    #[serde(default)]
    create_time: Moment,
    content: Option<Content>,
    status: Option<String>,
    recipient: Option<String>,
    metadata: Option<Metadata>,
}

#[derive(Debug, Deserialize)]
struct Author {
    role: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Content {
    content_type: String,
    parts: Option<Gathered<Parts>>,
    text: Option<String>,
    language: Option<String>,
    thoughts: Option<Gathered<Thoughts>>,
}

/// What the parts of a message come to.
#[derive(Debug, Default)]
struct Parts {
    text: String,
    pictures: usize,
    files: usize,
}

/// What is no text: a picture, or what was said in a voice chat.
#[derive(Debug, Deserialize)]
struct OtherPart {
    #[serde(default)]
    content_type: String,
    text: Option<String>,
}

impl Gather for Parts {
    type Item = Option<TextOr<OtherPart>>;

    fn add(&mut self, part: Self::Item) {
        match part {
            None => {}
            Some(TextOr::Text(text) | TextOr::Other(OtherPart { text: Some(text), .. })) => {
                add_paragraph(&mut self.text, &text);
            }
            Some(TextOr::Other(part)) if part.content_type.contains("image") => {
                self.pictures += 1;
                add_paragraph(&mut self.text, "*(a picture)*");
            }
            Some(TextOr::Other(_)) => self.files += 1,
        }
    }
}

/// What a model thought, as text.
#[derive(Debug, Default)]
struct Thoughts(String);

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Thought {
    summary: Option<String>,
    content: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Metadata {
    is_visually_hidden_from_conversation: Option<bool>,
    model_slug: Option<String>,
    finish_details: Option<FinishDetails>,
    attachments: Option<Gathered<Files>>,
}

/// How many files are attached.
#[derive(Debug, Default)]
struct Files(usize);

#[derive(Debug, Deserialize)]
struct FinishDetails {
    #[serde(rename = "type")]
    kind: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Attachment {
    #[serde(default)]
    mime_type: Scalar,
    #[serde(default, rename = "mimeType")]
    camel_mime_type: Scalar,
}

impl Gather for Files {
    type Item = Attachment;

    fn add(&mut self, attachment: Attachment) {
        // Pictures among them stand in the text's parts as well.
        let kinds = [attachment.mime_type, attachment.camel_mime_type];
        let is_picture = kinds.into_iter().filter_map(Scalar::into_text).any(|kind| kind.starts_with("image/"));
        self.0 += usize::from(!is_picture);
    }
}

impl Gather for Thoughts {
    type Item = Thought;

    fn add(&mut self, Thought { summary, content }: Thought) {
        for part in [summary.map(|summary| format!("**{summary}**")), content].into_iter().flatten() {
            add_paragraph(&mut self.0, &part);
        }
    }
}

/// Makes a conversation of it.
pub(super) fn conversation(export: Export) -> Result<Incoming, String> {
    let mut left_out = LeftOut::default();
    let nodes = export.mapping.0.into_iter().map(|(key, place)| {
        let message = place.message.and_then(|said| said.message(&mut left_out));
        Node { key, parent: place.parent, message }
    });
    let nodes: Vec<Node> = nodes.collect();
    let began = export.create_time.0.or(export.update_time.0).unwrap_or(0);
    let branches = arrange(nodes, export.current_node.as_deref(), began)?.join_answers();
    let origin = export.conversation_id.or(export.id).map(|id| format!("chatgpt:{id}"));
    let id = ConversationId(Uuid::new_v4());
    let summary = ConversationSummary {
        title: export.title.unwrap_or_default(),
        updated_at: export.update_time.0.unwrap_or(0),
        pinned: export.is_starred == Some(true) || export.pinned_time.is_some(),
        ..ConversationSummary::new(id, began)
    };
    let (settings, messages, head) = (ConversationSettings::default(), branches.messages, branches.head);
    let conversation = WholeConversation { summary, settings, messages, head, origin };
    Ok(Incoming { owner: None, conversation, left_out })
}

impl Said {
    /// The message, if there is something in it that a person was meant to see.
    fn message(self, left_out: &mut LeftOut) -> Option<Message> {
        let metadata = self.metadata.unwrap_or_default();
        let role = match self.author.role.as_str() {
            "user" => Role::User,
            "assistant" => Role::Assistant,
            "tool" => {
                left_out.tools += 1;
                return None;
            }
            // Instructions that ChatGPT gives itself.
            _ => return None,
        };
        if metadata.is_visually_hidden_from_conversation == Some(true) {
            return None;
        }
        if self.recipient.is_some_and(|recipient| recipient != "all") {
            left_out.tools += 1;
            return None;
        }
        left_out.files += metadata.attachments.map_or(0, |Gathered(Files(files))| files);
        let (content, reasoning) = self.content?.text(left_out)?;
        let status = status(self.status.as_deref(), metadata.finish_details.as_ref());
        Some(Message {
            role,
            reasoning,
            status: if role == Role::Assistant { status } else { MessageStatus::Complete },
            model: metadata.model_slug.filter(|_| role == Role::Assistant).map(|model| format!("chatgpt/{model}")),
            finish_reason: metadata.finish_details.and_then(finish_reason),
            ..Message::user(MessageId(Uuid::new_v4()), None, content, self.create_time.0.unwrap_or(0))
        })
    }
}

fn status(status: Option<&str>, finish: Option<&FinishDetails>) -> MessageStatus {
    let finish = finish.and_then(|finish| finish.kind.as_deref());
    match (status, finish) {
        (_, Some("interrupted")) => MessageStatus::Stopped,
        (Some("in_progress" | "finished_partial_completion"), _) => MessageStatus::Interrupted,
        _ => MessageStatus::Complete,
    }
}

fn finish_reason(finish: FinishDetails) -> Option<FinishReason> {
    match finish.kind.as_deref()? {
        "max_tokens" => Some(FinishReason::Length),
        "interrupted" => Some(FinishReason::Cancelled),
        "stop" => Some(FinishReason::Stop),
        _ => None,
    }
}

impl Content {
    /// The text and the reasoning; `None` if there is neither.
    fn text(self, left_out: &mut LeftOut) -> Option<(String, String)> {
        let (content, reasoning) = match self.content_type.as_str() {
            "thoughts" => (String::new(), self.thoughts.unwrap_or_default().0.0),
            "code" => (fenced(self.language.as_deref(), &self.text.unwrap_or_default()), String::new()),
            // What ChatGPT tells itself about the person, and a line such as "Thought for 5 seconds".
            "user_editable_context" | "model_editable_context" | "reasoning_recap" => return None,
            "execution_output" | "tether_quote" | "tether_browsing_display" | "system_error" => {
                left_out.tools += 1;
                return None;
            }
            _ if self.parts.is_none() && self.text.is_none() => {
                left_out.unknown += 1;
                return None;
            }
            _ => {
                let text = self.parts.map(|Gathered(Parts { text, pictures, files })| {
                    left_out.pictures += pictures;
                    left_out.files += files;
                    text
                });
                (text.or(self.text).unwrap_or_default(), String::new())
            }
        };
        let content = without_marks(&content);
        (!content.trim().is_empty() || !reasoning.is_empty()).then_some((content, reasoning))
    }
}

fn fenced(language: Option<&str>, code: &str) -> String {
    if code.trim().is_empty() {
        return String::new();
    }
    let language = language.filter(|language| *language != "unknown").unwrap_or_default();
    // A fence is longer than any in the code.
    let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{code}\n{fence}")
}

/// A mark in the text for ChatGPT's page, such as where a citation goes: it stands between these characters of the private use area,
/// its fields between [`FIELD`].
const MARK: (char, char) = ('\u{e200}', '\u{e201}');
const FIELD: char = '\u{e202}';
/// The most bytes in a mark whose fields are looked at.
const LONGEST_MARK: usize = 4096;

/// The text without marks. Of one that names a thing the name stays.
fn without_marks(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(MARK.0) {
        let Some((mark, after)) = after.split_once(MARK.1) else { break };
        plain.push_str(before);
        plain.push_str(&name_in(mark).unwrap_or_default());
        rest = after;
    }
    plain.push_str(rest);
    plain
}

fn name_in(mark: &str) -> Option<String> {
    let fields = mark.strip_prefix("entity")?.strip_prefix(FIELD).filter(|fields| fields.len() <= LONGEST_MARK)?;
    serde_json::from_str::<Vec<serde_json::Value>>(fields).ok()?.get(1)?.as_str().map(str::to_owned)
}

/// A conversation as ChatGPT writes it, with most of what can be in one.
#[cfg(test)]
pub(super) const SAMPLE: &str = include_str!("samples/chatgpt.json");

#[cfg(test)]
mod tests {
    use super::super::{Refused, branches::check, read};
    use super::*;

    fn sample() -> Incoming {
        read(SAMPLE.as_bytes()).unwrap()
    }

    #[test]
    fn a_conversation_comes_in_with_its_branches() {
        let Incoming { conversation, left_out, owner } = sample();
        check(&conversation);
        assert_eq!(owner, None);
        let summary = &conversation.summary;
        assert_eq!((summary.title.as_str(), summary.pinned), ("Rivers of Europe", true));
        assert_eq!((summary.created_at, summary.updated_at), (1_716_000_000_250, 1_716_000_300_000));
        assert_eq!(conversation.origin.as_deref(), Some("chatgpt:6650a1b2-0000-4000-8000-000000000001"));
        let texts: Vec<_> = conversation.messages.iter().map(|one| (one.role, one.content.as_str())).collect();
        assert_eq!(
            texts,
            [
                (Role::User, "Which river is the longest in Europe?"),
                (Role::Assistant, "The Volga."),
                (Role::Assistant, "The **Volga**, with 3,530 km. It ends in the Caspian Sea."),
                (Role::User, "*(a picture)*\n\nIs this it?"),
                (Role::Assistant, "Yes, near Kazan."),
            ]
        );
        let shown = &conversation.messages[4];
        assert_eq!(conversation.head, Some(shown.id));
        assert_eq!(shown.status, MessageStatus::Stopped);
        let answers = &conversation.messages[1..3];
        assert_eq!(answers[0].parent_id, answers[1].parent_id);
        assert_eq!(answers[1].reasoning, "**Comparing rivers**\n\nVolga or Danube?");
        assert_eq!(answers[1].model.as_deref(), Some("chatgpt/gpt-4o"));
        assert_eq!(left_out, LeftOut { pictures: 1, files: 1, tools: 2, unknown: 1 });
    }

    #[test]
    fn marks_are_taken_out() {
        let text = "A\u{e200}cite\u{e202}turn0search0\u{e201} b \u{e200}entity\u{e202}[\"city\",\"Kazan\",\"x\"]\u{e201}, \u{e200}open";
        assert_eq!(without_marks(text), "A b Kazan, \u{e200}open");
    }

    #[test]
    fn code_is_fenced_longer_than_its_own_fences() {
        assert_eq!(fenced(Some("python"), "x"), "```python\nx\n```");
        assert_eq!(fenced(Some("unknown"), "```\n```"), "````\n```\n```\n````");
        assert_eq!(fenced(None, " "), "");
    }

    #[test]
    fn a_tree_that_is_none_is_refused() {
        let circle = r#"{"title":"Round","mapping":{"a":{"parent":"b"},"b":{"parent":"a"}}}"#;
        let Err(Refused::Unusable { title, reason }) = read(circle.as_bytes()) else { panic!() };
        assert_eq!((title.as_str(), reason.contains("circle")), ("Round", true));
    }
}
