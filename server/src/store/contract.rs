//! What every store must do, run against each.

mod attachments;
mod branches;
mod lists;
mod presets;
mod search;
mod transfer;
mod turns;

use super::{
    AttachedFile, Checkpoint, Imported, NewAsk, NewTurn, Store, StoreError, TurnStart, WholeConversation, Window,
};
use crate::{
    clock,
    visitor::{Owner, VisitorId},
};
use futures::StreamExt;
use protocol::{
    conversation::{Conversation, ConversationChange, ConversationSettings, ConversationSummary, SettingsChange},
    event::{FinishReason, Usage},
    id::{ConversationId, GenerationId, MessageId},
    message::{Message, MessageStatus},
    request::Parameters,
    search::TextPart,
    usage::Cost,
};
use uuid::Uuid;

/// Runs the whole suite, each part on a store of its own.
pub(super) async fn run<S: Store>(make: impl AsyncFn() -> S) {
    turns::turns_follow_each_other(&make().await).await;
    turns::a_retry_is_a_branch(&make().await).await;
    turns::an_edit_stands_beside_the_question(&make().await).await;
    attachments::files_go_with_their_messages(&make().await).await;
    attachments::files_belong_to_somebody(&make().await).await;
    attachments::files_come_in_and_are_shared(&make().await).await;
    branches::a_part_of_a_branch_is_read(&make().await).await;
    branches::versions_know_each_other(&make().await).await;
    branches::another_branch_is_shown(&make().await).await;
    branches::a_deleted_message_takes_what_follows_and_comes_back(&make().await).await;
    turns::one_answer_at_a_time(&make().await).await;
    turns::a_key_adds_one_turn(&make().await).await;
    lists::owners_do_not_see_each_other(&make().await).await;
    turns::settings_stay_until_others_are_given(&make().await).await;
    lists::titles_are_given_once_by_a_person(&make().await).await;
    lists::deleted_is_hidden_and_comes_back(&make().await).await;
    lists::lists_have_pages(&make().await).await;
    turns::what_has_come_survives(&make().await).await;
    turns::an_answer_is_kept_as_it_ended(&make().await).await;
    turns::what_answers_cost_is_summed(&make().await).await;
    presets::presets_are_kept_for_each_owner(&make().await).await;
    presets::there_is_a_most(&make().await).await;
    search::search_finds_what_fits(&make().await).await;
    search::search_takes_any_script(&make().await).await;
    transfer::a_shared_branch_is_read_by_its_token(&make().await).await;
    transfer::a_shared_title_is_made_of_what_is_shown(&make().await).await;
    transfer::everything_goes_out_and_comes_in_again(&make().await).await;
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
