//! The state of a chat and what can be done to it.

use super::{
    ask::Ask,
    attachments::Upload,
    branches::{Editing, Turn},
    feed::Feed,
    held::Held,
    message::ChatMessage,
    options::StreamingChatOptions,
    outbox::Outbox,
    scope::Scope,
};
use crate::words;
use futures::{channel::oneshot, future::AbortHandle};
use leptos::prelude::*;
use protocol::{
    conversation::ConversationSettings,
    error::{ErrorCode, PublicError},
    event::Processing,
    id::{ConversationId, MessageId},
    message::{Message, MessageStatus},
    usage::UsageTotals,
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
    /// The files that are to go with it.
    pub(crate) uploads: RwSignal<Vec<Upload>>,
    /// Whether the draft is longer than the browser can keep.
    pub(crate) too_long: RwSignal<bool>,
    pub(crate) problem: RwSignal<Option<PublicError>>,
    pub(crate) loading: RwSignal<bool>,
    pub(crate) missing: RwSignal<bool>,
    /// Whether the conversation could not be opened: `problem` says why, and what is in it is not known.
    pub(crate) unopened: RwSignal<bool>,
    /// Whether there are messages above those that are shown.
    pub(crate) earlier: RwSignal<bool>,
    /// The last message that is in the document, if it is not the last of all.
    pub(super) until: RwSignal<Option<u64>>,
    /// The title that it had when it was opened.
    pub(crate) title: RwSignal<Option<String>>,
    /// The token of the conversation's public page.
    pub(crate) shared: RwSignal<Option<String>>,
    /// What all its answers cost.
    pub(crate) usage: RwSignal<UsageTotals>,
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
    /// What is being asked, until the server is known to have it.
    pub(super) outgoing: StoredValue<Option<Held>>,
    /// A question with which the server was not reached: to be sent again under the same key.
    pub(super) unsent: StoredValue<Option<Ask>>,
    pub(super) outbox: Outbox,
    /// The answer that began last in this conversation, and was not shown then.
    pub(super) newest: StoredValue<Option<Processing>>,
    /// Whether the messages were changed elsewhere and not read again since.
    pub(super) stale: StoredValue<bool>,
    pub(super) stop: StoredValue<Option<oneshot::Sender<()>>>,
    pub(super) task: StoredValue<Option<AbortHandle>>,
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
            uploads: RwSignal::new(Vec::new()),
            too_long: RwSignal::new(false),
            problem: RwSignal::new(None),
            loading: RwSignal::new(false),
            missing: RwSignal::new(false),
            unopened: RwSignal::new(false),
            earlier: RwSignal::new(false),
            until: RwSignal::new(None),
            title: RwSignal::new(None),
            shared: RwSignal::new(None),
            usage: RwSignal::new(UsageTotals::default()),
            look: RwSignal::new(Look::End),
            editing: RwSignal::new(None),
            turned: RwSignal::new(None),
            held: RwSignal::new(Vec::new()),
            feed: Feed::new(),
            whole_only: StoredValue::new(false),
            outgoing: StoredValue::new(None),
            unsent: StoredValue::new(None),
            outbox: Outbox::new(),
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

    pub(super) fn message(self, message: Message) -> ChatMessage {
        ChatMessage::new(self.new_key(), message)
    }

    /// A name that nothing else on the page has.
    pub(super) fn new_key(self) -> u64 {
        let key = self.next_key.try_update_value(|key| {
            *key += 1;
            *key
        });
        key.unwrap_or_default()
    }

    /// Counts what an answer cost, and tells whoever embeds the chat how it ended.
    pub(crate) fn tell_end(self, message: Message) {
        if message.usage.is_some() || message.cost.is_some() {
            self.usage.update(|usage| usage.add(message.usage, message.cost.as_ref()));
        }
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
    PublicError::new(ErrorCode::Interrupted, words::connection_lost())
}

pub(super) fn is_lost(error: &PublicError) -> bool {
    *error == lost()
}
