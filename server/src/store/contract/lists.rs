//! Conversations themselves: whose they are, titles, lists, deletion.

use super::*;

pub(super) async fn owners_do_not_see_each_other<S: Store>(store: &S) {
    let (mine, yours) = (owner(), owner());
    let id = conversation(store, &mine).await;
    let (_, first) = add(store, &mine, turn(id, question("one"), 3)).await;
    let (generation, answered) = (first.generation_id.unwrap(), first.id);
    assert!(matches!(store.get(&yours, id, Window::All).await, Err(StoreError::NotFound(_))));
    assert!(matches!(store.begin_turn(&yours, turn(id, question("x"), 4)).await, Err(StoreError::NotFound(_))));
    assert!(matches!(store.save_answer(&yours, id, first).await, Err(StoreError::NotFound(_))));
    assert!(matches!(store.delete(&yours, id).await, Err(StoreError::NotFound(_))));
    assert!(store.list(&yours, 10, None).await.unwrap().conversations.is_empty());
    assert!(store.search(&yours, "one", 10, None).await.unwrap().hits.is_empty());
    let rename = || ConversationChange { title: Some("mine".into()), ..ConversationChange::default() };
    assert!(matches!(store.change(&yours, id, rename()).await, Err(StoreError::NotFound(_))));
    assert!(matches!(store.set_title(&yours, id, "mine".into()).await, Err(StoreError::NotFound(_))));
    assert!(matches!(store.settings(&yours, id).await, Err(StoreError::NotFound(_))));
    assert!(matches!(store.message(&yours, id, answered).await, Err(StoreError::NotFound(_))));
    assert!(matches!(store.delete_message(&yours, id, answered).await, Err(StoreError::NotFound(_))));
    assert!(matches!(store.restore_message(&yours, id, answered).await, Err(StoreError::NotFound(_))));
    assert!(matches!(store.share(&yours, id, "token".into()).await, Err(StoreError::NotFound(_))));
    assert!(matches!(store.unshare(&yours, id).await, Err(StoreError::NotFound(_))));
    assert!(matches!(store.whole(&yours, id).await, Err(StoreError::NotFound(_))));
    assert_eq!(store.export(&yours).count().await, 0);
    assert!(matches!(store.turn_by_key(&yours, id, "key").await, Err(StoreError::NotFound(_))));
    assert!(matches!(store.answer_by_generation(&yours, generation).await, Err(StoreError::NotFound(_))));
    let (found, answer) = store.answer_by_generation(&mine, generation).await.unwrap();
    assert_eq!((found, answer.id), (id, answered));
    assert_eq!(texts(store, &mine, id).await, ["one", ""]);
}

pub(super) async fn deleted_is_hidden_and_comes_back<S: Store>(store: &S) {
    let owner = owner();
    let id = conversation(store, &owner).await;
    let (_, first) = add(store, &owner, turn(id, question("apple"), 3)).await;
    assert_eq!(store.delete(&owner, id).await.unwrap(), [first.generation_id.unwrap()]);
    assert!(matches!(store.get(&owner, id, Window::All).await, Err(StoreError::NotFound(_))));
    assert!(matches!(store.delete(&owner, id).await, Err(StoreError::NotFound(_))));
    assert!(store.list(&owner, 10, None).await.unwrap().conversations.is_empty());
    assert!(store.search(&owner, "apple", 10, None).await.unwrap().hits.is_empty());
    assert!(matches!(
        store.answer_by_generation(&owner, first.generation_id.unwrap()).await,
        Err(StoreError::NotFound(_))
    ));
    let stopped = Message { content: "so far".into(), status: MessageStatus::Stopped, ..first };
    assert_eq!(store.save_answer(&owner, id, stopped).await.unwrap(), None, "nobody is told of it");
    assert!(!store.purge().await.unwrap(), "it can still be restored");
    let restore = ConversationChange { deleted: Some(false), ..ConversationChange::default() };
    assert_eq!(store.change(&owner, id, restore).await.unwrap().generation_id, None);
    assert_eq!(texts(store, &owner, id).await, ["apple", "so far"]);
    assert_eq!(store.search(&owner, "apple", 10, None).await.unwrap().hits.len(), 1);
}

pub(super) async fn lists_have_pages<S: Store>(store: &S) {
    let owner = owner();
    let empty = conversation(store, &owner).await;
    let mut made = Vec::new();
    for at in 0..7 {
        let id = conversation(store, &owner).await;
        // Two of each time, so that a page may end between equals.
        add(store, &owner, turn(id, question("x"), 10 + at / 2)).await;
        made.push(id);
    }
    let pin = |pinned| ConversationChange { pinned: Some(pinned), ..ConversationChange::default() };
    assert!(store.change(&owner, made[0], pin(true)).await.unwrap().pinned);
    let (mut seen, mut cursor, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = store.list(&owner, 2, cursor.as_deref()).await.unwrap();
        if pages == 0 {
            assert_eq!((page.conversations[0].id, page.conversations.len()), (made[0], 3), "pinned ones come on top");
        }
        assert!(page.conversations.iter().all(|one| one.generation_id.is_some()));
        seen.extend(page.conversations);
        pages += 1;
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!((seen.len(), pages), (7, 3));
    assert!(seen[1..].windows(2).all(|two| two[0].updated_at >= two[1].updated_at));
    assert!(!seen.iter().any(|one| one.id == empty));
    for wrong in ["x", "1", "1.x", "."] {
        assert!(matches!(store.list(&owner, 2, Some(wrong)).await, Err(StoreError::InvalidCursor)), "{wrong}");
    }
    assert!(!store.change(&owner, made[0], pin(false)).await.unwrap().pinned);
}

pub(super) async fn titles_are_given_once_by_a_person<S: Store>(store: &S) {
    let owner = owner();
    let (id, _) = long(store, &owner, 1).await;
    let title = async || store.get(&owner, id, Window::All).await.unwrap().summary.title;
    assert_eq!(title().await, "q0");
    assert_eq!(store.set_title(&owner, id, "By a model".into()).await.unwrap().unwrap().title, "By a model");
    let change = ConversationChange { title: Some("By me".into()), ..ConversationChange::default() };
    assert_eq!(store.change(&owner, id, change).await.unwrap().title, "By me");
    assert!(store.set_title(&owner, id, "Another".into()).await.unwrap().is_none());
    assert_eq!(title().await, "By me");
    let found = store.search(&owner, "by me", 10, None).await.unwrap().hits;
    assert_eq!((found.len(), found[0].message_id), (1, None));
    assert!(store.search(&owner, "model", 10, None).await.unwrap().hits.is_empty());
}
