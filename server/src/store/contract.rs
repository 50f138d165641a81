//! What every store must do, run against each.

use super::{NewAsk, NewTurn, Store, StoreError, TurnStart};
use crate::visitor::{Owner, VisitorId};
use protocol::{
    conversation::{ConversationSettings, ConversationSummary, SettingsChange},
    id::{ConversationId, GenerationId, MessageId},
    message::{Message, MessageStatus},
    request::Parameters,
};
use uuid::Uuid;

/// Runs the whole suite, each part on a store of its own.
pub(super) async fn run<S: Store>(make: impl Fn() -> S) {
    turns_follow_each_other(&make()).await;
    a_retry_is_a_branch(&make()).await;
    one_answer_at_a_time(&make()).await;
    a_key_adds_one_turn(&make()).await;
    owners_do_not_see_each_other(&make()).await;
    settings_stay_until_others_are_given(&make()).await;
    deleted_is_gone(&make()).await;
    lists_show_the_most_recent_first(&make()).await;
}

pub(super) async fn conversation<S: Store>(store: &S, owner: &Owner) -> ConversationId {
    let id = ConversationId(Uuid::new_v4());
    let summary = ConversationSummary { id, title: String::new(), created_at: 1, updated_at: 1 };
    store.create(owner, summary, ConversationSettings::default()).await.unwrap();
    id
}

fn owner() -> Owner {
    Owner::Visitor(VisitorId::random())
}

fn answer(at: u64) -> Message {
    let mut answer = Message::answer(MessageId(Uuid::new_v4()), None, at);
    answer.generation_id = Some(GenerationId(Uuid::new_v4()));
    answer
}

fn turn(conversation: ConversationId, ask: NewAsk, at: u64) -> NewTurn {
    let settings = SettingsChange::default();
    NewTurn { conversation, idempotency_key: None, ask, answer: answer(at), settings }
}

fn question(text: &str) -> NewAsk {
    NewAsk::Question(Box::new(Message::user(MessageId(Uuid::new_v4()), None, text, 2)))
}

async fn add<S: Store>(store: &S, owner: &Owner, turn: NewTurn) -> (Vec<Message>, Message) {
    let answer = turn.answer.clone();
    match store.begin_turn(owner, turn).await.unwrap() {
        TurnStart::Added { history, .. } => (history, answer),
        TurnStart::Known(message) => panic!("known: {message:?}"),
    }
}

async fn finish<S: Store>(store: &S, owner: &Owner, id: ConversationId, answer: Message, text: &str) -> MessageId {
    let parent_id = store.get(owner, id).await.unwrap().messages.iter().find(|m| m.id == answer.id).unwrap().parent_id;
    let done = Message { content: text.into(), status: MessageStatus::Complete, parent_id, ..answer };
    let message = done.id;
    store.save_answer(owner, id, done).await.unwrap();
    message
}

async fn texts<S: Store>(store: &S, owner: &Owner, id: ConversationId) -> Vec<String> {
    store.get(owner, id).await.unwrap().messages.into_iter().map(|message| message.content).collect()
}

async fn turns_follow_each_other<S: Store>(store: &S) {
    let owner = owner();
    let id = conversation(store, &owner).await;
    let (history, first) = add(store, &owner, turn(id, question("one"), 3)).await;
    assert_eq!(history.len(), 1);
    finish(store, &owner, id, first, "ONE").await;
    let (history, second) = add(store, &owner, turn(id, question("two"), 4)).await;
    assert_eq!(history.iter().map(|m| m.content.as_str()).collect::<Vec<_>>(), ["one", "ONE", "two"]);
    finish(store, &owner, id, second, "TWO").await;
    assert_eq!(texts(store, &owner, id).await, ["one", "ONE", "two", "TWO"]);
    assert_eq!(store.get(&owner, id).await.unwrap().summary.title, "one");
}

async fn a_retry_is_a_branch<S: Store>(store: &S) {
    let owner = owner();
    let id = conversation(store, &owner).await;
    let (_, first) = add(store, &owner, turn(id, question("one"), 3)).await;
    let old = finish(store, &owner, id, first, "bad").await;
    let (history, second) = add(store, &owner, turn(id, NewAsk::Retry(old), 4)).await;
    assert_eq!(history.iter().map(|m| m.content.as_str()).collect::<Vec<_>>(), ["one"]);
    finish(store, &owner, id, second, "good").await;
    assert_eq!(texts(store, &owner, id).await, ["one", "good"]);
    let nothing = turn(id, NewAsk::Retry(MessageId(Uuid::new_v4())), 5);
    assert!(matches!(store.begin_turn(&owner, nothing).await, Err(StoreError::NotFound("answer"))));
    let asked = store.get(&owner, id).await.unwrap().messages[0].id;
    let question = turn(id, NewAsk::Retry(asked), 5);
    assert!(matches!(store.begin_turn(&owner, question).await, Err(StoreError::NotFound("answer"))));
}

async fn one_answer_at_a_time<S: Store>(store: &S) {
    let owner = owner();
    let id = conversation(store, &owner).await;
    let (_, first) = add(store, &owner, turn(id, question("one"), 3)).await;
    let refused = store.begin_turn(&owner, turn(id, question("two"), 4)).await;
    let generation = first.generation_id.unwrap();
    assert!(matches!(refused, Err(StoreError::AnswerUnderWay(id)) if id == generation));
    finish(store, &owner, id, first, "ONE").await;
    add(store, &owner, turn(id, question("two"), 4)).await;
}

async fn a_key_adds_one_turn<S: Store>(store: &S) {
    let owner = owner();
    let id = conversation(store, &owner).await;
    let keyed = || NewTurn { idempotency_key: Some("key".into()), ..turn(id, question("one"), 3) };
    assert!(store.answer_by_key(&owner, id, "key").await.unwrap().is_none());
    let (_, first) = add(store, &owner, keyed()).await;
    assert_eq!(store.answer_by_key(&owner, id, "key").await.unwrap().unwrap().id, first.id);
    let TurnStart::Known(known) = store.begin_turn(&owner, keyed()).await.unwrap() else { panic!("added twice") };
    assert_eq!(known.id, first.id);
    finish(store, &owner, id, first, "ONE").await;
    let TurnStart::Known(known) = store.begin_turn(&owner, keyed()).await.unwrap() else { panic!("added twice") };
    assert_eq!(known.content, "ONE");
    let other = conversation(store, &owner).await;
    let elsewhere = NewTurn { idempotency_key: Some("key".into()), ..turn(other, question("one"), 3) };
    add(store, &owner, elsewhere).await;
}

async fn owners_do_not_see_each_other<S: Store>(store: &S) {
    let (mine, yours) = (owner(), owner());
    let id = conversation(store, &mine).await;
    let (_, first) = add(store, &mine, turn(id, question("one"), 3)).await;
    let (generation, answered) = (first.generation_id.unwrap(), first.id);
    assert!(matches!(store.get(&yours, id).await, Err(StoreError::NotFound(_))));
    assert!(matches!(store.begin_turn(&yours, turn(id, question("x"), 4)).await, Err(StoreError::NotFound(_))));
    assert!(matches!(store.save_answer(&yours, id, first).await, Err(StoreError::NotFound(_))));
    assert!(matches!(store.delete(&yours, id).await, Err(StoreError::NotFound(_))));
    assert!(store.list(&yours, 10).await.unwrap().is_empty());
    assert!(matches!(store.answer_by_key(&yours, id, "key").await, Err(StoreError::NotFound(_))));
    assert!(matches!(store.answer_by_generation(&yours, generation).await, Err(StoreError::NotFound(_))));
    let (found, answer) = store.answer_by_generation(&mine, generation).await.unwrap();
    assert_eq!((found, answer.id), (id, answered));
    assert_eq!(texts(store, &mine, id).await, ["one", ""]);
}

async fn settings_stay_until_others_are_given<S: Store>(store: &S) {
    let owner = owner();
    let id = conversation(store, &owner).await;
    let set = |model: Option<&str>, temperature| ConversationSettings {
        model: model.map(str::to_owned),
        system_prompt: None,
        parameters: Parameters { temperature, ..Parameters::default() },
    };
    let given = |model, temperature| SettingsChange::given(set(model, temperature));
    let first = NewTurn { settings: given(Some("demo/rivulet"), None), ..turn(id, question("one"), 3) };
    let (_, message) = add(store, &owner, first).await;
    finish(store, &owner, id, message, "ONE").await;
    let (_, message) = add(store, &owner, turn(id, question("two"), 4)).await;
    assert_eq!(store.get(&owner, id).await.unwrap().settings, set(Some("demo/rivulet"), None));
    finish(store, &owner, id, message, "TWO").await;
    add(store, &owner, NewTurn { settings: given(None, Some(0.5)), ..turn(id, question("three"), 5) }).await;
    assert_eq!(store.get(&owner, id).await.unwrap().settings, set(Some("demo/rivulet"), Some(0.5)));
}

async fn deleted_is_gone<S: Store>(store: &S) {
    let owner = owner();
    let id = conversation(store, &owner).await;
    let (_, first) = add(store, &owner, turn(id, question("one"), 3)).await;
    assert_eq!(store.delete(&owner, id).await.unwrap(), [first.generation_id.unwrap()]);
    assert!(matches!(store.get(&owner, id).await, Err(StoreError::NotFound(_))));
    assert!(matches!(store.save_answer(&owner, id, first).await, Err(StoreError::NotFound(_))));
}

async fn lists_show_the_most_recent_first<S: Store>(store: &S) {
    let owner = owner();
    let empty = conversation(store, &owner).await;
    let (old, new) = (conversation(store, &owner).await, conversation(store, &owner).await);
    add(store, &owner, turn(new, question("new"), 20)).await;
    add(store, &owner, turn(old, question("old"), 10)).await;
    let listed: Vec<_> = store.list(&owner, 10).await.unwrap().into_iter().map(|row| row.id).collect();
    assert_eq!(listed, [new, old]);
    assert!(!listed.contains(&empty));
    assert_eq!(store.list(&owner, 1).await.unwrap().len(), 1);
}
