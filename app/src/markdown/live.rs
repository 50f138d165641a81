//! A growing text as signals: one for each block, so that a new token touches the last block only.

use super::{
    growing::{Growing, Step},
    parse,
    syntax::Block,
};
use leptos::prelude::*;
use std::sync::Arc;

/// A text that may grow, as blocks that can be shown.
#[derive(Debug, Clone)]
pub struct LiveMarkdown {
    growing: ArcStoredValue<Growing>,
    cells: ArcRwSignal<Vec<Cell>>,
    next_key: ArcStoredValue<u32>,
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
    /// Any block but code.
    Block(ArcRwSignal<Arc<Block>>),
    /// Code, which only ever grows at its end.
    Code {
        /// The language that its fence names.
        language: Option<String>,
        /// The code so far.
        code: ArcRwSignal<String>,
    },
}

impl LiveMarkdown {
    /// A text that is whole.
    pub fn whole(text: &str) -> Self {
        let live = Self::empty();
        live.finish(text);
        live
    }

    /// A text of which more is to come.
    pub fn unfinished(text: &str) -> Self {
        let live = Self::empty();
        live.grow(text);
        live
    }

    fn empty() -> Self {
        Self {
            growing: ArcStoredValue::new(Growing::default()),
            cells: ArcRwSignal::new(Vec::new()),
            next_key: ArcStoredValue::new(0),
        }
    }

    /// The blocks, tracked.
    pub fn cells(&self) -> Vec<Cell> {
        self.cells.get()
    }

    /// Whether there is nothing to show, tracked.
    pub fn is_empty(&self) -> bool {
        self.cells.with(Vec::is_empty)
    }

    /// Takes the text after it has grown: all of it, from its beginning.
    pub fn grow(&self, text: &str) {
        if text.is_empty() {
            return;
        }
        let mut steps = Vec::new();
        self.growing.write_value().grow(text, &mut steps);
        for step in steps {
            match step {
                Step::Replace { from, blocks } => self.replace(from, blocks),
                Step::Append { at, code } => self.append(at, &code),
            }
        }
    }

    /// Takes the text at its end. Only blocks that are not shown as they should be are touched.
    pub fn finish(&self, text: &str) {
        self.replace(0, parse::blocks(text));
    }

    fn append(&self, at: usize, more: &str) {
        let content = self.cells.with_untracked(|cells| cells.get(at).map(|cell| cell.content.clone()));
        if let Some(Content::Code { code, .. }) = content {
            code.update(|code| code.push_str(more));
        }
    }

    fn replace(&self, from: usize, blocks: Vec<Block>) {
        let old = self.cells.with_untracked(|cells| cells.get(from..).unwrap_or_default().to_vec());
        let same_length = old.len() == blocks.len();
        let mut old = old.into_iter();
        let mut changed = !same_length;
        let mut new = Vec::with_capacity(blocks.len());
        for block in blocks {
            new.push(match old.next() {
                Some(cell) if cell.content.becomes(&block) => cell,
                _ => {
                    changed = true;
                    self.cell(block)
                }
            });
        }
        if changed {
            self.cells.update(|cells| {
                cells.truncate(from);
                cells.extend(new);
            });
        }
    }

    fn cell(&self, block: Block) -> Cell {
        let mut next = self.next_key.write_value();
        *next += 1;
        let content = match block {
            Block::Code { language, code } => Content::Code { language, code: ArcRwSignal::new(code) },
            block => Content::Block(ArcRwSignal::new(Arc::new(block))),
        };
        Cell { key: *next, content }
    }
}

impl Content {
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
            (Self::Block(shown), block) => {
                if shown.with_untracked(|shown| **shown != *block) {
                    shown.set(Arc::new(block.clone()));
                }
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(live: &LiveMarkdown) -> Vec<u32> {
        live.cells.with_untracked(|cells| cells.iter().map(|cell| cell.key).collect())
    }

    #[test]
    fn cells_stay_while_their_text_grows() {
        let live = LiveMarkdown::unfinished("One");
        let first = keys(&live);
        live.grow("One two\n\n```js\nlet");
        assert_eq!(keys(&live)[0], first[0]);
        let before = keys(&live);
        live.grow("One two\n\n```js\nlet a\n```\n\nEnd");
        assert_eq!(keys(&live)[..2], before[..]);
        live.finish("One two\n\n```js\nlet a\n```\n\nEnd");
        assert_eq!(keys(&live).len(), 3);
    }
}
