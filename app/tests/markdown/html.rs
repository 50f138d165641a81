//! The tree as the HTML of the specifications, to compare with their examples. The page's own views look different: their
//! headings begin one level lower, and their links say more.

use app::markdown::{
    address::Address,
    syntax::{Alignment, Block, Inline},
};
use std::fmt::Write;

/// HTML without the differences that mean nothing: line ends between elements, and how characters are escaped.
pub(crate) fn normal(html: &str) -> String {
    let html = html.replace("&quot;", "\"").replace("&#39;", "'").replace(" />", ">");
    let mut normal = String::new();
    let mut in_code = false;
    for line in html.split_inclusive('\n') {
        in_code = (in_code || line.contains("<pre")) && !line.contains("</pre>");
        normal.push_str(if in_code { line } else { line.trim_end() });
        if !in_code && !line.trim_end().ends_with('>') {
            normal.push(' ');
        }
    }
    for block in
        ["<p>", "</p>", "<li>", "</li>", "<ul>", "</ul>", "<ol>", "</ol>", "<pre>", "<blockquote>", "</blockquote>"]
    {
        normal = normal.replace(&format!(" {block}"), block);
    }
    normal.trim().to_owned()
}

/// Whether markup plays a part in a text.
pub(crate) fn has_raw_html(blocks: &[Block], source: &str) -> bool {
    blocks.iter().any(|block| match block {
        Block::Markup(_) => true,
        Block::Footnote { content, .. } => has_raw_html(content, source),
        other => other.children().is_some_and(|children| has_raw_html(children, source)),
    }) || is_inline_html(source)
}

/// A tag within a paragraph that the parser takes for one.
fn is_inline_html(source: &str) -> bool {
    pulldown_cmark::Parser::new(source)
        .any(|event| matches!(event, pulldown_cmark::Event::InlineHtml(_) | pulldown_cmark::Event::Html(_)))
}

/// The blocks as HTML.
pub(crate) fn write(blocks: &[Block]) -> String {
    let mut html = String::new();
    for block in blocks {
        write_block(block, &mut html);
    }
    html
}

fn write_block(block: &Block, html: &mut String) {
    match block {
        Block::Paragraph(content) => *html += &format!("<p>{}</p>\n", write_inlines(content)),
        Block::Plain(content) => *html += &write_inlines(content),
        Block::Pieces(pieces) => *html += &format!("<p>{}</p>\n", write(pieces)),
        Block::Heading { level, content } => *html += &format!("<h{level}>{}</h{level}>\n", write_inlines(content)),
        Block::Quote(content) => *html += &format!("<blockquote>\n{}</blockquote>\n", write(content)),
        Block::List { start, items } => write_list(*start, items, html),
        Block::Item { done, content } => {
            let task = match done {
                Some(true) => "<input checked=\"\" disabled=\"\" type=\"checkbox\"> ",
                Some(false) => "<input disabled=\"\" type=\"checkbox\"> ",
                None => "",
            };
            *html += &format!("<li>{task}{}</li>\n", write(content));
        }
        Block::Code { language, code } => {
            let class =
                language.as_ref().map(|name| format!(" class=\"language-{}\"", escaped(name))).unwrap_or_default();
            *html += &format!("<pre><code{class}>{}</code></pre>\n", escaped(code));
        }
        Block::Table { alignments, head, rows } => write_table(alignments, head, rows, html),
        Block::Rule => *html += "<hr />\n",
        Block::Markup(text) => *html += &escaped(text),
        Block::Footnote { label, content } => {
            *html += &format!("<div>{}{}</div>", escaped(label), write(content));
        }
        Block::Row(_) => {}
    }
}

fn write_list(start: Option<u64>, items: &[Block], html: &mut String) {
    let name = if start.is_some() { "ol" } else { "ul" };
    let first = start.filter(|start| *start != 1).map(|start| format!(" start=\"{start}\"")).unwrap_or_default();
    *html += &format!("<{name}{first}>\n{}</{name}>\n", write(items));
}

fn write_table(alignments: &[Alignment], head: &[Vec<Inline>], rows: &[Block], html: &mut String) {
    let row = |name: &str, cells: &[Vec<Inline>]| {
        let mut row = String::from("<tr>\n");
        for (cell, alignment) in cells.iter().zip(alignments) {
            let align = match alignment {
                Alignment::Start => "",
                Alignment::Center => " align=\"center\"",
                Alignment::End => " align=\"right\"",
            };
            let _ = writeln!(row, "<{name}{align}>{}</{name}>", write_inlines(cell));
        }
        row + "</tr>\n"
    };
    *html += &format!("<table>\n<thead>\n{}</thead>\n", row("th", head));
    if !rows.is_empty() {
        *html += "<tbody>\n";
        for cells in rows {
            if let Block::Row(cells) = cells {
                *html += &row("td", cells);
            }
        }
        *html += "</tbody>\n";
    }
    *html += "</table>\n";
}

fn write_inlines(inlines: &[Inline]) -> String {
    inlines.iter().map(write_inline).collect()
}

fn write_inline(inline: &Inline) -> String {
    match inline {
        Inline::Text(text) => escaped(text),
        Inline::Code(code) => format!("<code>{}</code>", escaped(code)),
        Inline::Emphasis(content) => format!("<em>{}</em>", write_inlines(content)),
        Inline::Strong(content) => format!("<strong>{}</strong>", write_inlines(content)),
        Inline::Struck(content) => format!("<del>{}</del>", write_inlines(content)),
        Inline::Link { address, title, content } => {
            format!("<a href=\"{}\"{}>{}</a>", encoded(address), titled(title), write_inlines(content))
        }
        Inline::Image { address, title, label } => {
            format!("<img src=\"{}\" alt=\"{}\"{} />", encoded(address), escaped(label), titled(title))
        }
        Inline::Math { tex, .. } => format!("<math>{}</math>", escaped(tex)),
        Inline::FootnoteMark(label) => format!("<sup>{}</sup>", escaped(label)),
        Inline::SoftBreak => "\n".to_owned(),
        Inline::HardBreak => "<br />\n".to_owned(),
    }
}

fn titled(title: &str) -> String {
    if title.is_empty() { String::new() } else { format!(" title=\"{}\"", escaped(title)) }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// An address as the specifications write it: what may not stand in one is encoded.
fn encoded(address: &Address) -> String {
    let mut encoded = String::new();
    for byte in address.written().bytes() {
        match byte {
            b'&' => encoded.push_str("&amp;"),
            b'\'' => encoded.push_str("&#39;"),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => encoded.push(byte.into()),
            _ if b"-_.+!*(),%#@?=;:/$~".contains(&byte) => encoded.push(byte.into()),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}
