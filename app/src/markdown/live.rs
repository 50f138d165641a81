//! A growing text as signals, so that a new token touches the last block only.

use super::{
    cells::{Cell, Cells, Content},
    growing::{Growing, Step},
    outline::Outline,
    parse,
};
use leptos::prelude::*;

/// A text that may grow, as blocks that can be shown.
#[derive(Debug, Clone)]
pub struct LiveMarkdown {
    growing: ArcStoredValue<Growing>,
    outline: ArcStoredValue<Outline>,
    cells: Cells,
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
            outline: ArcStoredValue::new(Outline::default()),
            cells: Cells::new(),
        }
    }

    /// The blocks.
    pub fn cells(&self) -> &Cells {
        &self.cells
    }

    /// Whether there is nothing to show, tracked.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
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
                Step::Replace { path, from, mut blocks } => {
                    self.outline.write_value().arrange(&path, from, &mut blocks);
                    if let Some(cells) = self.cells.at(&path) {
                        cells.replace(from, blocks);
                    }
                }
                Step::Append { path, code } => self.append(&path, &code),
                Step::Loosen { path } => {
                    if let Some(items) = self.cells.at(&path) {
                        items.each(|item| item.content.loosen());
                    }
                }
            }
        }
    }

    /// Takes the text at its end. Only blocks that are not shown as they should be are touched.
    pub fn finish(&self, text: &str) {
        let mut blocks = parse::blocks(text);
        self.outline.write_value().arrange(&[], 0, &mut blocks);
        self.cells.replace(0, blocks);
    }

    fn append(&self, path: &[usize], more: &str) {
        let Some((at, path)) = path.split_last() else { return };
        let cell = self.cells.at(path).and_then(|cells| cells.get(*at));
        if let Some(Cell { content: Content::Code { code, .. }, .. }) = cell {
            code.update(|code| code.push_str(more));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(cells: &Cells) -> Vec<u32> {
        let mut keys = Vec::new();
        cells.each(|cell| keys.push(cell.key));
        keys
    }

    #[test]
    fn cells_stay_while_their_text_grows() {
        let live = LiveMarkdown::unfinished("One");
        let first = keys(&live.cells);
        live.grow("One two\n\n```js\nlet");
        assert_eq!(keys(&live.cells)[0], first[0]);
        let before = keys(&live.cells);
        live.grow("One two\n\n```js\nlet a\n```\n\nEnd");
        assert_eq!(keys(&live.cells)[..2], before[..]);
        live.finish("One two\n\n```js\nlet a\n```\n\nEnd");
        assert_eq!(keys(&live.cells).len(), 3);
    }

    #[test]
    fn the_items_of_an_open_list_stay_while_it_grows() {
        let mut text = String::new();
        let live = LiveMarkdown::unfinished("- item\n");
        for number in 0..200 {
            text.push_str(&format!("- item {number}\n"));
            live.grow(&text);
        }
        let Some(items) = live.cells.at(&[0]) else { panic!("no list") };
        let before = keys(&items);
        assert_eq!(before.len(), 200);
        text.push_str("- last\n\nEnd\n");
        live.grow(&text);
        live.finish(&text);
        assert_eq!(keys(&items)[..199], before[..199]);
        assert_eq!((items.len(), live.cells.len()), (201, 2));
    }
}
