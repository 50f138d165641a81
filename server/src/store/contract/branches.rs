//! Branches: parts of them, their versions, and messages that are deleted.

use super::*;

pub(super) async fn a_part_of_a_branch_is_read<S: Store>(store: &S) {
    let owner = owner();
    let (id, messages) = long(store, &owner, 5).await;
    let read = async |window| {
        let conversation = store.get(&owner, id, window).await.unwrap();
        let ids: Vec<_> = conversation.messages.iter().map(|message| message.id).collect();
        (ids, conversation.earlier)
    };
    assert_eq!(read(Window::All).await, (messages.clone(), false));
    assert_eq!(read(Window::Last(3)).await, (messages[7..].to_vec(), true));
    assert_eq!(read(Window::Last(10)).await, (messages.clone(), false));
    assert_eq!(read(Window::Before(messages[7], 4)).await, (messages[3..7].to_vec(), true));
    assert_eq!(read(Window::Before(messages[2], 4)).await, (messages[..2].to_vec(), false));
    assert_eq!(read(Window::Before(messages[0], 4)).await, (vec![], false));
    assert_eq!(read(Window::Around(messages[6], 2)).await, (messages[4..].to_vec(), true));
    assert_eq!(read(Window::Around(messages[1], 9)).await, (messages.clone(), false));
    let nothing = Window::Before(MessageId(Uuid::new_v4()), 4);
    assert!(matches!(store.get(&owner, id, nothing).await, Err(StoreError::NotFound("message"))));
    assert_eq!(store.message(&owner, id, messages[3]).await.unwrap().content, "a1");
}

pub(super) async fn versions_know_each_other<S: Store>(store: &S) {
    let owner = owner();
    let (id, messages) = long(store, &owner, 2).await;
    let (_, again) = add(store, &owner, turn(id, NewAsk::Retry(messages[1]), 9)).await;
    let again = finish(store, &owner, id, again, "a0 again").await;
    let shown = store.get(&owner, id, Window::All).await.unwrap().messages;
    assert_eq!(shown.iter().map(|m| m.id).collect::<Vec<_>>(), [messages[0], again]);
    assert!(shown[0].siblings.is_empty());
    assert_eq!(shown[1].siblings, [messages[1], again]);
}

pub(super) async fn another_branch_is_shown<S: Store>(store: &S) {
    let owner = owner();
    let (id, messages) = long(store, &owner, 2).await;
    let (_, again) = add(store, &owner, turn(id, NewAsk::Retry(messages[1]), 9)).await;
    let again = finish(store, &owner, id, again, "a0 again").await;
    let head = |head| ConversationChange { head: Some(head), ..ConversationChange::default() };
    store.change(&owner, id, head(messages[1])).await.unwrap();
    assert_eq!(texts(store, &owner, id).await, ["q0", "a0", "q1", "a1"], "down to the newest leaf");
    store.change(&owner, id, head(again)).await.unwrap();
    assert_eq!(texts(store, &owner, id).await, ["q0", "a0 again"]);
    let found = store.get(&owner, id, Window::Around(messages[2], 1)).await.unwrap();
    assert_eq!(found.messages.iter().map(|m| m.id).collect::<Vec<_>>(), messages[1..]);
    assert!(found.earlier);
    let nothing = store.change(&owner, id, head(MessageId(Uuid::new_v4()))).await;
    assert!(matches!(nothing, Err(StoreError::NotFound("message"))));
}

pub(super) async fn a_deleted_message_takes_what_follows_and_comes_back<S: Store>(store: &S) {
    let owner = owner();
    let (id, messages) = long(store, &owner, 3).await;
    store.delete_message(&owner, id, messages[3]).await.unwrap();
    assert_eq!(
        texts(store, &owner, id).await,
        ["q0", "a0", "q1"],
        "the parent is shown where there is no other version"
    );
    assert!(matches!(store.delete_message(&owner, id, messages[4]).await, Err(StoreError::NotFound(_))));
    assert!(store.search(&owner, "a1", 10, None).await.unwrap().hits.is_empty());
    store.restore_message(&owner, id, messages[3]).await.unwrap();
    assert_eq!(texts(store, &owner, id).await, ["q0", "a0", "q1", "a1", "q2", "a2"]);
    assert!(matches!(store.restore_message(&owner, id, messages[3]).await, Err(StoreError::NotFound(_))));

    let (_, again) = add(store, &owner, turn(id, NewAsk::Retry(messages[1]), 9)).await;
    let generation = again.generation_id.unwrap();
    let refused = store.delete_message(&owner, id, messages[0]).await;
    assert!(matches!(refused, Err(StoreError::AnswerUnderWay(id)) if id == generation));
    let again = finish(store, &owner, id, again, "a0 again").await;
    store.delete_message(&owner, id, again).await.unwrap();
    assert_eq!(texts(store, &owner, id).await.len(), 6, "the newest leaf of the other version");
    // What was deleted with its parent comes back with it alone.
    store.delete_message(&owner, id, messages[4]).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(3)).await;
    store.delete_message(&owner, id, messages[0]).await.unwrap();
    assert!(texts(store, &owner, id).await.is_empty());
    assert!(matches!(store.restore_message(&owner, id, messages[4]).await, Err(StoreError::NotFound(_))));
    store.restore_message(&owner, id, messages[0]).await.unwrap();
    assert_eq!(texts(store, &owner, id).await, ["q0", "a0", "q1", "a1"]);
}
