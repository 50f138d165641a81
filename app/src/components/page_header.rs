//! The line above the chat.

use super::{
    commands::{Command, Commands},
    conversation_menu::ConversationMenu,
    icon::{Drawing, Icon},
    model_picker::ModelPicker,
    settings_dialog::SettingsDialog,
    theme_toggle::ThemeToggle,
};
use crate::words;
use leptos::prelude::*;
use protocol::model::ModelList;

/// Model picker, settings, theme and New chat.
#[component]
pub fn PageHeader(
    /// What the page can be told to do.
    commands: Commands,
    /// The models on offer.
    models: RwSignal<ModelList>,
) -> impl IntoView {
    let Commands { actions, sidebar, dialogs, appearance } = commands;
    let chat = actions.chat;
    view! {
        <header class="page-header">
            <button type="button" class="icon-button page-header__list" aria-label=words::conversations() title=words::conversations()
                aria-expanded=move || sidebar.drawer.get().to_string() on:click=move |_| sidebar.show(true)>
                <Icon drawing=Drawing::List />
            </button>
            <ModelPicker models settings=chat.settings />
            <div class="page-header__actions">
                <ConversationMenu actions sharing=dialogs.share />
                <button type="button" class="icon-button" aria-label=words::chat_settings() title=words::chat_settings()
                    on:click=move |_| commands.run(Command::Settings)>
                    <Icon drawing=Drawing::Sliders />
                </button>
                <ThemeToggle appearance />
                <button type="button" class="icon-button" aria-label=words::new_chat() title=words::new_chat()
                    on:click=move |_| commands.run(Command::NewChat)>
                    <Icon drawing=Drawing::New />
                </button>
            </div>
            <SettingsDialog settings=chat.settings open=dialogs.settings conversations=actions.conversations appearance />
        </header>
    }
}
