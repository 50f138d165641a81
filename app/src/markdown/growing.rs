//! A text that grows at its end, as blocks: those that no further text can change are final and never read again, whether
//! they stand in the text itself or in a list, a quotation or a table that is still open; and an open block of code only
//! gets its new lines appended. So the work for a text is in proportion to its length.
//!
//! What is read again and again is the last block, together with a head that puts it into the containers that it stands
//! in (`frame`). What that cannot show (a label that is defined further down, a list whose items move apart late, code in
//! it with tabs for its indentation) is put right when the text has ended and is read as a whole.
//!
//! A block that is much longer than blocks are, and cannot be read in parts, is read again only when it has grown by a share of
//! itself: the work for it is in proportion to its length, too.

mod fence;
mod frame;
mod pieces;

use super::{
    mend::mend,
    parse::{self, Definitions, Parsed},
    syntax::Block,
};
use fence::Fence;
use frame::{Frame, Level};
use std::borrow::Cow;

/// The way to a block: its index in the text, then in that block, and so on. The empty one leads to the text itself.
pub type Path = Vec<usize>;

/// What to do to the tree so that it shows the text that has grown.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Put these blocks in place of all from this index on.
    Replace {
        /// In which block.
        path: Path,
        /// The index.
        from: usize,
        /// The blocks.
        blocks: Vec<Block>,
    },
    /// Append to this block of code, which is the last.
    Append {
        /// Which one.
        path: Path,
        /// The code.
        code: String,
    },
    /// Give all items of this list the space that those of a loose list have.
    Loosen {
        /// Which one.
        path: Path,
    },
}

/// From this length on, in bytes, what is not final is not read for every token.
const LONG: usize = 16 * 1024;
/// It is read when it has grown by this share.
const SHARE: usize = 16;

/// How far a growing text has been read. Begin with the default; always hand in the whole text.
#[derive(Debug, Clone, Default)]
pub struct Growing {
    /// How many blocks of the text are final.
    kept: usize,
    /// The containers that are open at the end, outermost first, with how many blocks in them are final.
    levels: Vec<Level>,
    /// Where the text begins that is not final.
    offset: usize,
    /// Where the outermost open block begins.
    outermost: usize,
    /// Whether that block has to be read as a whole, because it turned out to be something else.
    is_whole: bool,
    /// Up to where lines are complete and have been looked at for final blocks.
    checked: usize,
    /// The open block of code, if the text ends in one.
    fence: Option<Fence>,
    /// What labels of links stand for so far.
    definitions: Definitions,
    /// From which length of the text on it is read again.
    next: usize,
    /// How many bytes were read, again and again.
    #[cfg(test)]
    read: usize,
}

impl Growing {
    /// Takes the text, which begins with what was handed in before, and says what changed.
    pub fn grow(&mut self, text: &str, steps: &mut Vec<Step>) {
        if self.fence.is_none() && text.len() < self.next {
            return;
        }
        self.read(text, steps);
        let again = frame::head(&self.levels).len() + text.len() - self.offset;
        self.next = if again > LONG { text.len() + again / SHARE } else { 0 };
    }

    fn read(&mut self, text: &str, steps: &mut Vec<Step>) {
        loop {
            if self.fence.is_some() {
                if !self.read_code(text, steps) {
                    return;
                }
            } else if !self.keep_final(text, steps) {
                break;
            }
        }
        let in_table = self.levels.last().is_some_and(Level::is_table);
        let shown = mend(&text[self.offset..], in_table);
        let parsed = self.parse(&shown).0;
        if self.fits(&parsed.blocks) {
            if let Some((length, piece)) = self.piece(&text[self.offset..], &parsed.blocks) {
                self.keep_piece(length, piece, steps);
                return self.read(text, steps);
            }
            self.graft(parsed.blocks, steps);
        } else {
            self.begin_again();
            self.read(text, steps);
        }
    }

    /// Reads a part of the text in its place; also says how much longer the source was for that.
    fn parse(&mut self, part: &str) -> (Parsed, usize) {
        let head = frame::head(&self.levels);
        let source = if head.is_empty() { Cow::Borrowed(part) } else { Cow::Owned(format!("{head}{part}")) };
        #[cfg(test)]
        {
            self.read += source.len();
        }
        (parse::parse(&source, &self.definitions), head.len())
    }

    /// Keeps the blocks that are final. Only complete lines are asked, because half a line can still turn into anything.
    /// True if more can be done.
    fn keep_final(&mut self, text: &str, steps: &mut Vec<Step>) -> bool {
        let complete = text[self.offset..].rfind('\n').map_or(self.offset, |at| self.offset + at + 1);
        if complete <= self.checked {
            return false;
        }
        self.checked = complete;
        if parse::open_formula(&text[self.offset..complete]).is_some() {
            // A line of a formula may look like a block.
            return false;
        }
        let (mut parsed, head) = self.parse(&text[self.offset..complete]);
        if !self.fits(&parsed.blocks) {
            self.begin_again();
            return true;
        }
        self.definitions.extend(std::mem::take(&mut parsed.definitions));
        self.loosen(&parsed.blocks, steps);
        let Some(edge) = self.edge(&parsed, &text[self.offset..complete], head) else { return false };
        let start = self.offset + edge.start;
        let line = frame::strip(&edge.levels, &text[start..complete]);
        let fence = line
            .filter(|_| edge.is_code)
            .and_then(|line| Fence::open(&text[start + line.at..complete], start + line.at));
        if fence.is_some() {
            empty_last_code(&mut parsed.blocks);
        } else if start == self.offset {
            return false;
        }
        self.graft(parsed.blocks, steps);
        if edge.kept > self.kept {
            // Another outermost block is the open one.
            (self.outermost, self.is_whole) = (self.offset + edge.outermost, false);
        }
        (self.kept, self.levels, self.offset, self.fence) = (edge.kept, edge.levels, start, fence);
        self.fence.is_some()
    }

    /// Whether what was read begins with the containers that are open.
    fn fits(&self, blocks: &[Block]) -> bool {
        let mut blocks = blocks;
        for level in &self.levels {
            let Some(open) = blocks.first() else { return true };
            if !level.frame.fits(open) {
                return false;
            }
            blocks = level.frame.children(open);
        }
        true
    }

    /// Reads the outermost open block as a whole from now on.
    fn begin_again(&mut self) {
        self.levels.clear();
        self.offset = self.outermost;
        self.checked = self.outermost;
        self.is_whole = true;
    }

    /// Puts what was read into the tree, in the place of all that is not final.
    fn graft(&self, mut blocks: Vec<Block>, steps: &mut Vec<Step>) {
        let (mut path, mut kept) = (Path::new(), self.kept);
        for level in &self.levels {
            let mut found = blocks.into_iter();
            let open = found.next();
            steps.push(Step::Replace { path: path.clone(), from: kept + 1, blocks: found.collect() });
            path.push(kept);
            kept = level.kept;
            blocks = open.map(|open| level.frame.take_children(open, level.is_loose)).unwrap_or_default();
        }
        steps.push(Step::Replace { path, from: kept, blocks });
    }

    /// Moves the items apart that are final, once the list turns out to be loose.
    fn loosen(&mut self, blocks: &[Block], steps: &mut Vec<Step>) {
        let (mut path, mut kept, mut blocks) = (Path::new(), self.kept, blocks);
        for level in &mut self.levels {
            let Some(open) = blocks.first() else { return };
            path.push(kept);
            kept = level.kept;
            if !level.is_loose && open.is_loose() {
                level.is_loose = true;
                steps.push(Step::Loosen { path: path.clone() });
            }
            blocks = level.frame.children(open);
        }
    }

    /// Where the text begins that is not final, after what was read of it.
    fn edge(&self, parsed: &Parsed, part: &str, head: usize) -> Option<Edge> {
        let (mut blocks, mut old) = (&parsed.blocks[..], Some(self.levels.as_slice()));
        let (mut kept, mut first, mut levels) = (self.kept, 0, Vec::<Level>::new());
        let mut best: Option<Edge> = None;
        for at in parsed.edge.iter().copied() {
            let Some((last, before)) = blocks.split_last() else { break };
            kept += before.len();
            match levels.last_mut() {
                Some(level) => level.kept = kept,
                None => first = kept,
            }
            if let Some(line) = at.checked_sub(head).and_then(|at| line_of(part, at, &levels)) {
                let is_code = matches!(last, Block::Code { .. });
                let outermost = best.map_or(line, |best| best.outermost);
                best = Some(Edge { kept: first, levels: levels.clone(), start: line, outermost, is_code });
            }
            if self.is_whole && first == self.kept {
                break;
            }
            // Down into the last block: one of the containers that were open, or a new one.
            old = old.filter(|_| before.is_empty());
            let known = old.and_then(|old| old.split_first());
            old = known.map(|(_, deeper)| deeper);
            let (level, children) = match known {
                Some((level, _)) => (level.clone(), level.frame.children(last)),
                None => {
                    old = None;
                    let Some(frame) = at.checked_sub(head).and_then(|at| Frame::of(last, part, at, &levels)) else {
                        break;
                    };
                    (Level { is_loose: last.is_loose(), kept: 0, frame }, last.children().unwrap_or_default())
                }
            };
            kept = level.kept;
            blocks = children;
            levels.push(level);
        }
        best
    }

    /// Hands out the code of an open fence, line by line. True if the fence was closed.
    fn read_code(&mut self, text: &str, steps: &mut Vec<Step>) -> bool {
        let Some(fence) = &mut self.fence else { return false };
        let mut code = String::new();
        let closed = fence.read(text, &self.levels, &mut code);
        let end = fence.end();
        if !code.is_empty() {
            let path = std::iter::once(self.kept).chain(self.levels.iter().map(|level| level.kept)).collect();
            steps.push(Step::Append { path, code });
        }
        if closed {
            (self.offset, self.checked) = (end, end);
            match self.levels.last_mut() {
                Some(level) => level.kept += 1,
                None => {
                    self.kept += 1;
                    self.outermost = end;
                    self.is_whole = false;
                }
            }
            self.fence = None;
        }
        closed
    }
}

/// Where the text begins that is not final.
#[derive(Debug)]
struct Edge {
    kept: usize,
    levels: Vec<Level>,
    /// The beginning of its line.
    start: usize,
    /// Where the outermost open block begins, if that is in the part that was read.
    outermost: usize,
    is_code: bool,
}

/// Where the line begins in which a block begins, if nothing is before the block there but the marks of its containers.
fn line_of(part: &str, at: usize, levels: &[Level]) -> Option<usize> {
    let line = part[..at].rfind('\n').map_or(0, |end| end + 1);
    let stripped = frame::strip(levels, &part[line..])?;
    let from = line + stripped.at;
    part.get(from.min(at)..at).is_some_and(|between| between.trim().is_empty()).then_some(line)
}

/// Does to a tree what the steps say. The page has signals instead; this is for those who want the blocks.
pub fn apply(tree: &mut Vec<Block>, steps: Vec<Step>) {
    for step in steps {
        match step {
            Step::Replace { path, from, blocks } => {
                if let Some(inside) = inside(tree, &path) {
                    inside.truncate(from);
                    inside.extend(blocks);
                }
            }
            Step::Append { mut path, code: more } => {
                let at = path.pop().unwrap_or_default();
                if let Some(Block::Code { code, .. }) = inside(tree, &path).and_then(|blocks| blocks.get_mut(at)) {
                    code.push_str(&more);
                }
            }
            Step::Loosen { path } => inside(tree, &path).into_iter().flatten().for_each(Block::loosen),
        }
    }
}

/// The blocks to which a way leads.
fn inside<'a>(tree: &'a mut Vec<Block>, path: &[usize]) -> Option<&'a mut Vec<Block>> {
    path.iter().try_fold(tree, |blocks, at| match blocks.get_mut(*at)? {
        Block::Quote(inside) | Block::Pieces(inside) => Some(inside),
        Block::List { items, .. } => Some(items),
        Block::Item { content, .. } => Some(content),
        Block::Table { rows, .. } => Some(rows),
        _ => None,
    })
}

/// Takes the code away from the last block, which is handed out line by line instead.
fn empty_last_code(blocks: &mut [Block]) {
    match blocks.last_mut() {
        Some(Block::Code { code, .. }) => code.clear(),
        Some(Block::Quote(inner) | Block::List { items: inner, .. } | Block::Item { content: inner, .. }) => {
            empty_last_code(inner);
        }
        _ => {}
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
