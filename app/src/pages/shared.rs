//! A conversation that somebody shares: to read, without a script.

use super::still::still_document;
use crate::{
    components::{icon::Mark, message_attachments::MessageAttachments},
    markdown::{live::LiveMarkdown, view::Markdown},
    page_data::Theme,
    words,
};
use leptos::prelude::*;
use protocol::{
    conversation::Conversation,
    message::{Message, MessageStatus, Role},
};

/// The whole document, as the server renders it.
///
/// ```
/// # use leptos::prelude::*;
/// # fn example(options: LeptosOptions, conversation: protocol::conversation::Conversation) -> String {
/// // In an owner of its own: nothing of the page stays.
/// Owner::new().with(|| app::shared_document(options, conversation, None).into_view().to_html())
/// # }
/// ```
pub fn shared_document(options: LeptosOptions, conversation: Conversation, theme: Option<Theme>) -> impl IntoView {
    let title = match conversation.summary.title.as_str() {
        "" => words::shared_conversation().to_owned(),
        title => title.to_owned(),
    };
    let path = format!("/s/{}", conversation.shared.unwrap_or_default());
    let content = view! {
        <SharedPage title=title.clone() path earlier=conversation.earlier messages=conversation.messages />
    };
    still_document(options, theme, &title, content.into_any())
}

#[component]
fn SharedPage(title: String, path: String, earlier: bool, messages: Vec<Message>) -> impl IntoView {
    let files = format!("{path}/attachments");
    let earlier = messages.first().filter(|_| earlier).map(|first| format!("?before={}", first.id));
    view! {
        <main class="shared-page">
            <div class="shared-page__content">
                <header class="shared-page__head">
                    <p class="shared-page__note">
                        <Mark />
                        {words::shared_note()}
                    </p>
                    <h1 dir="auto">{title}</h1>
                </header>
                {earlier.map(|path| view! { <p class="shared-page__earlier"><a href=path>{words::earlier_messages()}</a></p> })}
                {messages.into_iter().map(|one| message(one, &files)).collect_view()}
            </div>
        </main>
    }
}

fn message(message: Message, files: &str) -> Option<AnyView> {
    match message.role {
        Role::System => None,
        Role::User => Some(
            view! {
                <article class="user-message" aria-label=words::question()>
                    <h2 class="visually-hidden">{words::question()}</h2>
                    <MessageAttachments attachments=message.attachments base=files.to_owned() place=message.id.to_string() />
                    {(!message.content.is_empty()).then(|| view! { <div class="user-message__bubble" dir="auto">{message.content}</div> })}
                </article>
            }
            .into_any(),
        ),
        // What the model thought is not what it said, and may repeat what is not shown.
        Role::Assistant => Some(
            view! {
                <article class="assistant-message" aria-label=words::answer()>
                    <h2 class="visually-hidden">{words::answer()}</h2>
                    <Markdown text=LiveMarkdown::whole(&message.content) />
                    {end(message.status).map(|end| view! { <p class="assistant-message__mark">{end}</p> })}
                </article>
            }
            .into_any(),
        ),
    }
}

/// How an answer ended, where it is not whole. Why it failed is the owner's business.
fn end(status: MessageStatus) -> Option<&'static str> {
    match status {
        MessageStatus::Complete => None,
        MessageStatus::Streaming => Some(words::still_being_written()),
        MessageStatus::Stopped => Some(words::stopped()),
        MessageStatus::Failed | MessageStatus::Interrupted => Some(words::broke_off()),
    }
}
