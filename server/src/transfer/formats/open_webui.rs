//! Open WebUI's export: a list of chats, each with a tree of messages; in old versions with a plain list of them.

use super::{
    Incoming, LeftOut,
    branches::{Node, arrange},
    details::apart,
    failure::Failure,
    lenient::{Entries, Gather, Gathered, ObjectOrNothing, Present, TextOr, add_paragraph, places},
    scalar::{Moment, Scalar},
};
use crate::store::WholeConversation;
use protocol::{
    conversation::{ConversationSettings, ConversationSummary},
    error::{ErrorCode, PublicError},
    event::Usage,
    id::{ConversationId, MessageId},
    message::{Message, MessageStatus, Role},
};
use serde::Deserialize;
use uuid::Uuid;

/// One chat of the file.
#[derive(Debug, Deserialize)]
pub(super) struct Export {
    id: Option<String>,
    title: Option<String>,
    chat: Chat,
    #[serde(default)]
    created_at: Moment,
    #[serde(default)]
    updated_at: Moment,
    pinned: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct Chat {
    id: Option<String>,
    title: Option<String>,
    system: Option<String>,
    params: Option<Params>,
    history: Option<History>,
    #[serde(default, deserialize_with = "places")]
    messages: Vec<Said>,
    #[serde(default)]
    timestamp: Moment,
}

#[derive(Debug, Deserialize)]
struct Params {
    system: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct History {
    #[serde(default)]
    messages: Entries<Said>,
    current_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Said {
    id: Option<String>,
    parent_id: Option<String>,
    role: String,
    content: Option<TextOr<Gathered<Parts>>>,
    #[serde(default)]
    timestamp: Moment,
    model: Option<String>,
    done: Option<bool>,
    error: Option<Failure>,
    files: Option<Gathered<Files>>,
    #[serde(default)]
    usage: ObjectOrNothing<Counts>,
}

/// What the parts of a message come to.
#[derive(Debug, Default)]
struct Parts {
    text: String,
    pictures: usize,
}

impl Gather for Parts {
    type Item = Part;

    fn add(&mut self, part: Part) {
        self.pictures += usize::from(part.image_url.is_some());
        add_paragraph(&mut self.text, &part.text.unwrap_or_default());
    }
}

#[derive(Debug, Deserialize)]
struct Part {
    text: Option<String>,
    #[serde(default)]
    image_url: Present,
}

#[derive(Debug, Deserialize)]
struct Attachment {
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// How many files are attached.
#[derive(Debug, Default)]
struct Files {
    pictures: usize,
    others: usize,
}

impl Gather for Files {
    type Item = Attachment;

    fn add(&mut self, attachment: Attachment) {
        *if attachment.kind.as_deref() == Some("image") { &mut self.pictures } else { &mut self.others } += 1;
    }
}

/// Tokens, in OpenAI's words, in Ollama's, or in those of Responses: Open WebUI often writes them beside each other.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Counts {
    prompt_tokens: Scalar,
    input_tokens: Scalar,
    prompt_eval_count: Scalar,
    completion_tokens: Scalar,
    output_tokens: Scalar,
    eval_count: Scalar,
}

/// Makes a conversation of it.
pub(super) fn conversation(export: Export) -> Result<Incoming, String> {
    let Export { id, title, chat, created_at, updated_at, pinned } = export;
    let mut left_out = LeftOut::default();
    let began = created_at.0.or(chat.timestamp.0).or(updated_at.0).unwrap_or(0);
    let (said, current) = match chat.history {
        Some(history) if !history.messages.0.is_empty() => (history.messages.0, history.current_id),
        _ => in_a_row(chat.messages),
    };
    let nodes = said.into_iter().map(|(key, mut said)| {
        let parent = said.parent_id.take();
        Node { key, parent, message: said.message(&mut left_out) }
    });
    let nodes: Vec<Node> = nodes.collect();
    let branches = arrange(nodes, current.as_deref(), began)?;
    let origin = id.or(chat.id).filter(|id| !id.is_empty()).map(|id| format!("open-webui:{id}"));
    let system_prompt = chat.params.and_then(|params| params.system).or(chat.system).filter(|text| !text.is_empty());
    let summary = ConversationSummary {
        title: title.or(chat.title).unwrap_or_default(),
        updated_at: updated_at.0.unwrap_or(0),
        pinned: pinned == Some(true),
        ..ConversationSummary::new(ConversationId(Uuid::new_v4()), began)
    };
    let settings = ConversationSettings { system_prompt, ..ConversationSettings::default() };
    let (messages, head) = (branches.messages, branches.head);
    let conversation = WholeConversation { summary, settings, messages, head, origin };
    Ok(Incoming { owner: None, conversation, left_out })
}

/// Messages of which each follows the one before.
fn in_a_row(messages: Vec<Said>) -> (Vec<(String, Said)>, Option<String>) {
    let mut row: Vec<(String, Said)> = Vec::with_capacity(messages.len());
    for (at, said) in messages.into_iter().enumerate() {
        let key = said.id.clone().filter(|id| !id.is_empty()).unwrap_or_else(|| format!("message {at}"));
        let parent_id = row.last().map(|(key, _)| key.clone());
        row.push((key, Said { parent_id, ..said }));
    }
    let last = row.last().map(|(key, _)| key.clone());
    (row, last)
}

impl Said {
    fn message(self, left_out: &mut LeftOut) -> Option<Message> {
        let role = match self.role.as_str() {
            "user" => Role::User,
            "assistant" => Role::Assistant,
            "system" => Role::System,
            "tool" => {
                left_out.tools += 1;
                return None;
            }
            _ => {
                left_out.unknown += 1;
                return None;
            }
        };
        if let Some(Gathered(Files { pictures, others })) = self.files {
            left_out.pictures += pictures;
            left_out.files += others;
        }
        let (content, reasoning) = self.content.map(|content| content.said(left_out)).unwrap_or_default();
        let error = self.error.and_then(|Failure(text)| text);
        let is_empty = content.trim().is_empty() && reasoning.is_empty() && error.is_none() && self.files.is_none();
        if is_empty && role != Role::Assistant {
            return None;
        }
        let status = match (&error, self.done) {
            _ if role != Role::Assistant => MessageStatus::Complete,
            (Some(_), _) => MessageStatus::Failed,
            (None, Some(false)) => MessageStatus::Interrupted,
            (None, _) => MessageStatus::Complete,
        };
        Some(Message {
            role,
            reasoning,
            status,
            model: self.model.filter(|_| role == Role::Assistant).map(|model| format!("open-webui/{model}")),
            usage: self.usage.0.and_then(Counts::usage),
            error: error.map(|message| PublicError::new(ErrorCode::UpstreamFailure, message)),
            ..Message::user(MessageId(Uuid::new_v4()), None, content, self.timestamp.0.unwrap_or(0))
        })
    }
}

impl Counts {
    fn usage(self) -> Option<Usage> {
        let first = |names: [Scalar; 3]| names.iter().find_map(Scalar::count);
        let input = first([self.prompt_tokens, self.input_tokens, self.prompt_eval_count]);
        let output = first([self.completion_tokens, self.output_tokens, self.eval_count]);
        (input.is_some() || output.is_some()).then(|| Usage {
            input_tokens: input.unwrap_or(0),
            output_tokens: output.unwrap_or(0),
            ..Usage::default()
        })
    }
}

impl TextOr<Gathered<Parts>> {
    /// The text and the reasoning.
    fn said(self, left_out: &mut LeftOut) -> (String, String) {
        let text = match self {
            Self::Text(text) => text,
            Self::Other(Gathered(Parts { text, pictures })) => {
                left_out.pictures += pictures;
                text
            }
        };
        apart(&text, left_out)
    }
}

/// A chat as Open WebUI writes it, with most of what can be in one.
#[cfg(test)]
pub(super) const SAMPLE: &str = include_str!("samples/open_webui.json");

#[cfg(test)]
mod tests {
    use super::super::{branches::check, read};
    use super::*;

    #[test]
    fn a_chat_comes_in_with_its_branches() {
        let Incoming { conversation, left_out, .. } = read(SAMPLE.as_bytes()).unwrap();
        check(&conversation);
        let summary = &conversation.summary;
        assert_eq!((summary.title.as_str(), summary.pinned), ("Flüsse", true));
        assert_eq!((summary.created_at, summary.updated_at), (1_719_000_000_000, 1_719_000_030_000));
        assert_eq!(conversation.origin.as_deref(), Some("open-webui:0b1c2d3e-0000-4000-8000-000000000002"));
        assert_eq!(conversation.settings.system_prompt.as_deref(), Some("Antworte kurz."));
        let messages = &conversation.messages;
        assert_eq!(messages.len(), 5);
        assert_eq!(messages[1].parent_id, messages[2].parent_id);
        assert_eq!(messages[2].reasoning, "Nil oder Amazonas?\nUmstritten.");
        assert_eq!(messages[2].content, "Der Nil oder der Amazonas.");
        assert_eq!(messages[2].usage, Some(Usage { input_tokens: 12, output_tokens: 34, ..Usage::default() }));
        assert_eq!(messages[2].created_at, 1_719_000_009_000);
        assert_eq!(
            (messages[4].status, messages[4].error.as_ref().unwrap().message.as_str()),
            (MessageStatus::Failed, "model not found")
        );
        assert_eq!(conversation.head, Some(messages[4].id));
        assert_eq!(left_out, LeftOut { pictures: 1, files: 1, ..LeftOut::default() });
    }

    #[test]
    fn no_word_for_tokens_keeps_a_chat_out() {
        let read_with = |usage: &str| {
            let chat = r#"{"id":"x","chat":{"title":"T","messages":[{"role":"user","content":"Hi"},
                {"role":"assistant","content":"Hello","usage":USAGE}]}}"#;
            read(chat.replace("USAGE", usage).as_bytes()).unwrap().conversation.messages[1].usage
        };
        let usage = |input_tokens, output_tokens| Some(Usage { input_tokens, output_tokens, ..Usage::default() });
        assert_eq!(read_with(r#"{"prompt_eval_count":3,"eval_count":4.0,"total_duration":1e9}"#), usage(3, 4));
        assert_eq!(
            read_with(r#"{"input_tokens":5,"output_tokens":"many","completion_tokens_details":{}}"#),
            usage(5, 0)
        );
        for nothing in ["{}", "null", "7", r#""none""#, "[1]", "true", r#"{"prompt_tokens":-1,"eval_count":null}"#] {
            assert_eq!(read_with(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn an_old_chat_is_a_plain_list() {
        let old = r#"{"id":"x","chat":{"title":"Old","timestamp":1700000000000,"messages":[
            {"role":"user","content":[{"type":"text","text":"Hi"},{"type":"image_url","image_url":{"url":"data:"}}]},
            {"role":"assistant","content":"Hello","done":false}]}}"#;
        let Incoming { conversation, left_out, .. } = read(old.as_bytes()).unwrap();
        check(&conversation);
        let messages = &conversation.messages;
        assert_eq!((conversation.summary.title.as_str(), messages[0].content.as_str()), ("Old", "Hi"));
        assert_eq!(messages[1].parent_id, Some(messages[0].id));
        assert_eq!((messages[1].status, messages[1].created_at), (MessageStatus::Interrupted, 1_700_000_000_000));
        assert_eq!(left_out.pictures, 1);
    }
}
