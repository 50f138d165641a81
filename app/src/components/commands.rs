//! What the page can be told to do by keyboard and from the search: one list, which the sheet of shortcuts shows too.

use super::{appearance::Appearance, conversation_actions::ConversationActions, icon::Drawing, sidebar::SidebarState};
use crate::{
    browser::{address, connection::Listener, document, element, keyboard, storage},
    conversations::transfer::{Format, export_address},
    erased::effect,
    words,
};
use leptos::{ev, prelude::*, task::spawn_local};
use protocol::message::Role;

/// Under which name it is kept that single keys do nothing.
const SINGLE_KEYS: &str = "rivulet:single-keys";

/// The dialogs of the page, and whether they are open.
#[derive(Debug, Clone, Copy)]
pub struct Dialogs {
    /// The search.
    pub search: RwSignal<bool>,
    /// The settings.
    pub settings: RwSignal<bool>,
    /// The conversation's public page.
    pub share: RwSignal<bool>,
    /// The keyboard shortcuts.
    pub shortcuts: RwSignal<bool>,
}

impl Dialogs {
    /// All of them closed.
    pub fn closed() -> Self {
        let closed = || RwSignal::new(false);
        Self { search: closed(), settings: closed(), share: closed(), shortcuts: closed() }
    }
}

/// Something that the page can be told to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Begin a new chat.
    NewChat,
    /// Open the search.
    Search,
    /// Go to the writing place.
    Focus,
    /// Stop the answer.
    Stop,
    /// Ask for another answer.
    Regenerate,
    /// Put the last answer on the clipboard.
    CopyAnswer,
    /// Choose a model.
    Model,
    /// Share the conversation.
    Share,
    /// Have it as Markdown.
    ExportMarkdown,
    /// Have it as JSON.
    ExportJson,
    /// Delete it.
    Delete,
    /// Show or hide the list of conversations.
    Sidebar,
    /// Light or dark.
    Theme,
    /// Open the settings.
    Settings,
    /// Show the shortcuts.
    Shortcuts,
}

impl Command {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 15] = [
        Self::NewChat,
        Self::Search,
        Self::Focus,
        Self::Stop,
        Self::Regenerate,
        Self::CopyAnswer,
        Self::Model,
        Self::Share,
        Self::ExportMarkdown,
        Self::ExportJson,
        Self::Delete,
        Self::Sidebar,
        Self::Theme,
        Self::Settings,
        Self::Shortcuts,
    ];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::NewChat => words::new_chat(),
            Self::Search => words::search_and_commands(),
            Self::Focus => words::go_to_message(),
            Self::Stop => words::stop_answer(),
            Self::Regenerate => words::answer_again(),
            Self::CopyAnswer => words::copy_last_answer(),
            Self::Model => words::choose_model(),
            Self::Share => words::share(),
            Self::ExportMarkdown => words::export_as_markdown(),
            Self::ExportJson => words::export_as_json(),
            Self::Delete => words::delete_chat(),
            Self::Sidebar => words::show_or_hide_list(),
            Self::Theme => words::switch_theme(),
            Self::Settings => words::chat_settings(),
            Self::Shortcuts => words::shortcuts(),
        }
    }

    /// Its keys, as `browser::keyboard` writes them; `Mod` is Ctrl, or ⌘ on a Mac.
    pub fn keys(self) -> &'static [&'static str] {
        match self {
            Self::NewChat => &["Mod+Shift+O"],
            Self::Search => &["Mod+K"],
            Self::Focus => &["Shift+Escape"],
            Self::Stop => &["Escape"],
            Self::CopyAnswer => &["Mod+Shift+C"],
            Self::Sidebar => &["Mod+Shift+S"],
            Self::Delete => &["Mod+Shift+Backspace"],
            Self::Shortcuts => &["?", "Mod+/"],
            _ => &[],
        }
    }

    /// What is drawn before it.
    pub fn drawing(self) -> Drawing {
        match self {
            Self::NewChat => Drawing::New,
            Self::Search => Drawing::Search,
            Self::Focus => Drawing::Edit,
            Self::Stop => Drawing::Stop,
            Self::Regenerate => Drawing::Again,
            Self::CopyAnswer => Drawing::Copy,
            Self::Model | Self::Settings => Drawing::Sliders,
            Self::Share => Drawing::Share,
            Self::ExportMarkdown | Self::ExportJson => Drawing::Export,
            Self::Delete => Drawing::Delete,
            Self::Sidebar => Drawing::Panel,
            Self::Theme => Drawing::Theme,
            Self::Shortcuts => Drawing::List,
        }
    }
}

/// Does what it is told. Copying it gives the same.
#[derive(Debug, Clone, Copy)]
pub struct Commands {
    /// The chat, and what can be done to its conversation.
    pub actions: ConversationActions,
    /// The list of conversations.
    pub sidebar: SidebarState,
    /// The dialogs.
    pub dialogs: Dialogs,
    /// How the page looks.
    pub appearance: Appearance,
}

impl Commands {
    /// Whether something would come of it, tracked.
    pub fn can(self, command: Command) -> bool {
        let chat = self.actions.chat;
        match command {
            Command::Stop => chat.is_streaming.get(),
            Command::Regenerate => chat.is_idle() && self.last_answer().is_some(),
            Command::CopyAnswer => self.last_answer().is_some(),
            Command::Share | Command::ExportMarkdown | Command::ExportJson | Command::Delete => {
                chat.conversation.get().is_some()
            }
            _ => true,
        }
    }

    fn last_answer(self) -> Option<crate::ChatMessage> {
        self.actions.chat.messages.with(|all| all.last().filter(|last| last.role == Role::Assistant).cloned())
    }

    /// Does it.
    pub fn run(self, command: Command) {
        let Self { actions, sidebar, dialogs, appearance } = self;
        let chat = actions.chat;
        if !untrack(|| self.can(command)) {
            return;
        }
        match command {
            Command::NewChat => {
                chat.new_chat();
                actions.go.run("/".to_owned());
            }
            Command::Search => dialogs.search.set(true),
            Command::Focus => _ = element::focus_on_page(".composer__text"),
            Command::Stop => chat.cancel(),
            Command::Regenerate => chat.retry(),
            Command::CopyAnswer => {
                let text = untrack(|| self.last_answer()).map(|answer| answer.content()).unwrap_or_default();
                spawn_local(async move {
                    let worked = document::copy(&text).await;
                    let words = if worked { words::answer_copied() } else { words::not_copied() };
                    actions.toasts.say(words.to_owned());
                });
            }
            Command::Model => _ = element::focus_on_page(".model-picker select"),
            Command::Share => dialogs.share.set(true),
            Command::ExportMarkdown => self.export(Format::Markdown),
            Command::ExportJson => self.export(Format::Json),
            Command::Delete => {
                if let Some(id) = chat.conversation.get_untracked() {
                    actions.delete(id);
                }
            }
            Command::Sidebar => sidebar.show(!untrack(|| sidebar.is_shown())),
            Command::Theme => appearance.turn_theme(),
            Command::Settings => dialogs.settings.set(true),
            Command::Shortcuts => dialogs.shortcuts.set(true),
        }
    }

    /// What is sent as a file leaves the page where it is.
    fn export(self, format: Format) {
        if let Some(id) = self.actions.chat.conversation.get_untracked() {
            address::load(&export_address(id, format));
        }
    }

    /// Listens to the keys as long as the page is there. While a dialog is open its keys are its own.
    pub fn listen(self) {
        effect(move |_| {
            Listener(Some(window_event_listener(ev::keydown, move |event| {
                let Some(keys) = keyboard::pressed(&event) else { return };
                let Some(command) = Command::ALL.into_iter().find(|command| command.keys().contains(&keys.as_str()))
                else {
                    return;
                };
                let is_single = keys.chars().count() == 1;
                if is_single && (keyboard::is_typing(&event) || !single_keys()) {
                    return;
                }
                // The chat itself listens to Escape, wherever it stands.
                if command == Command::Stop || event.default_prevented() {
                    return;
                }
                let searches = self.dialogs.search.get_untracked();
                if command == Command::Search && searches {
                    event.prevent_default();
                    self.dialogs.search.set(false);
                } else if !element::any_dialog_open() && untrack(|| self.can(command)) {
                    event.prevent_default();
                    self.run(command);
                }
            })))
        });
    }
}

/// Whether single keys do something. Who speaks to the machine, or whose hand is not steady, turns them off.
pub(crate) fn single_keys() -> bool {
    storage::is_on(SINGLE_KEYS)
}

/// Keeps whether they do.
pub(crate) fn set_single_keys(on: bool) {
    storage::turn(SINGLE_KEYS, on);
}
