//! The state of a chat and what can be done to it.

use super::{
    ask::Ask,
    branches::{Editing, PAGE, Turn},
    feed::Feed,
    held::{self, Held},
    message::ChatMessage,
    options::StreamingChatOptions,
    run::Run,
    scope::Scope,
};
use crate::browser::{
    http::{self, FetchError, Refusal},
    random,
};
use futures::{channel::oneshot, future::AbortHandle};
use leptos::prelude::*;
use protocol::{
    conversation::{Conversation, ConversationSettings},
    error::{ErrorCode, PublicError},
    event::Processing,
    id::{ConversationId, MessageId},
    message::{Message, MessageStatus, Role},
};
use std::future::Future;
use uuid::Uuid;

/// An id that the server has not told yet.
pub(super) const UNKNOWN: MessageId = MessageId(Uuid::nil());

/// Where the reader of a chat is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// To the end.
    End,
    /// To a message.
    Message(MessageId),
}

/// The state of a chat. All of it lives as long as the component that made it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Session {
    pub(crate) messages: RwSignal<Vec<ChatMessage>>,
    pub(crate) busy: RwSignal<bool>,
    pub(crate) stopping: RwSignal<bool>,
    pub(crate) conversation: RwSignal<Option<ConversationId>>,
    pub(crate) settings: RwSignal<ConversationSettings>,
    pub(crate) draft: RwSignal<String>,
    pub(crate) problem: RwSignal<Option<PublicError>>,
    pub(crate) loading: RwSignal<bool>,
    pub(crate) missing: RwSignal<bool>,
    /// Whether there are messages above those that are shown.
    pub(crate) earlier: RwSignal<bool>,
    /// The title that it had when it was opened.
    pub(crate) title: RwSignal<Option<String>>,
    /// The token of the conversation's public page.
    pub(crate) shared: RwSignal<Option<String>>,
    /// Where the reader is to be taken; set again, it takes there again.
    pub(crate) look: RwSignal<Look>,
    pub(crate) editing: RwSignal<Option<Editing>>,
    pub(crate) turned: RwSignal<Option<Turn>>,
    /// What the server would take later, of any conversation.
    pub(crate) held: RwSignal<Vec<Held>>,
    pub(crate) feed: Feed,
    pub(crate) options: StoredValue<StreamingChatOptions>,
    /// Streaming was tried and does not work here.
    pub(crate) whole_only: StoredValue<bool>,
    /// A question of which it is not known whether the server took it: to be sent again under the same key.
    pub(crate) unsent: StoredValue<Option<Ask>>,
    /// The answer that began last in this conversation, and was not shown then.
    pub(super) newest: StoredValue<Option<Processing>>,
    /// Whether the messages were changed elsewhere and not read again since.
    pub(super) stale: StoredValue<bool>,
    stop: StoredValue<Option<oneshot::Sender<()>>>,
    task: StoredValue<Option<AbortHandle>>,
    next_key: StoredValue<u64>,
    pub(super) scope: Scope,
}

impl Session {
    pub(crate) fn new(options: StreamingChatOptions) -> Self {
        let session = Self {
            messages: RwSignal::new(Vec::new()),
            busy: RwSignal::new(false),
            stopping: RwSignal::new(false),
            conversation: RwSignal::new(None),
            settings: RwSignal::new(options.settings.clone()),
            draft: RwSignal::new(String::new()),
            problem: RwSignal::new(None),
            loading: RwSignal::new(false),
            missing: RwSignal::new(false),
            earlier: RwSignal::new(false),
            title: RwSignal::new(None),
            shared: RwSignal::new(None),
            look: RwSignal::new(Look::End),
            editing: RwSignal::new(None),
            turned: RwSignal::new(None),
            held: RwSignal::new(Vec::new()),
            feed: Feed::new(),
            whole_only: StoredValue::new(false),
            unsent: StoredValue::new(None),
            newest: StoredValue::new(None),
            stale: StoredValue::new(false),
            stop: StoredValue::new(None),
            task: StoredValue::new(None),
            next_key: StoredValue::new(0),
            scope: Scope::current(),
            options: StoredValue::new(options.clone()),
        };
        if let Some(conversation) = options.conversation {
            session.show(conversation, None);
        }
        session
    }

    /// Shows a conversation, from one of its messages on or at its end.
    fn show(self, conversation: Conversation, at: Option<MessageId>) {
        self.conversation.set(Some(conversation.summary.id));
        self.title.set(Some(conversation.summary.title));
        self.settings.set(conversation.settings);
        let shown = conversation.messages.into_iter().filter(|message| message.role != Role::System);
        self.messages.set(shown.map(|message| self.message(message)).collect());
        self.earlier.set(conversation.earlier);
        self.shared.set(conversation.shared);
        self.show_held();
        self.look.set(at.map_or(Look::End, Look::Message));
    }

    /// Goes on reading the last answer, if it is under way.
    pub(crate) fn resume(self) {
        self.recall_draft();
        let last = self.messages.with_untracked(|messages| messages.last().cloned());
        if let Some(answer) = last.filter(|last| last.role == Role::Assistant && !last.is_ended())
            && answer.generation().is_some()
            && !self.busy.get_untracked()
        {
            self.start(Run::new(self, answer, None));
        }
    }

    pub(crate) fn send(self, text: String) {
        let waits = untrack(|| self.held_here()).is_some_and(|held| held.is_question());
        if self.busy.get_untracked() || self.loading.get_untracked() || waits || text.trim().is_empty() {
            return;
        }
        let question = self.question(text.clone());
        self.messages.update(|messages| messages.push(question));
        self.ask(Ask::question(text, random::token()));
    }

    /// Asks the server, and shows an answer that is under way: at the end, or in place of the one that it replaces.
    pub(super) fn ask(self, mut ask: Ask) {
        // What waited here is overtaken.
        self.release(self.conversation.get_untracked());
        let mut answer = self.message(Message::answer(UNKNOWN, None, 0));
        if let Some(old) = ask.replaced() {
            ask.displaced = self.displace(old);
            if let Some(old) = ask.taken_on() {
                answer = ChatMessage::taking_on(answer.key, old, answer.message());
            }
            answer.versions.set(ask.displaced.first().map(ChatMessage::versions_with_itself).unwrap_or_default());
        }
        self.messages.update(|messages| messages.push(answer.clone()));
        self.look.set(Look::End);
        self.start(Run::new(self, answer, Some(ask)));
    }

    /// Takes the last answer on from where it broke off.
    pub(crate) fn continue_answer(self) {
        let last = self.messages.with_untracked(|messages| messages.last().cloned());
        if let Some(last) = last.filter(|last| last.can_continue() && !self.busy.get_untracked())
            && let Some(id) = last.id()
        {
            self.ask(Ask::further(id, random::token()));
        }
    }

    pub(crate) fn retry(self) {
        if self.busy.get_untracked() {
            return;
        }
        let refused = self.problem.try_update(Option::take).flatten().is_some();
        let draft = self.draft.with_untracked(|draft| !draft.trim().is_empty());
        if refused && draft {
            let draft = self.draft.try_update(std::mem::take).unwrap_or_default();
            return self.send(draft);
        }
        let Some(last) = self.messages.with_untracked(|messages| messages.last().cloned()) else {
            return match self.conversation.get_untracked() {
                Some(unopened) if refused => self.open(unopened, None),
                _ => {}
            };
        };
        if last.role != Role::Assistant {
            return;
        }
        let lost = last.error.with_untracked(|error| error.as_ref().is_some_and(is_lost));
        let unsent = self.unsent.try_update_value(Option::take).flatten();
        match (last.id(), lost) {
            (Some(_), true) => {
                last.reopen();
                self.start(Run::new(self, last, None));
            }
            (None, true) if unsent.is_some() => {
                last.reopen();
                self.start(Run::new(self, last, unsent));
            }
            (Some(id), false) => self.ask(Ask::again(id, random::token())),
            (None, _) => {
                let pair = self.messages.try_update(|messages| {
                    let at = messages.len().saturating_sub(2);
                    messages.split_off(at)
                });
                if let Some(question) = pair.unwrap_or_default().first() {
                    self.send(question.content());
                }
            }
        }
    }

    /// Stops the answer that is under way. What has come is kept.
    pub(crate) fn cancel(self) {
        let stop = self.stop.try_update_value(Option::take).flatten();
        if let Some(stop) = stop {
            self.stopping.set(true);
            let _ = stop.send(());
        }
    }

    /// Begins a new conversation. An answer that is under way goes on without this page.
    pub(crate) fn new_chat(self) {
        self.leave();
        self.conversation.set(None);
        self.messages.set(Vec::new());
        self.show_draft();
        let options = self.options.read_value();
        self.settings.update(|settings| {
            let model = settings.model.take();
            *settings = match &options.conversation {
                Some(_) => ConversationSettings::default(),
                None => options.settings.clone(),
            };
            settings.model = model;
        });
        drop(options);
        self.show_held();
    }

    /// Opens another conversation, at one of its messages or at its end.
    pub(crate) fn open(self, id: ConversationId, at: Option<MessageId>) {
        let elsewhere = self.conversation.get_untracked() != Some(id);
        self.leave();
        self.conversation.set(Some(id));
        self.messages.set(Vec::new());
        if elsewhere {
            self.show_draft();
        }
        self.loading.set(true);
        self.spawn(async move {
            let read = async |part: String| {
                http::get::<Conversation>(&self.address(&format!("/api/conversations/{id}?{part}"))).await
            };
            let end = format!("limit={PAGE}");
            let mut opened = read(at.map_or(end.clone(), |message| format!("around={message}"))).await;
            // The message may have been deleted since it was found.
            if at.is_some() && matches!(&opened, Err(FetchError::Refused(refusal)) if refusal.status == 404) {
                opened = read(end).await;
            }
            self.loading.set(false);
            match opened {
                Ok(conversation) => {
                    self.show(conversation, at);
                    self.resume();
                }
                Err(FetchError::Refused(refusal)) if refusal.status == 404 => self.missing.set(true),
                Err(FetchError::Refused(refusal)) => self.problem.set(Some(refusal.error)),
                Err(_) => self.problem.set(Some(lost())),
            }
        });
    }

    /// Whether the connection to the last answer was lost for good.
    pub(crate) fn is_lost(self) -> bool {
        let last = self.messages.with_untracked(|messages| messages.last().cloned());
        last.is_some_and(|last| last.error.with_untracked(|error| error.as_ref().is_some_and(is_lost)))
    }

    fn leave(self) {
        if let Some(task) = self.task.try_update_value(Option::take).flatten() {
            task.abort();
        }
        self.stop.set_value(None);
        self.busy.set(false);
        self.stopping.set(false);
        self.loading.set(false);
        self.missing.set(false);
        self.problem.set(None);
        self.earlier.set(false);
        self.title.set(None);
        self.shared.set(None);
        self.editing.set(None);
        self.turned.set(None);
        self.newest.set_value(None);
        self.stale.set_value(false);
        self.feed.pass_over_all();
    }

    fn start(self, run: Run) {
        let (stop, stopped) = oneshot::channel();
        self.busy.set(true);
        self.problem.set(None);
        self.unsent.set_value(None);
        self.stop.set_value(Some(stop));
        self.spawn(run.run(stopped));
    }

    /// Called by a run at its end.
    pub(crate) fn finished(self) {
        self.stop.set_value(None);
        self.stopping.set(false);
        self.busy.set(false);
        if self.messages.with_untracked(|messages| messages.len() <= 2) {
            // The model may find a title now.
            self.feed.listen_for_news();
        }
        self.catch_up();
    }

    /// The server did not take the request: it waits, or the question goes back to where it was typed.
    pub(crate) fn refused(self, ask: Ask, refusal: Refusal) {
        self.messages.update(|messages| {
            messages.pop();
            if ask.replaced().is_some() {
                messages.extend(ask.displaced.iter().cloned());
            }
        });
        if let Some(pause) = held::pause(&refusal) {
            return self.hold(ask, refusal.error.code, pause);
        }
        self.give_up(ask);
        self.problem.set(Some(refusal.error));
    }

    /// Takes a question that is not sent off the page, and puts it back to where it was typed.
    pub(super) fn give_up(self, ask: Ask) {
        let Some(question) = ask.text() else { return };
        self.messages.update(|messages| {
            messages.pop_if(|last| last.role == Role::User);
        });
        match ask.edited() {
            Some(message) => {
                let text = Some(question.to_owned());
                self.messages.update(|messages| messages.extend(ask.displaced));
                self.editing.set(Some(Editing { message, text }));
            }
            None => self.put_back(question),
        }
    }

    /// Puts a question back to where it was typed, before what has been typed since.
    pub(super) fn put_back(self, question: &str) {
        self.draft.update(|draft| {
            let typed = std::mem::take(draft);
            *draft = if typed.trim().is_empty() { question.to_owned() } else { format!("{question}\n\n{typed}") };
        });
    }

    pub(super) fn message(self, message: Message) -> ChatMessage {
        let key = self.next_key.try_update_value(|key| {
            *key += 1;
            *key
        });
        ChatMessage::new(key.unwrap_or_default(), message)
    }

    /// Tells whoever embeds the chat how an answer ended.
    pub(crate) fn tell_end(self, message: Message) {
        let options = self.options.get_value();
        match (message.status, message.error.clone()) {
            (MessageStatus::Failed | MessageStatus::Interrupted, Some(error)) => options.failed(error),
            _ => options.ended(message),
        }
    }

    /// The address of a route.
    pub(crate) fn address(self, route: &str) -> String {
        self.options.with_value(|options| format!("{}{route}", options.server))
    }

    /// Starts a task in place of the one before it. It ends with the component.
    pub(super) fn spawn(self, task: impl Future<Output = ()> + 'static) {
        let task = self.scope.spawn(task);
        if let Some(before) = self.task.try_update_value(|current| current.replace(task)).flatten() {
            before.abort();
        }
    }
}

/// The error of an answer that broke off because the connection did.
pub(crate) fn lost() -> PublicError {
    PublicError::new(ErrorCode::Interrupted, "The connection to the server was lost, and trying again did not help.")
}

pub(super) fn is_lost(error: &PublicError) -> bool {
    *error == lost()
}
