//! What of a growing answer can be told to those who listen to the page: its text as it is shown, up to the end of a sentence or of a block.

use leptos::{prelude::document, wasm_bindgen::JsCast};
use web_sys::{Element, Node};

/// The parts of a page of an answer's blocks that are told one after the other. None of them tells what another of them in it does.
const PARTS: &str = "p, h2, h3, h4, h5, h6, li, tr, .code-block";

/// What stands in an item of a list and is a part of its own.
const INNER: &str = "p, ul, ol, blockquote, .code-block, .markdown__table";

/// How far an answer has been told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    /// How many of its pages as a whole.
    pages: u32,
    /// How many parts of the next one as a whole.
    parts: u32,
    /// How many bytes of the text of the next part.
    bytes: usize,
}

impl Heard {
    /// What has come of the message with this key since, in sentences and blocks that have ended; of one that has ended, all. Empty where there is nothing.
    /// Pages that have been told are not looked at again, however many they are.
    pub(crate) fn hear(&mut self, key: u64, has_ended: bool) -> String {
        let text = document().query_selector(&format!("[data-key=\"{key}\"] > .markdown")).ok().flatten();
        let Some(pages) = text.map(|text| text.children()) else { return String::new() };
        let last = pages.length().saturating_sub(1);
        let mut told = String::new();
        if self.pages > last {
            // A text that is read again as a whole may turn out to be shorter: what is left has been told.
            *self = Self { pages: last, ..Self::default() };
            if let Some(page) = pages.item(last) {
                self.hear_page(&page, true, true, &mut String::new());
            }
        }
        while let Some(page) = pages.item(self.pages) {
            self.hear_page(&page, self.pages == last, has_ended, &mut told);
            if self.pages == last {
                break;
            }
            *self = Self { pages: self.pages + 1, ..Self::default() };
        }
        told
    }

    fn hear_page(&mut self, page: &Element, is_last: bool, has_ended: bool, told: &mut String) {
        let Ok(parts) = page.query_selector_all(PARTS) else { return };
        let count = parts.length();
        if is_last {
            self.parts = self.parts.min(count.saturating_sub(1));
        }
        while let Some(part) = parts.get(self.parts).and_then(|part| part.dyn_into::<Element>().ok()) {
            let is_end = is_last && self.parts + 1 == count;
            let is_open = is_end && !has_ended;
            let text = text_of(&part, is_open);
            let end = if is_open { last_sentence_end(&text) } else { text.len() };
            add(told, text.get(self.bytes..end).unwrap_or_default());
            if is_end {
                self.bytes = self.bytes.max(end);
                break;
            }
            (self.parts, self.bytes) = (self.parts + 1, 0);
        }
    }
}

fn add(told: &mut String, text: &str) {
    let text = text.trim();
    if !told.is_empty() && !text.is_empty() {
        told.push('\n');
    }
    told.push_str(text);
}

/// A part as it is told: a row of a table by its cells, code by its name and its length, once it has ended, formulas as they are written.
fn text_of(part: &Element, is_open: bool) -> String {
    let text = |element: &Element| element.text_content().unwrap_or_default();
    if part.matches(".code-block").unwrap_or(false) {
        let name = part.query_selector("pre").ok().flatten().and_then(|code| code.get_attribute("aria-label"));
        let lines = part.query_selector(".code-block__lines").ok().flatten().map(|lines| text(&lines));
        let name = [name, lines].into_iter().flatten().collect::<Vec<_>>().join(", ");
        return if is_open { String::new() } else { name };
    }
    let part = with_formulas_as_written(part);
    match part.tag_name().as_str() {
        "TR" => {
            let cells = part.children();
            (0..cells.length()).filter_map(|at| cells.item(at)).map(|cell| text(&cell)).collect::<Vec<_>>().join(", ")
        }
        "LI" => own_text(&part),
        _ => text(&part),
    }
}

/// The text of an item without what is told by itself.
fn own_text(item: &Element) -> String {
    let nodes = item.child_nodes();
    let own = |node: &Node| match node.dyn_ref::<Element>() {
        // The text of a task stands beside its box.
        Some(element) if element.tag_name() == "DIV" => own_text(element),
        Some(element) if element.matches(INNER).unwrap_or(false) => String::new(),
        None if node.node_type() == Node::COMMENT_NODE => String::new(),
        _ => node.text_content().unwrap_or_default(),
    };
    (0..nodes.length()).filter_map(|at| nodes.get(at)).map(|node| own(&node)).collect()
}

/// The same part, or a copy of it in which each formula is what was written: set, its signs stand without their order.
fn with_formulas_as_written(part: &Element) -> Element {
    let formulas = |of: &Element| of.query_selector_all(".formula").ok().filter(|found| found.length() > 0);
    if formulas(part).is_none() && !part.matches(".formula").unwrap_or(false) {
        return part.clone();
    }
    let Some(copy) = part.clone_node_with_deep(true).ok().and_then(|copy| copy.dyn_into::<Element>().ok()) else {
        return part.clone();
    };
    let found = formulas(&copy);
    let inner = found.iter().flat_map(|found| (0..found.length()).filter_map(|at| found.get(at)));
    for formula in inner.filter_map(|node| node.dyn_into::<Element>().ok()).chain([copy.clone()]) {
        if let Some(tex) = formula.get_attribute("data-tex") {
            formula.set_text_content(Some(&tex));
        }
    }
    copy
}

/// Where the last sentence ends in a text that may go on: there a sign ends it, and what follows is a space, or anything where the signs are those of
/// a script without spaces.
fn last_sentence_end(text: &str) -> usize {
    let (mut end, mut has_ended, mut needs_space) = (0, false, false);
    for (at, sign) in text.char_indices() {
        match sign {
            '.' | '!' | '?' | '…' | ':' | ';' | '؟' | '؛' | '۔' => (has_ended, needs_space) = (true, true),
            '。' | '！' | '？' | '；' | '：' => (has_ended, needs_space) = (true, false),
            // What closes belongs to the sentence.
            ')' | ']' | '"' | '\'' | '”' | '’' | '»' | '“' | '」' | '』' | '）' | '*' => {}
            _ => {
                if has_ended && (!needs_space || sign.is_whitespace()) {
                    end = at;
                }
                has_ended = false;
            }
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::last_sentence_end;

    #[test]
    fn a_sentence_ends_where_it_cannot_go_on() {
        let ended = |text: &'static str| &text[..last_sentence_end(text)];
        assert_eq!(ended("One. Two! Thr"), "One. Two!");
        assert_eq!(ended("It is 3.5 or so. And"), "It is 3.5 or so.");
        assert_eq!(ended("It is 3."), "", "more digits may follow");
        assert_eq!(ended("(He said “no.”) And"), "(He said “no.”)");
        assert_eq!(ended("你好。再见"), "你好。");
        assert_eq!(ended("هل هذا نهر؟ نعم"), "هل هذا نهر؟");
        assert_eq!(ended("no end"), "");
    }
}
