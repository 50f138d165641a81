//! Starts generations, finds them again, and forgets them in time.

use super::{
    admission::Admission,
    attempts::Attempts,
    feed::FeedReader,
    handle::{Generation, Keep},
    position::{InvalidPosition, Position},
    registry::Registry,
    task::Task,
};
use crate::{
    client::Client,
    config::{AdmissionLimits, GenerationLimits},
    providers::{ProviderPrompt, Providers, UnknownModel, continuation},
    rate_limit::{Quota, RateLimiter, in_words},
    visitor::Owner,
};
use futures::future::BoxFuture;
use protocol::{
    error::{ErrorCode, PublicError},
    event::Processing,
    feed::FeedChange,
    id::{ConversationId, GenerationId, MessageId},
    message::Message,
    request::{Parameters, Turn},
};
use std::{sync::Arc, time::Duration};
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

/// What runs when the answer is whole or has failed, before readers see the end: it stores the message.
pub type OnEnd = Box<dyn FnOnce(Message) -> BoxFuture<'static, ()> + Send>;

/// What to make.
#[derive(Debug)]
pub struct NewGeneration {
    /// Who may read and stop it.
    pub owner: Owner,
    /// Whom it counts for.
    pub client: Client,
    /// The model as the request named it; the default where it named none.
    pub model: Option<String>,
    /// The conversation and its messages, on routes that have them.
    pub names: Names,
    /// What happens to it after its end.
    pub keep: Keep,
    /// About how many bytes the files of its question, and of those before it, take in memory.
    pub file_bytes: u64,
}

/// Where a generation belongs.
#[derive(Debug, Clone, Copy, Default)]
pub struct Names {
    /// The conversation.
    pub conversation: Option<ConversationId>,
    /// The question.
    pub question: Option<MessageId>,
    /// The answer.
    pub answer: Option<MessageId>,
    /// Whether the conversation is an API session, whose id the last event tells.
    pub is_session: bool,
}

/// What to ask.
#[derive(Debug)]
pub struct Question {
    /// Instructions that stand before the conversation.
    pub system_prompt: Option<String>,
    /// The conversation, the question last.
    pub turns: Vec<Turn>,
    /// Sampling parameters.
    pub parameters: Parameters,
    /// What has come of the answer already: it is told first, and the model is asked to go on from there.
    pub kept: Option<KeptText>,
}

/// The beginning of an answer that broke off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptText {
    /// Its text; not empty.
    pub content: String,
    /// Its reasoning.
    pub reasoning: String,
}

/// Why a generation could not be started.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum EngineError {
    /// No configured provider offers the model.
    #[error(transparent)]
    UnknownModel(#[from] UnknownModel),
    /// As many answers are being written as the server allows.
    #[error("The server is busy with other answers. Try again in a moment.")]
    Busy,
    /// The logs of answers take as much memory as they may.
    #[error("The server has no memory left for another answer. Try again in a moment.")]
    OutOfMemory,
    /// The files of questions that wait for a model take as much memory as they may.
    #[error("The server holds as many images and files as it can, for other questions. Try again in a moment.")]
    TooManyFiles,
    /// The client has as many answers under way as it may have.
    #[error(
        "{0} of your answers are being written already, as many as one client may have at a time here. Wait for one to end, or stop one."
    )]
    TooManyStreams(usize),
    /// The client has begun as many answers as it may.
    #[error("You have asked as often as one client may here: {quota}. Try again in {}.", in_words(*retry_after))]
    RateLimited {
        /// What it may.
        quota: Quota,
        /// How long until it may again.
        retry_after: Duration,
    },
    /// The server is about to stop.
    #[error("The server is restarting. Try again in a moment.")]
    Stopping,
}

impl EngineError {
    /// How long the client has to wait, where that is known.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. } => Some(*retry_after),
            _ => None,
        }
    }
}

impl From<EngineError> for PublicError {
    fn from(error: EngineError) -> Self {
        let code = match error {
            EngineError::UnknownModel(unknown) => return unknown.into(),
            EngineError::Busy | EngineError::OutOfMemory | EngineError::TooManyFiles | EngineError::Stopping => {
                ErrorCode::Overloaded
            }
            EngineError::TooManyStreams(_) | EngineError::RateLimited { .. } => ErrorCode::RateLimited,
        };
        PublicError::new(code, error.to_string())
    }
}

/// A generation that has its names and a place, but has not begun: others can already find it by its id.
pub struct Prepared {
    task: Task,
    client: Client,
    /// The place among all generations.
    place: OwnedSemaphorePermit,
}

/// The engine.
pub struct Engine {
    providers: Arc<Providers>,
    registry: Arc<Registry>,
    admission: Arc<Admission>,
    limits: GenerationLimits,
    tasks: TaskTracker,
}

impl Engine {
    /// An engine, and the task that forgets what ended long ago; it runs as long as the engine is there.
    pub fn start(providers: Arc<Providers>, limits: GenerationLimits, admission: AdmissionLimits) -> Arc<Self> {
        let registry = Arc::new(Registry::default());
        // What is kept must not be what leaves no memory for new answers.
        let keep_bytes = admission.memory.map_or(usize::MAX, |most| most / 2).min(limits.keep_finished_bytes);
        let admission = Arc::new(Admission::new(admission));
        let (reaped, idle) = (Arc::downgrade(&registry), Arc::downgrade(&admission));
        tokio::spawn(async move {
            let pause = (limits.keep_finished / 4).clamp(SHORTEST_REAP, LONGEST_REAP);
            while let (Some(registry), Some(admission)) = (reaped.upgrade(), idle.upgrade()) {
                registry.reap(limits.keep_finished, keep_bytes);
                admission.forget_idle();
                drop(registry);
                tokio::time::sleep(SHORTEST_REAP).await;
                let _ = tokio::time::timeout(pause - SHORTEST_REAP, admission.memory_is_short()).await;
            }
        });
        Arc::new(Self { providers, registry, admission, limits, tasks: TaskTracker::new() })
    }

    /// The providers that it asks.
    pub fn providers(&self) -> &Arc<Providers> {
        &self.providers
    }

    /// Finds a generation that runs or ended lately.
    pub fn get(&self, id: GenerationId) -> Option<Arc<Generation>> {
        self.registry.get(id)
    }

    /// Follows all of an owner's generations that a client can come back to: those that run, or after a position those
    /// that it does not cover, and in both cases those that begin later.
    pub fn follow(&self, owner: &Owner, after: Option<Position>) -> Result<FeedReader, InvalidPosition> {
        self.registry.feeds.open(owner, after)
    }

    /// Tells an owner's readers of all generations that something else changed.
    pub fn tell(&self, owner: &Owner, change: FeedChange) {
        self.registry.feeds.tell(owner, change);
    }

    /// Tells all of them.
    pub fn tell_everybody(&self, change: &FeedChange) {
        self.registry.feeds.tell_everybody(change);
    }

    /// Stops a generation if it runs, and lets nobody find it any more.
    pub fn forget(&self, id: GenerationId) {
        if let Some(generation) = self.registry.remove(id) {
            generation.stop();
        }
    }

    /// Finds the model and a place for the client, so that all that can be refused is refused before anything is stored.
    pub fn prepare(&self, new: NewGeneration) -> Result<Prepared, EngineError> {
        if self.tasks.is_closed() {
            return Err(EngineError::Stopping);
        }
        let resolved = self.providers.resolve(new.model.as_deref())?;
        let others = self.providers.fallbacks(&resolved.id);
        let places = self.admission.admit(new.client, new.file_bytes)?;
        let names = Processing {
            generation_id: GenerationId(Uuid::new_v4()),
            conversation_id: new.names.conversation,
            message_id: new.names.answer,
            user_message_id: new.names.question,
            model: resolved.id.clone(),
        };
        let session = new.names.conversation.filter(|_| new.names.is_session);
        let (generation, aborted) = Generation::new(new.owner, names, session, new.keep, self.admission.memory());
        let generation = Arc::new(generation);
        self.registry.insert(Arc::clone(&generation));
        let registry = Arc::clone(&self.registry);
        let attempts = Attempts::new(self.limits.retry, resolved, others);
        let (place, limits) = (places.client, self.limits);
        let files = places.files;
        let task = Task { generation, registry, place, files, attempts, limits, kept: None, aborted };
        Ok(Prepared { task, client: new.client, place: places.server })
    }

    /// Begins a prepared generation.
    pub fn launch(&self, prepared: Prepared, question: Question, on_end: Option<OnEnd>) -> Arc<Generation> {
        let Prepared { mut task, place, .. } = prepared;
        let Question { system_prompt, mut turns, parameters, kept } = question;
        let generation = Arc::clone(&task.generation);
        if turns.last().is_some_and(|question| question.images().next().is_some()) {
            task.attempts.only_seeing();
        }
        if let Some(kept) = kept {
            turns.extend(continuation(kept.content.clone()));
            task.kept = Some(kept);
        }
        let model = task.attempts.model().model.clone();
        // One that was forgotten in the meantime is stopped already, and nobody comes back to it.
        if generation.keep == Keep::ForResume && self.registry.get(generation.id()).is_some() {
            self.registry.feeds.begin(&generation);
        }
        let run = task.run(ProviderPrompt { model, system_prompt, turns, parameters }, on_end);
        self.tasks.spawn(async move {
            run.await;
            drop(place);
        });
        generation
    }

    /// Gives a prepared generation up before it began: it counts for nothing.
    pub fn discard(&self, prepared: Prepared) {
        self.admission.give_back(prepared.client);
        self.registry.remove(prepared.id());
    }

    /// Refuses a client that may not begin now, before anything is made for it.
    pub fn check_client(&self, client: Client) -> Result<(), EngineError> {
        self.admission.check(client)
    }

    /// The limit on how often a client may begin; `None` where there is none.
    pub fn rate_limit(&self) -> Option<&RateLimiter> {
        self.admission.rate()
    }

    /// A generation that ended long ago, told again from the message that it made.
    pub fn replay(&self, owner: Owner, conversation: ConversationId, message: Message) -> Arc<Generation> {
        Generation::replay(owner, conversation, message, self.admission.memory())
    }

    /// Refuses a model that no provider offers, before anything is made for it.
    pub fn check_model(&self, model: &str) -> Result<(), EngineError> {
        Ok(self.providers.resolve(Some(model)).map(drop)?)
    }

    /// Whether it takes no new generations any more.
    pub fn is_stopping(&self) -> bool {
        self.tasks.is_closed()
    }

    /// How many generations run.
    pub fn running(&self) -> usize {
        self.tasks.len()
    }

    /// Takes no new generations, lets those that run go on for `grace`, then ends them as interrupted.
    pub async fn shut_down(&self, grace: Duration) {
        self.tasks.close();
        if tokio::time::timeout(grace, self.tasks.wait()).await.is_err() {
            for generation in self.registry.all() {
                generation.interrupt();
            }
            let _ = tokio::time::timeout(INTERRUPT_LIMIT, self.tasks.wait()).await;
        }
        self.registry.feeds.close();
    }
}

const SHORTEST_REAP: Duration = Duration::from_millis(100);
const LONGEST_REAP: Duration = Duration::from_secs(30);
const INTERRUPT_LIMIT: Duration = Duration::from_secs(5);

impl Prepared {
    /// The generation's id.
    pub fn id(&self) -> GenerationId {
        self.task.generation.id()
    }

    /// The full name of the model that will answer.
    pub fn model(&self) -> &str {
        &self.task.generation.names.model
    }
}
