//! The line above the chat.

use super::{
    conversation_actions::ConversationActions,
    conversation_menu::ConversationMenu,
    icon::{Drawing, Icon},
    model_picker::ModelPicker,
    settings_dialog::SettingsDialog,
    sidebar::SidebarState,
    theme_toggle::ThemeToggle,
};
use crate::words;
use leptos::prelude::*;
use protocol::model::ModelList;

/// Model picker, settings, theme and New chat.
#[component]
pub fn PageHeader(
    /// The chat, and what can be done to its conversation.
    actions: ConversationActions,
    /// The models on offer.
    models: RwSignal<ModelList>,
    /// Whether the list of conversations is shown.
    sidebar: SidebarState,
) -> impl IntoView {
    let chat = actions.chat;
    let settings_open = RwSignal::new(false);
    let new_chat = move |_| {
        chat.new_chat();
        actions.go.run("/".to_owned());
    };
    view! {
        <header class="page-header">
            <button type="button" class="icon-button page-header__list" aria-label=words::conversations() title=words::conversations()
                aria-expanded=move || sidebar.drawer.get().to_string() on:click=move |_| sidebar.show(true)>
                <Icon drawing=Drawing::List />
            </button>
            <ModelPicker models settings=chat.settings />
            <div class="page-header__actions">
                <ConversationMenu actions />
                <button type="button" class="icon-button" aria-label=words::chat_settings() title=words::chat_settings()
                    on:click=move |_| settings_open.set(true)>
                    <Icon drawing=Drawing::Sliders />
                </button>
                <ThemeToggle />
                <button type="button" class="icon-button" aria-label=words::new_chat() title=words::new_chat() on:click=new_chat>
                    <Icon drawing=Drawing::New />
                </button>
            </div>
            <SettingsDialog settings=chat.settings open=settings_open conversations=actions.conversations />
        </header>
    }
}
