//! A growing text as signals, so that a new token touches the last block only.

use super::{
    cells::{Cell, Cells, Content},
    growing::{Growing, Step},
    outline::Outline,
    parse,
    syntax::Block,
};
use crate::browser::time;
use leptos::prelude::*;

/// A text of fewer bytes is read and compared at its end within a few milliseconds; a longer one in tasks of its own.
const LONG: usize = 32 * 1024;

/// So many blocks of a long text are compared in one task: in two milliseconds, and set in some twenty if all are others than were shown.
const PART: usize = 256;

/// A text that may grow, as blocks that can be shown.
#[derive(Debug, Clone)]
pub struct LiveMarkdown {
    growing: ArcStoredValue<Growing>,
    outline: ArcStoredValue<Outline>,
    cells: Cells,
    was_whole: bool,
    /// A text that was whole from the beginning and has not been shown: who opens a long chat does not wait for all of it to be read.
    unread: ArcStoredValue<Option<String>>,
    /// How often it was told what the text is, after the first time.
    told: ArcStoredValue<u32>,
}

impl LiveMarkdown {
    /// A text that is whole.
    pub fn whole(text: &str) -> Self {
        let unread = ArcStoredValue::new(Some(text.to_owned()));
        Self { was_whole: true, unread, ..Self::empty() }
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
            was_whole: false,
            unread: ArcStoredValue::new(None),
            told: ArcStoredValue::new(0),
        }
    }

    /// The blocks.
    pub fn cells(&self) -> &Cells {
        if let Some(text) = self.take_unread() {
            self.put_whole(&text);
        }
        &self.cells
    }

    /// Whether it was whole from the beginning.
    pub(super) fn was_whole(&self) -> bool {
        self.was_whole
    }

    /// How often it was told what the text is, after the first time.
    pub(super) fn told(&self) -> u32 {
        self.told.get_value()
    }

    /// Whether there is nothing to show, tracked.
    pub fn is_empty(&self) -> bool {
        let is_empty = self.cells.is_empty();
        match self.unread.with_value(|unread| unread.as_deref().map(may_show_nothing)) {
            Some(true) => self.cells().is_empty(),
            Some(false) => false,
            None => is_empty,
        }
    }

    /// Takes the text after it has grown: all of it, from its beginning.
    pub fn grow(&self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.tell();
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
        self.tell();
        self.put_whole(text);
    }

    /// The same, for a text that is shown: if it is long, in several tasks of the page, and not to the end if another text comes meanwhile.
    pub(crate) async fn finish_in_parts(&self, text: &str) {
        if text.len() < LONG {
            return self.finish(text);
        }
        let told = self.tell();
        // The task so far has read the text's last piece, and drawn some of it.
        time::next_task().await;
        if self.told.get_value() != told {
            return;
        }
        let mut blocks = self.read_whole(text);
        let mut from = 0;
        while !blocks.is_empty() {
            let rest = blocks.split_off(blocks.len().min(PART));
            let part = std::mem::replace(&mut blocks, rest);
            time::next_task().await;
            if self.told.get_value() != told {
                return;
            }
            from = self.cells.put(from, part);
        }
        self.cells.truncate(from);
    }

    /// Another text is told, in place of one that may not have been read. Says how often that has been.
    fn tell(&self) -> u32 {
        self.take_unread();
        *self.told.write_value() += 1;
        self.told()
    }

    fn take_unread(&self) -> Option<String> {
        self.unread.write_value().take()
    }

    fn put_whole(&self, text: &str) {
        let blocks = self.read_whole(text);
        self.cells.replace(0, blocks);
    }

    fn read_whole(&self, text: &str) -> Vec<Block> {
        let mut blocks = parse::blocks(text);
        self.outline.write_value().arrange(&[], 0, &mut blocks);
        blocks
    }

    fn append(&self, path: &[usize], more: &str) {
        let Some((at, path)) = path.split_last() else { return };
        let cell = self.cells.at(path).and_then(|cells| cells.get(*at));
        if let Some(Cell { content: Content::Code { code, .. }, .. }) = cell {
            code.update(|code| code.push_str(more));
        }
    }
}

/// Whether a text might be one that shows nothing: blanks, or definitions of what links with a label lead to.
fn may_show_nothing(text: &str) -> bool {
    text.trim().is_empty() || text.contains("]:")
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
    fn a_text_that_is_not_read_yet_is_known_to_show_something() {
        for (text, is_empty) in
            [("", true), (" \n", true), ("[a]: https://b.example", true), ("[a]: b\n\nc", false), ("a", false)]
        {
            let live = LiveMarkdown::whole(text);
            assert_eq!((live.is_empty(), live.cells().is_empty()), (is_empty, is_empty), "{text:?}");
        }
        let live = LiveMarkdown::whole("a");
        assert!(!live.is_empty());
        live.finish("b\n\nc");
        assert_eq!(live.cells().len(), 2);
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
