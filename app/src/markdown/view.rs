//! The tree as views. Text goes into text nodes and attributes only, and no attribute holds a style.

use super::{
    address::{self, Address},
    cells::{Cell, Cells, Content, Frame, Page},
    live::LiveMarkdown,
    syntax::{Alignment, Block, Inline},
};
use crate::{
    components::{code_block::CodeBlock, formula::MathFormula, remote_image::RemoteImage},
    erased::For,
    hydration, words,
};
use leptos::prelude::*;

/// A markdown text, which may still grow.
#[component]
pub fn Markdown(
    /// The text.
    text: LiveMarkdown,
) -> impl IntoView {
    if text.was_whole() && hydration::is_under_way() {
        let node = NodeRef::new();
        let told = text.told();
        let now = text.clone();
        hydration::later(node, move || now.told() == told, move || pages(&text));
        return view! { <div class="markdown" dir="auto" node_ref=node></div> }.into_any();
    }
    view! { <div class="markdown" dir="auto">{pages(&text)}</div> }.into_any()
}

fn pages(text: &LiveMarkdown) -> AnyView {
    let cells = text.cells().clone();
    let no_columns = StoredValue::new(Vec::new());
    view! {
        <For each=move || cells.pages() key=|page| page.key as u64 let(one)>
            <div class="markdown__page">{page(one, no_columns)}</div>
        </For>
    }
    .into_any()
}

/// Blocks beside each other; the alignments are those of the table that they are rows of.
fn cells(cells: Cells, alignments: Vec<Alignment>) -> AnyView {
    let alignments = StoredValue::new(alignments);
    view! {
        <For each=move || cells.pages() key=|page| page.key as u64 children=move |one| page(one, alignments) />
    }
    .into_any()
}

fn page(page: Page, alignments: StoredValue<Vec<Alignment>>) -> AnyView {
    view! { <For each=move || page.cells() key=|cell| cell.key children=move |one| cell(one, alignments) /> }.into_any()
}

fn cell(cell: Cell, alignments: StoredValue<Vec<Alignment>>) -> AnyView {
    match cell.content {
        Content::Block(content) => (move || alignments.with_value(|columns| block(&content.get(), columns))).into_any(),
        Content::Code { language, code } => view! { <CodeBlock language code /> }.into_any(),
        Content::Open(frame, inside) => match frame {
            Frame::Quote => quote(cells(inside, Vec::new())),
            Frame::Paragraph => view! { <p>{cells(inside, Vec::new())}</p> }.into_any(),
            Frame::List { start } => list(start, cells(inside, Vec::new())),
            Frame::Item { done } => item(done, cells(inside, Vec::new())),
            Frame::Table { alignments, head } => table(&alignments, &head, cells(inside, alignments.clone())),
        },
    }
}

fn blocks(blocks: &[Block]) -> AnyView {
    blocks.iter().map(|one| block(one, &[])).collect_view().into_any()
}

fn block(block: &Block, alignments: &[Alignment]) -> AnyView {
    match block {
        Block::Paragraph(content) => view! { <p>{inlines(content)}</p> }.into_any(),
        Block::Plain(content) => inlines(content),
        Block::Pieces(content) => view! { <p>{blocks(content)}</p> }.into_any(),
        Block::Heading { level, content } => heading(*level, content),
        Block::Quote(content) => quote(blocks(content)),
        Block::List { start, items } => list(*start, blocks(items)),
        Block::Item { done, content } => item(*done, blocks(content)),
        Block::Code { language, code } => {
            view! { <CodeBlock language=language.clone() code=ArcRwSignal::new(code.clone()) /> }.into_any()
        }
        Block::Table { alignments, head, rows } => {
            table(alignments, head, rows.iter().map(|row| self::block(row, alignments)).collect_view().into_any())
        }
        Block::Row(cells) => row(cells, alignments),
        Block::Rule => view! { <hr /> }.into_any(),
        Block::Markup(text) => view! { <p class="markdown__markup">{text.clone()}</p> }.into_any(),
        Block::Footnote { label, content } => view! {
            <div class="markdown__footnote">
                <sup>{label.clone()}</sup>
                <div>{blocks(content)}</div>
            </div>
        }
        .into_any(),
    }
}

fn quote(content: AnyView) -> AnyView {
    view! { <blockquote>{content}</blockquote> }.into_any()
}

/// The page has a heading of its own, and so has each question: those of a text begin one level below, as `outline` has them.
fn heading(level: u8, content: &[Inline]) -> AnyView {
    let content = inlines(content);
    match level {
        1 => view! { <h3>{content}</h3> }.into_any(),
        2 => view! { <h4>{content}</h4> }.into_any(),
        3 => view! { <h5>{content}</h5> }.into_any(),
        _ => view! { <h6>{content}</h6> }.into_any(),
    }
}

fn list(start: Option<u64>, items: AnyView) -> AnyView {
    match start {
        Some(start) => view! { <ol start=start>{items}</ol> }.into_any(),
        None => view! { <ul>{items}</ul> }.into_any(),
    }
}

fn item(done: Option<bool>, content: AnyView) -> AnyView {
    match done {
        Some(done) => view! {
            <li class="markdown__task">
                <input type="checkbox" checked=done disabled=true aria-label=if done { words::task_done() } else { words::task_not_done() } />
                <div>{content}</div>
            </li>
        }
        .into_any(),
        None => view! { <li>{content}</li> }.into_any(),
    }
}

fn table(alignments: &[Alignment], head: &[Vec<Inline>], rows: AnyView) -> AnyView {
    let heads = head.iter().enumerate().map(|(column, cell)| {
        view! { <th scope="col" class=align(alignments, column)>{inlines(cell)}</th> }
    });
    // It can be wider than the screen, and is scrolled by keyboard too. It is no landmark: a chat has many.
    view! {
        <div class="markdown__table" tabindex="0" role="group" aria-label=words::table()>
            <table>
                <thead><tr>{heads.collect_view()}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(cells: &[Vec<Inline>], alignments: &[Alignment]) -> AnyView {
    let cells = cells.iter().enumerate().map(|(column, cell)| {
        view! { <td class=align(alignments, column)>{inlines(cell)}</td> }
    });
    view! { <tr>{cells.collect_view()}</tr> }.into_any()
}

fn align(alignments: &[Alignment], column: usize) -> Option<&'static str> {
    match alignments.get(column) {
        Some(Alignment::Center) => Some("markdown__center"),
        Some(Alignment::End) => Some("markdown__end"),
        _ => None,
    }
}

fn inlines(content: &[Inline]) -> AnyView {
    content.iter().map(|one| inline(one, false)).collect_view().into_any()
}

/// The same, inside of a link: what could be pressed there, and what could make its text look like another, is text.
fn linked(content: &[Inline]) -> AnyView {
    content.iter().map(|one| inline(one, true)).collect_view().into_any()
}

fn inline(inline: &Inline, in_link: bool) -> AnyView {
    let inside = if in_link { linked } else { inlines };
    match inline {
        Inline::Text(text) if in_link => address::harmless(text).into_any(),
        Inline::Text(text) => text.clone().into_any(),
        Inline::Code(code) if in_link => view! { <code>{address::harmless(code)}</code> }.into_any(),
        Inline::Code(code) => view! { <code>{code.clone()}</code> }.into_any(),
        Inline::Emphasis(content) => view! { <em>{inside(content)}</em> }.into_any(),
        Inline::Strong(content) => view! { <strong>{inside(content)}</strong> }.into_any(),
        Inline::Struck(content) => view! { <del>{inside(content)}</del> }.into_any(),
        Inline::Link { address, title, content } => link(address, title, content),
        Inline::Image { address, label, .. } => image(address, label, in_link),
        Inline::Math { display, tex } => view! { <MathFormula tex=tex.clone() display=*display /> }.into_any(),
        Inline::FootnoteMark(label) => view! { <sup class="markdown__mark">{label.clone()}</sup> }.into_any(),
        Inline::SoftBreak => " ".into_any(),
        Inline::HardBreak => view! { <br /> }.into_any(),
    }
}

fn link(address: &Address, title: &str, content: &[Inline]) -> AnyView {
    let Some(target) = address.allowed() else {
        return view! { <span class="markdown__unlinked">{linked(content)}</span> }.into_any();
    };
    let title = (!title.is_empty()).then(|| address::harmless(title));
    let content_view = linked(content);
    let text = text_of(content);
    // A text that names one server must not lead to another unnoticed.
    let other =
        address.host().filter(|host| address::named_host(&text).is_some_and(|named| !address::same_host(named, host)));
    let other = other.map(|host| view! { <span class="markdown__host">{format!(" ({host})")}</span> });
    view! {
        <a href=target.to_owned() title=title target="_blank" rel="noopener noreferrer nofollow">
            {content_view}
            {other}
        </a>
    }
    .into_any()
}

fn image(address: &Address, label: &str, in_link: bool) -> AnyView {
    let label = address::harmless(label);
    match address.image() {
        Some(_) if in_link => format!("🖼 {label}").into_any(),
        Some(source) => {
            let (source, host) = (source.to_owned(), address.host().unwrap_or_default().to_owned());
            view! { <RemoteImage source host label /> }.into_any()
        }
        None => {
            let label = if label.trim().is_empty() { address::harmless(address.written()) } else { label };
            let content = [Inline::Text(format!("🖼 {label}"))];
            if in_link { linked(&content) } else { link(address, "", &content) }
        }
    }
}

/// The text of a link as one reads it.
fn text_of(content: &[Inline]) -> String {
    content
        .iter()
        .map(|inline| match inline {
            Inline::Text(text) | Inline::Code(text) => text.clone(),
            Inline::Emphasis(content) | Inline::Strong(content) | Inline::Struck(content) => text_of(content),
            _ => " ".to_owned(),
        })
        .collect()
}
