//! Asking: a question, an edited one, another answer, or the rest of one that broke off.

use super::{ConversationError, Conversations, answer_so_far, titles::Exchange};
use crate::{
    client::Client,
    clock,
    generation::{Generation, Keep, KeptText, Names, NewGeneration, OnEnd, Prepared, Question},
    store::{KnownTurn, NewAsk, NewTurn, StoreError, TurnStart},
    visitor::Owner,
};
use protocol::{
    attachment::Attachment,
    conversation::{ConversationSettings, SettingsChange},
    feed::FeedChange,
    id::{AttachmentId, ConversationId, GenerationId, MessageId},
    message::{Message, Role},
    request::Ask,
};
use std::sync::Arc;
use uuid::Uuid;

/// One request to go on with a conversation.
#[derive(Debug)]
pub struct Send {
    /// Whom it counts for.
    pub client: Client,
    /// The conversation.
    pub conversation: ConversationId,
    /// What is asked.
    pub ask: Ask,
    /// The files of the question; for an edited one, none given means those of the old one.
    pub attachments: Option<Vec<AttachmentId>>,
    /// What to change in the conversation's settings.
    pub settings: SettingsChange,
    /// The client's name for this request.
    pub idempotency_key: Option<String>,
    /// The conversation's settings, where the one who asks has just made it; read otherwise.
    pub known_settings: Option<ConversationSettings>,
    /// Whether the conversation is an API session.
    pub is_session: bool,
}

/// A turn that is about to be stored, and the generation that is prepared for it.
struct Begin {
    turn: NewTurn,
    /// The text that the answer takes on from.
    kept: Option<KeptText>,
    prepared: Prepared,
}

impl Conversations {
    /// Asks, and begins the answer. What is refused has left no trace. A repeated idempotency key leads to the generation
    /// that it began; if that has been forgotten, to its message told again.
    pub async fn send(&self, owner: &Owner, send: Send) -> Result<Arc<Generation>, ConversationError> {
        if let Some(key) = &send.idempotency_key
            && let Some(known) = self.store.turn_by_key(owner, send.conversation, key).await?
        {
            self.check_same(owner, &send, &known).await?;
            return Ok(self.known(owner, send.conversation, known.answer));
        }
        let before = match send.known_settings {
            Some(known) => known,
            None => self.store.settings(owner, send.conversation).await?,
        };
        let kept = match send.ask {
            Ask::Continue(id) => Some(self.unfinished(owner, send.conversation, id).await?),
            _ => None,
        };
        let model = send.settings.clone().apply(before).model;
        let now = clock::now();
        let files = self.files(owner, send.conversation, &send.ask, send.attachments).await?;
        self.check_files(owner, send.conversation, &send.ask, &files, model.as_deref()).await?;
        let file_bytes = self.file_bytes(owner, send.conversation, &files).await?;
        let (question, ask) = new_ask(send.ask, files, now);
        let mut answer = Message::answer(MessageId(Uuid::new_v4()), None, now);
        let names = Names {
            conversation: Some(send.conversation),
            question,
            answer: Some(answer.id),
            is_session: send.is_session,
        };
        // On the session routes the client's leaving is the cancel: nobody comes back.
        let keep = if send.is_session { Keep::Nothing } else { Keep::ForResume };
        let new = NewGeneration { owner: owner.clone(), client: send.client, model, names, keep, file_bytes };
        let prepared = self.engine.prepare(new)?;
        answer.generation_id = Some(prepared.id());
        answer.model = Some(prepared.model().to_owned());
        let turn = NewTurn {
            conversation: send.conversation,
            idempotency_key: send.idempotency_key,
            ask,
            answer,
            settings: send.settings,
        };
        let begin = Begin { turn, kept, prepared };
        // In a task of its own: a client that leaves now must not leave a turn behind that no generation will end.
        let (this, owner) = (self.clone(), owner.clone());
        let begun = tokio::spawn(async move { this.begin(owner, begin).await });
        begun.await.map_err(|_| ConversationError::Failed)?
    }

    /// Stores the turn and launches its generation, both or neither.
    async fn begin(&self, owner: Owner, begin: Begin) -> Result<Arc<Generation>, ConversationError> {
        let Begin { turn, kept, prepared } = begin;
        let (conversation, mut answer) = (turn.conversation, turn.answer.clone());
        let asked = turn.ask.question().cloned();
        match self.add(&owner, turn).await {
            Ok(TurnStart::Added { history, settings, summary }) => {
                answer.parent_id = history.last().map(|question| question.id);
                let first = (history.len() == 1).then(|| history[0].content.clone());
                let question = match self.question(&owner, history, settings).await {
                    Ok(question) => Question { kept, ..question },
                    Err(error) => {
                        // Its turn is stored: nobody must wait for its answer.
                        let generation = prepared.id();
                        self.engine.discard(prepared);
                        self.store.interrupt(generation).await?;
                        return Err(error.into());
                    }
                };
                let on_end = self.save(owner.clone(), conversation, answer.clone(), first);
                let generation = self.engine.launch(prepared, question, Some(on_end));
                self.keeper.follow(answer.id, Arc::clone(&generation));
                self.engine.tell(&owner, FeedChange::Conversation(summary));
                Ok(generation)
            }
            Ok(TurnStart::Known(known)) => {
                self.engine.discard(prepared);
                if asked.is_some_and(|asked| {
                    !known.is_asked_by(&asked.content, asked.attachments.iter().map(|file| file.id))
                }) {
                    return Err(ConversationError::KeyReused);
                }
                Ok(self.known(&owner, conversation, known.answer))
            }
            Err(error) => {
                self.engine.discard(prepared);
                Err(error.into())
            }
        }
    }

    /// Adds a turn. An answer that the store has as under way, and that nobody writes, does not block its conversation.
    async fn add(&self, owner: &Owner, turn: NewTurn) -> Result<TurnStart, StoreError> {
        match self.store.begin_turn(owner, turn.clone()).await {
            Err(StoreError::AnswerUnderWay(generation)) if !self.is_running(generation) => {
                if !self.keeper.settle(generation).await {
                    self.store.interrupt(generation).await?;
                }
                self.store.begin_turn(owner, turn).await
            }
            begun => begun,
        }
    }

    /// Whether somebody writes the answer. One that the engine was told to forget (its conversation was deleted) has still to end.
    fn is_running(&self, generation: GenerationId) -> bool {
        self.engine.get(generation).is_some_and(|generation| !generation.is_ended())
            || self.keeper.is_growing(generation)
    }

    /// Refuses an idempotency key that comes again with something else: what is asked now would be lost without a word.
    async fn check_same(&self, owner: &Owner, send: &Send, known: &KnownTurn) -> Result<(), ConversationError> {
        let files = send.attachments.as_deref();
        let is_same = match &send.ask {
            // Without files of its own it has those of the old one, which the first time has looked up.
            Ask::Edit(_, content) if files.is_none() => *content == known.question,
            Ask::Question(content) | Ask::After(_, content) | Ask::Edit(_, content) => {
                known.is_asked_by(content, files.unwrap_or_default().iter().copied())
            }
            Ask::Retry(old) | Ask::Continue(old) => match self.store.message(owner, send.conversation, *old).await {
                Ok(old) => old.parent_id == known.answer.parent_id,
                // It was deleted since.
                Err(_) => true,
            },
        };
        if is_same { Ok(()) } else { Err(ConversationError::KeyReused) }
    }

    /// The generation that made an answer; if it has been forgotten, the answer told again.
    pub(super) fn known(&self, owner: &Owner, conversation: ConversationId, answer: Message) -> Arc<Generation> {
        let known = answer.generation_id.and_then(|id| self.engine.get(id));
        let known = known.filter(|generation| generation.owner == *owner);
        known.unwrap_or_else(|| {
            let answer = self.keeper.unsaved(answer.id).unwrap_or(answer);
            self.engine.replay(owner.clone(), conversation, answer)
        })
    }

    /// What has come of an answer that can be taken on from where it broke off.
    async fn unfinished(
        &self,
        owner: &Owner,
        conversation: ConversationId,
        id: MessageId,
    ) -> Result<KeptText, ConversationError> {
        let found = self.store.message(owner, conversation, id).await;
        let mut answer =
            found.ok().filter(|found| found.role == Role::Assistant).ok_or(StoreError::NotFound("answer"))?;
        self.bring_up_to_date(&mut answer);
        if answer.content.is_empty() {
            return Err(ConversationError::NothingToContinue);
        }
        Ok(KeptText { content: answer.content, reasoning: answer.reasoning })
    }

    async fn question(
        &self,
        owner: &Owner,
        history: Vec<Message>,
        settings: ConversationSettings,
    ) -> Result<Question, StoreError> {
        // An answer that failed before its first word says nothing to the next one.
        let said = history.into_iter().filter(|message| message.role != Role::Assistant || !message.content.is_empty());
        Ok(Question {
            system_prompt: settings
                .system_prompt
                .filter(|text| !text.is_empty())
                .or_else(|| self.system_prompt.clone()),
            turns: self.turns(owner, said.collect()).await?,
            parameters: settings.parameters,
            kept: None,
        })
    }

    /// Stores the answer at its end, and looks for a title after the first one.
    fn save(&self, owner: Owner, conversation: ConversationId, answer: Message, first: Option<String>) -> OnEnd {
        let this = self.clone();
        Box::new(move |ended| {
            Box::pin(async move {
                let answer = answer_so_far(&answer, ended);
                this.keeper.end(owner.clone(), conversation, answer.clone()).await;
                if let Some(question) = first {
                    tokio::spawn(this.find_title(owner, conversation, Exchange { question, answer }));
                }
            })
        })
    }
}

/// What is asked, as the store takes it, and the id of the question if it is a new one.
fn new_ask(ask: Ask, attachments: Vec<Attachment>, now: u64) -> (Option<MessageId>, NewAsk) {
    let question = |content| {
        let id = MessageId(Uuid::new_v4());
        (Some(id), Box::new(Message { attachments, ..Message::user(id, None, content, now) }))
    };
    match ask {
        Ask::Question(content) => {
            let (id, question) = question(content);
            (id, NewAsk::Question(question))
        }
        Ask::After(message, content) => {
            let (id, mut question) = question(content);
            question.parent_id = Some(message);
            (id, NewAsk::Question(question))
        }
        Ask::Edit(old, content) => {
            let (id, question) = question(content);
            (id, NewAsk::Edit(old, question))
        }
        Ask::Retry(old) | Ask::Continue(old) => (None, NewAsk::Retry(old)),
    }
}
