//! The list of the visitor's conversations.

use crate::browser::http::{self, FetchError};
use futures::{FutureExt, future::LocalBoxFuture};
use leptos::prelude::*;
use protocol::{
    conversation::{ConversationChange, ConversationList, ConversationSummary},
    id::ConversationId,
};
use std::cmp::Ordering;

/// How many conversations are asked for at a time.
const PAGE: usize = 50;

/// Where the reading of the list stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Nothing is being read.
    Idle,
    /// The next page is being read.
    UnderWay,
    /// The last page could not be read.
    Failed,
}

/// The list as signals. Copying it gives the same list.
#[derive(Debug, Clone, Copy)]
pub struct Conversations {
    /// What is known of the list: the pinned ones first, then by recency, without gaps as far as it goes.
    pub known: RwSignal<Vec<ConversationSummary>>,
    /// Where the reading of it stands.
    pub reading: RwSignal<Reading>,
    next: RwSignal<Option<String>>,
    /// Those that were deleted: an answer that was on its way must not bring them back.
    deleted: StoredValue<Vec<Deleted>>,
}

/// A conversation that was deleted.
#[derive(Debug, Clone, Copy)]
struct Deleted {
    id: ConversationId,
    /// Whether it was deleted in this tab.
    here: bool,
    /// Whether the feed has told it: what the feed tells from then on is newer.
    told: bool,
}

impl Conversations {
    /// Begins with the first page.
    pub fn new(first: ConversationList) -> Self {
        Self {
            known: RwSignal::new(first.conversations),
            reading: RwSignal::new(Reading::Idle),
            next: RwSignal::new(first.next),
            deleted: StoredValue::new(Vec::new()),
        }
    }

    /// Whether there are more than are known, tracked.
    pub fn has_more(self) -> bool {
        self.next.with(Option::is_some)
    }

    /// What is known of a conversation, tracked.
    pub fn find(self, id: ConversationId) -> Option<ConversationSummary> {
        self.known.with(|known| known.iter().find(|one| one.id == id).cloned())
    }

    /// Reads the next page. Does nothing while one is being read, or if there is none.
    pub async fn read_more(self) {
        let Some(cursor) = self.next.get_untracked() else { return };
        if self.reading.get_untracked() == Reading::UnderWay {
            return;
        }
        self.reading.set(Reading::UnderWay);
        let address = format!("/api/conversations?limit={PAGE}&cursor={}", http::encoded(&cursor));
        let page = http::get::<ConversationList>(&address).await;
        // The list may have begun anew meanwhile.
        if self.next.get_untracked().as_ref() != Some(&cursor) {
            return self.reading.set(Reading::Idle);
        }
        match page {
            Ok(page) => {
                self.next.set(page.next);
                self.known.update(|known| append(known, self.living(page.conversations)));
                self.reading.set(Reading::Idle);
            }
            Err(_) => self.reading.set(Reading::Failed),
        }
    }

    /// Reads the first page again, because something may have changed without a word.
    pub async fn refresh(self) {
        match http::get::<ConversationList>(&format!("/api/conversations?limit={PAGE}")).await {
            Ok(page) => {
                let (first, next) = (self.living(page.conversations), page.next);
                let mut whole = self.known.get_untracked();
                let joined = renew(&mut whole, first, next.is_some());
                if self.known.with_untracked(|known| *known != whole) {
                    self.known.set(whole);
                }
                if !joined || next.is_none() {
                    self.next.set(next);
                }
                self.reading.set(Reading::Idle);
            }
            Err(_) if self.known.with_untracked(Vec::is_empty) => self.reading.set(Reading::Failed),
            Err(_) => {}
        }
    }

    /// Reads the list from its beginning: what has come in may belong anywhere in it.
    pub async fn begin_anew(self) {
        match http::get::<ConversationList>(&format!("/api/conversations?limit={PAGE}")).await {
            Ok(page) => {
                self.known.set(self.living(page.conversations));
                self.next.set(page.next);
                self.reading.set(Reading::Idle);
            }
            Err(_) => self.reading.set(Reading::Failed),
        }
    }

    fn living(self, page: Vec<ConversationSummary>) -> Vec<ConversationSummary> {
        page.into_iter().filter(|one| self.deletion(one.id).is_none()).collect()
    }

    /// Takes what the server says of a conversation.
    pub fn take(self, one: ConversationSummary) {
        if self.deletion(one.id).is_some() {
            return;
        }
        let more = self.next.with_untracked(Option::is_some);
        if self.known.with_untracked(|known| !known.contains(&one)) {
            self.known.update(|known| place(known, one, more));
        }
    }

    /// Takes what the feed tells of a conversation. It tells things in their order, so that what it says of a deleted one after
    /// its deletion is that it was restored.
    pub fn hear(self, one: ConversationSummary) {
        if self.deletion(one.id).is_some_and(|deletion| deletion.told) {
            self.revive(one.id);
        }
        self.take(one);
    }

    /// The feed tells that a conversation was deleted, here or elsewhere.
    pub fn hear_deleted(self, id: ConversationId) {
        let here = self.was_deleted_here(id);
        self.revive(id);
        self.deleted.update_value(|all| all.push(Deleted { id, here, told: true }));
        self.remove(id);
    }

    /// The feed begins anew: it repeats nothing that was before.
    pub fn hear_anew(self) {
        self.deleted.update_value(|all| all.iter_mut().for_each(|one| one.told = true));
    }

    fn deletion(self, id: ConversationId) -> Option<Deleted> {
        self.deleted.with_value(|all| all.iter().find(|one| one.id == id).copied())
    }

    fn remove(self, id: ConversationId) {
        if self.known.with_untracked(|known| known.iter().any(|one| one.id == id)) {
            self.known.update(|known| known.retain(|one| one.id != id));
        }
    }

    /// Changes a conversation, at once and then on the server. What the server does not take is undone.
    pub async fn change(self, id: ConversationId, change: ConversationChange) -> Result<(), FetchError> {
        let before = untrack(|| self.find(id));
        if let Some(mut one) = before.clone() {
            one.title = change.title.clone().unwrap_or(one.title);
            one.pinned = change.pinned.unwrap_or(one.pinned);
            self.take(one);
        }
        match http::patch::<ConversationSummary>(&format!("/api/conversations/{id}"), &change).await {
            Ok(now) => {
                self.take(now);
                Ok(())
            }
            Err(error) => {
                if let Some(before) = before {
                    self.take(before);
                }
                Err(error)
            }
        }
    }

    /// Deletes a conversation, at once here. What is given is done when the server has answered.
    pub fn delete(self, id: ConversationId) -> LocalBoxFuture<'static, Result<(), FetchError>> {
        let before = untrack(|| self.find(id));
        self.deleted.update_value(|all| all.push(Deleted { id, here: true, told: false }));
        self.remove(id);
        let gone = async move {
            match http::delete(&format!("/api/conversations/{id}")).await {
                // Another tab was quicker.
                Err(FetchError::Refused(refusal)) if refusal.status == 404 => Ok(()),
                Err(error) => {
                    self.revive(id);
                    if let Some(before) = before {
                        self.take(before);
                    }
                    Err(error)
                }
                Ok(()) => Ok(()),
            }
        };
        gone.boxed_local()
    }

    /// Undoes a [`delete`](Self::delete) that the server has taken.
    pub async fn restore(self, id: ConversationId) -> Result<(), FetchError> {
        let change = ConversationChange { deleted: Some(false), ..ConversationChange::default() };
        let one = http::patch::<ConversationSummary>(&format!("/api/conversations/{id}"), &change).await?;
        self.revive(id);
        self.take(one);
        Ok(())
    }

    /// Whether a conversation was deleted here, and not restored since.
    pub fn was_deleted_here(self, id: ConversationId) -> bool {
        self.deletion(id).is_some_and(|deletion| deletion.here)
    }

    /// A conversation may be on the list again: it was restored, or not deleted after all.
    fn revive(self, id: ConversationId) {
        self.deleted.update_value(|all| all.retain(|one| one.id != id));
    }
}

/// The pinned ones first, then by recency; ids, which go by time, decide between those of one moment.
fn order(a: &ConversationSummary, b: &ConversationSummary) -> Ordering {
    (b.pinned, b.updated_at, b.id).cmp(&(a.pinned, a.updated_at, a.id))
}

/// Puts a conversation where it belongs. One that belongs behind all that is known, and so among what is not known, is
/// left to be read.
fn place(known: &mut Vec<ConversationSummary>, one: ConversationSummary, more: bool) {
    known.retain(|other| other.id != one.id);
    let at = known.partition_point(|other| order(other, &one) == Ordering::Less);
    if at < known.len() || !more {
        known.insert(at, one);
    }
}

/// Adds the next page. What was touched since the page before it has moved to the front, and may be on both.
fn append(known: &mut Vec<ConversationSummary>, page: Vec<ConversationSummary>) {
    for one in page {
        if !known.iter().any(|other| other.id == one.id) {
            place(known, one, false);
        }
    }
}

/// Puts a new first page in the place of what it covers. True if what is known behind it can stay, because nothing can lie
/// between the two.
fn renew(known: &mut Vec<ConversationSummary>, first: Vec<ConversationSummary>, more: bool) -> bool {
    let last = first.last().filter(|_| more).cloned();
    let overlaps = last.as_ref().is_some_and(|last| known.iter().any(|one| one.id == last.id));
    let rest = match last {
        Some(last) if overlaps => {
            let behind = |one: &ConversationSummary| order(&last, one) == Ordering::Less;
            known.drain(..).filter(|one| behind(one) && !first.iter().any(|new| new.id == one.id)).collect()
        }
        _ => Vec::new(),
    };
    *known = first;
    known.extend(rest);
    overlaps
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn one(number: u128, updated_at: u64) -> ConversationSummary {
        let id = ConversationId(Uuid::from_u128(number));
        ConversationSummary { id, title: String::new(), created_at: 0, updated_at, pinned: false, generation_id: None }
    }

    fn numbers(list: &[ConversationSummary]) -> Vec<u128> {
        list.iter().map(|one| one.id.0.as_u128()).collect()
    }

    #[test]
    fn a_conversation_goes_where_it_belongs() {
        let mut known = vec![one(1, 30), one(2, 20), one(3, 10)];
        place(&mut known, one(3, 40), true);
        assert_eq!(numbers(&known), [3, 1, 2]);
        place(&mut known, ConversationSummary { pinned: true, ..one(2, 20) }, true);
        assert_eq!(numbers(&known), [2, 3, 1]);
        place(&mut known, one(9, 5), true);
        assert_eq!(numbers(&known), [2, 3, 1], "what belongs behind all that is known is read with its page");
        place(&mut known, one(9, 5), false);
        assert_eq!(numbers(&known), [2, 3, 1, 9]);
    }

    #[test]
    fn a_page_adds_what_is_not_there() {
        let mut known = vec![one(3, 40), one(1, 30)];
        append(&mut known, vec![one(3, 10), one(2, 20)]);
        assert_eq!(numbers(&known), [3, 1, 2]);
        assert_eq!(known[0].updated_at, 40);
    }

    #[test]
    fn a_new_first_page_keeps_what_lies_behind_it() {
        let mut known = vec![one(1, 40), one(2, 30), one(3, 20), one(4, 10)];
        assert!(renew(&mut known, vec![one(5, 50), one(1, 40), one(3, 20)], true));
        assert_eq!(numbers(&known), [5, 1, 3, 4], "what is missing from the page is deleted");
        assert!(!renew(&mut known, vec![one(8, 80), one(7, 70)], true));
        assert_eq!(numbers(&known), [8, 7], "there may be others between the two");
        assert!(!renew(&mut known, vec![one(6, 60)], false));
        assert_eq!(numbers(&known), [6]);
    }
}
