//! Inlines as they are collected.

use super::super::{address::Address, autolink, syntax::Inline};

/// A link's own text makes no further links.
pub(super) fn unlinked(content: Vec<Inline>) -> Vec<Inline> {
    let mut flat = Vec::with_capacity(content.len());
    for inline in content {
        match inline {
            Inline::Link { content, .. } => flat.extend(unlinked(content)),
            Inline::Emphasis(content) => flat.push(Inline::Emphasis(unlinked(content))),
            Inline::Strong(content) => flat.push(Inline::Strong(unlinked(content))),
            Inline::Struck(content) => flat.push(Inline::Struck(unlinked(content))),
            other => flat.push(other),
        }
    }
    flat
}

/// Collects inlines; text that comes in pieces is joined before bare addresses are looked for in it.
#[derive(Default)]
pub(super) struct Inlines {
    done: Vec<Inline>,
    text: String,
}

impl Inlines {
    pub(super) fn is_empty(&self) -> bool {
        self.done.is_empty() && self.text.is_empty()
    }

    pub(super) fn text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(super) fn push(&mut self, inline: Inline) {
        self.end_text();
        self.done.push(inline);
    }

    fn end_text(&mut self) {
        let text = std::mem::take(&mut self.text);
        let mut rest = text.as_str();
        while let Some(found) = autolink::find(rest) {
            if found.start > 0 {
                self.done.push(Inline::Text(rest[..found.start].to_owned()));
            }
            let shown = rest[found.start..found.end].to_owned();
            let address = Address::new(format!("{}{shown}", found.prefix));
            self.done.push(Inline::Link { address, title: String::new(), content: vec![Inline::Text(shown)] });
            rest = &rest[found.end..];
        }
        if !rest.is_empty() {
            self.done.push(Inline::Text(rest.to_owned()));
        }
    }

    /// What was collected, if anything.
    pub(super) fn take(&mut self) -> Option<Vec<Inline>> {
        self.end_text();
        let done = std::mem::take(&mut self.done);
        (!done.is_empty()).then_some(done)
    }
}
