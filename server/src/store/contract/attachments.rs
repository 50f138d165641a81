//! Files that go with questions.

use super::*;
use crate::store::{AttachedBytes, MOST_UNSENT};
use protocol::{attachment::Attachment, id::AttachmentId};

async fn file<S: Store>(store: &S, owner: &Owner, name: &str) -> Attachment {
    let id = AttachmentId(Uuid::new_v4());
    let (name, media_type) = (name.to_owned(), "image/png".to_owned());
    let attachment = Attachment { id, name, media_type, size: 3, width: Some(1), height: Some(2) };
    let file = AttachedFile { attachment: attachment.clone(), content: vec![1, 2, 3].into() };
    store.add_attachment(owner, file, true).await.unwrap();
    attachment
}

fn with(files: &[&Attachment], text: &str) -> Message {
    let attachments = files.iter().map(|file| (*file).clone()).collect();
    Message { attachments, ..Message::user(MessageId(Uuid::new_v4()), None, text, 2) }
}

fn is_gone<T: std::fmt::Debug>(found: Result<T, StoreError>) -> bool {
    matches!(found, Err(StoreError::NotFound(_)))
}

pub(super) async fn files_go_with_their_messages<S: Store>(store: &S) {
    let owner = owner();
    let (a, b) = (file(store, &owner, "a \"ü\".png").await, file(store, &owner, "b.png").await);
    let id = conversation(store, &owner).await;
    let question = with(&[&b, &a], " ");
    let (history, answer) = add(store, &owner, turn(id, NewAsk::Question(Box::new(question.clone())), 1)).await;
    assert_eq!(history[0].attachments, [b.clone(), a.clone()]);
    finish(store, &owner, id, answer, "an answer").await;
    let shown = store.get(&owner, id, Window::All).await.unwrap();
    assert_eq!((shown.messages[0].attachments.len(), &shown.messages[1].attachments[..]), (2, &[][..]));
    assert_eq!(store.attached_bytes(&owner, id).await.unwrap(), AttachedBytes { images: 6, texts: 0 });
    assert_eq!(store.attached_bytes(&self::owner(), id).await.unwrap(), AttachedBytes::default(), "somebody else's");
    assert_eq!(shown.summary.title, "b.png", "a question without words is called by its file");
    assert_eq!(store.attached_file(&owner, a.id).await.unwrap().content, &[1, 2, 3][..]);
    assert!(matches!(store.remove_attachment(&owner, a.id).await, Err(StoreError::InMessage)));
    // Two versions of a question have the same file; it is there as long as one of them is.
    let edited = NewAsk::Edit(question.id, Box::new(with(&[&a], "again")));
    let (history, answer) = add(store, &owner, turn(id, edited, 3)).await;
    let edited = history[0].id;
    finish(store, &owner, id, answer, "another").await;
    store.delete_message(&owner, id, question.id).await.unwrap();
    assert!(is_gone(store.attached_file(&owner, b.id).await));
    assert_eq!(store.attachment(&owner, a.id).await.unwrap(), a);
    store.delete_message(&owner, id, edited).await.unwrap();
    assert!(is_gone(store.attachment(&owner, a.id).await));
    store.restore_message(&owner, id, edited).await.unwrap();
    assert_eq!(store.attachment(&owner, a.id).await.unwrap(), a);
    store.delete(&owner, id).await.unwrap();
    assert!(is_gone(store.attached_file(&owner, a.id).await));
}

pub(super) async fn files_belong_to_somebody<S: Store>(store: &S) {
    let (mine, other) = (owner(), owner());
    let a = file(store, &mine, "a.png").await;
    assert!(is_gone(store.attachment(&other, a.id).await));
    assert!(is_gone(store.attached_file(&other, a.id).await));
    assert!(is_gone(store.remove_attachment(&other, a.id).await));
    let id = conversation(store, &other).await;
    let stolen = turn(id, NewAsk::Question(Box::new(with(&[&a], "mine"))), 1);
    assert!(is_gone(store.begin_turn(&other, stolen).await));
    assert!(
        store.get(&other, id, Window::All).await.unwrap().messages.is_empty(),
        "a turn is added whole or not at all"
    );
    store.remove_attachment(&mine, a.id).await.unwrap();
    assert!(is_gone(store.attachment(&mine, a.id).await));
    for _ in 0..MOST_UNSENT {
        file(store, &mine, "b.png").await;
    }
    let more = AttachedFile { attachment: a, content: vec![1].into() };
    assert!(matches!(store.add_attachment(&mine, more.clone(), true).await, Err(StoreError::TooManyUnsent)));
    store.add_attachment(&mine, more, false).await.unwrap();
    file(store, &other, "c.png").await;
}

pub(super) async fn files_come_in_and_are_shared<S: Store>(store: &S) {
    let owner = owner();
    let (a, b) = (file(store, &owner, "a.png").await, file(store, &owner, "b.png").await);
    let first = with(&[&a], "first");
    let id = ConversationId(Uuid::new_v4());
    let whole = WholeConversation {
        summary: ConversationSummary::new(id, 1),
        settings: ConversationSettings::default(),
        head: Some(first.id),
        messages: vec![first.clone(), with(&[&b], "another branch")],
        origin: None,
    };
    assert_eq!(store.import(&owner, whole.clone()).await.unwrap(), Imported::Added);
    assert_eq!(store.whole(&owner, id).await.unwrap().messages, whole.messages);
    assert_eq!(store.attachment(&owner, b.id).await.unwrap(), b);
    store.share(&owner, id, "token".to_owned()).await.unwrap();
    assert_eq!(store.shared("token", None, 9).await.unwrap().messages[0].attachments, std::slice::from_ref(&a));
    assert_eq!(store.shared_file("token", a.id).await.unwrap().attachment, a);
    assert!(is_gone(store.shared_file("token", b.id).await), "it is on another branch");
    assert!(is_gone(store.shared_file("other", a.id).await));
    store.unshare(&owner, id).await.unwrap();
    assert!(is_gone(store.shared_file("token", a.id).await));
}
