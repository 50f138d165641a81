//! What is removed for good: all of it, in short steps, and nothing that is left leads to what came later.

use super::{Folder, owner, turn};
use crate::{
    store::{
        AttachedFile, Checkpoint, NewAsk, NewTurn, Store, StoreError, TurnStart, WholeConversation, Window, contract,
        sqlite::{SqliteStore, open, rows::owner_name},
    },
    visitor::Owner,
};
use protocol::{
    attachment::Attachment,
    conversation::{ConversationSettings, ConversationSummary},
    id::{AttachmentId, ConversationId, MessageId},
    message::{Message, MessageStatus},
};
use sqlx::{AssertSqlSafe, ConnectOptions, SqliteConnection, query, query_scalar};
use uuid::Uuid;

/// More of them than are removed in one step.
#[tokio::test]
async fn a_long_conversation_is_removed_in_steps() {
    let folder = Folder::new();
    let store = SqliteStore::open(&folder.file()).await.unwrap();
    let (owner, id) = (owner(), ConversationId(Uuid::new_v4()));
    let mut messages: Vec<Message> = Vec::new();
    for number in 0..2500 {
        let parent = messages.last().map(|message| message.id);
        messages.push(Message::user(MessageId(Uuid::new_v4()), parent, format!("word{number}"), 1));
    }
    let summary = ConversationSummary::new(id, 1);
    let whole =
        WholeConversation { summary, settings: ConversationSettings::default(), messages, head: None, origin: None };
    store.import(&owner, whole).await.unwrap();
    assert_eq!(store.get(&owner, id, Window::Last(5)).await.unwrap().messages[4].content, "word2499");
    store.delete(&owner, id).await.unwrap();
    let mut connection = open::options(&folder.file()).connect().await.unwrap();
    query("UPDATE conversations SET deleted_at = 1").execute(&mut connection).await.unwrap();
    let mut steps = 1;
    while store.purge().await.unwrap() {
        steps += 1;
    }
    assert!(steps >= 3, "{steps}");
    for count in
        ["SELECT count(*) FROM messages", "SELECT count(*) FROM conversations", "SELECT count(*) FROM message_words"]
    {
        assert_eq!(query_scalar::<_, i64>(count).fetch_one(&mut connection).await.unwrap(), 0, "{count}");
    }
}

#[tokio::test]
async fn what_cannot_be_restored_any_more_is_removed() {
    let folder = Folder::new();
    let store = SqliteStore::open(&folder.file()).await.unwrap();
    let owner = owner();
    let (whole, part) = (contract::conversation(&store, &owner).await, contract::conversation(&store, &owner).await);
    for id in [whole, part] {
        store.begin_turn(&owner, turn(id, "apple")).await.unwrap();
        let answer = store.get(&owner, id, Window::All).await.unwrap().messages.remove(1);
        store
            .save_answer(&owner, id, Message { status: MessageStatus::Complete, content: "pear".into(), ..answer })
            .await
            .unwrap();
    }
    let empty = contract::conversation(&store, &owner).await;
    store.delete(&owner, whole).await.unwrap();
    let answer = store.get(&owner, part, Window::All).await.unwrap().messages[1].id;
    store.delete_message(&owner, part, answer).await.unwrap();
    let mut connection = open::options(&folder.file()).connect().await.unwrap();
    let count = async |connection: &mut SqliteConnection| -> (i64, i64, i64) {
        let count = "SELECT (SELECT count(*) FROM conversations), (SELECT count(*) FROM messages), (SELECT count(*) FROM message_words)";
        sqlx::query_as(count).fetch_one(connection).await.unwrap()
    };
    store.indexer.settle().await;
    while store.purge().await.unwrap() {}
    assert_eq!(count(&mut connection).await, (3, 4, 4));
    query("UPDATE conversations SET deleted_at = 1 WHERE deleted_at IS NOT NULL")
        .execute(&mut connection)
        .await
        .unwrap();
    query("UPDATE messages SET deleted_at = 1 WHERE deleted_at IS NOT NULL").execute(&mut connection).await.unwrap();
    query("UPDATE conversations SET updated_at = 1 WHERE head IS NULL").execute(&mut connection).await.unwrap();
    while store.purge().await.unwrap() {}
    assert_eq!(count(&mut connection).await, (1, 1, 1));
    assert!(matches!(store.settings(&owner, empty).await, Err(StoreError::NotFound(_))));
    assert!(matches!(store.restore_message(&owner, part, answer).await, Err(StoreError::NotFound(_))));
    let whole: String = query_scalar("PRAGMA integrity_check").fetch_one(&mut connection).await.unwrap();
    assert_eq!(whole, "ok");
    assert!(owner_name(&owner).starts_with("visitor:"));
}

/// Takes back the time at which things were deleted, so that nobody can restore them any more, and removes them.
async fn remove_what_is_deleted(store: &SqliteStore, folder: &Folder) {
    let mut connection = open::options(&folder.file()).connect().await.unwrap();
    for table in ["messages", "conversations"] {
        let update = format!("UPDATE {table} SET deleted_at = deleted_at - 601000 WHERE deleted_at IS NOT NULL");
        query(AssertSqlSafe(update)).execute(&mut connection).await.unwrap();
    }
    while store.purge().await.unwrap() {}
}

async fn ended_turn(store: &SqliteStore, owner: &Owner, id: ConversationId, text: &str) -> (MessageId, Message) {
    let turn = NewTurn { idempotency_key: Some(format!("key of {text}")), ..turn(id, text) };
    let answer = turn.answer.clone();
    let TurnStart::Added { history, .. } = store.begin_turn(owner, turn).await.unwrap() else { panic!() };
    let done = Message { status: MessageStatus::Complete, content: format!("answer to {text}"), ..answer };
    store.save_answer(owner, id, done.clone()).await.unwrap();
    (history.last().unwrap().id, done)
}

#[tokio::test]
async fn a_shared_address_never_shows_what_came_later_from_somebody_else() {
    let folder = Folder::new();
    let store = SqliteStore::open(&folder.file()).await.unwrap();
    let (anna, ben) = (owner(), owner());
    let of_anna = contract::conversation(&store, &anna).await;
    let (question, _) = ended_turn(&store, &anna, of_anna, "anna").await;
    store.share(&anna, of_anna, "token".into()).await.unwrap();
    store.delete_message(&anna, of_anna, question).await.unwrap();
    remove_what_is_deleted(&store, &folder).await;
    let of_ben = contract::conversation(&store, &ben).await;
    ended_turn(&store, &ben, of_ben, "ben's secret").await;
    let shared = store.shared("token", None, 9).await;
    assert!(matches!(shared, Err(StoreError::NotFound(_))), "{shared:?}");
}

#[tokio::test]
async fn a_key_never_leads_to_somebody_elses_answer() {
    let folder = Folder::new();
    let store = SqliteStore::open(&folder.file()).await.unwrap();
    let (anna, ben) = (owner(), owner());
    let of_anna = contract::conversation(&store, &anna).await;
    let (question, _) = ended_turn(&store, &anna, of_anna, "anna").await;
    store.delete_message(&anna, of_anna, question).await.unwrap();
    remove_what_is_deleted(&store, &folder).await;
    let of_ben = contract::conversation(&store, &ben).await;
    ended_turn(&store, &ben, of_ben, "ben's secret").await;
    let known = store.turn_by_key(&anna, of_anna, "key of anna").await.unwrap();
    assert!(known.is_none(), "{known:?}");
}

#[tokio::test]
async fn pieces_of_what_was_removed_are_no_part_of_what_came_later() {
    let folder = Folder::new();
    let store = SqliteStore::open(&folder.file()).await.unwrap();
    let (anna, ben) = (owner(), owner());
    let piece = |message: MessageId, last_event_id: u64, text: &str| Checkpoint {
        message,
        last_event_id,
        content: text.into(),
        reasoning: String::new(),
        model: None,
    };
    let of_anna = contract::conversation(&store, &anna).await;
    let turn_of_anna = turn(of_anna, "anna");
    let answer = turn_of_anna.answer.clone();
    store.begin_turn(&anna, turn_of_anna).await.unwrap();
    store.checkpoint(vec![piece(answer.id, 50, "anna's secret")]).await.unwrap();
    store.save_answer(&anna, of_anna, Message { status: MessageStatus::Complete, ..answer }).await.unwrap();
    store.delete(&anna, of_anna).await.unwrap();
    remove_what_is_deleted(&store, &folder).await;
    let of_ben = contract::conversation(&store, &ben).await;
    let turn_of_ben = turn(of_ben, "ben");
    let answer = turn_of_ben.answer.clone();
    store.begin_turn(&ben, turn_of_ben).await.unwrap();
    store.checkpoint(vec![piece(answer.id, 20, "ben's answer")]).await.unwrap();
    store.close().await;
    drop(store);
    let again = SqliteStore::open(&folder.file()).await.unwrap();
    let messages = again.get(&ben, of_ben, Window::All).await.unwrap().messages;
    assert_eq!(messages[1].content, "ben's answer");
}

#[tokio::test]
async fn a_shared_branch_whose_end_was_removed_still_shows_the_rest() {
    let folder = Folder::new();
    let store = SqliteStore::open(&folder.file()).await.unwrap();
    let owner = owner();
    let id = contract::conversation(&store, &owner).await;
    ended_turn(&store, &owner, id, "first").await;
    let (second, _) = ended_turn(&store, &owner, id, "second").await;
    store.share(&owner, id, "token".into()).await.unwrap();
    let shown = async || store.shared("token", None, 9).await.unwrap().messages.len();
    assert_eq!(shown().await, 4);
    store.delete_message(&owner, id, second).await.unwrap();
    assert_eq!(shown().await, 2);
    remove_what_is_deleted(&store, &folder).await;
    assert_eq!(shown().await, 2);
}

/// They may have been a password.
#[tokio::test]
async fn words_that_nobody_has_any_more_are_forgotten() {
    let folder = Folder::new();
    let store = SqliteStore::open(&folder.file()).await.unwrap();
    let owner = owner();
    let (gone, stays) = (contract::conversation(&store, &owner).await, contract::conversation(&store, &owner).await);
    ended_turn(&store, &owner, gone, "hunter2 orchard").await;
    ended_turn(&store, &owner, stays, "orchard").await;
    store.indexer.settle().await;
    let mut connection = open::options(&folder.file()).connect().await.unwrap();
    let mut known = async || -> Vec<String> {
        query_scalar("SELECT word FROM words ORDER BY word").fetch_all(&mut connection).await.unwrap()
    };
    assert_eq!(known().await, ["answer", "hunter2", "orchard"]);
    store.delete(&owner, gone).await.unwrap();
    remove_what_is_deleted(&store, &folder).await;
    assert_eq!(known().await, ["answer", "orchard"]);
    assert_eq!(store.search(&owner, "orch", 9, None).await.unwrap().hits.len(), 2);
}

#[tokio::test]
async fn files_are_removed_with_the_last_message_that_has_them() {
    let folder = Folder::new();
    let store = SqliteStore::open(&folder.file()).await.unwrap();
    let owner = owner();
    let mut files = Vec::new();
    for _ in 0..12 {
        let (id, name) = (AttachmentId(Uuid::new_v4()), "a.png".to_owned());
        let attachment = Attachment { id, name, media_type: "image/png".into(), size: 1, width: None, height: None };
        let file = AttachedFile { attachment: attachment.clone(), content: vec![7].into() };
        store.add_attachment(&owner, file, true).await.unwrap();
        files.push(attachment);
    }
    let unsent = files.pop().unwrap();
    let id = contract::conversation(&store, &owner).await;
    let ask = |question: &str, attachments: &[Attachment]| {
        let question = Message::user(MessageId(Uuid::new_v4()), None, question, 1);
        Box::new(Message { attachments: attachments.to_vec(), ..question })
    };
    let first = NewTurn { ask: NewAsk::Question(ask("a", &files)), ..turn(id, "a") };
    let answer = first.answer.clone();
    let TurnStart::Added { history, .. } = store.begin_turn(&owner, first).await.unwrap() else { panic!() };
    store.save_answer(&owner, id, Message { status: MessageStatus::Complete, ..answer }).await.unwrap();
    let edit = NewAsk::Edit(history[0].id, ask("b", &files[..1]));
    let edited = NewTurn { ask: edit, idempotency_key: None, ..turn(id, "b") };
    store.begin_turn(&owner, edited).await.unwrap();
    store.delete_message(&owner, id, history[0].id).await.unwrap();
    let mut connection = open::options(&folder.file()).connect().await.unwrap();
    let mut count = async || -> (i64, i64) {
        let count = "SELECT (SELECT count(*) FROM attachments), (SELECT count(*) FROM message_attachments)";
        sqlx::query_as(count).fetch_one(&mut connection).await.unwrap()
    };
    while store.purge().await.unwrap() {}
    assert_eq!(count().await, (12, 12), "it can still be restored");
    remove_what_is_deleted(&store, &folder).await;
    // What the other version of the question has stays, and what is not sent yet.
    assert_eq!(count().await, (2, 1));
    store.attachment(&owner, unsent.id).await.unwrap();
    let mut other = open::options(&folder.file()).connect().await.unwrap();
    let yesterday = "UPDATE attachments SET unused_since = unused_since - 86400001 WHERE unused_since IS NOT NULL";
    query(yesterday).execute(&mut other).await.unwrap();
    while store.purge().await.unwrap() {}
    assert_eq!(count().await, (1, 1));
    assert!(matches!(store.attachment(&owner, unsent.id).await, Err(StoreError::NotFound(_))));
    store.attachment(&owner, files[0].id).await.unwrap();
}
