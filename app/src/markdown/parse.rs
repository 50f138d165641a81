//! Text to tree.

mod definitions;
mod inlines;
mod shallow;

use super::{
    address::Address,
    math,
    syntax::{Alignment, Block, Inline},
};
pub use definitions::Definitions;
use definitions::Known;
use inlines::{Inlines, unlinked};
use pulldown_cmark::{CodeBlockKind, CowStr, Event, LinkType, OffsetIter, Options, Parser, Tag, TagEnd};
use std::{borrow::Cow, ops::Range};

/// Nesting deeper than this is flattened, so that no text can exhaust the stack.
const DEEPEST: usize = 24;

/// A text as it was read.
#[derive(Debug, Default)]
pub struct Parsed {
    /// The blocks.
    pub blocks: Vec<Block>,
    /// Where the last block begins, the last block inside that, and so on: along the edge at which a text grows.
    pub edge: Vec<usize>,
    /// What links with a label may refer to.
    pub definitions: Definitions,
}

/// The older footnotes make a mark of every `[^1]`, whether or not the footnote has been read yet.
const OPTIONS: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS)
    .union(Options::ENABLE_OLD_FOOTNOTES)
    .union(Options::ENABLE_MATH);

/// The blocks of a text.
pub fn blocks(text: &str) -> Vec<Block> {
    parse(text, &Definitions::default()).blocks
}

/// Reads a text; `known` are the definitions of the text before it.
pub fn parse(text: &str, known: &Definitions) -> Parsed {
    let shallow = shallow::shallow(text);
    let unified =
        if math::may_hold(&shallow) { math::unified(&shallow, &code(&shallow)) } else { Cow::Borrowed(&*shallow) };
    let events = Parser::new_with_broken_link_callback(&unified, OPTIONS, Some(Known(known))).into_offset_iter();
    let definitions = Definitions::of(events.reference_definitions());
    let mut reader = Reader { events, source: text, depth: 0, level: 0, edge: Vec::new() };
    let mut blocks = Vec::new();
    while let Some((event, range)) = reader.events.next() {
        blocks.extend(reader.block(event, range));
    }
    Parsed { blocks, edge: reader.edge, definitions }
}

/// Where a displayed formula begins that is open at the end of a text.
pub fn open_formula(text: &str) -> Option<usize> {
    if !math::may_hold(text) {
        return None;
    }
    let text = shallow::shallow(text);
    math::open_at_end(&text, &code(&text))
}

/// Where there is code in a text, or markup, in which nothing is a formula.
fn code(text: &str) -> Vec<Range<usize>> {
    let none = Definitions::default();
    let events = Parser::new_with_broken_link_callback(text, OPTIONS, Some(Known(&none))).into_offset_iter();
    let (mut code, mut end) = (Vec::new(), 0);
    for (event, range) in events {
        if let Event::End(TagEnd::Link | TagEnd::Image) = event {
            // What follows the text of a link is its address.
            code.push(end..range.end);
        }
        end = if let Event::Start(_) = event { range.start } else { range.end };
        let is_code = matches!(
            event,
            Event::Code(_)
                | Event::Start(Tag::CodeBlock(_) | Tag::HtmlBlock)
                | Event::InlineHtml(_)
                | Event::InlineMath(_)
        );
        if is_code {
            code.push(range);
        }
    }
    code
}

struct Reader<'a, 'k> {
    events: OffsetIter<'a, Known<'k>>,
    /// The text with its own delimiters of formulas, and all its marks; otherwise the same, byte by byte.
    source: &'a str,
    depth: usize,
    /// How many blocks that can grow are around this one.
    level: usize,
    edge: Vec<usize>,
}

impl Reader<'_, '_> {
    /// The block that begins with this event.
    fn block(&mut self, event: Event<'_>, range: Range<usize>) -> Option<Block> {
        let block = match event {
            Event::Rule => Some(Block::Rule),
            Event::Html(html) => Some(Block::Markup(html.into_string())),
            Event::Start(tag) => {
                self.at(range.start);
                return self.tagged(tag);
            }
            _ => None,
        };
        if block.is_some() {
            self.at(range.start);
        }
        block
    }

    /// A block begins at this place.
    fn at(&mut self, start: usize) {
        if self.level <= self.edge.len() {
            self.edge.truncate(self.level);
            self.edge.push(start);
        }
    }

    fn tagged(&mut self, tag: Tag<'_>) -> Option<Block> {
        Some(match tag {
            Tag::Paragraph => Block::Paragraph(self.inlines()),
            Tag::Heading { level, .. } => Block::Heading { level: level as u8, content: self.inlines() },
            Tag::BlockQuote(_) => Block::Quote(self.inside(Self::blocks)),
            Tag::CodeBlock(kind) => Block::Code { language: language(&kind), code: self.text() },
            Tag::HtmlBlock => Block::Markup(self.text().trim_end_matches('\n').to_owned()),
            Tag::List(start) => Block::List { start, items: self.inside(Self::items) },
            Tag::FootnoteDefinition(label) => {
                // It doesn't grow by blocks: none of its blocks is on the edge.
                let level = std::mem::replace(&mut self.level, usize::MAX / 2);
                let content = self.blocks();
                self.level = level;
                Block::Footnote { label: label.into_string(), content }
            }
            Tag::Table(alignments) => {
                let alignments = alignments.into_iter().map(alignment).collect();
                let (head, rows) = self.inside(Self::rows);
                Block::Table { alignments, head, rows }
            }
            _ => {
                self.text();
                return None;
            }
        })
    }

    fn inside<T>(&mut self, read: fn(&mut Self) -> T) -> T {
        self.level += 1;
        let read = read(self);
        self.level -= 1;
        read
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
        while let Some((event, range)) = self.events.next() {
            match event {
                Event::End(_) => break,
                Event::TaskListMarker(checked) => done = Some(checked),
                event if is_block(&event) => {
                    blocks.extend(loose.take().map(Block::Plain));
                    blocks.extend(self.block(event, range));
                }
                event => {
                    if loose.is_empty() {
                        self.at(range.start);
                    }
                    self.inline(event, range, &mut loose);
                }
            }
        }
        blocks.extend(loose.take().map(Block::Plain));
        self.depth -= 1;
        (blocks, done)
    }

    fn items(&mut self) -> Vec<Block> {
        let mut items = Vec::new();
        while let Some((event, range)) = self.events.next() {
            match event {
                Event::Start(_) => {
                    self.at(range.start);
                    let (content, done) = self.inside(Self::item);
                    items.push(Block::Item { done, content });
                }
                Event::End(_) => break,
                _ => {}
            }
        }
        items
    }

    /// The blocks of an item; the mark of a task stands before all of them, in whichever it is.
    fn item(&mut self) -> (Vec<Block>, Option<bool>) {
        let (mut content, mut done) = self.blocks_and_mark();
        if let (None, Some(Block::Paragraph(text))) = (done, content.first_mut())
            && let Some(Inline::Text(mark)) = text.first()
            && let Some(checked) = TASKS.iter().position(|task| mark == task)
        {
            done = Some(checked == 1);
            text.remove(0);
        }
        (content, done)
    }

    /// The head and the rows of a table.
    fn rows(&mut self) -> (Vec<Vec<Inline>>, Vec<Block>) {
        let (mut head, mut rows) = (Vec::new(), Vec::new());
        while let Some((event, range)) = self.events.next() {
            match event {
                Event::Start(Tag::TableHead) => head = self.cells(),
                Event::Start(_) => {
                    self.at(range.start);
                    rows.push(Block::Row(self.cells()));
                }
                Event::End(_) => break,
                _ => {}
            }
        }
        (head, rows)
    }

    fn cells(&mut self) -> Vec<Vec<Inline>> {
        let mut cells = Vec::new();
        while let Some((event, _)) = self.events.next() {
            match event {
                Event::Start(_) => cells.push(self.inlines()),
                Event::End(_) => break,
                _ => {}
            }
        }
        cells
    }

    /// Everything up to the end of the tag that was just begun, as inlines.
    fn inlines(&mut self) -> Vec<Inline> {
        if self.depth >= DEEPEST {
            return vec![Inline::Text(self.text())];
        }
        self.depth += 1;
        let mut inlines = Inlines::default();
        while let Some((event, range)) = self.events.next() {
            match event {
                Event::End(_) => break,
                event => self.inline(event, range, &mut inlines),
            }
        }
        self.depth -= 1;
        inlines.take().unwrap_or_default()
    }

    fn inline(&mut self, event: Event<'_>, range: Range<usize>, into: &mut Inlines) {
        match event {
            Event::Text(text) | Event::InlineHtml(text) | Event::Html(text) => into.text(self.as_written(&text, range)),
            Event::Code(code) => into.push(Inline::Code(self.as_written(&code, range).to_owned())),
            Event::InlineMath(tex) => self.inline_math(tex, range, into),
            Event::DisplayMath(tex) => {
                let display = !math::is_inline(self.source.get(range.start..).unwrap_or_default());
                into.push(Inline::Math { display, tex: tex.into_string() });
            }
            Event::SoftBreak => into.push(Inline::SoftBreak),
            Event::HardBreak => into.push(Inline::HardBreak),
            Event::FootnoteReference(label) => into.push(Inline::FootnoteMark(label.into_string())),
            Event::TaskListMarker(done) => into.push(Inline::Text(TASKS[usize::from(done)].to_owned())),
            Event::Start(Tag::Emphasis) => into.push(Inline::Emphasis(self.inlines())),
            Event::Start(Tag::Strong) => into.push(Inline::Strong(self.inlines())),
            Event::Start(Tag::Strikethrough) => into.push(Inline::Struck(self.inlines())),
            Event::Start(Tag::Link { link_type, dest_url, title, .. }) => {
                let prefix = if link_type == LinkType::Email { "mailto:" } else { "" };
                let address = Address::new(format!("{prefix}{dest_url}"));
                let content = unlinked(self.inlines());
                into.push(Inline::Link { address, title: title.into_string(), content });
            }
            Event::Start(Tag::Image { dest_url, title, .. }) => {
                let (address, title, label) = (Address::new(dest_url.into_string()), title.into_string(), self.text());
                into.push(Inline::Image { address, title, label });
            }
            Event::Start(_) => into.text(&self.text()),
            Event::End(_) | Event::Rule => {}
        }
    }

    /// `$5 and 6$7` are amounts, not a formula: what closes a formula is not followed by a digit.
    fn inline_math(&self, tex: CowStr<'_>, range: Range<usize>, into: &mut Inlines) {
        let after = self.source.as_bytes().get(range.end);
        match self.source.get(range.clone()) {
            Some(source) if after.is_some_and(u8::is_ascii_digit) => into.text(source),
            _ => into.push(Inline::Math { display: false, tex: tex.into_string() }),
        }
    }

    /// A piece of the text, with the delimiters of formulas that were no formulas put back, and with marks that were none.
    fn as_written<'t>(&'t self, text: &'t str, range: Range<usize>) -> &'t str {
        let stands_for = |source: &&str| {
            (source.len() == text.len() && source.contains('\\') && text.contains("$$"))
                || shallow::is_blanked(text, source)
        };
        self.source.get(range).filter(stands_for).unwrap_or(text)
    }

    /// Everything up to the end of the tag that was just begun, as bare text.
    fn text(&mut self) -> String {
        let (mut text, mut open) = (String::new(), 1);
        while let Some((event, range)) = self.events.next() {
            match event {
                Event::Start(_) => open += 1,
                Event::End(_) => {
                    open -= 1;
                    if open == 0 {
                        break;
                    }
                }
                Event::Text(piece) | Event::Code(piece) | Event::Html(piece) | Event::InlineHtml(piece) => {
                    text.push_str(self.as_written(&piece, range));
                }
                Event::InlineMath(piece) | Event::DisplayMath(piece) => {
                    text.push_str(self.source.get(range).unwrap_or(&piece));
                }
                Event::SoftBreak | Event::HardBreak => text.push(' '),
                _ => {}
            }
        }
        text
    }
}

/// How the marks of tasks are written: open, done.
const TASKS: [&str; 2] = ["[ ] ", "[x] "];

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

#[cfg(test)]
mod tests;
