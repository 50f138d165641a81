//! What stands further on in a text, found once.

use super::code;

/// What may close markers. It is asked in order, from the beginning of the text to its end.
pub(super) struct Ahead<'t> {
    text: &'t str,
    /// Where brackets open and where they are closed, in order, once one was asked for.
    brackets: Option<Vec<(usize, usize)>>,
    /// Whether no dollar closes a formula from here on.
    no_dollar: bool,
    last: Last,
}

/// Where the last of these stands.
struct Last {
    formula_end: Option<usize>,
    line_end: Option<usize>,
    label_end: Option<usize>,
    angle: Option<usize>,
    blank: Option<usize>,
}

impl<'t> Ahead<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let last = Last {
            formula_end: text.rfind("\\)"),
            line_end: text.rfind('\n'),
            label_end: text.rfind([']', ' ']),
            angle: text.rfind('>'),
            blank: text.rfind(char::is_whitespace),
        };
        Self { text, brackets: None, no_dollar: false, last }
    }

    /// Where the bracket is closed that opens here.
    pub(super) fn bracket(&mut self, at: usize) -> Option<usize> {
        let brackets = self.brackets.get_or_insert_with(|| brackets(self.text, at));
        let found = brackets.binary_search_by_key(&at, |(open, _)| *open).ok()?;
        Some(brackets[found].1)
    }

    /// Where the next dollar is that may close a formula whose inside begins here.
    pub(super) fn dollar(&mut self, from: usize) -> Option<usize> {
        if self.no_dollar {
            return None;
        }
        let inside = &self.text[from..];
        let closes = |at: &usize| !inside[..*at].ends_with(char::is_whitespace);
        let found = inside.match_indices('$').map(|(at, _)| at).find(closes);
        self.no_dollar = found.is_none();
        found.map(|at| from + at)
    }

    /// Whether `\)` stands behind this place.
    pub(super) fn has_formula_end(&self, at: usize) -> bool {
        self.last.formula_end >= Some(at)
    }

    /// Whether the line of this place ends.
    pub(super) fn has_line_end(&self, at: usize) -> bool {
        self.last.line_end >= Some(at)
    }

    /// Whether anything behind this place ends the label of a footnote.
    pub(super) fn has_label_end(&self, at: usize) -> bool {
        self.last.label_end >= Some(at)
    }

    /// Whether `>` stands behind this place.
    pub(super) fn has_angle(&self, at: usize) -> bool {
        self.last.angle >= Some(at)
    }

    /// Whether a blank stands behind this place.
    pub(super) fn has_blank(&self, at: usize) -> bool {
        self.last.blank >= Some(at)
    }
}

/// The brackets that are closed, from the one on that opens here.
fn brackets(text: &str, from: usize) -> Vec<(usize, usize)> {
    let (mut open, mut closed, mut at) = (Vec::new(), Vec::new(), from);
    while let Some(byte) = text.as_bytes().get(at) {
        match byte {
            b'\\' => at += 1,
            b'[' => open.push(at),
            b']' => closed.extend(open.pop().map(|open| (open, at))),
            b'`' => match code(&text[at..]) {
                Some(length) => at += length - 1,
                None => break,
            },
            _ => {}
        }
        at += 1;
    }
    closed.sort_unstable();
    closed
}
