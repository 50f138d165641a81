//! Search: the index finds what fits, the newest first; of that, the best are chosen here.
//!
//! The index has each text's words with its owner's key as one more word, so that nobody's search ever walks over what is
//! another's. A word that is everywhere fits a million messages; only the newest of them are weighed.

pub(super) mod index;
mod snippet;

use super::rows::{self, owner_name};
use crate::{
    store::{
        StoreError,
        words::{Term, terms, words},
    },
    visitor::Owner,
};
use index::{SHORTEST_EXPANDED, owner_word};
use protocol::{
    id::{ConversationId, MessageId},
    message::Role,
    search::{SearchHit, SearchResults},
};
use snippet::{marked, snippet};
use sqlx::{Row, SqliteConnection, query, query_scalar};
use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// The most messages that are weighed, and the most titles.
const WEIGHED: usize = 300;

/// The most characters of a message that are weighed.
const WEIGHED_TEXT: i64 = 8_000;

/// The most characters of a message in which what fits is looked for, to be shown; beyond them its beginning is.
const MARKED_TEXT: i64 = 200_000;

/// The most messages of one conversation in a result: one long chat must not hide the others.
const OF_ONE_CONVERSATION: usize = 3;

/// What a title that fits is worth: more than any message.
const TITLE: f64 = 100.0;

/// The shortest beginning of a word that the index finds by itself, for which it has lists of two and three characters.
const SHORTEST_PREFIX: usize = 2;

/// The most words that may stand before such a beginning: each of the words that it may become is looked for with them.
const LONGEST_EXPANDED: usize = 4;

/// The most words that a beginning is taken for. Where there are more, the index has to find them by itself.
const MOST_EXPANDED: usize = 128;

/// The query in the words of FTS5. Nothing but letters, digits and spaces of the text gets into it, between quotes.
async fn expression(connection: &mut SqliteConnection, owner: i64, terms: &[Term]) -> Result<String, StoreError> {
    let mut all = Vec::new();
    for term in terms {
        all.push(alternatives(connection, term).await?);
    }
    Ok(format!("owner : \"{}\" AND words : ({})", owner_word(owner), all.join(" AND ")))
}

pub(super) const EXPANDED: &str =
    "SELECT word FROM words WHERE word >= ?1 AND word < ?1 || char(0x10FFFF) ORDER BY word LIMIT ?2";

/// A term in the words of FTS5: where its end is unfinished, all that it may be.
async fn alternatives(connection: &mut SqliteConnection, term: &Term) -> Result<String, StoreError> {
    let phrase = |words: &[String]| format!("\"{}\"", words.join(" "));
    let Some((last, first)) = term.words.split_last().filter(|_| term.prefix) else { return Ok(phrase(&term.words)) };
    let length = last.chars().count();
    if length < SHORTEST_PREFIX {
        return Ok(phrase(&term.words));
    }
    if length >= SHORTEST_EXPANDED && first.len() <= LONGEST_EXPANDED {
        let words = query_scalar(EXPANDED).bind(last).bind(MOST_EXPANDED as i64 + 1);
        let words: Vec<String> = words.fetch_all(connection).await?;
        if words.len() <= MOST_EXPANDED {
            let ends = if words.is_empty() { vec![last.clone()] } else { words };
            let phrases: Vec<_> = ends.into_iter().map(|end| phrase(&[first, &[end]].concat())).collect();
            return Ok(format!("({})", phrases.join(" OR ")));
        }
    }
    Ok(format!("{} *", phrase(&term.words)))
}

/// One thing that fits.
struct Candidate {
    conversation: ConversationId,
    title: String,
    message: Option<(i64, MessageId, Role)>,
    text: String,
    created_at: i64,
    score: f64,
}

pub(super) async fn search(
    connection: &mut SqliteConnection,
    owner: &Owner,
    text: &str,
    limit: usize,
    cursor: Option<String>,
) -> Result<SearchResults, StoreError> {
    let offset: usize = cursor.map_or(Ok(0), |cursor| cursor.parse()).map_err(|_| StoreError::InvalidCursor)?;
    let select = "SELECT key FROM owners WHERE name = ?";
    let owner: Option<i64> = query_scalar(select).bind(owner_name(owner)).fetch_optional(&mut *connection).await?;
    let (terms, Some(owner)) = (terms(text), owner) else { return Ok(SearchResults::default()) };
    if terms.is_empty() {
        return Ok(SearchResults::default());
    }
    let expression = expression(connection, owner, &terms).await?;
    let titles = titles(connection, &expression).await?;
    let messages = messages(connection, &expression).await?;
    let terms: Arc<[Term]> = terms.into();
    let ranked = weighed(&terms, move |terms| rank(titles, messages, terms)).await?;
    let more = ranked.len() > offset.saturating_add(limit);
    let mut hits = Vec::new();
    for candidate in ranked.into_iter().skip(offset).take(limit) {
        hits.push(hit(connection, candidate, &terms).await?);
    }
    Ok(SearchResults { hits, next: more.then(|| (offset + limit).to_string()) })
}

pub(super) const TITLES: &str = "SELECT c.id, c.title, c.created_at FROM title_words w CROSS JOIN conversations c ON c.key = w.rowid \
     WHERE title_words MATCH ? AND c.deleted_at IS NULL AND c.head IS NOT NULL ORDER BY w.rowid DESC LIMIT ?";

async fn titles(connection: &mut SqliteConnection, expression: &str) -> Result<Vec<Candidate>, StoreError> {
    let rows = query(TITLES).bind(expression).bind(WEIGHED as i64).fetch_all(connection).await?;
    let candidate = |row: &sqlx::sqlite::SqliteRow| {
        Ok(Candidate {
            conversation: ConversationId(row.try_get(0)?),
            title: row.try_get(1)?,
            message: None,
            text: String::new(),
            created_at: row.try_get(2)?,
            score: TITLE,
        })
    };
    rows.iter().map(candidate).collect()
}

pub(super) const MESSAGES: &str = "SELECT m.key, m.id, m.role, m.created_at, substr(m.content, 1, ?), c.id, c.title \
     FROM message_words w CROSS JOIN messages m ON m.key = w.rowid CROSS JOIN conversations c ON c.key = m.conversation \
     WHERE message_words MATCH ? AND m.deleted_at IS NULL AND c.deleted_at IS NULL ORDER BY w.rowid DESC LIMIT ?";

async fn messages(connection: &mut SqliteConnection, expression: &str) -> Result<Vec<Candidate>, StoreError> {
    let found = query(MESSAGES).bind(WEIGHED_TEXT).bind(expression).bind(WEIGHED as i64);
    let candidate = |row: &sqlx::sqlite::SqliteRow| {
        Ok(Candidate {
            conversation: ConversationId(row.try_get(5)?),
            title: row.try_get(6)?,
            message: Some((row.try_get(0)?, MessageId(row.try_get(1)?), rows::role(row.try_get(2)?)?)),
            text: row.try_get(4)?,
            created_at: row.try_get(3)?,
            score: 0.0,
        })
    };
    found.fetch_all(connection).await?.iter().map(candidate).collect()
}

/// What takes the processor is not done by the threads that everybody's reading and writing goes through.
async fn weighed<T: Send + 'static>(
    terms: &Arc<[Term]>,
    work: impl FnOnce(&[Term]) -> T + Send + 'static,
) -> Result<T, StoreError> {
    let terms = Arc::clone(terms);
    let done = tokio::task::spawn_blocking(move || work(&terms)).await;
    done.map_err(|error| StoreError::Failed(error.to_string()))
}

/// The best first. A conversation whose title fits stands there once by itself only if none of its messages fits.
fn rank(titles: Vec<Candidate>, mut messages: Vec<Candidate>, terms: &[Term]) -> Vec<Candidate> {
    let entitled: HashSet<_> = titles.iter().map(|title| title.conversation).collect();
    let count = messages.len() as f64;
    for (age, message) in messages.iter_mut().enumerate() {
        // Of two that fit equally well, the newer one.
        let recency = 0.2 * (1.0 - age as f64 / count);
        let title = if entitled.contains(&message.conversation) { TITLE } else { 0.0 };
        message.score = title + weight(&message.text, terms) + recency;
    }
    let told: HashSet<_> = messages.iter().map(|message| message.conversation).collect();
    messages.extend(titles.into_iter().filter(|title| !told.contains(&title.conversation)));
    messages.sort_by(|one, other| {
        other.score.total_cmp(&one.score).then(Reverse(one.created_at).cmp(&Reverse(other.created_at)))
    });
    let mut of_one: HashMap<ConversationId, usize> = HashMap::new();
    messages.retain(|candidate| {
        let count = of_one.entry(candidate.conversation).or_default();
        *count += 1;
        *count <= OF_ONE_CONVERSATION
    });
    messages
}

/// BM25's two numbers, as everybody sets them.
const K1: f64 = 1.2;
const B: f64 = 0.75;

/// What an average message has in words.
const AVERAGE_LENGTH: f64 = 150.0;

/// How well a text fits: BM25 without the rarity of words, as all that is weighed has all of them.
fn weight(text: &str, terms: &[Term]) -> f64 {
    let words = words(text);
    let length = 1.0 - B + B * words.len() as f64 / AVERAGE_LENGTH;
    let of_term = |term: &Term| {
        let count = term.places(&words).len() as f64;
        count * (K1 + 1.0) / (count + K1 * length)
    };
    terms.iter().map(of_term).sum::<f64>() / terms.len() as f64
}

async fn hit(
    connection: &mut SqliteConnection,
    candidate: Candidate,
    terms: &Arc<[Term]>,
) -> Result<SearchHit, StoreError> {
    let mut parts = Vec::new();
    if let Some((key, ..)) = candidate.message {
        parts = weighed(terms, move |terms| snippet(&candidate.text, terms)).await?;
        if parts.iter().all(|part| !part.hit) {
            // What fits stands further down than what was weighed.
            let select = "SELECT substr(content, 1, ?) FROM messages WHERE key = ?";
            let text: String = query_scalar(select).bind(MARKED_TEXT).bind(key).fetch_one(connection).await?;
            parts = weighed(terms, move |terms| snippet(&text, terms)).await?;
        }
    }
    Ok(SearchHit {
        conversation_id: candidate.conversation,
        title: marked(&candidate.title, terms),
        message_id: candidate.message.map(|(_, id, _)| id),
        role: candidate.message.map(|(.., role)| role),
        snippet: parts,
        created_at: rows::time(candidate.created_at),
    })
}
