//! What every store must do, run against each.

use super::{Checkpoint, Imported, NewAsk, NewTurn, Store, StoreError, TurnStart, WholeConversation, Window};
use crate::{
    clock,
    visitor::{Owner, VisitorId},
};
use futures::StreamExt;
use protocol::{
    conversation::{ConversationChange, ConversationSettings, ConversationSummary, SettingsChange},
    event::{FinishReason, Usage},
    id::{ConversationId, GenerationId, MessageId},
    message::{Message, MessageStatus},
    request::Parameters,
    search::TextPart,
};
use uuid::Uuid;

/// Runs the whole suite, each part on a store of its own.
pub(super) async fn run<S: Store>(make: impl AsyncFn() -> S) {
    turns_follow_each_other(&make().await).await;
    a_retry_is_a_branch(&make().await).await;
    an_edit_stands_beside_the_question(&make().await).await;
    a_part_of_a_branch_is_read(&make().await).await;
    versions_know_each_other(&make().await).await;
    another_branch_is_shown(&make().await).await;
    a_deleted_message_takes_what_follows_and_comes_back(&make().await).await;
    one_answer_at_a_time(&make().await).await;
    a_key_adds_one_turn(&make().await).await;
    owners_do_not_see_each_other(&make().await).await;
    settings_stay_until_others_are_given(&make().await).await;
    titles_are_given_once_by_a_person(&make().await).await;
    deleted_is_hidden_and_comes_back(&make().await).await;
    lists_have_pages(&make().await).await;
    what_has_come_survives(&make().await).await;
    an_answer_is_kept_as_it_ended(&make().await).await;
    search_finds_what_fits(&make().await).await;
    search_takes_any_script(&make().await).await;
    a_shared_branch_is_read_by_its_token(&make().await).await;
    everything_goes_out_and_comes_in_again(&make().await).await;
}

pub(super) async fn conversation<S: Store>(store: &S, owner: &Owner) -> ConversationId {
    let id = ConversationId(Uuid::new_v4());
    store.create(owner, ConversationSummary::new(id, clock::now()), ConversationSettings::default()).await.unwrap();
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
    let parent_id =
        store.get(owner, id, Window::All).await.unwrap().messages.iter().find(|m| m.id == answer.id).unwrap().parent_id;
    let done = Message { content: text.into(), status: MessageStatus::Complete, parent_id, ..answer };
    let message = done.id;
    store.save_answer(owner, id, done).await.unwrap();
    message
}

async fn texts<S: Store>(store: &S, owner: &Owner, id: ConversationId) -> Vec<String> {
    store.get(owner, id, Window::All).await.unwrap().messages.into_iter().map(|message| message.content).collect()
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
    assert_eq!(store.get(&owner, id, Window::All).await.unwrap().summary.title, "one");
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
    let asked = store.get(&owner, id, Window::All).await.unwrap().messages[0].id;
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
    assert_eq!(store.get(&owner, id, Window::All).await.unwrap().settings, set(Some("demo/rivulet"), None));
    finish(store, &owner, id, message, "TWO").await;
    add(store, &owner, NewTurn { settings: given(None, Some(0.5)), ..turn(id, question("three"), 5) }).await;
    assert_eq!(store.get(&owner, id, Window::All).await.unwrap().settings, set(Some("demo/rivulet"), Some(0.5)));
}

async fn deleted_is_hidden_and_comes_back<S: Store>(store: &S) {
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

async fn lists_have_pages<S: Store>(store: &S) {
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

async fn an_edit_stands_beside_the_question<S: Store>(store: &S) {
    let owner = owner();
    let id = conversation(store, &owner).await;
    let (history, first) = add(store, &owner, turn(id, question("one"), 3)).await;
    let old = history[0].id;
    finish(store, &owner, id, first, "ONE").await;
    let edit = |of| NewAsk::Edit(of, Box::new(Message::user(MessageId(Uuid::new_v4()), None, "uno", 4)));
    let (history, second) = add(store, &owner, turn(id, edit(old), 4)).await;
    assert_eq!(history.iter().map(|m| m.content.as_str()).collect::<Vec<_>>(), ["uno"]);
    let answered = finish(store, &owner, id, second, "UNO").await;
    let shown = store.get(&owner, id, Window::All).await.unwrap();
    assert_eq!(texts(store, &owner, id).await, ["uno", "UNO"]);
    assert_eq!(shown.messages[0].siblings, [old, shown.messages[0].id]);
    assert_eq!(shown.summary.title, "one", "the title stays");
    for wrong in [answered, MessageId(Uuid::new_v4())] {
        assert!(matches!(store.begin_turn(&owner, turn(id, edit(wrong), 5)).await, Err(StoreError::NotFound(_))));
    }
}

/// A conversation with so many finished turns; the ids of all its messages.
async fn long<S: Store>(store: &S, owner: &Owner, turns: u64) -> (ConversationId, Vec<MessageId>) {
    let (id, mut messages) = (conversation(store, owner).await, Vec::new());
    for at in 0..turns {
        let (history, answer) = add(store, owner, turn(id, question(&format!("q{at}")), at)).await;
        messages.push(history.last().unwrap().id);
        messages.push(finish(store, owner, id, answer, &format!("a{at}")).await);
    }
    (id, messages)
}

async fn a_part_of_a_branch_is_read<S: Store>(store: &S) {
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

async fn versions_know_each_other<S: Store>(store: &S) {
    let owner = owner();
    let (id, messages) = long(store, &owner, 2).await;
    let (_, again) = add(store, &owner, turn(id, NewAsk::Retry(messages[1]), 9)).await;
    let again = finish(store, &owner, id, again, "a0 again").await;
    let shown = store.get(&owner, id, Window::All).await.unwrap().messages;
    assert_eq!(shown.iter().map(|m| m.id).collect::<Vec<_>>(), [messages[0], again]);
    assert!(shown[0].siblings.is_empty());
    assert_eq!(shown[1].siblings, [messages[1], again]);
}

async fn another_branch_is_shown<S: Store>(store: &S) {
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

async fn a_deleted_message_takes_what_follows_and_comes_back<S: Store>(store: &S) {
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

async fn titles_are_given_once_by_a_person<S: Store>(store: &S) {
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

async fn what_has_come_survives<S: Store>(store: &S) {
    let owner = owner();
    let id = conversation(store, &owner).await;
    let (_, first) = add(store, &owner, turn(id, question("one"), 3)).await;
    let (message, generation) = (first.id, first.generation_id.unwrap());
    let piece = |number: u64, content: &str, reasoning: &str| Checkpoint {
        message,
        last_event_id: number,
        content: content.into(),
        reasoning: reasoning.into(),
        model: (number == 9).then(|| "other/model".into()),
    };
    let unknown = Checkpoint { message: MessageId(Uuid::new_v4()), ..piece(2, "nobody's", "") };
    store.checkpoint(vec![piece(2, "", "hm "), unknown]).await.unwrap();
    store.checkpoint(vec![piece(9, "\"a\" 🦀\\n\u{0}", "")]).await.unwrap();
    store.checkpoint(vec![piece(9, "twice", "")]).await.unwrap();
    store.checkpoint(vec![piece(10, "b", "ok")]).await.unwrap();
    store.interrupt(generation).await.unwrap();
    let kept = store.message(&owner, id, message).await.unwrap();
    assert_eq!((kept.status, kept.last_event_id), (MessageStatus::Interrupted, 10));
    assert_eq!((kept.content.as_str(), kept.reasoning.as_str()), ("\"a\" 🦀\\n\u{fffd}b", "hm ok"));
    assert_eq!(kept.model.as_deref(), Some("other/model"));
    assert_eq!(store.get(&owner, id, Window::All).await.unwrap().summary.generation_id, None);
    store.checkpoint(vec![piece(11, "too late", "")]).await.unwrap();
    store.interrupt(generation).await.unwrap();
    assert_eq!(store.message(&owner, id, message).await.unwrap(), kept);
    add(store, &owner, turn(id, NewAsk::Retry(message), 4)).await;
}

async fn an_answer_is_kept_as_it_ended<S: Store>(store: &S) {
    let owner = owner();
    let id = conversation(store, &owner).await;
    let (history, first) = add(store, &owner, turn(id, question("one"), 3)).await;
    let ended = Message {
        content: "ONE".into(),
        reasoning: "hm".into(),
        status: MessageStatus::Complete,
        parent_id: Some(history[0].id),
        model: Some("demo/rivulet".into()),
        last_event_id: 7,
        finish_reason: Some(FinishReason::Other("moonrise".into())),
        usage: Some(Usage { input_tokens: 1, output_tokens: 2 }),
        ..first.clone()
    };
    store
        .checkpoint(vec![Checkpoint {
            message: first.id,
            last_event_id: 3,
            content: "O".into(),
            reasoning: String::new(),
            model: None,
        }])
        .await
        .unwrap();
    assert_eq!(store.save_answer(&owner, id, ended.clone()).await.unwrap().unwrap().generation_id, None);
    assert_eq!(store.message(&owner, id, first.id).await.unwrap(), ended);
    let again = Message { content: "other".into(), ..ended.clone() };
    assert!(matches!(store.save_answer(&owner, id, again).await, Err(StoreError::NotFound(_))), "an end is final");
    assert_eq!(store.message(&owner, id, first.id).await.unwrap(), ended);
}

fn shown(parts: &[TextPart]) -> String {
    parts.iter().map(|part| if part.hit { format!("[{}]", part.text) } else { part.text.clone() }).collect()
}

async fn search_finds_what_fits<S: Store>(store: &S) {
    let owner = owner();
    let (tea, coffee) = (conversation(store, &owner).await, conversation(store, &owner).await);
    let (_, answer) = add(store, &owner, turn(tea, question("How is green tea made?"), 3)).await;
    assert!(store.search(&owner, "steamed", 10, None).await.unwrap().hits.is_empty());
    let made = finish(store, &owner, tea, answer, "The leaves are steamed, and not like coffee.").await;
    let (_, answer) = add(store, &owner, turn(coffee, question("Coffee"), 4)).await;
    finish(store, &owner, coffee, answer, "A drink. \"Quoted\" AND a* NEAR(b) -c:d").await;
    let search = async |text: &str| store.search(&owner, text, 10, None).await.unwrap().hits;
    let hits = search("steam").await;
    assert_eq!((hits.len(), hits[0].conversation_id, hits[0].message_id), (1, tea, Some(made)));
    assert_eq!(shown(&hits[0].snippet), "The leaves are [steamed], and not like coffee.");
    assert!(search("steam ").await.is_empty(), "only the last word may be unfinished");
    let hits = search("coffee").await;
    assert_eq!(hits.iter().map(|hit| hit.conversation_id).collect::<Vec<_>>(), [coffee, tea], "titles come first");
    assert_eq!(shown(&hits[0].title), "[Coffee]");
    assert_eq!(search("\"green tea\"").await.len(), 1);
    assert!(search("\"tea green\"").await.is_empty());
    assert_eq!(search("tea green").await.len(), 1);
    assert!(search("tea coffee made").await.is_empty(), "all words are meant");
    for literal in ["\"Quoted\" AND", "a* NEAR(b)", "-c:d", "drink\"", "c:d ^ ' ; --", "NEAR(b"] {
        assert_eq!(search(literal).await.len(), 1, "{literal}");
    }
    for nothing in ["", " ", "\"\"", "*", "-", "AND OR"] {
        assert!(search(nothing).await.is_empty(), "{nothing}");
    }
    let first = store.search(&owner, "coffee", 1, None).await.unwrap();
    assert_eq!(first.hits.len(), 1);
    let second = store.search(&owner, "coffee", 1, first.next.as_deref()).await.unwrap();
    assert_eq!((second.hits[0].conversation_id, second.next), (tea, None));
    assert!(matches!(store.search(&owner, "coffee", 1, Some("x")).await, Err(StoreError::InvalidCursor)));
}

async fn search_takes_any_script<S: Store>(store: &S) {
    let owner = owner();
    let texts = [
        ("北京今天的天气很好", &["天气", "今天", "北", "天气很"][..]),
        ("東京タワーへ行きました", &["東京", "タワー", "行き", "へ"]),
        ("오늘 학교에서 공부했어요", &["학교", "오늘", "공부", "학교에서"]),
        ("ذَهَبَ الوَلَدُ إلى المدرسة", &["الولد", "ذهب", "المدرسه", "إلى"]),
        ("Schöne Grüße aus der Straße", &["grusse", "GRÜSSE", "strasse", "schon", "Straße"]),
        ("Привет, как дела?", &["привет", "ДЕЛА", "дел"]),
        ("สวัสดีครับ", &["สวัสดี", "ครับ"]),
        ("नमस्ते दुनिया", &["नमस्ते", "दुनि"]),
        ("a crab 🦀 walks", &["🦀", "crab 🦀"]),
    ];
    let mut made = Vec::new();
    for (text, _) in texts {
        let id = conversation(store, &owner).await;
        add(store, &owner, turn(id, question(text), 3)).await;
        made.push(id);
    }
    for (id, (text, queries)) in made.into_iter().zip(texts) {
        for query in queries {
            let hits = store.search(&owner, query, 10, None).await.unwrap().hits;
            assert_eq!(hits.iter().map(|hit| hit.conversation_id).collect::<Vec<_>>(), [id], "{query} in {text}");
            assert!(hits[0].snippet.iter().any(|part| part.hit), "{query} in {text}");
        }
    }
}

async fn a_shared_branch_is_read_by_its_token<S: Store>(store: &S) {
    let owner = owner();
    let (id, messages) = long(store, &owner, 2).await;
    let empty = conversation(store, &owner).await;
    assert!(matches!(store.share(&owner, empty, "none".into()).await, Err(StoreError::NotFound(_))));
    assert!(matches!(store.shared("token").await, Err(StoreError::NotFound(_))));
    assert_eq!(store.share(&owner, id, "token".into()).await.unwrap(), "token");
    let (_, later) = add(store, &owner, turn(id, question("secret"), 9)).await;
    finish(store, &owner, id, later, "SECRET").await;
    let said =
        async || store.shared("token").await.unwrap().messages.into_iter().map(|m| m.content).collect::<Vec<_>>();
    assert_eq!(said().await, ["q0", "a0", "q1", "a1"], "what is said later is not shared");
    assert_eq!(store.get(&owner, id, Window::All).await.unwrap().shared.as_deref(), Some("token"));
    assert_eq!(store.share(&owner, id, "other".into()).await.unwrap(), "token", "it keeps its address");
    assert_eq!(said().await.len(), 6, "until it is shared again");
    store.delete_message(&owner, id, messages[2]).await.unwrap();
    assert_eq!(said().await, ["q0", "a0"]);
    store.unshare(&owner, id).await.unwrap();
    assert!(matches!(store.shared("token").await, Err(StoreError::NotFound(_))));
    store.share(&owner, id, "new".into()).await.unwrap();
    store.delete(&owner, id).await.unwrap();
    assert!(matches!(store.shared("new").await, Err(StoreError::NotFound(_))));
}

async fn everything_goes_out_and_comes_in_again<S: Store>(store: &S) {
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
