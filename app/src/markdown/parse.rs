//! Text to tree.

use super::{
    address,
    syntax::{Alignment, Block, Inline, Item},
};
use pulldown_cmark::{CodeBlockKind, Event, OffsetIter, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// A block of the outermost level and the bytes that it stands on.
pub type Placed = (Block, Range<usize>);

/// Nesting deeper than this is flattened, so that no text can exhaust the stack.
const DEEPEST: usize = 24;

/// The blocks of a text.
pub fn blocks(text: &str) -> Vec<Block> {
    placed(text).into_iter().map(|(block, _)| block).collect()
}

/// The blocks of a text, with their places.
pub fn placed(text: &str) -> Vec<Placed> {
    // The older footnotes make a mark of every `[^1]`, whether or not the footnote has been read yet.
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_OLD_FOOTNOTES
        | Options::ENABLE_MATH;
    let mut reader = Reader { events: Parser::new_ext(text, options).into_offset_iter(), depth: 0 };
    let mut blocks = Vec::new();
    while let Some((event, range)) = reader.events.next() {
        if let Some(block) = reader.block(event) {
            blocks.push((block, range));
        }
    }
    blocks
}

struct Reader<'a> {
    events: OffsetIter<'a>,
    depth: usize,
}

impl Reader<'_> {
    /// The block that begins with this event.
    fn block(&mut self, event: Event<'_>) -> Option<Block> {
        Some(match event {
            Event::Rule => Block::Rule,
            Event::Start(tag) => return self.tagged(tag),
            Event::Html(html) => Block::Markup(html.into_string()),
            _ => return None,
        })
    }

    fn tagged(&mut self, tag: Tag<'_>) -> Option<Block> {
        Some(match tag {
            Tag::Paragraph => Block::Paragraph(self.inlines()),
            Tag::Heading { level, .. } => Block::Heading { level: level as u8, content: self.inlines() },
            Tag::BlockQuote(_) => Block::Quote(self.blocks()),
            Tag::CodeBlock(kind) => Block::Code { language: language(&kind), code: self.text() },
            Tag::HtmlBlock => Block::Markup(self.text().trim_end_matches('\n').to_owned()),
            Tag::List(start) => Block::List { start, items: self.items() },
            Tag::FootnoteDefinition(label) => Block::Footnote { label: label.into_string(), content: self.blocks() },
            Tag::Table(alignments) => {
                let alignments = alignments.into_iter().map(alignment).collect();
                let mut rows = self.rows();
                let head = if rows.is_empty() { Vec::new() } else { rows.remove(0) };
                Block::Table { alignments, head, rows }
            }
            _ => {
                self.text();
                return None;
            }
        })
    }

    /// Everything up to the end of the tag that was just begun, as blocks. Loose inlines become [`Block::Plain`].
    fn blocks(&mut self) -> Vec<Block> {
        self.blocks_and_mark().0
    }

    fn blocks_and_mark(&mut self) -> (Vec<Block>, Option<bool>) {
        if self.depth >= DEEPEST {
            return (vec![Block::Plain(vec![Inline::Text(self.text())])], None);
        }
        self.depth += 1;
        let (mut blocks, mut loose, mut done) = (Vec::new(), Inlines::default(), None);
        while let Some((event, _)) = self.events.next() {
            match event {
                Event::End(_) => break,
                Event::TaskListMarker(checked) => done = Some(checked),
                event if is_block(&event) => {
                    if let Some(content) = loose.take() {
                        blocks.push(Block::Plain(content));
                    }
                    blocks.extend(self.block(event));
                }
                event => self.inline(event, &mut loose),
            }
        }
        if let Some(content) = loose.take() {
            blocks.push(Block::Plain(content));
        }
        self.depth -= 1;
        (blocks, done)
    }

    fn items(&mut self) -> Vec<Item> {
        let mut items = Vec::new();
        while let Some((event, _)) = self.events.next() {
            match event {
                Event::Start(_) => {
                    let (content, done) = self.blocks_and_mark();
                    items.push(Item { done, content });
                }
                Event::End(_) => break,
                _ => {}
            }
        }
        items
    }

    /// The head and the rows of a table.
    fn rows(&mut self) -> Vec<Vec<Vec<Inline>>> {
        let mut rows = Vec::new();
        while let Some((event, _)) = self.events.next() {
            match event {
                Event::Start(Tag::TableHead | Tag::TableRow) => rows.push(Vec::new()),
                Event::Start(_) => {
                    let cell = self.inlines();
                    if let Some(row) = rows.last_mut() {
                        row.push(cell);
                    }
                }
                Event::End(TagEnd::Table) => break,
                _ => {}
            }
        }
        rows
    }

    /// Everything up to the end of the tag that was just begun, as inlines.
    fn inlines(&mut self) -> Vec<Inline> {
        if self.depth >= DEEPEST {
            return vec![Inline::Text(self.text())];
        }
        self.depth += 1;
        let mut inlines = Inlines::default();
        while let Some((event, _)) = self.events.next() {
            match event {
                Event::End(_) => break,
                event => self.inline(event, &mut inlines),
            }
        }
        self.depth -= 1;
        inlines.take().unwrap_or_default()
    }

    fn inline(&mut self, event: Event<'_>, into: &mut Inlines) {
        match event {
            Event::Text(text) | Event::InlineHtml(text) | Event::Html(text) => into.text(&text),
            Event::Code(code) => into.push(Inline::Code(code.into_string())),
            Event::InlineMath(tex) => into.push(Inline::Math { display: false, tex: tex.into_string() }),
            Event::DisplayMath(tex) => into.push(Inline::Math { display: true, tex: tex.into_string() }),
            Event::SoftBreak => into.push(Inline::SoftBreak),
            Event::HardBreak => into.push(Inline::HardBreak),
            Event::FootnoteReference(label) => into.push(Inline::FootnoteMark(label.into_string())),
            Event::TaskListMarker(done) => into.text(if done { "[x] " } else { "[ ] " }),
            Event::Start(Tag::Emphasis) => into.push(Inline::Emphasis(self.inlines())),
            Event::Start(Tag::Strong) => into.push(Inline::Strong(self.inlines())),
            Event::Start(Tag::Strikethrough) => into.push(Inline::Struck(self.inlines())),
            Event::Start(Tag::Link { link_type, dest_url, .. }) => {
                let mail = link_type == pulldown_cmark::LinkType::Email;
                let address = if mail { format!("mailto:{dest_url}") } else { dest_url.into_string() };
                into.push(Inline::Link { address: address::allowed(&address), content: unlinked(self.inlines()) });
            }
            Event::Start(Tag::Image { dest_url, .. }) => {
                let label = self.text();
                let label = if label.trim().is_empty() { dest_url.to_string() } else { label };
                into.push(Inline::Image { address: address::allowed(&dest_url), label });
            }
            Event::Start(_) => into.text(&self.text()),
            Event::End(_) | Event::Rule => {}
        }
    }

    /// Everything up to the end of the tag that was just begun, as bare text.
    fn text(&mut self) -> String {
        let (mut text, mut open) = (String::new(), 1);
        for (event, _) in self.events.by_ref() {
            match event {
                Event::Start(_) => open += 1,
                Event::End(_) => {
                    open -= 1;
                    if open == 0 {
                        break;
                    }
                }
                Event::Text(piece) | Event::Code(piece) | Event::Html(piece) | Event::InlineHtml(piece) => {
                    text.push_str(&piece);
                }
                Event::SoftBreak | Event::HardBreak => text.push(' '),
                _ => {}
            }
        }
        text
    }
}

fn is_block(event: &Event<'_>) -> bool {
    match event {
        Event::Rule => true,
        Event::Start(tag) => matches!(
            tag,
            Tag::Paragraph
                | Tag::Heading { .. }
                | Tag::BlockQuote(_)
                | Tag::CodeBlock(_)
                | Tag::HtmlBlock
                | Tag::List(_)
                | Tag::FootnoteDefinition(_)
                | Tag::Table(_)
        ),
        _ => false,
    }
}

fn alignment(alignment: pulldown_cmark::Alignment) -> Alignment {
    match alignment {
        pulldown_cmark::Alignment::Center => Alignment::Center,
        pulldown_cmark::Alignment::Right => Alignment::End,
        _ => Alignment::Start,
    }
}

/// The language that a fence names: the first word behind it.
fn language(kind: &CodeBlockKind<'_>) -> Option<String> {
    let CodeBlockKind::Fenced(info) = kind else { return None };
    let word = info.split([' ', '\t', ',', '{']).next().unwrap_or_default();
    (!word.is_empty()).then(|| word.to_owned())
}

/// A link's own text makes no further links.
fn unlinked(content: Vec<Inline>) -> Vec<Inline> {
    let flat = |inline| match inline {
        Inline::Link { content, .. } => content,
        other => vec![other],
    };
    content.into_iter().flat_map(flat).collect()
}

/// Collects inlines; text that comes in pieces is joined before bare addresses are looked for in it.
#[derive(Default)]
struct Inlines {
    done: Vec<Inline>,
    text: String,
}

impl Inlines {
    fn text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn push(&mut self, inline: Inline) {
        self.end_text();
        self.done.push(inline);
    }

    fn end_text(&mut self) {
        let text = std::mem::take(&mut self.text);
        let mut rest = text.as_str();
        while let Some((start, end)) = address::find_bare(rest) {
            if start > 0 {
                self.done.push(Inline::Text(rest[..start].to_owned()));
            }
            let found = rest[start..end].to_owned();
            self.done.push(Inline::Link { address: address::allowed(&found), content: vec![Inline::Text(found)] });
            rest = &rest[end..];
        }
        if !rest.is_empty() {
            self.done.push(Inline::Text(rest.to_owned()));
        }
    }

    /// What was collected, if anything.
    fn take(&mut self) -> Option<Vec<Inline>> {
        self.end_text();
        let done = std::mem::take(&mut self.done);
        (!done.is_empty()).then_some(done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Inline {
        Inline::Text(text.into())
    }

    #[test]
    fn everyday_markdown_becomes_a_tree() {
        let tree =
            blocks("# A *b*\n\n- [x] done\n- [ ] open\n\n3. c\n\n   d\n\n> q\n\n---\n\n```rust ignore\nfn\n```\n");
        assert_eq!(
            tree,
            [
                Block::Heading { level: 1, content: vec![text("A "), Inline::Emphasis(vec![text("b")])] },
                Block::List {
                    start: None,
                    items: vec![
                        Item { done: Some(true), content: vec![Block::Plain(vec![text("done")])] },
                        Item { done: Some(false), content: vec![Block::Plain(vec![text("open")])] },
                    ],
                },
                Block::List {
                    start: Some(3),
                    items: vec![Item {
                        done: None,
                        content: vec![Block::Paragraph(vec![text("c")]), Block::Paragraph(vec![text("d")])],
                    }],
                },
                Block::Quote(vec![Block::Paragraph(vec![text("q")])]),
                Block::Rule,
                Block::Code { language: Some("rust".into()), code: "fn\n".into() },
            ]
        );
    }

    #[test]
    fn tables_footnotes_and_math() {
        let tree = blocks("| a | b |\n|:-:|--:|\n| 1 | $x^2$ |\n\nSee[^1].\n\n[^1]: Note.\n");
        let Block::Table { alignments, head, rows } = &tree[0] else { panic!("{tree:?}") };
        assert_eq!(alignments, &[Alignment::Center, Alignment::End]);
        assert_eq!((head.len(), rows.len()), (2, 1));
        assert_eq!(rows[0][1], [Inline::Math { display: false, tex: "x^2".into() }]);
        assert_eq!(tree[1], Block::Paragraph(vec![text("See"), Inline::FootnoteMark("1".into()), text(".")]));
        assert!(matches!(&tree[2], Block::Footnote { label, .. } if label == "1"));
    }

    #[test]
    fn markup_is_text_and_dangerous_links_lead_nowhere() {
        let tree = blocks(
            "a <b onclick=x>c</b>\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) ![i](https://a.example/i.png)",
        );
        assert_eq!(tree[0], Block::Paragraph(vec![text("a <b onclick=x>c</b>")]));
        assert_eq!(tree[1], Block::Markup("<script>alert(1)</script>".into()));
        let image = Inline::Image { address: Some("https://a.example/i.png".into()), label: "i".into() };
        let link = Inline::Link { address: None, content: vec![text("x")] };
        assert_eq!(tree[2], Block::Paragraph(vec![link, text(" "), image]));
    }

    #[test]
    fn bare_addresses_are_links_also_when_the_parser_cuts_them() {
        let Block::Paragraph(content) = &blocks("At https://a.example/b_c*d&e now")[0] else { panic!() };
        assert_eq!(content.len(), 3, "{content:?}");
        assert!(matches!(&content[1], Inline::Link { address: Some(a), .. } if a == "https://a.example/b_c*d&e"));
    }

    #[test]
    fn deep_nesting_does_not_exhaust_the_stack() {
        blocks(&"> ".repeat(20_000));
        blocks(&"- ".repeat(5_000));
        blocks(&"*a ".repeat(20_000));
        blocks(&"[".repeat(20_000));
    }
}
