//! Conversations in memory, bounded: the least recently used goes first. A restart loses them.

use super::{NewAsk, NewTurn, Store, StoreError, TurnStart};
use crate::{config::MemoryLimits, visitor::Owner};
use async_trait::async_trait;
use protocol::{
    conversation::{Conversation, ConversationSettings, ConversationSummary},
    id::{ConversationId, GenerationId, MessageId},
    message::{Message, MessageStatus, Role},
};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The store of a server without a data directory.
#[derive(Debug)]
pub struct MemoryStore {
    limits: MemoryLimits,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    conversations: HashMap<ConversationId, Row>,
    bytes: usize,
    /// Counts uses, to find the least recently used.
    clock: u64,
}

#[derive(Debug)]
struct Row {
    owner: Owner,
    summary: ConversationSummary,
    settings: ConversationSettings,
    /// In the order of their making: a parent stands before its children.
    messages: Vec<Message>,
    head: Option<MessageId>,
    /// The answers that idempotency keys have made.
    keys: HashMap<String, MessageId>,
    bytes: usize,
    used: u64,
}

impl MemoryStore {
    /// An empty store.
    pub fn new(limits: MemoryLimits) -> Self {
        Self { limits, kept: Mutex::default() }
    }

    /// Every change below is made by code that cannot panic half-way, so a poisoned lock is still good.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn row(&mut self, owner: &Owner, id: ConversationId) -> Result<&mut Row, StoreError> {
        self.clock += 1;
        let row = self.conversations.get_mut(&id).filter(|row| row.owner == *owner);
        let row = row.ok_or(StoreError::NotFound("conversation"))?;
        row.used = self.clock;
        Ok(row)
    }

    /// Counts a conversation's bytes anew after a change, and makes room if that went over the limits.
    fn weigh(&mut self, id: ConversationId, limits: MemoryLimits) {
        if let Some(row) = self.conversations.get_mut(&id) {
            let bytes = row.weigh();
            self.bytes = self.bytes - row.bytes + bytes;
            row.bytes = bytes;
        }
        while self.conversations.len() > limits.conversations || self.bytes > limits.bytes {
            let idle = self.conversations.iter().filter(|(other, row)| **other != id && row.under_way().is_none());
            // One in which nothing was said is the first to go, unless it is so new that somebody is about to say something.
            let new = self.clock.saturating_sub(limits.conversations as u64 / SHARE_OF_NEW);
            let oldest =
                idle.min_by_key(|(_, row)| (row.head.is_some() || row.used > new, row.used)).map(|(id, _)| *id);
            let Some(oldest) = oldest else { return };
            self.remove(oldest);
        }
    }

    fn remove(&mut self, id: ConversationId) -> Option<Row> {
        let row = self.conversations.remove(&id)?;
        self.bytes -= row.bytes;
        Some(row)
    }
}

impl Row {
    fn message(&self, id: MessageId) -> Option<&Message> {
        self.messages.iter().rev().find(|message| message.id == id)
    }

    /// The messages from the first to this one.
    fn path(&self, to: Option<MessageId>) -> Vec<Message> {
        let mut path: Vec<Message> = Vec::new();
        let mut next = to.and_then(|id| self.message(id));
        while let Some(message) = next {
            path.push(message.clone());
            next = message.parent_id.and_then(|id| self.message(id));
        }
        path.reverse();
        path
    }

    fn under_way(&self) -> Option<GenerationId> {
        let streaming = self.messages.iter().rev().find(|message| message.status == MessageStatus::Streaming);
        streaming.and_then(|message| message.generation_id)
    }

    /// About what the row holds in memory, in bytes.
    fn weigh(&self) -> usize {
        let text: usize = self.messages.iter().map(|message| message.content.len() + message.reasoning.len()).sum();
        let keys: usize = self.keys.keys().map(|key| key.len() + size_of::<(String, MessageId)>()).sum();
        let settings = [&self.settings.model, &self.settings.system_prompt];
        let settings: usize = settings.into_iter().flatten().map(String::len).sum();
        size_of::<Self>()
            + self.summary.title.len()
            + settings
            + text
            + keys
            + self.messages.len() * size_of::<Message>()
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn create(
        &self,
        owner: &Owner,
        summary: ConversationSummary,
        settings: ConversationSettings,
    ) -> Result<(), StoreError> {
        let mut kept = self.kept();
        kept.clock += 1;
        let (id, used) = (summary.id, kept.clock);
        let row = Row {
            owner: owner.clone(),
            summary,
            settings,
            messages: Vec::new(),
            head: None,
            keys: HashMap::new(),
            bytes: 0,
            used,
        };
        kept.conversations.insert(id, row);
        kept.weigh(id, self.limits);
        Ok(())
    }

    async fn list(&self, owner: &Owner, limit: usize) -> Result<Vec<ConversationSummary>, StoreError> {
        let kept = self.kept();
        let rows = kept.conversations.values().filter(|row| row.owner == *owner && row.head.is_some());
        let mut rows: Vec<_> = rows.map(|row| row.summary.clone()).collect();
        rows.sort_by_key(|row| std::cmp::Reverse((row.updated_at, row.id)));
        rows.truncate(limit);
        Ok(rows)
    }

    async fn get(&self, owner: &Owner, id: ConversationId) -> Result<Conversation, StoreError> {
        let mut kept = self.kept();
        let row = kept.row(owner, id)?;
        Ok(Conversation { summary: row.summary.clone(), settings: row.settings.clone(), messages: row.path(row.head) })
    }

    async fn answer_by_key(&self, owner: &Owner, id: ConversationId, key: &str) -> Result<Option<Message>, StoreError> {
        let mut kept = self.kept();
        let row = kept.row(owner, id)?;
        Ok(row.keys.get(key).and_then(|answer| row.message(*answer)).cloned())
    }

    async fn answer_by_generation(
        &self,
        owner: &Owner,
        generation: GenerationId,
    ) -> Result<(ConversationId, Message), StoreError> {
        let kept = self.kept();
        let rows = kept.conversations.iter().filter(|(_, row)| row.owner == *owner);
        let mut answers = rows.flat_map(|(id, row)| row.messages.iter().map(|message| (*id, message)));
        let found = answers.find(|(_, message)| message.generation_id == Some(generation));
        found.map(|(id, message)| (id, message.clone())).ok_or(StoreError::NotFound("generation"))
    }

    async fn delete(&self, owner: &Owner, id: ConversationId) -> Result<Vec<GenerationId>, StoreError> {
        let mut kept = self.kept();
        kept.row(owner, id)?;
        let messages = kept.remove(id).map(|row| row.messages).unwrap_or_default();
        Ok(messages.into_iter().filter_map(|message| message.generation_id).collect())
    }

    async fn begin_turn(&self, owner: &Owner, turn: NewTurn) -> Result<TurnStart, StoreError> {
        let mut kept = self.kept();
        let row = kept.row(owner, turn.conversation)?;
        let known = turn.idempotency_key.as_ref().and_then(|key| row.keys.get(key));
        if let Some(message) = known.and_then(|id| row.message(*id)) {
            return Ok(TurnStart::Known(Box::new(message.clone())));
        }
        if let Some(generation) = row.under_way() {
            return Err(StoreError::AnswerUnderWay(generation));
        }
        let mut answer = turn.answer;
        let question = match turn.ask {
            NewAsk::Question(question) => {
                let id = question.id;
                if row.messages.is_empty() {
                    row.summary.title = title(&question.content);
                }
                row.messages.push(Message { parent_id: row.head, ..*question });
                id
            }
            NewAsk::Retry(old) => {
                let old = row.message(old).filter(|old| old.role == Role::Assistant);
                old.and_then(|old| old.parent_id).ok_or(StoreError::NotFound("answer"))?
            }
        };
        answer.parent_id = Some(question);
        row.summary.updated_at = answer.created_at;
        row.head = Some(answer.id);
        row.keys.extend(turn.idempotency_key.map(|key| (key, answer.id)));
        row.messages.push(answer);
        row.settings = turn.settings.apply(std::mem::take(&mut row.settings));
        let added = TurnStart::Added { history: row.path(Some(question)), settings: row.settings.clone() };
        kept.weigh(turn.conversation, self.limits);
        Ok(added)
    }

    async fn save_answer(&self, owner: &Owner, id: ConversationId, answer: Message) -> Result<(), StoreError> {
        let mut kept = self.kept();
        let row = kept.row(owner, id)?;
        let kept_answer = row.messages.iter_mut().rev().find(|message| message.id == answer.id);
        *kept_answer.ok_or(StoreError::NotFound("message"))? = answer;
        kept.weigh(id, self.limits);
        Ok(())
    }
}

/// Of all conversations, the part that may be new and empty: when all have been said something in, a visitor who has just
/// made one must still find it after others have made theirs.
const SHARE_OF_NEW: u64 = 4;

/// The most characters in a title.
const TITLE_LENGTH: usize = 60;

/// A title from the first question: its first line that says something, cut at a word.
fn title(question: &str) -> String {
    let line = question.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    if line.chars().count() <= TITLE_LENGTH {
        return line.to_owned();
    }
    let cut: String = line.chars().take(TITLE_LENGTH).collect();
    let whole_words = cut.rsplit_once(char::is_whitespace).map_or(cut.as_str(), |(words, _)| words);
    format!("{}…", whole_words.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: MemoryLimits = MemoryLimits { conversations: 3, bytes: 100_000 };

    #[tokio::test]
    async fn passes_the_contract() {
        super::super::contract::run(|| MemoryStore::new(MemoryLimits { conversations: 100, bytes: 1 << 20 })).await;
    }

    #[tokio::test]
    async fn the_least_recently_used_goes_first() {
        let store = MemoryStore::new(LIMITS);
        let owner = Owner::User("a".into());
        let mut ids = vec![];
        for _ in 0..3 {
            ids.push(super::super::contract::conversation(&store, &owner).await);
        }
        store.get(&owner, ids[0]).await.unwrap();
        ids.push(super::super::contract::conversation(&store, &owner).await);
        assert!(store.get(&owner, ids[1]).await.is_err());
        for kept in [ids[0], ids[2], ids[3]] {
            store.get(&owner, kept).await.unwrap();
        }
    }

    #[tokio::test]
    async fn in_a_full_store_a_new_conversation_lives_until_its_first_question() {
        let store = MemoryStore::new(MemoryLimits { conversations: 8, bytes: 1_000_000 });
        let owner = Owner::User("a".into());
        for _ in 0..8 {
            let id = super::super::contract::conversation(&store, &owner).await;
            store.kept().row(&owner, id).unwrap().head = Some(MessageId(uuid::Uuid::new_v4()));
        }
        let mine = super::super::contract::conversation(&store, &owner).await;
        super::super::contract::conversation(&store, &owner).await;
        store.get(&owner, mine).await.unwrap();
        // But many that stay empty push out one another, not what was said.
        for _ in 0..20 {
            super::super::contract::conversation(&store, &owner).await;
        }
        let said = store.kept().conversations.values().filter(|row| row.head.is_some()).count();
        assert!(said >= 5, "{said} are left of those in which something was said");
    }

    #[test]
    fn titles_are_short_and_end_at_a_word() {
        assert_eq!(title("\n  Hello there \nmore"), "Hello there");
        let long = title(&"wording ".repeat(20));
        assert!(long.chars().count() <= TITLE_LENGTH + 1 && long.ends_with("wording…"), "{long}");
    }
}
