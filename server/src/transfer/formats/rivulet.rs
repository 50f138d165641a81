//! Rivulet's own JSON of one conversation: all branches, times, models. Its fields are those of the API, and it says its version.

use super::{
    Incoming, LeftOut,
    branches::{Node, arrange},
    lenient::places,
};
use crate::{
    store::WholeConversation,
    visitor::{Owner, VisitorId},
};
use protocol::{
    conversation::{ConversationSettings, ConversationSummary},
    id::{ConversationId, MessageId},
    message::{Message, MessageStatus},
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The version that is written. A reader knows it and those before.
const VERSION: u32 = 1;

/// The JSON.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Document {
    rivulet: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner: Option<OwnerName>,
    id: ConversationId,
    title: String,
    created_at: u64,
    updated_at: u64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pinned: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
    #[serde(default)]
    settings: ConversationSettings,
    #[serde(default)]
    head: Option<MessageId>,
    #[serde(deserialize_with = "places")]
    messages: Vec<Message>,
}

/// To whom it belongs. The number of a visitor is as good as his cookie: it is written only for whoever has the database anyway.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum OwnerName {
    Visitor(String),
    User(String),
}

/// Writes a conversation as one line of JSON; with its owner only where the reader may know him.
pub fn write(conversation: &WholeConversation, owner: Option<&Owner>) -> Vec<u8> {
    let WholeConversation { summary, settings, messages, head, origin } = conversation.clone();
    let document = Document {
        rivulet: VERSION,
        owner: owner.map(|owner| match owner {
            Owner::Visitor(id) => OwnerName::Visitor(id.secret()),
            Owner::User(name) => OwnerName::User(name.clone()),
        }),
        id: summary.id,
        title: summary.title,
        created_at: summary.created_at,
        updated_at: summary.updated_at,
        pinned: summary.pinned,
        origin,
        settings,
        head,
        messages: messages.into_iter().map(at_rest).collect(),
    };
    // Nothing in it can fail to be written: its keys are texts, its numbers finite.
    serde_json::to_vec(&document).unwrap_or_default()
}

/// The message without what means something on the server only on which it was made.
fn at_rest(message: Message) -> Message {
    let status = match message.status {
        MessageStatus::Streaming => MessageStatus::Interrupted,
        status => status,
    };
    Message { status, generation_id: None, last_event_id: 0, siblings: Vec::new(), ..message }
}

/// Makes a conversation of it.
pub(super) fn conversation(document: Document) -> Result<Incoming, String> {
    if document.rivulet > VERSION {
        return Err(format!(
            "it was written by a newer Rivulet (format {}; this one reads {VERSION})",
            document.rivulet
        ));
    }
    let owner = document.owner.map(OwnerName::owner).transpose()?;
    let known: HashMap<MessageId, Option<MessageId>> =
        document.messages.iter().map(|message| (message.id, message.parent_id)).collect();
    if known.len() != document.messages.len() {
        return Err("two of its messages have the same id".to_owned());
    }
    let nodes = document.messages.into_iter().map(|message| Node {
        key: message.id.to_string(),
        parent: message.parent_id.map(|parent| parent.to_string()),
        message: Some(at_rest(Message { parent_id: None, ..message })),
    });
    let head = document.head.map(|head| head.to_string());
    let branches = arrange(nodes.collect(), head.as_deref(), document.created_at)?;
    let summary = ConversationSummary {
        title: document.title,
        updated_at: document.updated_at,
        pinned: document.pinned,
        ..ConversationSummary::new(document.id, document.created_at)
    };
    let origin = document.origin.or_else(|| Some(format!("rivulet:{}", document.id)));
    let (settings, messages, head) = (document.settings, branches.messages, branches.head);
    let conversation = WholeConversation { summary, settings, messages, head, origin };
    Ok(Incoming { owner, conversation, left_out: LeftOut::default() })
}

impl OwnerName {
    fn owner(self) -> Result<Owner, String> {
        match self {
            Self::User(name) => Ok(Owner::User(name)),
            Self::Visitor(number) => {
                let id = VisitorId::parse(&number).ok_or("`owner.visitor` is not what a visitor's cookie holds")?;
                Ok(Owner::Visitor(id))
            }
        }
    }
}

/// A conversation as Rivulet writes it, but for its line breaks.
#[cfg(test)]
pub(super) const SAMPLE: &str = include_str!("samples/rivulet.json");

#[cfg(test)]
mod tests {
    use super::super::{Refused, branches::check, read};
    use super::*;
    use protocol::{id::GenerationId, message::Role};
    use uuid::Uuid;

    #[test]
    fn what_is_written_is_read_again() {
        let sample = read(SAMPLE.as_bytes()).unwrap();
        check(&sample.conversation);
        assert_eq!(sample.conversation.messages.len(), 3);
        for owner in [None, Some(Owner::User("anna".into())), Some(Owner::Visitor(VisitorId::random()))] {
            let again = read(&write(&sample.conversation, owner.as_ref())).unwrap();
            assert_eq!((&again.conversation, &again.owner), (&sample.conversation, &owner));
        }
        let written: serde_json::Value = serde_json::from_slice(&write(&sample.conversation, None)).unwrap();
        let mut expected: serde_json::Value = serde_json::from_str(SAMPLE).unwrap();
        expected["origin"] = format!("rivulet:{}", sample.conversation.summary.id).into();
        for message in expected["messages"].as_array_mut().unwrap() {
            message["last_event_id"] = 0.into();
        }
        assert_eq!(written, expected);
    }

    #[test]
    fn what_belongs_to_one_server_stays_there() {
        let mut conversation = read(SAMPLE.as_bytes()).unwrap().conversation;
        let answer = conversation.messages.iter_mut().find(|one| one.role == Role::Assistant).unwrap();
        answer.status = MessageStatus::Streaming;
        answer.generation_id = Some(GenerationId(Uuid::new_v4()));
        answer.last_event_id = 7;
        let id = answer.id;
        let again = read(&write(&conversation, None)).unwrap().conversation;
        let answer = again.messages.iter().find(|one| one.id == id).unwrap();
        assert_eq!((answer.status, answer.generation_id, answer.last_event_id), (MessageStatus::Interrupted, None, 0));
    }

    #[test]
    fn a_newer_format_is_refused() {
        let newer = SAMPLE.replacen("\"rivulet\": 1", "\"rivulet\": 2", 1);
        let Err(Refused::Unusable { reason, .. }) = read(newer.as_bytes()) else { panic!() };
        assert!(reason.contains("newer Rivulet"), "{reason}");
        let owner = SAMPLE.replacen("\"rivulet\": 1", "\"rivulet\": 1, \"owner\": {\"visitor\": \"x\"}", 1);
        assert!(matches!(read(owner.as_bytes()), Err(Refused::Unusable { .. })));
    }
}
