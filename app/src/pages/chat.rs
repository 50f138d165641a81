//! The chat, at `/` and at `/c/{conversation}`.

use crate::{
    browser::{address, http, time},
    chat::{
        feed::News,
        handle::{StreamingChatHandle, use_streaming_chat},
        options::StreamingChatOptions,
    },
    components::{
        appearance::Appearance,
        commands::{Commands, Dialogs},
        conversation_actions::ConversationActions,
        empty_chat::EmptyChat,
        focus,
        limit_banner::{Limit, LimitBanner},
        model_banner::ModelBanner,
        notifier,
        offline_banner::OfflineBanner,
        page_header::PageHeader,
        search_dialog::SearchDialog,
        shortcut_sheet::ShortcutSheet,
        sidebar::{Sidebar, SidebarState},
        storage_banner::StorageBanner,
        streaming_chat::StreamingChat,
        toast_stack::{ToastStack, Toasts},
    },
    conversations::list::Conversations,
    erased::{Show, effect, memo},
    model_names::ModelNames,
    page_data::PageData,
    pages::{
        navigation::{Navigation, Place},
        not_found::NotFoundPage,
        title,
    },
    presets::Presets,
    words,
};
use leptos::prelude::*;
use protocol::{feed::FeedChange, message::MessageStatus, model::ModelList};
use std::time::Duration;

/// How long after hearing that nothing can be stored it is asked whether that is still so, in milliseconds.
const UNSTORED_PAUSE: u64 = 15_000;

/// How long it takes to read why a question was not taken.
const READ: Duration = Duration::from_secs(5);

/// How often the list is read again while an answer is under way that is not read here.
const WHILE_OTHERS_ANSWER: Duration = Duration::from_secs(4);

/// The chat page. It stays as it is while the address goes from one conversation to another.
#[component]
pub fn ChatPage() -> impl IntoView {
    let data = expect_context::<PageData>();
    let conversations = Conversations::new(data.conversations);
    let navigation = Navigation::new(data.conversation.as_ref().map(|conversation| conversation.summary.id));
    // The server has the question by then, and with it a title.
    let options = StreamingChatOptions::new().on_start(move |_| leptos::task::spawn_local(conversations.refresh()));
    let chat = use_streaming_chat(options.conversation(data.conversation).keep_drafts());
    let models = RwSignal::new(data.models);
    ModelNames::provide(models);
    let toasts = Toasts::provide();
    let limit = Limit::provide();
    Presets::provide();
    let sidebar = SidebarState::of_page();
    let dialogs = Dialogs::closed();
    let gone = RwSignal::new(data.not_found);
    let go = Callback::new(move |to: String| navigation.go(&to, false));
    let actions = ConversationActions { chat, conversations, toasts, go };
    let appearance = Appearance::of_page();
    // Drawings follow the theme.
    provide_context(appearance);
    let commands = Commands { actions, sidebar, dialogs, appearance };
    commands.listen();
    focus::keep();
    follow_address(chat, navigation, gone);
    refresh_models(chat, models);
    hear_news(actions, models);
    let name = memo(move || {
        let known = chat.conversation.get().and_then(|id| conversations.find(id)).map(|one| one.title);
        // The list may not go as far as to this one.
        known.or_else(|| chat.title.get()).filter(|title| !title.is_empty())
    });
    let missing = memo(move || gone.get() || chat.is_missing.get());
    let title = memo(move || title::of_page(name.get().as_deref(), missing.get()));
    let unseen = notifier::watch_ends(chat, title.into());
    effect(move |_| address::set_title(&title::marked(title.get(), unseen.get())));
    let has_begun = memo(move || !chat.is_empty());
    let returned = Callback::new(move |()| recover(actions));
    view! {
        <Show when=move || !missing.get() fallback=NotFoundPage>
            <div class="layout" class:layout--alone=move || !sidebar.beside.get()>
                <Sidebar actions state=sidebar searching=dialogs.search />
                <main class="layout__main">
                    // Of an empty chat, the greeting is the heading.
                    <Show when=move || has_begun.get()>
                        <h1 class="visually-hidden">{move || name.get().unwrap_or_else(|| words::chat().to_owned())}</h1>
                    </Show>
                    <PageHeader commands models />
                    <OfflineBanner returned />
                    <LimitBanner chat limit passed=returned />
                    <StorageBanner models />
                    <ModelBanner models settings=chat.settings />
                    <StreamingChat chat placeholder=words::ask_anything()>
                        <EmptyChat chat />
                    </StreamingChat>
                </main>
            </div>
            <SearchDialog actions open=dialogs.search commands />
            <ShortcutSheet open=dialogs.shortcuts />
            <ToastStack toasts />
        </Show>
    }
}

/// Keeps the address and the chat together, whichever of them goes first. An address may name a message: `?message=`.
fn follow_address(chat: StreamingChatHandle, navigation: Navigation, gone: RwSignal<bool>) {
    effect(move |before: Option<Place>| {
        let place = navigation.place();
        let is_shown = place.conversation == chat.conversation.get_untracked();
        let moved = before.is_some_and(|before| before.conversation != place.conversation);
        if moved {
            gone.set(false);
        }
        match (place.conversation, place.message) {
            // With the message, if the page has come to life here.
            (Some(_), Some(message)) if is_shown => chat.look_at(message),
            _ if is_shown || !moved => {}
            (Some(id), Some(message)) => chat.open_at(id, message),
            (Some(id), None) => chat.open(id),
            (None, _) => chat.new_chat(),
        }
        place
    });
    effect(move |_| {
        if let Some(id) = chat.conversation.get()
            && navigation.place_untracked().conversation != Some(id)
        {
            navigation.go(&format!("/c/{id}"), false);
        }
    });
    // Who goes on talking has left the message that was looked at.
    effect(move |_| {
        if chat.is_streaming.get()
            && let Place { conversation: Some(id), message: Some(_) } = navigation.place_untracked()
        {
            navigation.go(&format!("/c/{id}"), true);
        }
    });
}

/// Takes up what the loss of the network has broken off.
fn recover(actions: ConversationActions) {
    let chat = actions.chat;
    leptos::task::spawn_local(actions.conversations.refresh());
    let unopened = untrack(|| chat.is_unopened());
    match chat.conversation.get_untracked() {
        Some(id) if unopened => chat.open(id),
        _ if chat.is_lost() => chat.retry(),
        _ => {}
    }
    chat.send_unreached();
}

/// The server renders with the models that it knows at that moment; the browser asks for all of them. It asks again when a
/// provider has failed, which may have been paused, and when the pause of one is over; so too while nothing can be stored.
fn refresh_models(chat: StreamingChatHandle, models: RwSignal<ModelList>) {
    let reads = RwSignal::new(0);
    effect(move |before: Option<()>| {
        let busy = chat.is_streaming.get();
        let unstored = chat.is_unstored();
        if before.is_some() && !busy && (unstored || untrack(|| provider_failed(chat))) {
            reads.update(|reads| *reads += 1);
        }
    });
    effect(move |_| {
        reads.track();
        leptos::reactive::spawn_local_scoped_with_cancellation(async move {
            let Ok(list) = http::get::<ModelList>("/api/models").await else { return };
            let pause = list.providers.iter().filter_map(|provider| provider.paused_ms).min();
            let pause = pause.or(list.storage.is_some().then_some(UNSTORED_PAUSE));
            let stored = list.storage.is_none();
            if models.with_untracked(|known| *known != list) {
                models.set(list);
            }
            if stored && untrack(|| chat.is_unstored()) {
                // Not before it has been read.
                time::sleep(READ).await;
                chat.storage_is_back();
            }
            if let Some(pause) = pause {
                // At least some seconds, in case that it is paused again at once.
                time::wait_until(time::wall_clock() + pause.max(5_000) as f64).await;
                time::until_visible().await;
                reads.update(|reads| *reads += 1);
            }
        });
    });
}

/// Whether the last answer has failed, or another model than the one that was asked has given it.
fn provider_failed(chat: StreamingChatHandle) -> bool {
    let Some(last) = chat.messages.with(|messages| messages.last().cloned()) else { return false };
    let chosen = chat.settings.with(|settings| settings.model.clone());
    last.status.get() == MessageStatus::Failed || (chosen.is_some() && last.model.get() != chosen)
}

/// Keeps the list of conversations as it is on the server: news come from other tabs, and what comes of this page's own
/// answers is read when they end.
fn hear_news(actions: ConversationActions, models: RwSignal<ModelList>) {
    let ConversationActions { chat, conversations, .. } = actions;
    effect(move |before: Option<()>| {
        let ended = !chat.is_streaming.get();
        if before.is_some() && ended {
            leptos::task::spawn_local(conversations.refresh());
        }
    });
    // Who leaves a chat that answers hears of its end from nobody, if no other tab is open.
    let others_answer = memo(move || {
        let shown = chat.conversation.get();
        conversations.known.with(|known| known.iter().any(|one| one.generation_id.is_some() && Some(one.id) != shown))
    });
    effect(move |_| {
        if others_answer.get() {
            leptos::reactive::spawn_local_scoped_with_cancellation(async move {
                loop {
                    time::sleep(WHILE_OTHERS_ANSWER).await;
                    time::until_visible().await;
                    conversations.refresh().await;
                }
            });
        }
    });
    chat.on_news(move |news| match news {
        News::Change(FeedChange::Conversation(one)) => conversations.hear(one),
        News::Change(FeedChange::Deleted(id)) => {
            conversations.hear_deleted(id);
            actions.deleted_elsewhere(id);
        }
        News::Change(FeedChange::Imported(_)) => leptos::task::spawn_local(conversations.begin_anew()),
        News::Change(FeedChange::Storage(problem)) => {
            if problem.is_none() {
                chat.storage_is_back();
            }
            models.update(|models| models.storage = problem);
        }
        // The chat hears of these by itself.
        News::Change(FeedChange::Messages(_)) => {}
        News::Unsure => {
            conversations.hear_anew();
            leptos::task::spawn_local(conversations.refresh());
        }
    });
}
