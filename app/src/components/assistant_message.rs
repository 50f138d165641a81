//! What the model said.

use super::{
    continue_button::ContinueButton,
    copy_button::CopyButton,
    delete_message_button::DeleteMessageButton,
    error_card::ErrorCard,
    explained_text::explained_text,
    figures_line::FiguresLine,
    icon::{Drawing, Icon},
    notice_line::NoticeLine,
    read_aloud_button::ReadAloudButton,
    reasoning::Reasoning,
    version_switcher::VersionSwitcher,
};
use crate::{
    chat::{handle::StreamingChatHandle, message::ChatMessage},
    erased::{For, Show, memo},
    markdown::view::Markdown,
    words::{self, Explained},
};
use leptos::prelude::*;
use protocol::{event::FinishReason, message::MessageStatus};

/// An answer: reasoning, text, what it says about itself, and what can be done with it.
#[component]
pub fn AssistantMessage(
    /// The answer.
    message: ChatMessage,
    /// The chat that it belongs to.
    chat: StreamingChatHandle,
) -> impl IntoView {
    let status = memo({
        let status = message.status.clone();
        move || status.get()
    });
    let key = message.key;
    let is_last = memo(move || chat.messages.with(|all| all.last().is_some_and(|last| last.key == key)));
    let waits = memo({
        let (text, reasoning) = (message.text.clone(), message.reasoning.clone());
        move || status.get() == MessageStatus::Streaming && text.is_empty() && reasoning.is_empty()
    });
    let copied = message.clone();
    let can_continue = memo({
        let message = message.clone();
        move || {
            let ended = status.get() != MessageStatus::Streaming;
            ended && is_last.get() && may_ask(chat) && message.can_continue()
        }
    });
    let go_on = Callback::new(move |()| chat.continue_answer());
    let notice = message.notice.clone();
    let ended = message.clone();
    let kept = StoredValue::new(message.clone());
    // Its id is known before it ends.
    let can_change = move || status.get() != MessageStatus::Streaming && chat.is_idle();
    let answer_again = move |_| {
        if let Some(id) = kept.with_value(ChatMessage::id) {
            chat.regenerate(id);
        }
    };
    let error = message.error.clone();
    view! {
        <article class="assistant-message" aria-label=words::assistant_said() data-status=move || status.get().as_str() data-key=key.to_string()>
            <Reasoning message=message.clone() />
            <Show when=move || waits.get()>
                <p class="thinking" aria-hidden="true"><span></span><span></span><span></span></p>
            </Show>
            <Markdown text=message.text.clone() />
            <Show when=move || status.get() == MessageStatus::Streaming>
                <NoticeLine notice=notice.clone() />
            </Show>
            {move || ending(&ended, status.get(), error.get(), is_last.get().then_some(Ways { chat, can_continue }))}
            <footer class="assistant-message__foot">
                <Show when=move || status.get() != MessageStatus::Streaming>
                    <div class="assistant-message__actions">
                        <VersionSwitcher message=kept.get_value() chat />
                        <CopyButton text=Callback::new({ let copied = copied.clone(); move |()| copied.content() }) />
                        <ReadAloudButton />
                        <Show when=move || is_last.get() && may_redo(status.get(), chat)>
                            <button type="button" class="icon-button" aria-label=words::retry() title=words::answer_again()
                                on:click=move |_| chat.retry()>
                                <Icon drawing=Drawing::Again />
                            </button>
                        </Show>
                        <Show when=move || !is_last.get() && can_change()>
                            <button type="button" class="icon-button" aria-label=words::answer_again() title=words::answer_again()
                                on:click=answer_again>
                                <Icon drawing=Drawing::Again />
                            </button>
                        </Show>
                        <Show when=move || can_change()>
                            <DeleteMessageButton message=kept.get_value() chat label=words::delete_answer() />
                        </Show>
                        <Show when=move || can_continue.get() && may_redo(status.get(), chat)>
                            <ContinueButton go_on />
                        </Show>
                    </div>
                </Show>
                <FiguresLine model=message.model.clone() figures=message.figures.clone() status=message.status.clone() />
            </footer>
            <Suggestions suggestions=message.suggestions.clone() is_last chat />
        </article>
    }
}

/// Whether the foot of the answer offers another one; where something failed, the error offers it.
fn may_redo(status: MessageStatus, chat: StreamingChatHandle) -> bool {
    matches!(status, MessageStatus::Complete | MessageStatus::Stopped) && may_ask(chat)
}

/// Whether nothing else is under way or waits.
fn may_ask(chat: StreamingChatHandle) -> bool {
    !chat.is_streaming.get() && chat.problem.with(Option::is_none) && chat.held.with(Option::is_none)
}

/// What can be done about the last answer.
struct Ways {
    chat: StreamingChatHandle,
    can_continue: Memo<bool>,
}

/// How the answer ended, where it did not end as it should.
fn ending(
    message: &ChatMessage,
    status: MessageStatus,
    error: Option<protocol::error::PublicError>,
    ways: Option<Ways>,
) -> Option<AnyView> {
    let interrupted = || Explained::own(words::server_stopped_in_answer());
    let explained = error.as_ref().map_or_else(interrupted, words::explained);
    match status {
        MessageStatus::Stopped => Some(view! { <p class="assistant-message__mark">{words::stopped()}</p> }.into_any()),
        MessageStatus::Failed | MessageStatus::Interrupted => Some(match ways {
            Some(Ways { chat, can_continue }) => {
                let retry = Callback::new(move |()| chat.retry());
                let go_on = Callback::new(move |()| chat.continue_answer());
                view! {
                    <ErrorCard sentence=explained.sentence detail=explained.detail retry>
                        <Show when=move || can_continue.get()>
                            <ContinueButton go_on />
                        </Show>
                    </ErrorCard>
                }
                .into_any()
            }
            None => view! { <p class="assistant-message__mark">{explained_text(explained)}</p> }.into_any(),
        }),
        MessageStatus::Complete => {
            let why = cut_short(message.finish_reason()?)?;
            Some(view! { <p class="assistant-message__mark">{why}</p> }.into_any())
        }
        MessageStatus::Streaming => None,
    }
}

/// Why an answer is not all that the model had to say.
fn cut_short(reason: FinishReason) -> Option<&'static str> {
    match reason {
        FinishReason::Length => Some(words::cut_off_by_length()),
        FinishReason::ContentFilter => Some(words::cut_off_by_filter()),
        FinishReason::ToolCalls => Some(words::asked_for_tool()),
        FinishReason::Stop | FinishReason::Cancelled | FinishReason::Other(_) => None,
    }
}

/// What a person might ask next.
#[component]
fn Suggestions(suggestions: ArcRwSignal<Vec<String>>, is_last: Memo<bool>, chat: StreamingChatHandle) -> impl IntoView {
    let offered = move || {
        let shown = is_last.get() && !chat.is_streaming.get();
        if shown { suggestions.get() } else { Vec::new() }
    };
    view! {
        <div class="suggestions">
            <For each=offered key=|text| text.clone() let(text)>
                <button type="button" class="suggestions__one" dir="auto" on:click={
                    let text = text.clone();
                    move |_| chat.send(text.clone())
                }>{text.clone()}</button>
            </For>
        </div>
    }
}
