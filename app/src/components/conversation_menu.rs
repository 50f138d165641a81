//! What can be done with the conversation that is shown.

use super::{
    conversation_actions::ConversationActions,
    icon::Drawing,
    menu::{Menu, MenuItem, MenuLink, MenuNote},
    share_dialog::ShareDialog,
};
use crate::{
    browser::number,
    conversations::transfer::{Format, export_address},
    erased::{Show, memo},
    words,
};
use leptos::prelude::*;
use protocol::usage::UsageTotals;

/// A menu in the page's head: share, have as a file, delete. Nothing as long as there is no conversation.
#[component]
pub fn ConversationMenu(
    /// What can be done to a conversation.
    actions: ConversationActions,
    /// Whether the dialog for sharing is open.
    sharing: RwSignal<bool>,
) -> impl IntoView {
    let chat = actions.chat;
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
                <Show when=move || chat.usage.with(|usage| !usage.is_empty())>
                    <MenuNote words=Signal::derive(move || chat.usage.with(used)) />
                </Show>
                <MenuItem label=words::share() drawing=Drawing::Share action=share />
                <MenuLink label=words::export_as_markdown() drawing=Drawing::Export address=export(Format::Markdown) />
                <MenuLink label=words::export_as_json() drawing=Drawing::Export address=export(Format::Json) />
                <MenuItem label=words::delete() drawing=Drawing::Delete harmful=true action=delete />
            </Menu>
            <ShareDialog chat open=sharing />
        </Show>
    }
}

/// What the answers cost. The menu is made when it is opened, in the browser.
fn used(usage: &UsageTotals) -> String {
    let tokens = words::tokens(usage.input_tokens.saturating_add(usage.output_tokens));
    let costs = usage.costs.iter().map(|cost| number::money(cost.amount, &cost.currency));
    [tokens].into_iter().chain(costs).collect::<Vec<_>>().join(" · ")
}
