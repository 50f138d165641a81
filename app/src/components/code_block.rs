//! A block of code: its language, its length, its colours, and what can be done with it.

mod colouring;

use super::{
    copy_button::CopyButton,
    diagram::{Diagram, DiagramState},
    icon::{Drawing, Icon},
};
use crate::{
    browser::{element, file},
    erased::{Show, effect},
    server_rendered::ServerRendered,
    words,
};
use colouring::Colouring;
use leptos::{html, prelude::*};

/// Code that is longer when it is first shown, in lines, is folded.
const LONG: usize = 30;

/// Code, which may grow at its end: new text is appended to the text node that is there, and nothing is drawn anew.
#[component]
pub fn CodeBlock(
    /// The language that its fence names.
    language: Option<String>,
    /// The code so far; it only ever grows at its end.
    code: ArcRwSignal<String>,
) -> impl IntoView {
    let node = NodeRef::<html::Code>::new();
    let start = code.get_untracked();
    let lines = RwSignal::new(Lines::default().and(&start));
    let html = coloured(language.as_deref(), &start).unwrap_or_else(|| escaped(&start));
    let colouring = language.clone().map(Colouring::new);
    on_cleanup({
        let colouring = colouring.clone();
        move || colouring.iter().for_each(Colouring::end)
    });
    let (drawn, growing) = (start.len(), code.clone());
    effect(move |drawn_before: Option<usize>| {
        let drawn = drawn_before.unwrap_or(drawn);
        let Some(node) = node.get() else { return drawn };
        let length = growing.with(|code| {
            if code.len() > drawn {
                element::append_text(&node, &code[drawn..]);
                lines.update(|lines| *lines = lines.and(&code[drawn..]));
            }
            code.len()
        });
        if let Some(colouring) = &colouring {
            colouring.follow(&node, &growing);
        }
        length
    });
    let text = Callback::new(move |()| code.get_untracked());
    // Safe for what a model says: the server's highlighter escapes all text, and so does `escaped`.
    frame(language, text, lines, view! { <code node_ref=node inner_html=html></code> }.into_any())
}

/// What is around the code.
fn frame(language: Option<String>, text: Callback<(), String>, lines: RwSignal<Lines>, code: AnyView) -> AnyView {
    let name = language.unwrap_or_else(|| "text".to_owned());
    let is_folded = RwSignal::new(lines.get_untracked().count() > LONG);
    let is_wrapped = RwSignal::new(false);
    let count = move || lines.get().count() as u64;
    let file_name = format!("code.{}", extension(&name));
    let (is_diagram, diagram) = (name.eq_ignore_ascii_case("mermaid"), RwSignal::new(DiagramState::Unasked));
    let is_asked = move || diagram.get() != DiagramState::Unasked;
    let ask = move |_| diagram.update(|state| *state = state.turned());
    view! {
        <div class="code-block" class:code-block--folded=is_folded class:code-block--wrapped=is_wrapped
            class:code-block--drawn=move || is_diagram && diagram.get() == DiagramState::Drawn>
            <div class="code-block__head" dir=words::language().direction()>
                <span class="code-block__language" dir="ltr">{name.clone()}</span>
                <span class="code-block__lines">
                    {move || words::lines(count())}
                </span>
                {is_diagram.then(|| view! {
                    <button type="button" class="copy-button code-block__draw" aria-label=words::show_diagram() title=words::show_diagram()
                        aria-pressed=move || is_asked().to_string() on:click=ask>
                        <Icon drawing=Drawing::Diagram />
                    </button>
                })}
                <button type="button" class="copy-button" aria-label=words::wrap_lines() title=words::wrap_lines()
                    aria-pressed=move || is_wrapped.get().to_string()
                    on:click=move |_| is_wrapped.update(|wrapped| *wrapped = !*wrapped)>
                    <Icon drawing=Drawing::Wrap />
                </button>
                <button type="button" class="copy-button" aria-label=words::download() title=words::download()
                    on:click=move |_| file::save(&file_name, &text.run(()))>
                    <Icon drawing=Drawing::Export />
                </button>
                <CopyButton text />
            </div>
            <pre dir="ltr" tabindex="0" aria-label=words::code_in(&name)>{code}</pre>
            {is_diagram.then(|| view! {
                <Show when=is_asked><Diagram source=text state=diagram /></Show>
            })}
            <Show when=move || is_folded.get()>
                <button type="button" class="code-block__unfold" on:click=move |event| {
                    is_folded.set(false);
                    element::focus_beside(event.target(), "pre");
                }>
                    {move || words::show_all_lines(count())}
                </button>
            </Show>
        </div>
    }
    .into_any()
}

/// How many lines there are of a text that grows.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Lines {
    ended: usize,
    is_open: bool,
}

impl Lines {
    fn and(self, more: &str) -> Self {
        let ended = more.bytes().filter(|byte| *byte == b'\n').count();
        let is_open = if more.is_empty() { self.is_open } else { !more.ends_with('\n') };
        Self { ended: self.ended + ended, is_open }
    }

    fn count(self) -> usize {
        self.ended + usize::from(self.is_open)
    }
}

/// The code with its colours, while a page is rendered on the server.
fn coloured(language: Option<&str>, code: &str) -> Option<String> {
    let rendered = use_context::<ServerRendered>()?;
    (rendered.code)(language?, code)
}

/// The code as HTML in which it is nothing but text. The browser takes over the element that the server has filled,
/// whatever is in it, only if it is said to hold HTML.
fn escaped(code: &str) -> String {
    code.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// How the name of a file in this language ends.
fn extension(language: &str) -> String {
    let name = language.to_lowercase();
    match name.as_str() {
        "rust" => "rs".to_owned(),
        "python" => "py".to_owned(),
        "javascript" => "js".to_owned(),
        "typescript" => "ts".to_owned(),
        "markdown" => "md".to_owned(),
        "bash" | "shell" | "zsh" => "sh".to_owned(),
        "c++" => "cpp".to_owned(),
        "csharp" | "c#" => "cs".to_owned(),
        "kotlin" => "kt".to_owned(),
        "ruby" => "rb".to_owned(),
        "yaml" => "yml".to_owned(),
        name if name.len() < 8 && name.bytes().all(|b| b.is_ascii_alphanumeric()) => name.to_owned(),
        _ => "txt".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_as_they_come() {
        let lines = Lines::default().and("a\nb").and("").and("c\n");
        assert_eq!(lines.count(), 2);
        assert_eq!((lines.and("d").count(), Lines::default().count()), (3, 0));
    }

    #[test]
    fn the_name_of_a_file_holds_nothing_of_what_a_model_says_that_is_no_ending() {
        assert_eq!(
            (extension("Rust"), extension("go"), extension("../../x")),
            ("rs".into(), "go".into(), "txt".into())
        );
    }
}
