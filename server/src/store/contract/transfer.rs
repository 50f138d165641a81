//! Sharing, export and import.

use super::*;

pub(super) async fn a_shared_branch_is_read_by_its_token<S: Store>(store: &S) {
    let owner = owner();
    let (id, messages) = long(store, &owner, 2).await;
    let empty = conversation(store, &owner).await;
    assert!(matches!(store.share(&owner, empty, "none".into()).await, Err(StoreError::NotFound(_))));
    assert!(matches!(store.shared("token", None, 99).await, Err(StoreError::NotFound(_))));
    assert_eq!(store.share(&owner, id, "token".into()).await.unwrap(), "token");
    let (_, later) = add(store, &owner, turn(id, question("secret"), 9)).await;
    finish(store, &owner, id, later, "SECRET").await;
    let said = async || {
        store.shared("token", None, 99).await.unwrap().messages.into_iter().map(|m| m.content).collect::<Vec<_>>()
    };
    assert_eq!(said().await, ["q0", "a0", "q1", "a1"], "what is said later is not shared");
    assert_eq!(store.get(&owner, id, Window::All).await.unwrap().shared.as_deref(), Some("token"));
    assert_eq!(store.share(&owner, id, "other".into()).await.unwrap(), "token", "it keeps its address");
    assert_eq!(said().await.len(), 6, "until it is shared again");
    let part = async |before: MessageId, limit| {
        let part = store.shared("token", Some(before), limit).await;
        part.map(|part| (part.messages.into_iter().map(|m| m.content).collect::<Vec<_>>(), part.earlier))
    };
    assert_eq!(store.shared("token", None, 1).await.unwrap().messages.len(), 1);
    assert_eq!(part(messages[3], 2).await.unwrap(), (vec!["a0".into(), "q1".into()], true));
    assert_eq!(part(messages[2], 2).await.unwrap(), (vec!["q0".into(), "a0".into()], false));
    // A branch that is not shared.
    let (_, other) = add(store, &owner, turn(id, NewAsk::Retry(messages[3]), 9)).await;
    let other = finish(store, &owner, id, other, "OTHER").await;
    assert!(matches!(part(other, 2).await, Err(StoreError::NotFound(_))));
    store.delete_message(&owner, id, messages[2]).await.unwrap();
    assert_eq!(said().await, ["q0", "a0"]);
    assert!(matches!(part(messages[3], 2).await, Err(StoreError::NotFound(_))));
    store.unshare(&owner, id).await.unwrap();
    assert!(matches!(store.shared("token", None, 99).await, Err(StoreError::NotFound(_))));
    store.share(&owner, id, "new".into()).await.unwrap();
    store.delete(&owner, id).await.unwrap();
    assert!(matches!(store.shared("new", None, 99).await, Err(StoreError::NotFound(_))));
}

/// What was edited away must not be seen in the title either.
pub(super) async fn a_shared_title_is_made_of_what_is_shown<S: Store>(store: &S) {
    let owner = owner();
    let id = conversation(store, &owner).await;
    let (history, answer) = add(store, &owner, turn(id, question("hunter2"), 3)).await;
    finish(store, &owner, id, answer, "a").await;
    let NewAsk::Question(edited) = question("rivers") else { unreachable!() };
    let (_, answer) = add(store, &owner, turn(id, NewAsk::Edit(history[0].id, edited), 4)).await;
    finish(store, &owner, id, answer, "b").await;
    let title = async || store.get(&owner, id, Window::All).await.unwrap().summary.title;
    assert_eq!(title().await, "rivers");
    store.set_title(&owner, id, "About hunter2".into()).await.unwrap();
    store.share(&owner, id, "title".into()).await.unwrap();
    let shared = async || store.shared("title", None, 9).await.unwrap().summary.title;
    assert_eq!((title().await.as_str(), shared().await.as_str()), ("About hunter2", "rivers"));
    let named = ConversationChange { title: Some("Mine".into()), ..ConversationChange::default() };
    store.change(&owner, id, named).await.unwrap();
    assert_eq!(shared().await, "Mine");
}

pub(super) async fn everything_goes_out_and_comes_in_again<S: Store>(store: &S) {
    let (owner, other) = (owner(), owner());
    let (id, messages) = long(store, &owner, 2).await;
    let (_, again) = add(store, &owner, turn(id, NewAsk::Retry(messages[1]), 9)).await;
    let again = finish(store, &owner, id, again, "a0 again").await;
    let (second, _) = long(store, &owner, 1).await;
    let out: Vec<WholeConversation> = store.export(&owner).map(Result::unwrap).collect().await;
    assert_eq!(out.iter().map(|one| one.summary.id).collect::<Vec<_>>(), [id, second]);
    assert_eq!(out[0].messages.iter().map(|m| m.id).collect::<Vec<_>>(), [&messages[..], &[again]].concat());
    assert_eq!(out[0].head, Some(again));
    assert_eq!(store.import(&owner, out[0].clone()).await.unwrap(), Imported::AlreadyHere);
    assert!(matches!(store.import(&other, out[0].clone()).await, Err(StoreError::AlreadyThere)));
    let renamed = WholeConversation { origin: Some("elsewhere:1".into()), ..rename(out[0].clone()) };
    assert_eq!(store.import(&other, renamed.clone()).await.unwrap(), Imported::Added);
    assert_eq!(store.import(&other, renamed.clone()).await.unwrap(), Imported::AlreadyHere);
    let back = store.whole(&other, renamed.summary.id).await.unwrap();
    assert_eq!(back, renamed);
    assert_eq!(store.list(&other, 9, None).await.unwrap().conversations, std::slice::from_ref(&renamed.summary));
    assert_eq!(store.search(&other, "again", 9, None).await.unwrap().hits.len(), 1);
    // One that is broken leaves nothing behind.
    let mut broken = rename(out[0].clone());
    broken.messages.remove(0);
    assert!(store.import(&other, broken.clone()).await.is_err());
    assert!(matches!(store.whole(&other, broken.summary.id).await, Err(StoreError::NotFound(_))));
    // Nor does one that fails after much of it was stored.
    let mut long = rename(out[1].clone());
    let more = (0..1000).map(|_| Message::user(MessageId(Uuid::new_v4()), None, "more", 1));
    long.messages.extend(more.chain([out[0].messages[0].clone()]));
    assert!(matches!(store.import(&other, long.clone()).await, Err(StoreError::AlreadyThere)));
    assert!(matches!(store.whole(&other, long.summary.id).await, Err(StoreError::NotFound(_))));
    assert_eq!(store.list(&other, 9, None).await.unwrap().conversations.len(), 1);
    let owners = store.owners().await.unwrap();
    let count = |one: &Owner| owners.iter().find(|summary| summary.owner == *one).map(|summary| summary.conversations);
    assert_eq!((count(&owner), count(&other)), (Some(2), Some(1)));
    // By another id, but from the same place; unless what was there was deleted.
    let same = WholeConversation {
        summary: ConversationSummary { id: ConversationId(Uuid::new_v4()), ..renamed.summary.clone() },
        ..twice(&renamed)
    };
    assert_eq!(store.import(&other, same.clone()).await.unwrap(), Imported::AlreadyHere);
    assert_eq!(store.import(&owner, rename(same.clone())).await.unwrap(), Imported::Added, "it is another's");
    store.delete(&other, renamed.summary.id).await.unwrap();
    assert_eq!(store.import(&other, same).await.unwrap(), Imported::Added);
}

/// The same conversation with other names for all but itself.
fn twice(conversation: &WholeConversation) -> WholeConversation {
    let mut other = conversation.clone();
    let next = |id: MessageId| MessageId(Uuid::from_u128(id.0.as_u128() ^ (1 << 100)));
    for message in &mut other.messages {
        message.id = next(message.id);
        message.parent_id = message.parent_id.map(next);
    }
    other.head = None;
    other
}

/// The same conversation under other names.
fn rename(mut conversation: WholeConversation) -> WholeConversation {
    let other = |id: MessageId| MessageId(Uuid::from_u128(id.0.as_u128() ^ 1));
    conversation.summary.id = ConversationId(Uuid::new_v4());
    conversation.head = conversation.head.map(other);
    for message in &mut conversation.messages {
        message.id = other(message.id);
        message.parent_id = message.parent_id.map(other);
        message.generation_id = None;
    }
    conversation
}
