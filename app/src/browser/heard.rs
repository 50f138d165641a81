//! What of a growing answer can be told to those who listen to the page: its text as it is shown, up to the end of a sentence or of a block.

use leptos::{prelude::document, wasm_bindgen::JsCast};
use web_sys::{Element, Node};

/// The parts of an answer that are told one after the other. None of them tells what another of them in it does.
const PARTS: &str =
    ":scope > .markdown :is(p, h2, h3, h4, h5, h6, li, tr, .code-block), :scope > .markdown > .formula--display";

/// What stands in an item of a list and is a part of its own.
const INNER: &str = "p, ul, ol, blockquote, .code-block, .markdown__table";

/// How far an answer has been told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    /// How many of its parts as a whole.
    parts: usize,
    /// How many bytes of the text of the next one.
    bytes: usize,
}

impl Heard {
    /// What has come of the message with this key since, in sentences and blocks that have ended; of one that has ended, all. Empty where there is nothing.
    pub(crate) fn hear(&mut self, key: u64, has_ended: bool) -> String {
        let message = document().query_selector(&format!("[data-key=\"{key}\"]")).ok().flatten();
        let Some(parts) = message.and_then(|message| message.query_selector_all(PARTS).ok()) else {
            return String::new();
        };
        let count = parts.length() as usize;
        // A text that is read again as a whole may turn out to have fewer.
        self.parts = self.parts.min(count.saturating_sub(1));
        let mut told = String::new();
        while let Some(part) = parts.get(self.parts as u32).and_then(|part| part.dyn_into::<Element>().ok()) {
            let is_open = self.parts + 1 == count && !has_ended;
            let text = text_of(&part, is_open);
            let end = if is_open { last_sentence_end(&text) } else { text.len() };
            add(&mut told, text.get(self.bytes..end).unwrap_or_default());
            if self.parts + 1 == count {
                self.bytes = self.bytes.max(end);
                break;
            }
            *self = Self { parts: self.parts + 1, bytes: 0 };
        }
        told
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
