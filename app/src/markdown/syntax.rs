//! The tree of a markdown text. It holds no markup: what a view does with it cannot bring foreign HTML into the page.

use super::address::Address;

/// A block.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// Text of a tight list item: like a paragraph, without the space around it.
    Plain(Vec<Inline>),
    /// A paragraph that has grown so long that it is read in pieces, each a [`Block::Plain`]. Only while a text grows.
    Pieces(Vec<Block>),
    /// A heading.
    Heading {
        /// From 1 to 6.
        level: u8,
        /// Its text.
        content: Vec<Inline>,
    },
    /// A quotation.
    Quote(Vec<Block>),
    /// A list.
    List {
        /// The first number of a numbered list.
        start: Option<u64>,
        /// The items, each a [`Block::Item`].
        items: Vec<Block>,
    },
    /// An item of a list; nowhere else.
    Item {
        /// In a list of tasks: whether this one is done.
        done: Option<bool>,
        /// What it holds.
        content: Vec<Block>,
    },
    /// A block of code.
    Code {
        /// The language that its fence names.
        language: Option<String>,
        /// The code.
        code: String,
    },
    /// A table.
    Table {
        /// How the columns are aligned.
        alignments: Vec<Alignment>,
        /// The head, cell by cell.
        head: Vec<Vec<Inline>>,
        /// The rows, each a [`Block::Row`].
        rows: Vec<Block>,
    },
    /// A row of a table, cell by cell; nowhere else.
    Row(Vec<Vec<Inline>>),
    /// A line across.
    Rule,
    /// Markup, to be shown as the text that it is.
    Markup(String),
    /// A footnote.
    Footnote {
        /// What refers to it.
        label: String,
        /// What it says.
        content: Vec<Block>,
    },
}

/// How a column is aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alignment {
    /// As the text runs.
    Start,
    /// In the middle.
    Center,
    /// At the far end.
    End,
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq)]
pub enum Inline {
    /// Text.
    Text(String),
    /// Code.
    Code(String),
    /// Emphasis.
    Emphasis(Vec<Inline>),
    /// Strong emphasis.
    Strong(Vec<Inline>),
    /// Text that is struck out.
    Struck(Vec<Inline>),
    /// A link. One whose address is not allowed shows its text only.
    Link {
        /// Where to.
        address: Address,
        /// What it says about itself.
        title: String,
        /// Its text.
        content: Vec<Inline>,
    },
    /// An image. It is not loaded before a person asks for it, because that tells a stranger's server who reads.
    Image {
        /// Where it is.
        address: Address,
        /// What it says about itself.
        title: String,
        /// What stands in its place.
        label: String,
    },
    /// A formula, as TeX.
    Math {
        /// Whether it stands on a line of its own.
        display: bool,
        /// The TeX.
        tex: String,
    },
    /// The mark that refers to a footnote.
    FootnoteMark(String),
    /// A line break in the source, shown as a space.
    SoftBreak,
    /// A line break.
    HardBreak,
}

impl Block {
    /// The blocks inside, of one that can grow by blocks.
    pub fn children(&self) -> Option<&[Block]> {
        match self {
            Self::Quote(blocks) | Self::Pieces(blocks) => Some(blocks),
            Self::List { items, .. } => Some(items),
            Self::Item { content, .. } => Some(content),
            Self::Table { rows, .. } => Some(rows),
            _ => None,
        }
    }

    /// The blocks inside, taken out of it.
    pub fn into_children(self) -> Vec<Block> {
        match self {
            Self::Quote(blocks) | Self::Pieces(blocks) => blocks,
            Self::List { items, .. } => items,
            Self::Item { content, .. } => content,
            Self::Table { rows, .. } => rows,
            _ => Vec::new(),
        }
    }

    /// Whether this is a list with space between its items.
    pub fn is_loose(&self) -> bool {
        let is_loose = |item: &Block| {
            item.children().is_some_and(|content| content.iter().any(|block| matches!(block, Self::Paragraph(_))))
        };
        matches!(self, Self::List { items, .. } if items.iter().any(is_loose))
    }

    /// Gives an item the space around its text that the items of a loose list have.
    pub fn loosen(&mut self) {
        if let Self::Item { content, .. } = self {
            for block in content {
                if let Self::Plain(text) = block {
                    *block = Self::Paragraph(std::mem::take(text));
                }
            }
        }
    }
}
