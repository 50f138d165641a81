//! The tree of a markdown text. It holds no markup: what a view does with it cannot bring foreign HTML into the page.

/// A block.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// Text of a tight list item: like a paragraph, without the space around it.
    Plain(Vec<Inline>),
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
        /// The items.
        items: Vec<Item>,
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
        /// The rows, cell by cell.
        rows: Vec<Vec<Vec<Inline>>>,
    },
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

/// An item of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// In a list of tasks: whether this one is done.
    pub done: Option<bool>,
    /// What it holds.
    pub content: Vec<Block>,
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
    /// A link. One whose address is not allowed has none and shows its text only.
    Link {
        /// Where to.
        address: Option<String>,
        /// Its text.
        content: Vec<Inline>,
    },
    /// An image. Images are not loaded, because that would tell a stranger's server who reads: they are links.
    Image {
        /// Where it is.
        address: Option<String>,
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
