//! Conversations that come in piece by piece.

use super::{Folder, owner};
use crate::store::{
    Imported, Store, StoreError, WholeConversation,
    sqlite::{SqliteStore, import, open},
};
use futures::StreamExt;
use protocol::{
    conversation::{ConversationChange, ConversationSettings, ConversationSummary},
    id::{ConversationId, MessageId},
    message::Message,
};
use sqlx::{ConnectOptions, SqliteConnection, query, query_scalar};
use uuid::Uuid;

/// Of an import that was killed there is a part, which nobody sees, nobody restores, and which goes by itself.
#[tokio::test]
async fn what_is_left_of_a_broken_import_is_cleared_away() {
    let folder = Folder::new();
    let store = SqliteStore::open(&folder.file()).await.unwrap();
    let (owner, id) = (owner(), ConversationId(Uuid::new_v4()));
    let messages = (0..300).map(|_| Message::user(MessageId(Uuid::new_v4()), None, "word", 1)).collect();
    let (summary, settings) = (ConversationSummary::new(id, 1), ConversationSettings::default());
    let whole = WholeConversation { summary, settings, messages, head: None, origin: None };
    store.import(&owner, whole.clone()).await.unwrap();
    // As it is before the last piece.
    let mut connection = open::options(&folder.file()).connect().await.unwrap();
    let set = async |connection: &mut SqliteConnection, at: u64| {
        let at = import::UNDER_WAY + i64::try_from(at).unwrap();
        let update = query("UPDATE conversations SET deleted_at = ?, head = NULL").bind(at);
        update.execute(connection).await.unwrap();
    };
    set(&mut connection, crate::clock::now()).await;
    assert!(store.export(&owner).collect::<Vec<_>>().await.is_empty());
    assert!(store.search(&owner, "word", 9, None).await.unwrap().hits.is_empty());
    let restore = ConversationChange { deleted: Some(false), ..ConversationChange::default() };
    assert!(matches!(store.change(&owner, id, restore).await, Err(StoreError::NotFound(_))));
    while store.purge().await.unwrap() {}
    let count = "SELECT count(*) FROM messages";
    assert_eq!(query_scalar::<_, i64>(count).fetch_one(&mut connection).await.unwrap(), 300, "more may come");
    set(&mut connection, crate::clock::now() - 11 * 60_000).await;
    while store.purge().await.unwrap() {}
    for count in [count, "SELECT count(*) FROM conversations", "SELECT count(*) FROM message_words"] {
        assert_eq!(query_scalar::<_, i64>(count).fetch_one(&mut connection).await.unwrap(), 0, "{count}");
    }
    assert_eq!(store.import(&owner, whole).await.unwrap(), Imported::Added);
}
