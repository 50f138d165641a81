//! The tree as views. Text goes into text nodes and attributes only.

use super::{
    live::{Cell, Content, LiveMarkdown},
    syntax::{Alignment, Block, Inline, Item},
};
use crate::{
    components::code_block::{CodeBlock, LiveCodeBlock},
    erased::For,
};
use leptos::prelude::*;

/// A markdown text, which may still grow.
#[component]
pub fn Markdown(
    /// The text.
    text: LiveMarkdown,
) -> impl IntoView {
    view! {
        <div class="markdown">
            <For each=move || text.cells() key=|cell| cell.key children=cell />
        </div>
    }
}

fn cell(cell: Cell) -> AnyView {
    match cell.content {
        Content::Block(content) => (move || block(&content.get())).into_any(),
        Content::Code { language, code } => view! { <LiveCodeBlock language code /> }.into_any(),
    }
}

fn blocks(blocks: &[Block]) -> Vec<AnyView> {
    blocks.iter().map(block).collect()
}

fn block(block: &Block) -> AnyView {
    match block {
        Block::Paragraph(content) => view! { <p>{inlines(content)}</p> }.into_any(),
        Block::Plain(content) => inlines(content).into_any(),
        Block::Heading { level, content } => heading(*level, content),
        Block::Quote(content) => view! { <blockquote>{blocks(content)}</blockquote> }.into_any(),
        Block::List { start: Some(start), items } => view! { <ol start=*start>{list(items)}</ol> }.into_any(),
        Block::List { start: None, items } => view! { <ul>{list(items)}</ul> }.into_any(),
        Block::Code { language, code } => {
            view! { <CodeBlock language=language.clone() code=code.clone() /> }.into_any()
        }
        Block::Table { alignments, head, rows } => table(alignments, head, rows),
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

/// The page has a heading of its own: those of a text begin one level below it.
fn heading(level: u8, content: &[Inline]) -> AnyView {
    let content = inlines(content);
    match level {
        1 => view! { <h2>{content}</h2> }.into_any(),
        2 => view! { <h3>{content}</h3> }.into_any(),
        3 => view! { <h4>{content}</h4> }.into_any(),
        4 => view! { <h5>{content}</h5> }.into_any(),
        _ => view! { <h6>{content}</h6> }.into_any(),
    }
}

fn list(items: &[Item]) -> Vec<AnyView> {
    let item = |item: &Item| match item.done {
        Some(done) => view! {
            <li class="markdown__task">
                <input type="checkbox" checked=done disabled=true aria-label=if done { "Done" } else { "Not done" } />
                <div>{blocks(&item.content)}</div>
            </li>
        }
        .into_any(),
        None => view! { <li>{blocks(&item.content)}</li> }.into_any(),
    };
    items.iter().map(item).collect()
}

fn table(alignments: &[Alignment], head: &[Vec<Inline>], rows: &[Vec<Vec<Inline>>]) -> AnyView {
    let align = |column: usize| match alignments.get(column) {
        Some(Alignment::Center) => "text-align: center",
        Some(Alignment::End) => "text-align: end",
        _ => "text-align: start",
    };
    let cells = |(column, cell): (usize, &Vec<Inline>)| {
        view! { <td style=align(column)>{inlines(cell)}</td> }
    };
    let heads = head.iter().enumerate().map(|(column, cell)| {
        view! { <th scope="col" style=align(column)>{inlines(cell)}</th> }
    });
    let rows = rows.iter().map(|row| view! { <tr>{row.iter().enumerate().map(cells).collect_view()}</tr> });
    view! {
        <div class="markdown__table" tabindex="0" role="region" aria-label="Table">
            <table>
                <thead><tr>{heads.collect_view()}</tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn inlines(content: &[Inline]) -> Vec<AnyView> {
    content.iter().map(inline).collect()
}

fn inline(inline: &Inline) -> AnyView {
    match inline {
        Inline::Text(text) => text.clone().into_any(),
        Inline::Code(code) => view! { <code>{code.clone()}</code> }.into_any(),
        Inline::Emphasis(content) => view! { <em>{inlines(content)}</em> }.into_any(),
        Inline::Strong(content) => view! { <strong>{inlines(content)}</strong> }.into_any(),
        Inline::Struck(content) => view! { <del>{inlines(content)}</del> }.into_any(),
        Inline::Link { address, content } => link(address.clone(), inlines(content).into_any()),
        Inline::Image { address, label } => link(address.clone(), format!("🖼 {label}").into_any()),
        Inline::Math { display, tex } => {
            let class = if *display { "markdown__math markdown__math--display" } else { "markdown__math" };
            view! { <code class=class>{tex.clone()}</code> }.into_any()
        }
        Inline::FootnoteMark(label) => view! { <sup class="markdown__mark">{label.clone()}</sup> }.into_any(),
        Inline::SoftBreak => " ".into_any(),
        Inline::HardBreak => view! { <br /> }.into_any(),
    }
}

fn link(address: Option<String>, content: AnyView) -> AnyView {
    match address {
        Some(address) => view! {
            <a href=address target="_blank" rel="noopener noreferrer nofollow">{content}</a>
        }
        .into_any(),
        None => view! { <span class="markdown__unlinked">{content}</span> }.into_any(),
    }
}
