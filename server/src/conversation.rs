//! Conversations that remember: joins the store and the engine, so that neither has to know the other.
//!
//! Who calls it: `http`, for the page's own routes and for the session routes.

use crate::{
    clock,
    generation::{Engine, EngineError, Generation, Keep, Names, NewGeneration, OnEnd, Question},
    store::{NewAsk, NewTurn, Store, StoreError, TurnStart},
    visitor::Owner,
};
use protocol::{
    conversation::{Conversation, ConversationSettings, ConversationSummary},
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
    /// The conversation.
    pub conversation: ConversationId,
    /// What is asked.
    pub ask: Ask,
    /// The settings given with it.
    pub settings: ConversationSettings,
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
}

impl From<ConversationError> for PublicError {
    fn from(error: ConversationError) -> Self {
        let code = match error {
            ConversationError::Engine(error) => return error.into(),
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
        let id = ConversationId(Uuid::now_v7());
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

    /// Forgets a conversation, and stops its answer if one is under way.
    pub async fn delete(&self, owner: &Owner, id: ConversationId) -> Result<(), ConversationError> {
        for generation in self.store.delete(owner, id).await? {
            if let Some(generation) = self.engine.get(generation) {
                generation.stop();
            }
        }
        Ok(())
    }

    /// Asks, and begins the answer. What is refused has left no trace. A repeated idempotency key leads to the generation
    /// that it began; if that has been forgotten, to its message told again.
    pub async fn send(&self, owner: &Owner, send: Send) -> Result<Arc<Generation>, ConversationError> {
        let model = match &send.settings.model {
            Some(model) => Some(model.clone()),
            None => self.store.get(owner, send.conversation).await?.settings.model,
        };
        let now = clock::now();
        let (question, ask) = match send.ask {
            Ask::Question(content) => {
                let id = MessageId(Uuid::now_v7());
                (Some(id), NewAsk::Question(Box::new(Message::user(id, None, content, now))))
            }
            Ask::Retry(old) => (None, NewAsk::Retry(old)),
        };
        let mut answer = Message::answer(MessageId(Uuid::now_v7()), None, now);
        let names = Names {
            conversation: Some(send.conversation),
            question,
            answer: Some(answer.id),
            is_session: send.is_session,
        };
        // On the session routes the client's leaving is the cancel: nobody comes back.
        let keep = if send.is_session { Keep::Nothing } else { Keep::ForResume };
        let new = NewGeneration { owner: owner.clone(), model, names, keep };
        let prepared = self.engine.prepare(new)?;
        answer.generation_id = Some(prepared.id());
        answer.model = Some(prepared.model().to_owned());
        let turn = NewTurn {
            conversation: send.conversation,
            idempotency_key: send.idempotency_key,
            ask,
            answer: answer.clone(),
            settings: send.settings,
        };
        match self.store.begin_turn(owner, turn).await {
            Ok(TurnStart::Added { history, settings }) => {
                answer.parent_id = history.last().map(|question| question.id);
                let question = self.question(history, settings);
                let on_end = self.save(owner.clone(), send.conversation, answer);
                Ok(self.engine.launch(prepared, question, Some(on_end)))
            }
            Ok(TurnStart::Known(message)) => {
                self.engine.discard(prepared);
                let known = message.generation_id.and_then(|id| self.engine.get(id));
                Ok(known.unwrap_or_else(|| Generation::replay(owner.clone(), send.conversation, *message)))
            }
            Err(error) => {
                self.engine.discard(prepared);
                Err(error.into())
            }
        }
    }

    /// Stops a generation and waits until it has ended and is stored.
    pub async fn stop(&self, owner: &Owner, id: GenerationId) -> Result<(), ConversationError> {
        let generation = self.generation(owner, id)?;
        generation.stop();
        let _ = tokio::time::timeout(STOP_LIMIT, generation.ended()).await;
        Ok(())
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

/// The stored answer with what its generation has made of it.
fn answer_so_far(stored: &Message, made: Message) -> Message {
    Message { id: stored.id, parent_id: stored.parent_id, created_at: stored.created_at, ..made }
}
