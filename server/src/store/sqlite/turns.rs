//! Turns: a question and its answer are added together; the answer is kept while it grows, and at its end.

use super::{
    attachments, branches,
    conversations::{self, Found, title_by},
    rows::{self, AFTER_MESSAGE, AFTER_SUMMARY, integer, message_columns, owner_name},
    usage,
};
use crate::{
    store::{KnownTurn, NewAsk, NewTurn, StoreError, TurnStart, title::title},
    visitor::Owner,
};
use protocol::{
    conversation::{ConversationSettings, ConversationSummary},
    id::{ConversationId, GenerationId, MessageId},
    message::{Message, Role},
};
use sqlx::{Row, SqliteConnection, query};

pub(super) const BY_KEY: &str = concat!(
    "SELECT ",
    message_columns!(),
    ", p.content, (SELECT json_group_array(lower(hex(a.id)) ORDER BY l.position) \
     FROM message_attachments l CROSS JOIN attachments a ON a.key = l.attachment WHERE l.message = p.key) FROM sends s JOIN messages m ON m.key = s.answer LEFT JOIN messages p ON p.key = m.parent \
     WHERE s.conversation = ? AND s.key = ? AND m.conversation = s.conversation"
);

/// The turn that an idempotency key has added. One that was deleted is a turn as well: the key must not add another.
pub(super) async fn known(
    connection: &mut SqliteConnection,
    conversation: i64,
    key: &str,
) -> Result<Option<KnownTurn>, StoreError> {
    let Some(row) = query(BY_KEY).bind(conversation).bind(key).fetch_optional(connection).await? else {
        return Ok(None);
    };
    let question: Option<String> = row.try_get(AFTER_MESSAGE)?;
    let attachments = attachments::ids(row.try_get(AFTER_MESSAGE + 1)?);
    Ok(Some(KnownTurn { answer: rows::message(&row)?.message, question: question.unwrap_or_default(), attachments }))
}

pub(super) const BY_GENERATION: &str = concat!(
    "SELECT ",
    message_columns!(),
    ", c.id FROM messages m JOIN conversations c ON c.key = m.conversation LEFT JOIN messages p ON p.key = m.parent \
     WHERE m.generation = ? AND m.deleted_at IS NULL AND c.deleted_at IS NULL \
     AND c.owner = (SELECT key FROM owners WHERE name = ?)"
);

pub(super) async fn answer_by_generation(
    connection: &mut SqliteConnection,
    owner: &Owner,
    generation: GenerationId,
) -> Result<(ConversationId, Message), StoreError> {
    let found = query(BY_GENERATION).bind(generation.0).bind(owner_name(owner)).fetch_optional(connection).await?;
    let row = found.ok_or(StoreError::NotFound("generation"))?;
    Ok((ConversationId(row.try_get(AFTER_MESSAGE)?), rows::message(&row)?.message))
}

pub(super) async fn begin(
    connection: &mut SqliteConnection,
    owner: &Owner,
    turn: NewTurn,
) -> Result<TurnStart, StoreError> {
    let conversation = conversations::find(connection, owner, turn.conversation).await?;
    if let Some(key) = &turn.idempotency_key
        && let Some(known) = known(connection, conversation.key, key).await?
    {
        return Ok(TurnStart::Known(Box::new(known)));
    }
    if let Some(generation) = conversation.summary.generation_id {
        return Err(StoreError::AnswerUnderWay(generation));
    }
    let question = ask(connection, &conversation, turn.ask).await?;
    let answer = rows::insert(connection, conversation.key, Some(question), &turn.answer).await?;
    if let Some(key) = turn.idempotency_key {
        // The answer that it made before may have been removed.
        let insert = "INSERT INTO sends (conversation, key, answer) VALUES (?, ?, ?) \
                      ON CONFLICT DO UPDATE SET answer = excluded.answer";
        query(insert).bind(conversation.key).bind(key).bind(answer).execute(&mut *connection).await?;
    }
    let settings = turn.settings.apply(conversation.settings.clone());
    let summary = advance(connection, conversation.key, answer, &turn.answer, &settings).await?;
    let history = branches::up(connection, Some(question), usize::MAX).await?;
    let history = history.into_iter().map(|row| row.message).collect();
    Ok(TurnStart::Added { history, settings, summary })
}

/// Adds the question, if it is a new one; gives the key of the message to answer.
async fn ask(connection: &mut SqliteConnection, conversation: &Found, ask: NewAsk) -> Result<i64, StoreError> {
    let (parent, question) = match ask {
        NewAsk::Question(question) => (end_of_branch(connection, conversation, question.parent_id).await?, question),
        NewAsk::Edit(old, question) => {
            let old = branches::one(connection, conversation.key, old).await?;
            if old.message.role != Role::User {
                return Err(StoreError::NotFound("question"));
            }
            if old.parent.is_none() && conversation.title_by == title_by::QUESTION {
                // The title was made from the question that is edited away.
                let title = title(question_title(&question));
                conversations::set_title(connection, conversation.key, &title, title_by::QUESTION).await?;
            }
            (old.parent, question)
        }
        NewAsk::Retry(old) => {
            let old = branches::one(connection, conversation.key, old).await.ok();
            let old = old.filter(|old| old.message.role == Role::Assistant);
            return old.and_then(|old| old.parent).ok_or(StoreError::NotFound("answer"));
        }
    };
    if conversation.title_by == title_by::NOBODY {
        let title = title(question_title(&question));
        conversations::set_title(connection, conversation.key, &title, title_by::QUESTION).await?;
    }
    let key = rows::insert(connection, conversation.key, parent, &question).await?;
    if !question.attachments.is_empty() {
        let owner = attachments::owner_of(connection, conversation.key).await?;
        attachments::tie(connection, owner, key, &question.attachments).await?;
    }
    Ok(key)
}

/// What a title is made of: an image may be all that is asked.
fn question_title(question: &Message) -> &str {
    let file = question.attachments.first().filter(|_| question.content.trim().is_empty());
    file.map_or(question.content.as_str(), |file| file.name.as_str())
}

/// Where the branch ends that a question goes on with.
async fn end_of_branch(
    connection: &mut SqliteConnection,
    conversation: &Found,
    through: Option<MessageId>,
) -> Result<Option<i64>, StoreError> {
    let Some(message) = through else { return Ok(conversation.head) };
    let message = branches::one(connection, conversation.key, message).await?.key;
    let is_shown =
        conversation.head == Some(message) || branches::depth(connection, conversation.head, message).await?.is_some();
    match is_shown {
        true => Ok(conversation.head),
        false => branches::newest_leaf(connection, conversation.key, message).await.map(Some),
    }
}

const ADVANCE: &str = concat!(
    "UPDATE conversations SET head = ?, updated_at = ?, generation = ?, model = ?, system_prompt = ?, \
     temperature = ?, top_p = ?, max_tokens = ? WHERE key = ? RETURNING ",
    rows::returned_summary!()
);

/// The conversation goes on with this answer.
async fn advance(
    connection: &mut SqliteConnection,
    conversation: i64,
    head: i64,
    answer: &Message,
    settings: &ConversationSettings,
) -> Result<ConversationSummary, StoreError> {
    let row = query(ADVANCE)
        .bind(head)
        .bind(integer(answer.created_at))
        .bind(answer.generation_id.map(|id| id.0))
        .bind(&settings.model)
        .bind(&settings.system_prompt)
        .bind(settings.parameters.temperature)
        .bind(settings.parameters.top_p)
        .bind(settings.parameters.max_tokens)
        .bind(conversation)
        .fetch_one(connection)
        .await?;
    rows::summary(&row)
}

/// It may be another answer that is being written by now.
const ENDED: &str = concat!(
    "UPDATE conversations SET generation = nullif(generation, ?) WHERE key = ? RETURNING ",
    rows::returned_summary!(),
    ", deleted_at"
);

/// Ends an answer; its conversation may have been deleted, and may be restored.
pub(super) async fn save_answer(
    connection: &mut SqliteConnection,
    owner: &Owner,
    id: ConversationId,
    answer: &Message,
) -> Result<Option<ConversationSummary>, StoreError> {
    let select = "SELECT m.key, c.key FROM conversations c JOIN messages m ON m.conversation = c.key \
                  WHERE c.id = ? AND c.owner = (SELECT key FROM owners WHERE name = ?) AND m.id = ?";
    let found: Option<(i64, i64)> = sqlx::query_as(select)
        .bind(id.0)
        .bind(owner_name(owner))
        .bind(answer.id.0)
        .fetch_optional(&mut *connection)
        .await?;
    let (key, conversation) = found.ok_or(StoreError::NotFound("message"))?;
    if !rows::end(connection, key, answer).await? {
        return Err(StoreError::NotFound("answer under way"));
    }
    usage::count(connection, conversation, std::slice::from_ref(answer)).await?;
    let generation = answer.generation_id.map(|id| id.0);
    let row = query(ENDED).bind(generation).bind(conversation).fetch_one(connection).await?;
    let is_deleted = row.try_get::<Option<i64>, _>(AFTER_SUMMARY)?.is_some();
    if is_deleted { Ok(None) } else { rows::summary(&row).map(Some) }
}
