//! Which keys do what.

use super::{commands::Command, dialog::Dialog};
use crate::{browser::keyboard, words};
use leptos::prelude::*;

/// Gives a name in the language of the page.
type Name = fn() -> &'static str;

/// What the writing place does by itself.
const WRITING: [(Name, &str); 3] = [(words::send, "Enter"), (words::new_line, "Shift+Enter"), (words::use_preset, "/")];

/// A sheet of all shortcuts. `?` opens it from anywhere but where text is typed.
#[component]
pub fn ShortcutSheet(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let rows = || {
        let commands = Command::ALL.into_iter().filter(|command| !command.keys().is_empty());
        let commands = commands.map(|command| row(command.name(), command.keys()));
        commands.chain(WRITING.iter().map(|(name, keys)| row(name(), &[*keys]))).collect_view().into_any()
    };
    view! {
        <Dialog open name="shortcut-sheet" title=words::shortcuts()>
            <dl class="shortcut-sheet__keys">{rows()}</dl>
        </Dialog>
    }
}

fn row(name: &'static str, all: &[&str]) -> AnyView {
    let keys = |keys: &&str| {
        let each = keyboard::named(keys).into_iter().map(|key| view! { <kbd>{key}</kbd> });
        view! { <dd>{each.collect_view()}</dd> }.into_any()
    };
    view! {
        <div>
            <dt>{name}</dt>
            {all.iter().map(keys).collect_view()}
        </div>
    }
    .into_any()
}
