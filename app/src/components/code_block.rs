//! A block of code, with its language and a button to copy it.

use super::copy_button::CopyButton;
use crate::{browser::element, erased::effect};
use leptos::{html, prelude::*};

/// Code that is whole.
#[component]
pub fn CodeBlock(
    /// The language that its fence names.
    language: Option<String>,
    /// The code.
    code: String,
) -> impl IntoView {
    let shown = code.clone();
    view! {
        <Frame language text=Callback::new(move |()| code.clone())>
            <code>{shown}</code>
        </Frame>
    }
}

/// Code that grows: new text is appended to the text node that is there, and nothing is drawn anew.
#[component]
pub fn LiveCodeBlock(
    /// The language that its fence names.
    language: Option<String>,
    /// The code so far; it only ever grows at its end.
    code: ArcRwSignal<String>,
) -> impl IntoView {
    let node = NodeRef::<html::Code>::new();
    let start = code.get_untracked();
    let drawn = start.len();
    let whole = code.clone();
    effect(move |drawn_before: Option<usize>| {
        let drawn = drawn_before.unwrap_or(drawn);
        let node = node.get();
        code.with(|code| match node {
            Some(node) if code.len() > drawn => {
                element::append_text(&node, &code[drawn..]);
                code.len()
            }
            _ => drawn,
        })
    });
    view! {
        <Frame language text=Callback::new(move |()| whole.get_untracked())>
            <code node_ref=node>{(!start.is_empty()).then_some(start)}</code>
        </Frame>
    }
}

#[component]
fn Frame(language: Option<String>, text: Callback<(), String>, children: Children) -> impl IntoView {
    let name = language.unwrap_or_else(|| "text".to_owned());
    view! {
        <div class="code-block">
            <div class="code-block__head">
                <span class="code-block__language">{name.clone()}</span>
                <CopyButton text />
            </div>
            <pre tabindex="0" aria-label=format!("Code, {name}")>{children()}</pre>
        </div>
    }
}
