//! The chat, at `/` and at `/c/{conversation}`.

use crate::{
    browser::{http, time},
    chat::{
        handle::{StreamingChatHandle, use_streaming_chat},
        options::StreamingChatOptions,
    },
    components::{
        empty_chat::EmptyChat, model_banner::ModelBanner, page_header::PageHeader, sidebar::Sidebar,
        streaming_chat::StreamingChat,
    },
    model_names::ModelNames,
    page_data::PageData,
    pages::not_found::NotFoundPage,
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{
    NavigateOptions,
    components::Outlet,
    hooks::{use_location, use_navigate},
};
use protocol::{
    conversation::{ConversationList, ConversationSummary},
    id::ConversationId,
    message::MessageStatus,
    model::ModelList,
};

/// The chat page. It stays as it is while the address goes from one conversation to another.
#[component]
pub fn ChatPage() -> impl IntoView {
    let data = expect_context::<PageData>();
    let chat = use_streaming_chat(StreamingChatOptions::new().conversation(data.conversation));
    let models = RwSignal::new(data.models);
    ModelNames::provide(models);
    let conversations = RwSignal::new(data.conversations);
    let drawer_open = RwSignal::new(false);
    let gone = RwSignal::new(data.not_found);
    follow_address(chat, gone);
    refresh_models(chat, models);
    refresh_conversations(chat, conversations);
    let name = Memo::new(move |_| {
        let id = chat.conversation.get();
        let title = conversations.with(|all| all.iter().find(|one| Some(one.id) == id).map(|one| one.title.clone()));
        title.filter(|title| !title.is_empty())
    });
    // leptos_meta writes the title into the server's HTML as it stands: a `<` in it could end the element.
    let title = move || match name.get() {
        Some(name) => format!("{} – Rivulet", name.replace('<', "‹")),
        None => "Rivulet".to_owned(),
    };
    let has_begun = Memo::new(move |_| !chat.messages.with(Vec::is_empty));
    view! {
        <Show when=move || !gone.get() && !chat.is_missing.get() fallback=NotFoundPage>
            <Title text=title />
            <div class="layout">
                <Sidebar chat conversations open=drawer_open />
                <main class="layout__main">
                    // While there are no messages, the greeting is the heading.
                    <Show when=move || has_begun.get()>
                        <h1 class="visually-hidden">{move || name.get().unwrap_or_else(|| "Chat".to_owned())}</h1>
                    </Show>
                    <PageHeader chat models drawer_open />
                    <ModelBanner models settings=chat.settings />
                    <StreamingChat chat placeholder="Ask anything">
                        <EmptyChat chat />
                    </StreamingChat>
                </main>
            </div>
        </Show>
        // The addresses below this page show nothing of their own, but the router wants a place for them.
        <Outlet />
    }
}

/// The conversation that an address names.
fn conversation_at(path: &str) -> Option<ConversationId> {
    path.strip_prefix("/c/")?.trim_end_matches('/').parse().ok()
}

/// Keeps the address and the chat together, whichever of them goes first.
fn follow_address(chat: StreamingChatHandle, gone: RwSignal<bool>) {
    let path = use_location().pathname;
    let navigate = use_navigate();
    Effect::new(move |before: Option<String>| {
        let path = path.get();
        let target = conversation_at(&path);
        if before.is_some_and(|before| before != path) {
            gone.set(false);
            if target != chat.conversation.get_untracked() {
                match target {
                    Some(id) => chat.open(id),
                    None => chat.new_chat(),
                }
            }
        }
        path
    });
    Effect::new(move |_| {
        if let Some(id) = chat.conversation.get()
            && conversation_at(&path.get_untracked()) != Some(id)
        {
            navigate(&format!("/c/{id}"), NavigateOptions { scroll: false, ..NavigateOptions::default() });
        }
    });
}

/// The server renders with the models that it knows at that moment; the browser asks for all of them. It asks again when a
/// provider has failed, which may have been paused, and when the pause of one is over.
fn refresh_models(chat: StreamingChatHandle, models: RwSignal<ModelList>) {
    let reads = RwSignal::new(0);
    Effect::new(move |before: Option<()>| {
        let busy = chat.is_streaming.get();
        if before.is_some() && !busy && untrack(|| provider_failed(chat)) {
            reads.update(|reads| *reads += 1);
        }
    });
    Effect::new(move |_| {
        reads.track();
        leptos::reactive::spawn_local_scoped_with_cancellation(async move {
            let Ok(list) = http::get::<ModelList>("/api/models").await else { return };
            let pause = list.providers.iter().filter_map(|provider| provider.paused_ms).min();
            if models.with_untracked(|known| *known != list) {
                models.set(list);
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

/// Reads the list of conversations again whenever an answer begins or ends.
fn refresh_conversations(chat: StreamingChatHandle, conversations: RwSignal<Vec<ConversationSummary>>) {
    let moment = Memo::new(move |_| (chat.is_streaming.get(), chat.conversation.get()));
    Effect::new(move |before: Option<_>| {
        let now = moment.get();
        if before.is_some() {
            leptos::reactive::spawn_local_scoped_with_cancellation(async move {
                if let Ok(list) = http::get::<ConversationList>("/api/conversations").await {
                    conversations.set(list.conversations);
                }
            });
        }
        now
    });
}
