//! Conversations that remember: joins the store and the engine, so that neither has to know the other.
//!
//! Who calls it: `http`, for the page's own routes and for the session routes.

use crate::{
    client::Client,
    clock,
    generation::{Engine, EngineError, Generation, Keep, KeptText, Names, NewGeneration, OnEnd, Prepared, Question},
    store::{NewAsk, NewTurn, Store, StoreError, TurnStart},
    visitor::Owner,
};
use protocol::{
    conversation::{Conversation, ConversationSettings, ConversationSummary, SettingsChange},
    error::{ErrorCode, PublicError},
    id::{ConversationId, GenerationId, MessageId},
    message::{Message, MessageStatus, Role},
    request::{Ask, Turn},
};
use std::{sync::Arc, time::Duration};
use uuid::Uuid;

/// How long a stop waits for the generation to end. Nothing but a hanging store can make it that long.
const STOP_LIMIT: Duration = Duration::from_secs(5);

/// The conversations of this server.
#[derive(Clone)]
pub struct Conversations {
    store: Arc<dyn Store>,
    engine: Arc<Engine>,
    system_prompt: Option<String>,
}

/// One request to go on with a conversation.
#[derive(Debug)]
pub struct Send {
    /// Whom it counts for.
    pub client: Client,
    /// The conversation.
    pub conversation: ConversationId,
    /// What is asked.
    pub ask: Ask,
    /// What to change in the conversation's settings.
    pub settings: SettingsChange,
    /// The client's name for this request.
    pub idempotency_key: Option<String>,
    /// Whether the conversation is an API session.
    pub is_session: bool,
}

/// Why a conversation cannot be read or gone on with.
#[derive(Debug, thiserror::Error)]
pub enum ConversationError {
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The engine refused.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A fault of this server; the panic hook has logged it.
    #[error("the server failed on this request")]
    Failed,
    /// An answer that never began cannot be taken on.
    #[error("this answer holds no text to go on from; ask again with `retry`")]
    NothingToContinue,
}

impl ConversationError {
    /// How long the client has to wait, where that is known.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Engine(error) => error.retry_after(),
            _ => None,
        }
    }
}

impl From<ConversationError> for PublicError {
    fn from(error: ConversationError) -> Self {
        let code = match error {
            ConversationError::Engine(error) => return error.into(),
            ConversationError::Failed => ErrorCode::Internal,
            ConversationError::NothingToContinue => ErrorCode::InvalidRequest,
            ConversationError::Store(StoreError::NotFound(_)) => ErrorCode::NotFound,
            ConversationError::Store(StoreError::AnswerUnderWay(_)) => ErrorCode::Conflict,
        };
        let text = error.to_string();
        let sentence = text[..1].to_uppercase() + &text[1..] + ".";
        PublicError::new(code, sentence)
    }
}

impl Conversations {
    /// Conversations kept in `store`, answered by `engine`.
    pub fn new(store: Arc<dyn Store>, engine: Arc<Engine>, system_prompt: Option<String>) -> Self {
        Self { store, engine, system_prompt }
    }

    /// Makes an empty conversation.
    pub async fn create(
        &self,
        owner: &Owner,
        settings: ConversationSettings,
    ) -> Result<Conversation, ConversationError> {
        let now = clock::now();
        let id = ConversationId(Uuid::new_v4());
        let summary = ConversationSummary { id, title: String::new(), created_at: now, updated_at: now };
        self.store.create(owner, summary.clone(), settings.clone()).await?;
        Ok(Conversation { summary, settings, messages: Vec::new() })
    }

    /// The owner's most recent conversations.
    pub async fn list(&self, owner: &Owner, limit: usize) -> Result<Vec<ConversationSummary>, ConversationError> {
        Ok(self.store.list(owner, limit).await?)
    }

    /// A conversation, with answers under way as far as they have come.
    pub async fn get(&self, owner: &Owner, id: ConversationId) -> Result<Conversation, ConversationError> {
        let mut conversation = self.store.get(owner, id).await?;
        for message in &mut conversation.messages {
            self.bring_up_to_date(message);
        }
        Ok(conversation)
    }

    /// The store has an answer as it was at its start or its end; in between the generation knows more.
    fn bring_up_to_date(&self, message: &mut Message) {
        if message.status != MessageStatus::Streaming {
            return;
        }
        match message.generation_id.and_then(|id| self.engine.get(id)) {
            Some(generation) => *message = answer_so_far(message, generation.transcript().message),
            None => message.status = MessageStatus::Interrupted,
        }
    }

    /// Forgets a conversation and its events, and stops its answer if one is under way.
    pub async fn delete(&self, owner: &Owner, id: ConversationId) -> Result<(), ConversationError> {
        for generation in self.store.delete(owner, id).await? {
            self.engine.forget(generation);
        }
        Ok(())
    }

    /// Asks, and begins the answer. What is refused has left no trace. A repeated idempotency key leads to the generation
    /// that it began; if that has been forgotten, to its message told again.
    pub async fn send(&self, owner: &Owner, send: Send) -> Result<Arc<Generation>, ConversationError> {
        if let Some(key) = &send.idempotency_key
            && let Some(answer) = self.store.answer_by_key(owner, send.conversation, key).await?
        {
            return Ok(self.known(owner, send.conversation, answer));
        }
        let before = self.store.get(owner, send.conversation).await?;
        let kept = match send.ask {
            Ask::Continue(id) => Some(unfinished(&before.messages, id)?),
            _ => None,
        };
        self.give_up_stale_answers(owner, send.conversation, before.messages).await?;
        let model = send.settings.clone().apply(before.settings).model;
        let now = clock::now();
        let (question, ask) = match send.ask {
            Ask::Question(content) => {
                let id = MessageId(Uuid::new_v4());
                (Some(id), NewAsk::Question(Box::new(Message::user(id, None, content, now))))
            }
            Ask::Retry(old) | Ask::Continue(old) => (None, NewAsk::Retry(old)),
        };
        let mut answer = Message::answer(MessageId(Uuid::new_v4()), None, now);
        let names = Names {
            conversation: Some(send.conversation),
            question,
            answer: Some(answer.id),
            is_session: send.is_session,
        };
        // On the session routes the client's leaving is the cancel: nobody comes back.
        let keep = if send.is_session { Keep::Nothing } else { Keep::ForResume };
        let new = NewGeneration { owner: owner.clone(), client: send.client, model, names, keep };
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
        match self.store.begin_turn(&owner, turn).await {
            Ok(TurnStart::Added { history, settings }) => {
                answer.parent_id = history.last().map(|question| question.id);
                let question = Question { kept, ..self.question(history, settings) };
                let on_end = self.save(owner, conversation, answer);
                Ok(self.engine.launch(prepared, question, Some(on_end)))
            }
            Ok(TurnStart::Known(message)) => {
                self.engine.discard(prepared);
                Ok(self.known(&owner, conversation, *message))
            }
            Err(error) => {
                self.engine.discard(prepared);
                Err(error.into())
            }
        }
    }

    /// The generation that made an answer; if it has been forgotten, the answer told again.
    fn known(&self, owner: &Owner, conversation: ConversationId, answer: Message) -> Arc<Generation> {
        let known = answer.generation_id.and_then(|id| self.engine.get(id));
        known.unwrap_or_else(|| self.engine.replay(owner.clone(), conversation, answer))
    }

    /// An answer that the store has as under way, and of which no generation is left, must not block the conversation.
    async fn give_up_stale_answers(
        &self,
        owner: &Owner,
        id: ConversationId,
        messages: Vec<Message>,
    ) -> Result<(), ConversationError> {
        for message in messages {
            let generation = message.generation_id.and_then(|id| self.engine.get(id));
            if message.status == MessageStatus::Streaming && generation.is_none_or(|generation| generation.is_ended()) {
                let interrupted = Message { status: MessageStatus::Interrupted, ..message };
                self.store.save_answer(owner, id, interrupted).await?;
            }
        }
        Ok(())
    }

    /// Stops a generation and waits until it has ended and is stored.
    pub async fn stop(&self, owner: &Owner, id: GenerationId) -> Result<(), ConversationError> {
        let generation = self.generation(owner, id)?;
        generation.stop();
        let _ = tokio::time::timeout(STOP_LIMIT, generation.ended()).await;
        Ok(())
    }

    /// The events of one of the owner's generations. One that has been forgotten is told again from its stored answer, but
    /// only from its beginning: its events are fewer then, and old numbers mean nothing.
    pub async fn events(
        &self,
        owner: &Owner,
        id: GenerationId,
        after: u64,
    ) -> Result<Arc<Generation>, ConversationError> {
        match self.generation(owner, id) {
            Err(_) if after == 0 => {
                let (conversation, answer) = self.store.answer_by_generation(owner, id).await?;
                Ok(self.known(owner, conversation, answer))
            }
            found => found,
        }
    }

    /// The answer of a generation as it is stored.
    pub async fn answer(&self, owner: &Owner, id: GenerationId) -> Result<Message, ConversationError> {
        let (_, mut answer) = self.store.answer_by_generation(owner, id).await?;
        self.bring_up_to_date(&mut answer);
        Ok(answer)
    }

    /// Finds one of the owner's generations.
    pub fn generation(&self, owner: &Owner, id: GenerationId) -> Result<Arc<Generation>, ConversationError> {
        let found = self.engine.get(id).filter(|generation| generation.owner == *owner);
        Ok(found.ok_or(StoreError::NotFound("generation"))?)
    }

    fn question(&self, history: Vec<Message>, settings: ConversationSettings) -> Question {
        // An answer that failed before its first word says nothing to the next one.
        let said = history.into_iter().filter(|message| message.role != Role::Assistant || !message.content.is_empty());
        Question {
            system_prompt: settings
                .system_prompt
                .filter(|text| !text.is_empty())
                .or_else(|| self.system_prompt.clone()),
            turns: said.map(|message| Turn { role: message.role, content: message.content }).collect(),
            parameters: settings.parameters,
            kept: None,
        }
    }

    /// Stores the answer at its end.
    fn save(&self, owner: Owner, conversation: ConversationId, answer: Message) -> OnEnd {
        let store = Arc::clone(&self.store);
        Box::new(move |ended| {
            Box::pin(async move {
                let answer = answer_so_far(&answer, ended);
                match store.save_answer(&owner, conversation, answer).await {
                    // The conversation was deleted while the answer was written.
                    Ok(()) | Err(StoreError::NotFound(_)) => {}
                    Err(error) => tracing::error!(%conversation, %error, "an answer could not be stored"),
                }
            })
        })
    }
}

/// A turn that is about to be stored, and the generation that is prepared for it.
struct Begin {
    turn: NewTurn,
    /// The text that the answer takes on from.
    kept: Option<KeptText>,
    prepared: Prepared,
}

/// What has come of an answer that can be taken on from where it broke off.
fn unfinished(messages: &[Message], id: MessageId) -> Result<KeptText, ConversationError> {
    let answer = messages.iter().find(|message| message.id == id && message.role == Role::Assistant);
    let answer = answer.ok_or(StoreError::NotFound("answer"))?;
    if answer.content.is_empty() {
        return Err(ConversationError::NothingToContinue);
    }
    Ok(KeptText { content: answer.content.clone(), reasoning: answer.reasoning.clone() })
}

/// The stored answer with what its generation has made of it.
fn answer_so_far(stored: &Message, made: Message) -> Message {
    Message { id: stored.id, parent_id: stored.parent_id, created_at: stored.created_at, ..made }
}
