//! Titles by a model: asked once, after the first answer, and never waited for.

use super::Conversations;
use crate::{
    providers::{DEMO_MODEL, Delta, ProviderPrompt, ResolvedModel},
    visitor::Owner,
};
use futures::StreamExt;
use protocol::{
    conversation::LONGEST_TITLE,
    feed::FeedChange,
    id::ConversationId,
    message::{Message, MessageStatus, Role},
    request::{Parameters, Turn},
};
use std::time::Duration;

/// How long a model may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The most tokens that it may take. Models that think before they speak need most of them for that.
const TOKENS: u32 = 300;

/// The most words that are taken of what it says.
const WORDS: usize = 8;

/// The most characters of the question and of the answer that it is shown.
const SHOWN: usize = 2000;

const INSTRUCTION: &str = "Write a title for this conversation: at most six words, in the language of the conversation, without quotation \
     marks and without a full stop. Answer with the title only.";

/// The first exchange of a conversation.
pub(super) struct Exchange {
    pub(super) question: String,
    pub(super) answer: Message,
}

impl Conversations {
    /// Whether this exchange is one to make a title from.
    fn wants_title(&self, exchange: &Exchange) -> bool {
        let Message { status, model, content, .. } = &exchange.answer;
        self.titles && *status == MessageStatus::Complete && model.as_deref() != Some(DEMO_MODEL) && !content.is_empty()
    }

    /// Asks for a title and stores it; whatever goes wrong, the conversation keeps the one that it has.
    pub(super) async fn find_title(self, owner: Owner, conversation: ConversationId, exchange: Exchange) {
        if !self.wants_title(&exchange) {
            return;
        }
        let Ok(resolved) = self.engine.providers().resolve(exchange.answer.model.as_deref()) else { return };
        let Ok(Some(title)) = tokio::time::timeout(PATIENCE, ask(resolved, exchange)).await else { return };
        if let Ok(Some(summary)) = self.store.set_title(&owner, conversation, title).await {
            self.engine.tell(&owner, FeedChange::Conversation(summary));
        }
    }
}

async fn ask(resolved: ResolvedModel, exchange: Exchange) -> Option<String> {
    let shown = |text: &str| text.chars().take(SHOWN).collect::<String>();
    let (question, answer) = (shown(&exchange.question), shown(&exchange.answer.content));
    let content = format!("{INSTRUCTION}\n\n<question>\n{question}\n</question>\n\n<answer>\n{answer}\n</answer>");
    let prompt = ProviderPrompt {
        model: resolved.model,
        system_prompt: None,
        turns: vec![Turn::new(Role::User, content)],
        parameters: Parameters { max_tokens: Some(TOKENS), ..Parameters::default() },
    };
    let mut deltas = resolved.provider.generate(&prompt).await.ok()?;
    let mut text = String::new();
    while let Some(batch) = deltas.next().await {
        for delta in batch.ok()? {
            if let Delta::Text(piece) = delta {
                text.push_str(&piece);
            }
        }
        if text.len() > 4 * LONGEST_TITLE {
            return None;
        }
    }
    title(&text)
}

/// What a model said, as a title: models quote it, number it, or go on explaining it.
fn title(text: &str) -> Option<String> {
    // Some models tell what they thought between these.
    let said = text.rsplit_once("</think>").map_or(text, |(_, said)| said);
    let line = said.lines().map(str::trim).find(|line| !line.is_empty())?;
    let line = line.strip_prefix("Title:").unwrap_or(line);
    let bare = line.trim_matches(|c: char| c.is_whitespace() || "\"'“”„«»「」『』*#`_.。".contains(c));
    let words: Vec<_> = bare.split_whitespace().collect();
    let title: String = words[..words.len().min(WORDS)].join(" ").chars().take(LONGEST_TITLE).collect();
    (!title.is_empty()).then_some(title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_bare_and_short() {
        assert_eq!(title("\n\"Cats and dogs.\"\nI chose this because…").as_deref(), Some("Cats and dogs"));
        assert_eq!(title("**Title: ** \n"), Some("Title:".into()));
        assert_eq!(title("<think>hm\nhm</think>\n東京の天気。").as_deref(), Some("東京の天気"));
        assert_eq!(title("one two three four five six seven eight nine").unwrap().split(' ').count(), WORDS);
        assert_eq!(title(" \n \"\" "), None);
    }
}
