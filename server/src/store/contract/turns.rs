//! Turns, what comes of their answers, and what they are set to.

use super::*;

pub(super) async fn turns_follow_each_other<S: Store>(store: &S) {
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

pub(super) async fn a_retry_is_a_branch<S: Store>(store: &S) {
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

pub(super) async fn one_answer_at_a_time<S: Store>(store: &S) {
    let owner = owner();
    let id = conversation(store, &owner).await;
    let (_, first) = add(store, &owner, turn(id, question("one"), 3)).await;
    let refused = store.begin_turn(&owner, turn(id, question("two"), 4)).await;
    let generation = first.generation_id.unwrap();
    assert!(matches!(refused, Err(StoreError::AnswerUnderWay(id)) if id == generation));
    finish(store, &owner, id, first, "ONE").await;
    add(store, &owner, turn(id, question("two"), 4)).await;
}

pub(super) async fn a_key_adds_one_turn<S: Store>(store: &S) {
    let owner = owner();
    let id = conversation(store, &owner).await;
    let keyed = || NewTurn { idempotency_key: Some("key".into()), ..turn(id, question("one"), 3) };
    assert!(store.turn_by_key(&owner, id, "key").await.unwrap().is_none());
    let (_, first) = add(store, &owner, keyed()).await;
    assert_eq!(store.turn_by_key(&owner, id, "key").await.unwrap().unwrap().answer.id, first.id);
    let TurnStart::Known(known) = store.begin_turn(&owner, keyed()).await.unwrap() else { panic!("added twice") };
    assert_eq!((known.answer.id, known.question.as_str()), (first.id, "one"));
    finish(store, &owner, id, first, "ONE").await;
    let TurnStart::Known(known) = store.begin_turn(&owner, keyed()).await.unwrap() else { panic!("added twice") };
    assert_eq!(known.answer.content, "ONE");
    let other = conversation(store, &owner).await;
    let elsewhere = NewTurn { idempotency_key: Some("key".into()), ..turn(other, question("one"), 3) };
    add(store, &owner, elsewhere).await;
}

pub(super) async fn settings_stay_until_others_are_given<S: Store>(store: &S) {
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

pub(super) async fn an_edit_stands_beside_the_question<S: Store>(store: &S) {
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
    assert_eq!(shown.summary.title, "uno", "the title is made of what is shown");
    for wrong in [answered, MessageId(Uuid::new_v4())] {
        assert!(matches!(store.begin_turn(&owner, turn(id, edit(wrong), 5)).await, Err(StoreError::NotFound(_))));
    }
}

pub(super) async fn what_has_come_survives<S: Store>(store: &S) {
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

pub(super) async fn an_answer_is_kept_as_it_ended<S: Store>(store: &S) {
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
        usage: Some(Usage { input_tokens: 3, cached_input_tokens: 1, output_tokens: 2 }),
        cost: Some(Cost { currency: "USD".into(), amount: 0.25 }),
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

pub(super) async fn what_answers_cost_is_summed<S: Store>(store: &S) {
    let owner = owner();
    let id = conversation(store, &owner).await;
    let cost = Some(Cost { currency: "EUR".into(), amount: 0.1 });
    let usage = Some(Usage { input_tokens: 5, cached_input_tokens: 2, output_tokens: 7 });
    let ended = |answer: Message| Message { status: MessageStatus::Stopped, usage, cost: cost.clone(), ..answer };
    let (_, first) = add(store, &owner, turn(id, question("one"), 3)).await;
    store.save_answer(&owner, id, ended(first.clone())).await.unwrap();
    let (_, second) = add(store, &owner, turn(id, NewAsk::Retry(first.id), 4)).await;
    store.save_answer(&owner, id, ended(second)).await.unwrap();
    let (_, free) = add(store, &owner, turn(id, question("two"), 5)).await;
    finish(store, &owner, id, free, "nothing is known of this one").await;
    let totals = |conversation: Conversation| {
        let totals = conversation.usage;
        (totals.input_tokens, totals.output_tokens, totals.costs)
    };
    let summed = (10, 14, vec![Cost { currency: "EUR".into(), amount: 0.2 }]);
    assert_eq!(totals(store.get(&owner, id, Window::All).await.unwrap()), summed, "other branches were paid for too");
    store.delete_message(&owner, id, first.id).await.unwrap();
    assert_eq!(totals(store.get(&owner, id, Window::Last(1)).await.unwrap()), summed, "and so were deleted ones");
    let whole = store.whole(&owner, id).await.unwrap();
    let other = self::owner();
    store.delete(&owner, id).await.unwrap();
    let mut copy = WholeConversation { summary: ConversationSummary::new(ConversationId(Uuid::new_v4()), 1), ..whole };
    for message in &mut copy.messages {
        message.id = MessageId(Uuid::from_u128(message.id.0.as_u128() ^ 1));
        message.parent_id = message.parent_id.map(|id| MessageId(Uuid::from_u128(id.0.as_u128() ^ 1)));
    }
    let copied = copy.summary.id;
    store.import(&other, copy).await.unwrap();
    let read = totals(store.get(&other, copied, Window::All).await.unwrap());
    assert_eq!(read, (5, 7, vec![Cost { currency: "EUR".into(), amount: 0.1 }]), "what came in is summed");
    store.share(&other, copied, "token".into()).await.unwrap();
    assert!(store.shared("token", None, 9).await.unwrap().usage.is_empty(), "it is nobody else's business");
}
