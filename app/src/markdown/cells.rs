//! Blocks as signals: one for each block, and, inside a list, a quotation or a table that is open at the end, one for each
//! block of that.

use super::syntax::{Alignment, Block, Inline};
use leptos::prelude::*;
use std::sync::Arc;

/// So many cells are one page of a list of cells: a new one is compared with these, and not with all, and a text's pages that are
/// out of sight are not laid out. Fewer would make more pages, of which a browser looks at each for every frame.
const PAGE: usize = 16;

/// Blocks beside each other.
#[derive(Debug, Clone)]
pub struct Cells {
    pages: ArcRwSignal<Vec<Page>>,
    next_key: ArcStoredValue<u32>,
}

/// Some of the blocks beside each other; all pages but the last are full.
#[derive(Debug, Clone)]
pub struct Page {
    /// Its name among the pages.
    pub key: usize,
    cells: ArcRwSignal<Vec<Cell>>,
}

/// The place of one block.
#[derive(Debug, Clone)]
pub struct Cell {
    /// Its name in the list; another one whenever its kind changes.
    pub key: u32,
    /// What it shows.
    pub content: Content,
}

/// What a cell shows.
#[derive(Debug, Clone)]
pub enum Content {
    /// Any block but those below.
    Block(ArcRwSignal<Arc<Block>>),
    /// Code, which only ever grows at its end.
    Code {
        /// The language that its fence names.
        language: Option<String>,
        /// The code so far.
        code: ArcRwSignal<String>,
    },
    /// A block that grows by blocks.
    Open(Frame, Cells),
}

/// What is around the blocks of a block that grows by blocks.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    /// A quotation.
    Quote,
    /// A paragraph in pieces.
    Paragraph,
    /// A list.
    List {
        /// The first number of a numbered list.
        start: Option<u64>,
    },
    /// An item of a list.
    Item {
        /// In a list of tasks: whether this one is done.
        done: Option<bool>,
    },
    /// A table.
    Table {
        /// How the columns are aligned.
        alignments: Vec<Alignment>,
        /// The head, cell by cell.
        head: Vec<Vec<Inline>>,
    },
}

impl Cells {
    pub(super) fn new() -> Self {
        Self { pages: ArcRwSignal::new(Vec::new()), next_key: ArcStoredValue::new(0) }
    }

    fn of(blocks: Vec<Block>) -> Self {
        let cells = Self::new();
        cells.replace(0, blocks);
        cells
    }

    /// Whether there is nothing to show, tracked.
    pub(super) fn is_empty(&self) -> bool {
        self.pages.with(Vec::is_empty)
    }

    /// The pages, tracked.
    pub fn pages(&self) -> Vec<Page> {
        self.pages.get()
    }

    pub(super) fn get(&self, at: usize) -> Option<Cell> {
        let page = self.pages.with_untracked(|pages| pages.get(at / PAGE).cloned())?;
        page.cells.with_untracked(|cells| cells.get(at % PAGE).cloned())
    }

    pub(super) fn len(&self) -> usize {
        self.pages.with_untracked(|pages| {
            let last = pages.last().map_or(0, |page| page.cells.with_untracked(Vec::len));
            pages.len().saturating_sub(1) * PAGE + last
        })
    }

    pub(super) fn each(&self, mut act: impl FnMut(&Cell)) {
        (0..self.len()).filter_map(|at| self.get(at)).for_each(|cell| act(&cell));
    }

    /// The blocks inside a block, which from now on grows by blocks.
    pub(super) fn at(&self, path: &[usize]) -> Option<Cells> {
        let Some((at, deeper)) = path.split_first() else { return Some(self.clone()) };
        let cell = self.get(*at)?;
        let inside = match cell.content {
            Content::Open(_, inside) => inside,
            Content::Code { .. } => return None,
            Content::Block(block) => {
                let block = block.get_untracked();
                let frame = Frame::of(&block)?;
                let inside = Cells::of(Arc::unwrap_or_clone(block).into_children());
                self.set(*at, Content::Open(frame, inside.clone()));
                inside
            }
        };
        inside.at(deeper)
    }

    /// Shows these blocks in place of all from this index on.
    pub(super) fn replace(&self, from: usize, blocks: Vec<Block>) {
        let end = self.put(from, blocks);
        self.truncate(end);
    }

    /// Shows these blocks in place of as many from this index on; says at which index they end.
    pub(super) fn put(&self, from: usize, blocks: Vec<Block>) -> usize {
        let (known, end) = (self.len(), from + blocks.len());
        let mut new = Vec::new();
        for (at, block) in (from..).zip(blocks) {
            match self.get(at).filter(|_| at < known) {
                Some(cell) if cell.content.becomes(&block) => {}
                Some(_) => self.set(at, Content::of(block)),
                None => new.push(block),
            }
        }
        self.extend(new);
        end
    }

    fn set(&self, at: usize, content: Content) {
        let page = self.pages.with_untracked(|pages| pages.get(at / PAGE).cloned());
        let cell = self.cell(content);
        if let Some(page) = page {
            page.cells.update(|cells| cells[at % PAGE] = cell);
        }
    }

    /// Takes away all from this index on.
    pub(super) fn truncate(&self, length: usize) {
        let pages = length.div_ceil(PAGE);
        if self.pages.with_untracked(|all| all.len() > pages) {
            self.pages.update(|all| all.truncate(pages));
        }
        if let Some(last) = self.pages.with_untracked(|all| all.last().cloned()) {
            let rest = length - (pages - 1) * PAGE;
            if last.cells.with_untracked(|cells| cells.len() > rest) {
                last.cells.update(|cells| cells.truncate(rest));
            }
        }
    }

    fn extend(&self, blocks: Vec<Block>) {
        let mut cells = blocks.into_iter().map(|block| self.cell(Content::of(block))).peekable();
        while cells.peek().is_some() {
            let (pages, last) = self.pages.with_untracked(|all| (all.len(), all.last().cloned()));
            let room = last.as_ref().map_or(0, |page| PAGE - page.cells.with_untracked(Vec::len));
            match last.filter(|_| room > 0) {
                Some(page) => page.cells.update(|known| known.extend(cells.by_ref().take(room))),
                None => {
                    let page = Page { key: pages, cells: ArcRwSignal::new(cells.by_ref().take(PAGE).collect()) };
                    self.pages.update(|all| all.push(page));
                }
            }
        }
    }

    fn cell(&self, content: Content) -> Cell {
        let mut next = self.next_key.write_value();
        *next += 1;
        Cell { key: *next, content }
    }
}

impl Page {
    /// The blocks, tracked.
    pub fn cells(&self) -> Vec<Cell> {
        self.cells.get()
    }
}

impl Frame {
    fn of(block: &Block) -> Option<Self> {
        Some(match block {
            Block::Quote(_) => Self::Quote,
            Block::Pieces(_) => Self::Paragraph,
            Block::List { start, .. } => Self::List { start: *start },
            Block::Item { done, .. } => Self::Item { done: *done },
            Block::Table { alignments, head, .. } => Self::Table { alignments: alignments.clone(), head: head.clone() },
            _ => return None,
        })
    }
}

impl Content {
    fn of(block: Block) -> Self {
        match block {
            Block::Code { language, code } => Self::Code { language, code: ArcRwSignal::new(code) },
            Block::Pieces(pieces) => Self::Open(Frame::Paragraph, Cells::of(pieces)),
            block => Self::Block(ArcRwSignal::new(Arc::new(block))),
        }
    }

    /// Shows this block in the same place, if that is possible.
    fn becomes(&self, block: &Block) -> bool {
        match (self, block) {
            (Self::Code { language, code }, Block::Code { language: new_language, code: new_code }) => {
                let shown = code.with_untracked(|code| new_code.starts_with(code.as_str()).then_some(code.len()));
                match shown.filter(|_| language == new_language) {
                    Some(shown) => {
                        if shown < new_code.len() {
                            code.update(|code| code.push_str(&new_code[shown..]));
                        }
                        true
                    }
                    None => false,
                }
            }
            (Self::Code { .. }, _) | (_, Block::Code { .. }) => false,
            (Self::Open(Frame::Paragraph, pieces), Block::Paragraph(text)) => pieces.say(text),
            (Self::Open(frame, inside), block) => match block.children() {
                Some(children) if Frame::of(block).as_ref() == Some(frame) => {
                    inside.replace(0, children.to_vec());
                    true
                }
                _ => false,
            },
            (Self::Block(shown), block) => {
                if shown.with_untracked(|shown| **shown != *block) {
                    shown.set(Arc::new(block.clone()));
                }
                true
            }
        }
    }

    pub(super) fn loosen(&self) {
        match self {
            Self::Block(block) => block.update(|block| Arc::make_mut(block).loosen()),
            Self::Open(Frame::Item { .. }, inside) => inside.each(|cell| {
                if let Self::Block(block) = &cell.content
                    && let Block::Plain(text) = &*block.get_untracked()
                {
                    block.set(Arc::new(Block::Paragraph(text.clone())));
                }
            }),
            _ => {}
        }
    }
}

impl Cells {
    /// Whether these pieces of a paragraph say the same as the whole one.
    fn say(&self, text: &[Inline]) -> bool {
        let mut said = Vec::new();
        self.each(|piece| {
            if let Content::Block(piece) = &piece.content
                && let Block::Plain(text) = &*piece.get_untracked()
            {
                said.extend(text.iter().cloned());
            }
        });
        joined(said) == text
    }
}

/// The same, with texts beside each other as one.
fn joined(inlines: Vec<Inline>) -> Vec<Inline> {
    let mut joined: Vec<Inline> = Vec::with_capacity(inlines.len());
    for inline in inlines {
        match (joined.last_mut(), inline) {
            (Some(Inline::Text(before)), Inline::Text(text)) => before.push_str(&text),
            (_, inline) => joined.push(inline),
        }
    }
    joined
}
