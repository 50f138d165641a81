//! The containers that a text ends in: what puts a block into them that is read without what stands before it, and what
//! of a line belongs to them.

use super::super::syntax::Block;

/// A container that is open.
#[derive(Debug, Clone)]
pub(super) struct Level {
    /// What it is.
    pub(super) frame: Frame,
    /// How many blocks in it are final.
    pub(super) kept: usize,
    /// Whether it is a list with space between its items.
    pub(super) is_loose: bool,
}

/// What a container is.
#[derive(Debug, Clone)]
pub(super) enum Frame {
    Quote,
    List,
    /// An item, with its mark and the spaces around that: as wide as what is before its lines.
    Item(String),
    /// A table of so many columns.
    Table(usize),
    /// A paragraph that is read in pieces.
    Pieces,
}

impl Level {
    pub(super) fn is_table(&self) -> bool {
        matches!(self.frame, Frame::Table(_))
    }
}

/// A block that stands in for those that are final. An item has text before it, which tells whether its list is loose.
const PLACEHOLDER: &str = "___\n";

/// The head that puts what follows it into these containers.
pub(super) fn head(levels: &[Level]) -> String {
    let (mut head, mut indent) = (String::new(), String::new());
    for level in levels {
        match &level.frame {
            Frame::Quote => {
                indent.push_str("> ");
                head.extend([&indent, PLACEHOLDER]);
            }
            Frame::Item(mark) => {
                head.extend([&indent, mark.as_str(), "x\n"]);
                indent.push_str(&" ".repeat(mark.len()));
                head.extend([&indent, PLACEHOLDER]);
            }
            Frame::Table(columns) => {
                head.extend([&indent, "|x".repeat(*columns).as_str(), "|\n"]);
                head.extend([&indent, "|-".repeat(*columns).as_str(), "|\n"]);
            }
            Frame::List | Frame::Pieces => {}
        }
    }
    head
}

impl Frame {
    /// The container that this block is, if its blocks can be read one by one. It begins at `at` of `part`.
    pub(super) fn of(block: &Block, part: &str, at: usize, levels: &[Level]) -> Option<Self> {
        match block {
            Block::Quote(_) => Some(Self::Quote),
            Block::List { .. } => Some(Self::List),
            Block::Table { head, .. } => Some(Self::Table(head.len())),
            Block::Item { .. } => {
                let line = super::line_of(part, at, levels)?;
                let lead = line + strip(levels, &part[line..])?.at;
                let item = part[lead..].trim_start_matches(' ');
                Some(Self::Item(format!("{}{}", " ".repeat(part.len() - lead - item.len()), mark(item)?)))
            }
            _ => None,
        }
    }

    /// Whether this block is the container.
    pub(super) fn fits(&self, block: &Block) -> bool {
        matches!(
            (self, block),
            (Self::Quote, Block::Quote(_))
                | (Self::List, Block::List { .. })
                | (Self::Item(_), Block::Item { .. })
                | (Self::Table(_), Block::Table { .. })
                | (Self::Pieces, Block::Paragraph(_))
        )
    }

    /// How many blocks stand in for those that are final.
    fn placeholders(&self) -> usize {
        match self {
            Self::Quote => 1,
            Self::Item(_) => 2,
            _ => 0,
        }
    }

    /// The blocks inside of one that was read with [`head`].
    pub(super) fn children<'a>(&self, block: &'a Block) -> &'a [Block] {
        block.children().and_then(|children| children.get(self.placeholders()..)).unwrap_or_default()
    }

    /// The same, to keep.
    pub(super) fn take_children(&self, block: Block, is_loose: bool) -> Vec<Block> {
        let is_loose = is_loose || block.is_loose();
        let mut children = match block {
            Block::Paragraph(text) => return vec![Block::Plain(text)],
            block => block.into_children(),
        };
        children.drain(..self.placeholders().min(children.len()));
        if is_loose {
            children.iter_mut().for_each(Block::loosen);
        }
        children
    }
}

/// The mark of an item with the spaces behind it, up to its text.
fn mark(source: &str) -> Option<String> {
    let line = source.split(['\n', '\r']).next()?;
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let end = digits + 1;
    if !line.get(digits..end)?.starts_with(if digits == 0 { ['-', '*', '+'].as_slice() } else { &['.', ')'] }) {
        return None;
    }
    let rest = &line[end..];
    let spaces = rest.bytes().take_while(|b| *b == b' ').count();
    if rest[spaces..].starts_with('\t') {
        return None;
    }
    // Behind more spaces than four the text is code, and an item can begin with an empty line.
    let spaces = if spaces > 4 || spaces == rest.len() { 1 } else { spaces };
    Some(format!("{}{}", &line[..end], " ".repeat(spaces)))
}

/// A line without what belongs to its containers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stripped {
    /// Where the rest of it begins.
    pub(super) at: usize,
    /// How many spaces of a tab that reaches further are part of the rest.
    pub(super) spaces: usize,
}

/// Takes what belongs to the containers off the first line of a text. None if the line is not in all of them.
pub(super) fn strip(levels: &[Level], text: &str) -> Option<Stripped> {
    let line = text.split('\n').next().unwrap_or_default().as_bytes();
    let (mut at, mut column, mut spaces) = (0, 0, 0);
    let is_blank = |at: usize| line[at.min(line.len())..].iter().all(|b| b" \t\r".contains(b));
    for level in levels {
        match &level.frame {
            Frame::Quote => {
                let indent = line[at..].iter().take_while(|b| **b == b' ').count();
                if indent + spaces > 3 || line.get(at + indent) != Some(&b'>') {
                    return None;
                }
                at += indent + 1;
                column += indent + 1;
                spaces = 0;
                take(line, &mut at, &mut column, &mut spaces, 1);
            }
            Frame::Item(mark) => {
                if is_blank(at) {
                    let width = mark.len().min(line[at..].iter().take_while(|b| **b == b' ').count());
                    at += width;
                    column += width;
                } else if !take(line, &mut at, &mut column, &mut spaces, mark.len()) {
                    return None;
                }
            }
            Frame::List | Frame::Table(_) | Frame::Pieces => {}
        }
    }
    Some(Stripped { at, spaces })
}

/// Takes so many columns of blanks off a line; false if there are not so many.
fn take(line: &[u8], at: &mut usize, column: &mut usize, spaces: &mut usize, width: usize) -> bool {
    for _ in 0..width {
        if *spaces > 0 {
            *spaces -= 1;
        } else {
            match line.get(*at) {
                Some(b' ') => *at += 1,
                Some(b'\t') => {
                    *at += 1;
                    *spaces = 3 - *column % 4;
                }
                _ => return false,
            }
        }
        *column += 1;
    }
    true
}
