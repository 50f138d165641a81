//! Finding conversations and messages by words.

use crate::{
    browser::{http, time},
    erased::{effect, memo},
};
use leptos::prelude::*;
use protocol::search::{SearchHit, SearchResults};
use std::time::Duration;

/// How long the typing must rest before the server is asked. It answers in some 6 ms, and who types quickly presses a key each
/// 100 ms: so most keys are answered before the next one, and only what comes in a burst (a word pasted, a key held) is waited for.
const REST: Duration = Duration::from_millis(40);
/// How many are asked for at a time.
const PAGE: usize = 20;

/// Where the search stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// Nothing is looked for.
    Idle,
    /// The server is being asked. What was found before stays until it has answered.
    UnderWay,
    /// What was found is all that fits, or its beginning.
    Done,
    /// The server did not answer.
    Failed,
}

/// A search as signals. Copying it gives the same search.
#[derive(Debug, Clone, Copy)]
pub struct Search {
    /// What is looked for.
    pub words: RwSignal<String>,
    /// What was found, the best first.
    pub hits: RwSignal<Vec<SearchHit>>,
    /// Where the search stands.
    pub finding: RwSignal<Finding>,
    next: RwSignal<Option<String>>,
    tries: RwSignal<u32>,
}

impl Search {
    /// A search that asks the server whenever its words change, as long as the component lives that calls this.
    pub fn new() -> Self {
        let search = Self {
            words: RwSignal::new(String::new()),
            hits: RwSignal::new(Vec::new()),
            finding: RwSignal::new(Finding::Idle),
            next: RwSignal::new(None),
            tries: RwSignal::new(0),
        };
        let words = memo(move || search.words.with(|words| words.trim().to_owned()));
        effect(move |_| {
            search.tries.track();
            let words = words.get();
            search.next.set(None);
            if words.is_empty() {
                search.hits.set(Vec::new());
                return search.finding.set(Finding::Idle);
            }
            search.finding.set(Finding::UnderWay);
            // With the next words this ends, and whatever it would have been answered is not heard.
            leptos::reactive::spawn_local_scoped_with_cancellation(async move {
                time::sleep(REST).await;
                search.ask(&words).await;
            });
        });
        search
    }

    async fn ask(self, words: &str) {
        match http::get::<SearchResults>(&address(words, None)).await {
            Ok(results) => {
                self.hits.set(results.hits);
                self.next.set(results.next);
                self.finding.set(Finding::Done);
            }
            Err(_) => self.finding.set(Finding::Failed),
        }
    }

    /// Asks again for the same words.
    pub fn retry(self) {
        self.tries.update(|tries| *tries += 1);
    }

    /// Reads what fits less well, if there is more.
    pub async fn read_more(self) {
        let Some(cursor) = self.next.try_update(Option::take).flatten() else { return };
        let words = self.words.with_untracked(|words| words.trim().to_owned());
        let more = http::get::<SearchResults>(&address(&words, Some(&cursor))).await;
        // The search may have ended meanwhile, or gone on to other words.
        let same = self.words.try_with_untracked(|now| now.trim() == words);
        if same != Some(true) || self.finding.get_untracked() != Finding::Done {
            return;
        }
        match more {
            Ok(results) => {
                self.hits.update(|hits| hits.extend(results.hits));
                self.next.set(results.next);
            }
            Err(_) => self.next.set(Some(cursor)),
        }
    }
}

impl Default for Search {
    fn default() -> Self {
        Self::new()
    }
}

fn address(words: &str, cursor: Option<&str>) -> String {
    let cursor = cursor.map(|cursor| format!("&cursor={}", http::encoded(cursor))).unwrap_or_default();
    format!("/api/search?q={}&limit={PAGE}{cursor}", http::encoded(words))
}
