//! One conversation as Markdown, for people: the branch that is shown.

use crate::store::WholeConversation;
use protocol::message::{Message, MessageStatus, Role};
use std::{
    collections::HashMap,
    fmt::Write,
    time::{Duration, UNIX_EPOCH},
};

/// Writes the branch that is shown.
pub fn write(conversation: &WholeConversation) -> String {
    let summary = &conversation.summary;
    let title = if summary.title.is_empty() { "Conversation" } else { &summary.title };
    let mut page = format!("# {title}\n\n*{}*\n", date(summary.created_at));
    for message in shown(conversation) {
        let (content, reasoning) = (message.content.trim_end(), message.reasoning.trim());
        let _ = write!(page, "\n## {}\n", speaker(message));
        if !reasoning.is_empty() {
            let _ = write!(page, "\n<details>\n<summary>Reasoning</summary>\n\n{reasoning}\n\n</details>\n");
        }
        if !content.is_empty() {
            let _ = write!(page, "\n{content}\n");
        }
        for file in &message.attachments {
            let _ = write!(page, "\n*(attached: {})*\n", file.name);
        }
        if let Some(end) = end(message) {
            let _ = write!(page, "\n*({end})*\n");
        }
    }
    page
}

/// The messages from the first to the head.
fn shown(conversation: &WholeConversation) -> Vec<&Message> {
    let all: HashMap<_, _> = conversation.messages.iter().map(|message| (message.id, message)).collect();
    let mut branch = Vec::new();
    let mut next = conversation.head;
    while let Some(message) = next.and_then(|id| all.get(&id)) {
        branch.push(*message);
        // More than there are would be a circle.
        next = message.parent_id.filter(|_| branch.len() < all.len());
    }
    branch.reverse();
    branch
}

fn speaker(message: &Message) -> String {
    match (message.role, &message.model) {
        (Role::User, _) => "You".to_owned(),
        (Role::System, _) => "Instructions".to_owned(),
        (Role::Assistant, None) => "Assistant".to_owned(),
        (Role::Assistant, Some(model)) => format!("Assistant ({model})"),
    }
}

/// How an answer ended, where it is not whole.
fn end(message: &Message) -> Option<String> {
    match message.status {
        MessageStatus::Complete => None,
        MessageStatus::Streaming => Some("still being written".to_owned()),
        MessageStatus::Stopped => Some("stopped".to_owned()),
        MessageStatus::Interrupted => Some("interrupted".to_owned()),
        MessageStatus::Failed => Some(match &message.error {
            Some(error) => format!("failed: {}", error.message),
            None => "failed".to_owned(),
        }),
    }
}

/// The day of a time in milliseconds since 1970 UTC.
fn date(millis: u64) -> String {
    let time = UNIX_EPOCH + Duration::from_millis(millis);
    let text = humantime::format_rfc3339_seconds(time).to_string();
    text.split('T').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::formats::read;
    use super::*;

    #[test]
    fn the_branch_that_is_shown_is_written() {
        let sample = include_bytes!("formats/samples/rivulet.json");
        let mut conversation = read(sample).unwrap().conversation;
        let expected = "# Flüsse 河\n\n*2025-10-09*\n\n## You\n\n最長的河流是哪一條？\n\n## Assistant (demo/rivulet)\n\n\
            <details>\n<summary>Reasoning</summary>\n\nNile or Amazon?\n\n</details>\n\nThe Amazon.\n";
        assert_eq!(write(&conversation), expected);
        conversation.head = Some(conversation.messages[1].id);
        let other = write(&conversation);
        assert!(other.ends_with("The Nile, or\n\n*(failed: It was silent for too long.)*\n"), "{other}");
    }
}
