//! A paragraph that is longer than it is good to read again for each token: what is at its beginning is read once.

use super::{
    super::{
        mend, parse,
        syntax::{Block, Inline},
    },
    Growing, Level, Step,
    frame::Frame,
};

/// From this length on, in bytes, a paragraph is read in pieces. Few paragraphs are so long.
const LONG: usize = 4096;
/// So much at its end is always read again, in bytes.
const LAST: usize = 1024;
/// So many places are tried.
const CUTS: usize = 16;
/// From this length on, in bytes, it is cut even where a marker is still open.
const TOO_LONG: usize = 32 * 1024;

impl Growing {
    /// What can be kept of a long paragraph: its length, and what it says.
    pub(super) fn piece(&self, tail: &str, blocks: &[Block]) -> Option<(usize, Block)> {
        let [Block::Paragraph(_)] = blocks else { return None };
        let is_at_home = matches!(self.levels.as_slice(), [] | [Level { frame: Frame::Pieces, .. }]);
        if tail.len() < LONG || !is_at_home || self.is_whole {
            return None;
        }
        cuts(tail).find_map(|cut| {
            if tail.len() <= TOO_LONG && !mend::is_closed(&tail[..cut]) {
                return None;
            }
            let [Block::Paragraph(piece)] = &mut parse::parse(&tail[..cut], &self.definitions).blocks[..] else {
                return None;
            };
            piece.push(Inline::Text(" ".to_owned()));
            Some((cut, Block::Plain(std::mem::take(piece))))
        })
    }

    /// Keeps a piece of the open paragraph.
    pub(super) fn keep_piece(&mut self, length: usize, piece: Block, steps: &mut Vec<Step>) {
        match self.levels.last_mut() {
            Some(level) => {
                steps.push(Step::Replace { path: vec![self.kept], from: level.kept, blocks: vec![piece] });
                level.kept += 1;
            }
            None => {
                let blocks = vec![Block::Pieces(vec![piece])];
                steps.push(Step::Replace { path: Vec::new(), from: self.kept, blocks });
                self.outermost = self.offset;
                self.levels.push(Level { frame: Frame::Pieces, kept: 1, is_loose: false });
            }
        }
        self.offset += length;
    }
}

/// Where a long text may be cut: between two words within a line, the second of which can't be the mark of anything.
fn cuts(text: &str) -> impl Iterator<Item = usize> {
    let is_cut = |at: &usize| {
        let (before, after) = text.split_at(*at);
        before.ends_with(|c: char| !c.is_whitespace() && c != '\\')
            && after.strip_prefix(' ').is_some_and(|rest| rest.starts_with(char::is_alphabetic))
    };
    let end = (LAST..text.len()).map(|at| text.len() - at).find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text[..end].rmatch_indices(' ').map(|(at, _)| at).filter(is_cut).take(CUTS).map(|at| at + 1)
}
