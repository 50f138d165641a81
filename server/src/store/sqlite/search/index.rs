//! The index behind search. Texts get into it a moment after they were stored, many in one step: an index is written to in pieces
//! that are merged later, and a piece for each text would cost more than all else that is stored of it.

use crate::store::{StoreError, words::indexed};
use futures::TryStreamExt;
use serde::Serialize;
use sqlx::{Row, SqliteConnection, query, query_as, query_scalar};
use std::collections::HashSet;

/// The most texts of one step: whoever wants to write meanwhile waits for it.
const TEXTS: i64 = 64;

/// The most bytes of them, one text excepted that is larger by itself.
const BYTES: usize = 1 << 20;

/// The shortest beginning of a word for which the words are looked up that it may become.
pub(super) const SHORTEST_EXPANDED: usize = 4;

/// The words of one text, as SQLite's JSON functions read them: one statement takes all of a step.
#[derive(Serialize)]
struct Indexed {
    key: i64,
    owner: String,
    words: String,
}

impl Indexed {
    fn new(key: i64, owner: i64, text: &str) -> Self {
        Self { key, owner: owner_word(owner), words: indexed(text) }
    }
}

/// What stands in the index with the words of a text, so that nobody's search walks over what is another's.
pub(super) fn owner_word(owner: i64) -> String {
    format!("o{owner}")
}

pub(in crate::store::sqlite) const NEW_MESSAGES: &str = "SELECT m.key, c.owner, m.content FROM messages m CROSS JOIN conversations c ON c.key = m.conversation \
     WHERE m.indexed = 0 AND m.status <> 'streaming' ORDER BY m.key LIMIT ?";

pub(in crate::store::sqlite) const NEW_TITLES: &str =
    "SELECT key, owner, title FROM conversations WHERE title_indexed = 0 ORDER BY key LIMIT ?";

/// Indexes some of what is not indexed yet; `true` if there may be more.
pub(in crate::store::sqlite) async fn index_some(connection: &mut SqliteConnection) -> Result<bool, StoreError> {
    let titles: Vec<(i64, i64, String)> = query_as(NEW_TITLES).bind(TEXTS).fetch_all(&mut *connection).await?;
    let titles: Vec<_> = titles.iter().map(|(key, owner, title)| Indexed::new(*key, *owner, title)).collect();
    let (messages, more) = new_messages(connection).await?;
    remember(connection, titles.iter().chain(&messages)).await?;
    index_titles(connection, &titles).await?;
    index_messages(connection, &messages).await?;
    Ok(more || titles.len() as i64 == TEXTS)
}

/// The next messages, and whether there may be more.
async fn new_messages(connection: &mut SqliteConnection) -> Result<(Vec<Indexed>, bool), StoreError> {
    let (mut messages, mut bytes) = (Vec::new(), 0);
    let mut rows = query(NEW_MESSAGES).bind(TEXTS).fetch(connection);
    while let Some(row) = rows.try_next().await? {
        let content: &str = row.try_get(2)?;
        bytes += content.len();
        messages.push(Indexed::new(row.try_get(0)?, row.try_get(1)?, content));
        if bytes >= BYTES {
            return Ok((messages, true));
        }
    }
    let more = messages.len() as i64 == TEXTS;
    Ok((messages, more))
}

async fn index_titles(connection: &mut SqliteConnection, titles: &[Indexed]) -> Result<(), StoreError> {
    if titles.is_empty() {
        return Ok(());
    }
    let json = json(titles)?;
    // The words of an older title.
    query("DELETE FROM title_words WHERE rowid IN (SELECT value ->> 'key' FROM json_each(?))")
        .bind(&json)
        .execute(&mut *connection)
        .await?;
    query(
        "INSERT INTO title_words (rowid, owner, words) \
         SELECT value ->> 'key', value ->> 'owner', value ->> 'words' FROM json_each(?)",
    )
    .bind(&json)
    .execute(&mut *connection)
    .await?;
    query("UPDATE conversations SET title_indexed = 1 WHERE key IN (SELECT value ->> 'key' FROM json_each(?))")
        .bind(json)
        .execute(connection)
        .await?;
    Ok(())
}

async fn index_messages(connection: &mut SqliteConnection, messages: &[Indexed]) -> Result<(), StoreError> {
    if messages.is_empty() {
        return Ok(());
    }
    let json = json(messages)?;
    query(
        "INSERT INTO message_words (rowid, owner, words) \
         SELECT value ->> 'key', value ->> 'owner', value ->> 'words' FROM json_each(?) WHERE value ->> 'words' <> ''",
    )
    .bind(&json)
    .execute(&mut *connection)
    .await?;
    query("UPDATE messages SET indexed = 1 WHERE key IN (SELECT value ->> 'key' FROM json_each(?))")
        .bind(json)
        .execute(connection)
        .await?;
    Ok(())
}

/// Remembers words, so that their beginnings find them.
async fn remember(connection: &mut SqliteConnection, texts: impl Iterator<Item = &Indexed>) -> Result<(), StoreError> {
    let long: HashSet<&str> = texts.flat_map(|text| long(&text.words)).collect();
    if !long.is_empty() {
        let insert = "INSERT INTO words (word) SELECT value FROM json_each(?) WHERE true ON CONFLICT DO NOTHING";
        query(insert).bind(json(&long)?).execute(connection).await?;
    }
    Ok(())
}

/// Those of the words that are remembered.
fn long(words: &str) -> impl Iterator<Item = &str> {
    words.split(' ').filter(|word| word.chars().count() >= SHORTEST_EXPANDED)
}

fn json(value: &(impl Serialize + ?Sized)) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Failed(error.to_string()))
}

/// Forgets the words of these messages; their keys are a JSON array.
pub(in crate::store::sqlite) async fn forget_messages(
    connection: &mut SqliteConnection,
    keys: &str,
) -> Result<(), StoreError> {
    let mut words = HashSet::new();
    let select = "SELECT content FROM messages WHERE key IN (SELECT value FROM json_each(?))";
    {
        let mut rows = query(select).bind(keys).fetch(&mut *connection);
        while let Some(row) = rows.try_next().await? {
            words.extend(long(&indexed(row.try_get(0)?)).map(str::to_owned));
        }
    }
    let delete = "DELETE FROM message_words WHERE rowid IN (SELECT value FROM json_each(?))";
    query(delete).bind(keys).execute(&mut *connection).await?;
    forget_words(connection, &words).await
}

/// Forgets those of these words that no text has any more: they may have been a password.
async fn forget_words(connection: &mut SqliteConnection, words: &HashSet<String>) -> Result<(), StoreError> {
    query(FORGET_WORDS).bind(json(words)?).execute(connection).await?;
    Ok(())
}

pub(in crate::store::sqlite) const FORGET_WORDS: &str = "DELETE FROM words WHERE word IN (SELECT value FROM json_each(?)) \
     AND NOT EXISTS (SELECT 1 FROM message_words WHERE message_words MATCH 'words : \"' || words.word || '\"') \
     AND NOT EXISTS (SELECT 1 FROM title_words WHERE title_words MATCH 'words : \"' || words.word || '\"')";

pub(in crate::store::sqlite) async fn forget_title(
    connection: &mut SqliteConnection,
    conversation: i64,
) -> Result<(), StoreError> {
    let select = "SELECT title FROM conversations WHERE key = ?";
    let title: Option<String> = query_scalar(select).bind(conversation).fetch_optional(&mut *connection).await?;
    query("DELETE FROM title_words WHERE rowid = ?").bind(conversation).execute(&mut *connection).await?;
    let words = long(&indexed(&title.unwrap_or_default())).map(str::to_owned).collect();
    forget_words(connection, &words).await
}
