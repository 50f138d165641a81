//! What can be done with the conversation that is shown.

use super::{
    conversation_actions::ConversationActions,
    icon::Drawing,
    menu::{Menu, MenuItem, MenuLink},
    share_dialog::ShareDialog,
};
use crate::{
    conversations::transfer::{Format, export_address},
    erased::{Show, memo},
    words,
};
use leptos::prelude::*;

/// A menu in the page's head: share, have as a file, delete. Nothing as long as there is no conversation.
#[component]
pub fn ConversationMenu(
    /// What can be done to a conversation.
    actions: ConversationActions,
) -> impl IntoView {
    let chat = actions.chat;
    let sharing = RwSignal::new(false);
    let exists = memo(move || chat.conversation.get().is_some());
    let share = Callback::new(move |()| sharing.set(true));
    let delete = Callback::new(move |()| {
        if let Some(id) = chat.conversation.get_untracked() {
            actions.delete(id);
        }
    });
    let export = move |format| {
        Signal::derive(move || chat.conversation.get().map(|id| export_address(id, format)).unwrap_or_default())
    };
    view! {
        <Show when=move || exists.get()>
            <Menu label=words::conversation_options() drawing=Drawing::More>
                <MenuItem label=words::share() drawing=Drawing::Share action=share />
                <MenuLink label=words::export_as_markdown() drawing=Drawing::Export address=export(Format::Markdown) />
                <MenuLink label=words::export_as_json() drawing=Drawing::Export address=export(Format::Json) />
                <MenuItem label=words::delete() drawing=Drawing::Delete harmful=true action=delete />
            </Menu>
            <ShareDialog chat open=sharing />
        </Show>
    }
}
