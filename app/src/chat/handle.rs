//! What a page holds of a chat.

use super::{
    attachments::Upload,
    branches::{Editing, Turn},
    feed::News,
    held::Held,
    message::ChatMessage,
    options::StreamingChatOptions,
    session::{Look, Session},
};
use crate::{
    browser::{file::ChosenFile, http::FetchError},
    erased::effect,
};
use leptos::prelude::*;
use protocol::{
    attachment::{Attachment, AttachmentLimits},
    conversation::ConversationSettings,
    error::{ErrorCode, PublicError},
    id::{ConversationId, MessageId},
    usage::UsageTotals,
};

/// A chat: its state as signals, and what can be done to it. Copying it gives the same chat.
#[derive(Debug, Clone, Copy)]
pub struct StreamingChatHandle {
    /// The messages, oldest first. The list changes when messages come and go, not when one of them grows.
    pub messages: Signal<Vec<ChatMessage>>,
    /// Whether an answer is under way, from the moment of sending.
    pub is_streaming: Signal<bool>,
    /// Whether Stop was asked for and the server is about to obey.
    pub is_stopping: Signal<bool>,
    /// Tokens in a second of the last answer, while it comes and after.
    pub speed: Signal<Option<f64>>,
    /// The conversation; none until the first question is sent.
    pub conversation: Signal<Option<ConversationId>>,
    /// Model, system prompt and parameters; they go with the next question.
    pub settings: RwSignal<ConversationSettings>,
    /// What is being typed. A question that the server did not take comes back here.
    pub draft: RwSignal<String>,
    /// The files that are to go with the next question.
    pub uploads: Signal<Vec<Upload>>,
    /// Whether what is being typed is longer than the browser can keep over a reload.
    pub is_too_long: Signal<bool>,
    /// Why the last question was not taken.
    pub problem: Signal<Option<PublicError>>,
    /// What was asked in this conversation and waits until the server will take it.
    pub held: Signal<Option<Held>>,
    /// Whether another conversation is being opened.
    pub is_loading: Signal<bool>,
    /// Whether the conversation that was opened does not exist.
    pub is_missing: Signal<bool>,
    /// Whether there are messages above the first one that is shown.
    pub has_earlier: Signal<bool>,
    /// The question that is being put into other words.
    pub editing: RwSignal<Option<Editing>>,
    /// The title that the conversation had when it was opened.
    pub title: Signal<Option<String>>,
    /// The token of the conversation's public page, if it is shared.
    pub shared: RwSignal<Option<String>>,
    /// What all answers of the conversation cost.
    pub usage: Signal<UsageTotals>,
    /// Where the reader is to be taken. It is set again to take there again.
    pub look: Signal<Look>,
    /// The version of a message that was stepped to last, until its new place has taken the focus.
    pub turned: RwSignal<Option<Turn>>,
    session: Session,
}

/// Makes a chat that lives as long as the component that calls this.
///
/// ```
/// use app::{StreamingChatOptions, use_streaming_chat};
/// use leptos::prelude::*;
///
/// #[component]
/// fn Ask() -> impl IntoView {
///     let chat = use_streaming_chat(
///         StreamingChatOptions::new().on_error(|error| leptos::logging::warn!("{error}")),
///     );
///     view! {
///         <button on:click=move |_| chat.send("Why is the sky blue?") disabled=move || chat.is_streaming.get()>
///             "Ask"
///         </button>
///         <button on:click=move |_| chat.cancel()>"Stop"</button>
///         <For each=move || chat.messages.get() key=|message| message.key let(message)>
///             <app::Markdown text=message.text />
///         </For>
///     }
/// }
/// ```
pub fn use_streaming_chat(options: StreamingChatOptions) -> StreamingChatHandle {
    let session = Session::new(options);
    session.follow_others();
    effect(move |_| session.resume());
    session.watch_held();
    session.keep_drafts();
    let last = Memo::new_with_compare(
        move |_| session.messages.with(|messages| messages.last().cloned()),
        |before, now| {
            before.map(|last| last.as_ref().map(|last| last.key)) != now.map(|last| last.as_ref().map(|last| last.key))
        },
    );
    let speed = move || last.with(|last| last.as_ref().and_then(|last| last.figures.get().tokens_per_second));
    StreamingChatHandle {
        messages: session.messages.into(),
        is_streaming: session.busy.into(),
        is_stopping: session.stopping.into(),
        speed: Signal::derive(speed),
        conversation: session.conversation.into(),
        settings: session.settings,
        draft: session.draft,
        uploads: session.uploads.into(),
        is_too_long: session.too_long.into(),
        problem: session.problem.into(),
        held: Signal::derive(move || session.held_here()),
        is_loading: session.loading.into(),
        is_missing: session.missing.into(),
        has_earlier: session.earlier.into(),
        editing: session.editing,
        title: session.title.into(),
        shared: session.shared,
        usage: session.usage.into(),
        look: session.look.into(),
        turned: session.turned,
        session,
    }
}

impl StreamingChatHandle {
    /// Asks a question. Does nothing while an answer is under way, so a double click asks once.
    pub fn send(&self, text: impl Into<String>) {
        self.session.send(text.into());
    }

    /// Sends files to go with the next question.
    pub(crate) fn attach(self, files: Vec<ChosenFile>, limits: AttachmentLimits) {
        self.session.attach(files, limits);
    }

    /// Takes one of these files away again.
    pub fn detach(&self, key: u64) {
        self.session.detach(key);
    }

    /// Tries once more to send one of them.
    pub(crate) fn upload_again(self, key: u64, limits: AttachmentLimits) {
        self.session.upload_again(key, limits);
    }

    /// Whether there is something to send, and the server has all files that go with it; tracked.
    pub fn can_send(&self) -> bool {
        let has_words = self.draft.with(|draft| !draft.trim().is_empty());
        (has_words || !self.uploads.with(Vec::is_empty)) && self.session.all_attached()
    }

    /// Where a file is read; its id follows.
    pub fn attachments_address(&self) -> String {
        self.session.address("/api/attachments")
    }

    /// Where this file is read.
    pub fn address_of(&self, attachment: &Attachment) -> String {
        format!("{}/{}", self.attachments_address(), attachment.id)
    }

    /// Stops the answer that is under way, at the provider too. What has come is kept.
    pub fn cancel(&self) {
        self.session.cancel();
    }

    /// Tries again: sends what was refused, reconnects to what was lost, or asks for another answer to the last question.
    pub fn retry(&self) {
        self.session.retry();
    }

    /// Takes the last answer on from where it broke off, if [`ChatMessage::can_continue`].
    pub fn continue_answer(&self) {
        self.session.continue_answer();
    }

    /// Sends what is [held](Self::held), whether it is time or not.
    pub fn send_held(&self) {
        self.session.send_held();
    }

    /// Says whether what is [held](Self::held) is sent by itself when it is time.
    pub fn send_held_by_itself(&self, automatic: bool) {
        self.session.send_held_by_itself(automatic);
    }

    /// Gives up what is [held](Self::held). A question goes back into the [draft](Self::draft).
    pub fn take_back_held(&self) {
        self.session.take_back_held();
    }

    /// The network is back: sends what it has kept back, of all conversations.
    pub fn send_unreached(&self) {
        self.session.send_unreached();
    }

    /// Begins a new conversation. An answer that is under way is finished on the server and kept.
    pub fn new_chat(&self) {
        self.session.new_chat();
    }

    /// Opens another conversation, and goes on reading if an answer is under way in it.
    pub fn open(&self, conversation: ConversationId) {
        self.session.open(conversation, None);
    }

    /// Opens another conversation at one of its messages.
    pub fn open_at(&self, conversation: ConversationId, message: MessageId) {
        self.session.open(conversation, Some(message));
    }

    /// Takes the reader to a message of the conversation that is shown, whatever branch it is on.
    pub fn look_at(&self, message: MessageId) {
        self.session.look_at(message);
    }

    /// Asks a question again in other words. The old one is kept beside it, with all that followed.
    pub fn edit(&self, question: MessageId, text: impl Into<String>) {
        self.session.edit(question, text.into());
    }

    /// Keeps the new words of the question that is being [edited](Self::editing), as they are typed.
    pub fn note_edit(&self, text: &str) {
        self.session.note_edit(text);
    }

    /// Leaves the question that is being [edited](Self::editing) as it was.
    pub fn end_edit(&self) {
        self.session.end_edit();
    }

    /// The conversation that is shown is gone: what was typed in it and not sent is there when a new chat is begun. Whether there
    /// was anything.
    pub fn keep_words_for_new(&self) -> bool {
        self.session.keep_words_for_new()
    }

    /// Asks for another answer beside this one, which is kept with all that followed.
    pub fn regenerate(&self, answer: MessageId) {
        self.session.regenerate(answer);
    }

    /// Shows another version of a message, with what follows it there.
    pub async fn show_version(self, turn: Turn) -> Result<(), FetchError> {
        self.session.show_version(turn).await
    }

    /// Deletes a message of the conversation that is shown, and all that follow it.
    pub async fn delete_message(self, message: MessageId) -> Result<(), FetchError> {
        self.session.delete_message(message).await
    }

    /// Undoes that, for some minutes; another conversation may be shown by then.
    pub async fn restore_message(self, conversation: ConversationId, message: MessageId) -> Result<(), FetchError> {
        self.session.restore_message(conversation, message).await
    }

    /// Whether the last question was not taken because the server can store nothing, tracked.
    pub fn is_unstored(&self) -> bool {
        self.problem.with(|error| error.as_ref().is_some_and(|error| error.code == ErrorCode::StorageUnavailable))
    }

    /// The server can store again: the last question stands where it was typed, and nothing is against it any more.
    pub fn storage_is_back(&self) {
        if untrack(|| self.is_unstored()) {
            self.session.problem.set(None);
        }
    }

    /// Whether the connection to the last answer was lost for good, so that [`retry`](Self::retry) would take it up again.
    /// Not tracked.
    pub fn is_lost(&self) -> bool {
        self.session.is_lost()
    }

    /// Whether nothing is under way and nothing waits, tracked: only then can something else be asked.
    pub fn is_idle(&self) -> bool {
        !self.is_streaming.get() && !self.is_loading.get() && self.held.with(Option::is_none)
    }

    /// [`is_idle`](Self::is_idle), not tracked.
    pub fn is_idle_untracked(&self) -> bool {
        untrack(|| self.is_idle())
    }

    /// Reads the messages of the conversation that is shown again, because they were changed elsewhere.
    pub async fn reread(self, conversation: ConversationId) -> Result<(), FetchError> {
        self.session.reread(conversation, None).await
    }

    /// Reads messages from above those that are shown. `before_showing` is called just before they are added.
    pub async fn read_earlier(self, before_showing: impl FnOnce()) -> Result<(), FetchError> {
        self.session.read_earlier(before_showing).await
    }

    /// Puts a question into other words.
    pub(crate) fn begin_edit(self, question: MessageId) {
        self.session.begin_edit(question);
    }

    /// Whether nothing has been said: not while a conversation is being opened, nor where one could not be.
    pub(crate) fn is_empty(self) -> bool {
        self.messages.with(Vec::is_empty) && !self.is_loading.get() && !self.is_unopened()
    }

    /// Whether the conversation could not be opened; [`problem`](Self::problem) says why.
    pub(crate) fn is_unopened(self) -> bool {
        self.session.unopened.get()
    }

    /// The messages that are in the document: not those far below a message that the reader was taken to.
    pub(crate) fn in_document(self) -> Vec<ChatMessage> {
        self.session.in_document()
    }

    /// Whether there are messages below those.
    pub(crate) fn has_later(self) -> bool {
        self.session.has_later()
    }

    /// Puts more of them into the document.
    pub(crate) fn show_later(self) {
        self.session.show_later();
    }

    /// Has the end of the conversation in the document.
    pub(crate) fn show_end(self) {
        self.session.show_end();
    }

    /// Whether there are so many messages that the page should not hold all.
    pub(crate) fn is_long(self) -> bool {
        self.session.is_long()
    }

    /// The first message that stays if those above are let go of: none while there are few, or while something is under way.
    pub(crate) fn first_to_keep(self) -> Option<ChatMessage> {
        self.session.first_to_keep()
    }

    /// Lets go of what is above a message; it is read again when the reader goes up.
    pub(crate) fn let_go_above(self, first: &ChatMessage) {
        self.session.let_go_above(first);
    }

    /// Calls this with news of the visitor's conversations: of this tab, of others, of programs. They come while more than
    /// one tab is open, while an answer is read for several tabs, and for a while after the first answer of a conversation,
    /// because it may get a title. Where a browser cannot tell its tabs apart, none come.
    pub fn on_news(&self, call: impl Fn(News) + Send + Sync + 'static) {
        self.session.feed.on_news(call);
    }
}
