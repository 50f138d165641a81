//! One message as signals. Updating it touches no other, and no text is copied for a token.

use super::{
    figures::{Figures, Stopwatch},
    session::is_lost,
};
use crate::{browser::time, markdown::live::LiveMarkdown};
use leptos::prelude::*;
use protocol::{
    attachment::Attachment,
    error::PublicError,
    event::{FinishReason, Status, StreamEvent},
    id::{GenerationId, MessageId},
    message::{Message, MessageStatus, Role},
    transcript::{Change, Transcript},
};

/// What comes within so many milliseconds is shown together: a frame costs much more than what is new in it, and nobody reads
/// faster than thirty steps a second.
const TOGETHER: f64 = 30.0;

/// What an answer that is under way has to say about itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// The provider failed and is asked again after a pause.
    Retrying {
        /// Which attempt comes next, counted from 1.
        attempt: u32,
        /// The model that is asked.
        model: Option<String>,
        /// When it is asked, in milliseconds since 1970 UTC.
        until: f64,
    },
    /// Another model answers.
    Fallback {
        /// The model that failed.
        from: String,
        /// The model that answers.
        to: String,
    },
    /// The connection broke and is being made again.
    Reconnecting,
    /// Streaming is not possible: the answer will come whole.
    Whole,
}

/// One message of a chat. Cloning it is cheap and gives the same message.
#[derive(Debug, Clone)]
pub struct ChatMessage {
    /// Its name in the list of messages, for the life of the page.
    pub key: u64,
    /// Who speaks.
    pub role: Role,
    /// The text, as blocks. A person's text is not read as markdown: see [`ChatMessage::content`].
    pub text: LiveMarkdown,
    /// What the model thought, as blocks.
    pub reasoning: LiveMarkdown,
    /// Where it stands.
    pub status: ArcRwSignal<MessageStatus>,
    /// What it has to say about itself while it is under way.
    pub notice: ArcRwSignal<Option<Notice>>,
    /// Why it failed.
    pub error: ArcRwSignal<Option<PublicError>>,
    /// The model that answers.
    pub model: ArcRwSignal<Option<String>>,
    /// How fast it comes or came.
    pub figures: ArcRwSignal<Figures>,
    /// What a person might ask next.
    pub suggestions: ArcRwSignal<Vec<String>>,
    /// All versions of it, oldest first; empty where there is no other. It is among them once the server has named it.
    pub versions: ArcRwSignal<Vec<MessageId>>,
    transcript: ArcStoredValue<Transcript>,
    /// What is shown while the answer that takes it on has not told it again.
    kept: ArcStoredValue<Option<Kept>>,
    stopwatch: ArcStoredValue<Stopwatch>,
    flush_due: ArcStoredValue<bool>,
    /// When it was last shown, in milliseconds since the page began.
    flushed: ArcStoredValue<f64>,
}

/// The text of an answer that broke off.
#[derive(Debug, Clone)]
struct Kept {
    content: String,
    reasoning: String,
}

impl ChatMessage {
    /// Makes a message of what is known of it.
    pub(crate) fn new(key: u64, message: Message) -> Self {
        let under_way = message.status == MessageStatus::Streaming;
        let live = if under_way { LiveMarkdown::unfinished } else { LiveMarkdown::whole };
        let mut message = message;
        if under_way && message.content.is_empty() && message.reasoning.is_empty() {
            // Read from the beginning: what the generation has said about itself (retrying) is not part of the message.
            message.last_event_id = 0;
        }
        let answers = message.role == Role::Assistant;
        Self {
            key,
            role: message.role,
            text: live(if answers { &message.content } else { "" }),
            reasoning: live(&message.reasoning),
            status: ArcRwSignal::new(message.status),
            notice: ArcRwSignal::new(None),
            error: ArcRwSignal::new(message.error.clone()),
            model: ArcRwSignal::new(message.model.clone()),
            figures: ArcRwSignal::new(Figures::of(&message)),
            suggestions: ArcRwSignal::new(Vec::new()),
            versions: ArcRwSignal::new(message.siblings.clone()),
            transcript: ArcStoredValue::new(Transcript::new(message)),
            kept: ArcStoredValue::new(None),
            stopwatch: ArcStoredValue::new(Stopwatch::default()),
            flush_due: ArcStoredValue::new(false),
            flushed: ArcStoredValue::new(f64::NEG_INFINITY),
        }
    }

    /// An answer that takes `old` on: it shows its text from the first moment, and the server tells it again as the first
    /// piece of the new one.
    pub(crate) fn taking_on(key: u64, old: &ChatMessage, message: Message) -> Self {
        let Message { content, reasoning, .. } = old.message();
        // As if they were whole: the text that comes is then read from its beginning, and changes only what differs.
        let (text, thoughts) = (LiveMarkdown::whole(&content), LiveMarkdown::whole(&reasoning));
        let kept = ArcStoredValue::new(Some(Kept { content, reasoning }));
        Self { text, reasoning: thoughts, kept, ..Self::new(key, message) }
    }

    /// The text as it was written, not tracked.
    pub fn content(&self) -> String {
        self.message().content
    }

    /// The files that go with it. They never change.
    pub fn attachments(&self) -> Vec<Attachment> {
        self.transcript.read_value().message.attachments.clone()
    }

    /// All that is known of the message at this moment, not tracked.
    pub fn message(&self) -> Message {
        let message = self.transcript.read_value().message.clone();
        match &*self.kept.read_value() {
            Some(Kept { content, reasoning }) => {
                Message { content: content.clone(), reasoning: reasoning.clone(), ..message }
            }
            None => message,
        }
    }

    /// How the answer ended, not tracked: [`ChatMessage::status`] changes with it.
    pub fn finish_reason(&self) -> Option<FinishReason> {
        self.transcript.read_value().message.finish_reason.clone()
    }

    /// Whether there is a part of an answer that the model can take on: it broke off, was stopped, or reached its limit.
    /// Not tracked: [`ChatMessage::status`] changes with it.
    pub fn can_continue(&self) -> bool {
        let transcript = self.transcript.read_value();
        let message = &transcript.message;
        let ended_early = match message.status {
            // After a lost connection it is not known whether it broke off: see first what the server has.
            MessageStatus::Failed => message.error.as_ref().is_some_and(|error| error.retryable && !is_lost(error)),
            MessageStatus::Complete => message.finish_reason == Some(FinishReason::Length),
            MessageStatus::Interrupted | MessageStatus::Stopped => true,
            MessageStatus::Streaming => false,
        };
        let has_text = !message.content.is_empty() || self.kept.read_value().is_some();
        ended_early && has_text && message.role == Role::Assistant && !message.id.0.is_nil()
    }

    /// Its id, once the server has told it.
    pub fn id(&self) -> Option<MessageId> {
        let id = self.transcript.read_value().message.id;
        (!id.0.is_nil()).then_some(id)
    }

    /// The message that it answers or follows.
    pub(crate) fn parent(&self) -> Option<MessageId> {
        self.transcript.read_value().message.parent_id
    }

    /// The server has given it this name.
    pub(crate) fn set_id(&self, id: MessageId) {
        self.transcript.write_value().message.id = id;
    }

    /// Its versions, of which there is at least itself.
    pub(crate) fn versions_with_itself(&self) -> Vec<MessageId> {
        let versions = self.versions.get_untracked();
        if versions.is_empty() { self.id().into_iter().collect() } else { versions }
    }

    /// Counts itself among the versions of what it took the place of.
    pub(crate) fn join_versions(&self) {
        let Some(id) = self.id() else { return };
        if self.versions.with_untracked(|versions| !versions.is_empty() && !versions.contains(&id)) {
            self.versions.update(|versions| versions.push(id));
        }
    }

    /// The generation that makes or made it.
    pub fn generation(&self) -> Option<GenerationId> {
        self.transcript.read_value().message.generation_id
    }

    pub(crate) fn last_event_id(&self) -> u64 {
        self.transcript.read_value().message.last_event_id
    }

    pub(crate) fn is_ended(&self) -> bool {
        self.transcript.read_value().is_ended()
    }

    /// Begins to measure the time.
    pub(crate) fn begin(&self) {
        *self.stopwatch.write_value() = Stopwatch::started(time::now());
    }

    /// Takes an event; what it changed is shown with the next frame. The end is shown by [`ChatMessage::show_end`].
    pub(crate) fn apply(&self, number: u64, event: &StreamEvent) -> Change {
        let change = self.transcript.write_value().apply(number, event);
        match change {
            // The text that was there before is no news, and not as fast as it comes.
            Change::Content | Change::Reasoning if self.kept.read_value().is_some() => {
                if change == Change::Content {
                    self.kept.set_value(None);
                }
                self.flush_with_next_frame();
            }
            Change::Content | Change::Reasoning => {
                self.stopwatch.write_value().piece(event, time::now());
                self.flush_with_next_frame();
            }
            Change::Status => self.show_status(),
            Change::Ended | Change::Nothing | Change::Gap => {}
        }
        change
    }

    /// Takes the message as the server has it now. An end is shown by [`ChatMessage::show_end`].
    pub(crate) fn replace(&self, message: Message) {
        let ended = message.status != MessageStatus::Streaming;
        if !message.content.is_empty() {
            self.kept.set_value(None);
        }
        if !message.siblings.is_empty() {
            self.versions.set(message.siblings.clone());
        }
        *self.transcript.write_value() = Transcript::new(message);
        self.show_status();
        if !ended {
            self.flush();
        }
    }

    /// Ends the message here, because the page knows what the server cannot tell it. The end is shown by [`ChatMessage::show_end`].
    pub(crate) fn end(&self, status: MessageStatus, error: Option<PublicError>) {
        let mut transcript = self.transcript.write_value();
        transcript.message.status = status;
        transcript.message.error = error;
    }

    /// Takes up again what [`ChatMessage::end`] ended.
    pub(crate) fn reopen(&self) {
        let mut transcript = self.transcript.write_value();
        transcript.message.status = MessageStatus::Streaming;
        transcript.message.error = None;
        drop(transcript);
        self.error.set(None);
        self.status.set(MessageStatus::Streaming);
    }

    fn flush_with_next_frame(&self) {
        if !std::mem::replace(&mut *self.flush_due.write_value(), true) {
            let message = self.clone();
            let pause = TOGETHER - (time::now() - self.flushed.get_value());
            time::on_next_frame_after(pause, move || {
                *message.flush_due.write_value() = false;
                message.flushed.set_value(time::now());
                if !message.is_ended() {
                    message.flush();
                }
            });
        }
    }

    fn flush(&self) {
        let transcript = self.transcript.read_value();
        if self.notice.with_untracked(Option::is_some) {
            self.notice.set(None);
        }
        self.reasoning.grow(&transcript.message.reasoning);
        self.text.grow(&transcript.message.content);
        self.figures.set(self.stopwatch.read_value().figures(time::now()));
    }

    fn show_status(&self) {
        let transcript = self.transcript.read_value();
        let notice = match &transcript.notice {
            Some(Status::Retrying { attempt, delay_ms }) => Some(Notice::Retrying {
                attempt: *attempt,
                model: transcript.message.model.clone(),
                until: time::wall_clock() + *delay_ms as f64,
            }),
            Some(Status::Fallback { from, to }) => Some(Notice::Fallback { from: from.clone(), to: to.clone() }),
            _ => None,
        };
        self.notice.set(notice);
        self.model.set(transcript.message.model.clone());
    }

    /// Shows the end of a message that has one: of a long text in several tasks, so that the page answers meanwhile.
    pub(crate) async fn show_end(&self) {
        let Message { content, reasoning, .. } = self.message();
        self.notice.set(None);
        self.reasoning.finish_in_parts(&reasoning).await;
        self.text.finish_in_parts(&content).await;
        self.show_outcome();
    }

    /// The same, in one task.
    pub(crate) fn show_end_at_once(&self) {
        let Message { content, reasoning, .. } = self.message();
        self.notice.set(None);
        self.reasoning.finish(&reasoning);
        self.text.finish(&content);
        self.show_outcome();
    }

    fn show_outcome(&self) {
        let message = self.message();
        if message.stats.is_some() {
            let figures = Figures::of(&message);
            // What the reader waited for counts, not what the server did, and it must not change at the end.
            let waited = self.stopwatch.read_value().figures(time::now()).first_token_ms;
            let way = waited.zip(figures.first_token_ms).map_or(0.0, |(waited, first)| waited - first);
            self.figures.set(Figures {
                first_token_ms: waited.or(figures.first_token_ms),
                duration_ms: figures.duration_ms.map(|took| took + way),
                ..figures
            });
        }
        self.error.set(message.error);
        self.suggestions.set(self.transcript.read_value().suggestions.clone());
        self.status.set(message.status);
    }
}
