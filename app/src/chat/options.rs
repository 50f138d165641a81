//! What a chat is given when it begins.

use leptos::prelude::{Callable, Callback};
use protocol::{
    conversation::{Conversation, ConversationSettings},
    error::PublicError,
    event::Processing,
    message::Message,
};

/// Options of [`use_streaming_chat`](super::handle::use_streaming_chat). All of them have defaults. They are made inside a
/// component, since callbacks live as long as the component that made them.
///
/// ```
/// use app::{StreamingChatOptions, use_streaming_chat};
/// use leptos::{logging::log, prelude::*};
///
/// #[component]
/// fn Teacher() -> impl IntoView {
///     let options = StreamingChatOptions::new()
///         .system_prompt("You are a patient teacher.")
///         .model("demo/rivulet")
///         .on_end(|answer| log!("{} characters", answer.content.len()));
///     let chat = use_streaming_chat(options);
///     view! { <button on:click=move |_| chat.send("What is a fraction?")>"Ask"</button> }
/// }
/// ```
#[derive(Debug, Clone, Default)]
pub struct StreamingChatOptions {
    pub(crate) conversation: Option<Conversation>,
    pub(crate) settings: ConversationSettings,
    pub(crate) server: String,
    pub(crate) keeps_drafts: bool,
    pub(crate) on_start: Option<Callback<Processing>>,
    pub(crate) on_end: Option<Callback<Message>>,
    pub(crate) on_error: Option<Callback<PublicError>>,
}

impl StreamingChatOptions {
    /// A new conversation with the server's default model, on the server that the page came from.
    pub fn new() -> Self {
        Self::default()
    }

    /// Goes on with a conversation. An answer that is under way is resumed.
    pub fn conversation(mut self, conversation: Option<Conversation>) -> Self {
        if let Some(conversation) = &conversation {
            self.settings = conversation.settings.clone();
        }
        self.conversation = conversation;
        self
    }

    /// The model, as `provider/model`.
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.settings.model = Some(model.into());
        self
    }

    /// Instructions that stand before the conversation.
    pub fn system_prompt(mut self, prompt: impl Into<String>) -> Self {
        self.settings.system_prompt = Some(prompt.into());
        self
    }

    /// The address of the Rivulet server, such as `https://chat.example`, where it is not the page's own.
    pub fn server(mut self, address: impl Into<String>) -> Self {
        self.server = address.into().trim_end_matches('/').to_owned();
        self
    }

    /// Keeps what is typed and not sent in the browser, a text for each conversation, over a reload and while another one is
    /// shown. For one chat in a page.
    pub fn keep_drafts(mut self) -> Self {
        self.keeps_drafts = true;
        self
    }

    /// Called when an answer begins, with its names.
    pub fn on_start(mut self, call: impl Fn(Processing) + Send + Sync + 'static) -> Self {
        self.on_start = Some(Callback::new(call));
        self
    }

    /// Called when an answer has ended without an error: completed or stopped.
    pub fn on_end(mut self, call: impl Fn(Message) + Send + Sync + 'static) -> Self {
        self.on_end = Some(Callback::new(call));
        self
    }

    /// Called when there is no answer, or no whole one.
    pub fn on_error(mut self, call: impl Fn(PublicError) + Send + Sync + 'static) -> Self {
        self.on_error = Some(Callback::new(call));
        self
    }

    pub(crate) fn started(&self, names: Processing) {
        if let Some(call) = &self.on_start {
            call.run(names);
        }
    }

    pub(crate) fn ended(&self, message: Message) {
        if let Some(call) = &self.on_end {
            call.run(message);
        }
    }

    pub(crate) fn failed(&self, error: PublicError) {
        if let Some(call) = &self.on_error {
            call.run(error);
        }
    }
}
