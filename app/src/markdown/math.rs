//! The delimiters of formulas that markdown does not know: `\(…\)` and `\[…\]`, which models write as often as `$…$`.

use std::{borrow::Cow, ops::Range};

/// The text with `$$` in place of these delimiters, so that the parser sees formulas where there are some. Nothing moves:
/// every byte keeps its place, and what stands at a place in the text says which delimiters there were. Lines of a
/// displayed formula are joined, so that one that begins with `-` or `=` makes no list and no heading of it.
///
/// `code` are the parts of the text that are left alone, in order.
pub fn unified<'a>(text: &'a str, code: &[Range<usize>]) -> Cow<'a, str> {
    let mut bytes = Cow::Borrowed(text.as_bytes());
    for (range, delimiters) in formulas(text, code) {
        if let Some(end) = range.end {
            replace(&mut bytes.to_mut()[range.start..end], delimiters);
        }
    }
    match bytes {
        Cow::Borrowed(_) => Cow::Borrowed(text),
        // Only whole ASCII characters were replaced, by ASCII characters.
        Cow::Owned(bytes) => String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned),
    }
}

/// Whether a text may hold formulas in such delimiters, or in lines of their own.
pub fn may_hold(text: &str) -> bool {
    text.contains("\\(") || text.contains("\\[") || text.contains("$$")
}

/// Where a displayed formula begins that is open at the end of the text.
pub fn open_at_end(text: &str, code: &[Range<usize>]) -> Option<usize> {
    let last = formulas(text, code).pop()?;
    (last.0.end.is_none() && last.1.close != "\\)").then_some(last.0.start)
}

/// Whether the formula that begins here was written `\(…\)`, within its line.
pub fn is_inline(source: &str) -> bool {
    source.starts_with("\\(")
}

struct Found {
    start: usize,
    /// None if it has not come.
    end: Option<usize>,
}

#[derive(Clone, Copy)]
struct Delimiters {
    open: &'static str,
    close: &'static str,
}

const ALL: [Delimiters; 3] = [
    Delimiters { open: "\\(", close: "\\)" },
    Delimiters { open: "\\[", close: "\\]" },
    Delimiters { open: "$$", close: "$$" },
];

fn replace(formula: &mut [u8], delimiters: Delimiters) {
    let length = formula.len();
    // In a quotation the mark of the next line would become part of the formula.
    let joins = delimiters.close != "\\)" && !formula.contains(&b'>');
    for byte in formula.iter_mut().filter(|byte| joins && matches!(byte, b'\n' | b'\r')) {
        *byte = b' ';
    }
    formula[..2].fill(b'$');
    formula[length - 2..].fill(b'$');
}

/// The formulas of a text that stand in delimiters of two characters; the last one may be open.
fn formulas(text: &str, code: &[Range<usize>]) -> Vec<(Found, Delimiters)> {
    let (mut found, mut at, mut code) = (Vec::new(), 0, code.iter().peekable());
    let mut ends = Ends::new(text);
    while let Some(next) = text[at..].find(['\\', '$']) {
        at += next;
        while code.next_if(|code| code.end <= at).is_some() {}
        if let Some(code) = code.peek().filter(|code| code.start <= at) {
            at = code.end;
            continue;
        }
        let end = code.peek().map_or(text.len(), |code| code.start);
        let known = ALL.into_iter().enumerate().find(|(_, known)| text[at..].starts_with(known.open));
        at = match known.and_then(|(which, known)| Some((ends.close(which, at + 2, end)?, known))) {
            Some((None, known)) => {
                found.push((Found { start: at, end: None }, known));
                return found;
            }
            Some((Some(end), known)) => {
                found.push((Found { start: at, end: Some(end) }, known));
                end
            }
            None => {
                let escaped = text[at + 1..].chars().next().filter(|_| text[at..].starts_with('\\'));
                at + 1 + escaped.map_or(0, char::len_utf8)
            }
        };
    }
    found
}

/// Where the formulas of a text may end. What was found ahead is remembered, also that there is nothing: a text may hold
/// any number of beginnings without an end.
struct Ends<'t> {
    text: &'t str,
    /// Of each of [`ALL`].
    closers: [Ahead; ALL.len()],
    line_ends: Ahead,
    empty_lines: Ahead,
    dollars: Ahead,
    words: Ahead,
}

impl<'t> Ends<'t> {
    fn new(text: &'t str) -> Self {
        let ahead = || Ahead { end: usize::MAX, found: None };
        let closers = ALL.map(|_| ahead());
        Self { text, closers, line_ends: ahead(), empty_lines: ahead(), dollars: ahead(), words: ahead() }
    }

    /// Where a formula ends whose inside begins at `from`: `Some(None)` if the text ends first, None if it is no formula.
    fn close(&mut self, which: usize, from: usize, end: usize) -> Option<Option<usize>> {
        let (text, Delimiters { close, .. }) = (self.text, ALL[which]);
        text.get(from..end)?;
        // A formula within a line does not go on in the next, which may be another block.
        let limit = match close {
            "\\)" => self.line_ends.next(text, from, end, |body| body.find('\n')),
            _ => self.empty_lines.next(text, from, end, empty_line),
        };
        let closer = self.closers[which].next(text, from, end, |body| closing(body, close));
        let Some(closer) = closer.filter(|closer| limit.is_none_or(|limit| *closer < limit)) else {
            let is_cut = limit.is_some() || end < text.len();
            return (!is_cut).then_some(None);
        };
        let word = self.words.next(text, from, end, |body| body.find(char::is_alphanumeric));
        let dollars = self.dollars.next(text, from, end, |body| body.find("$$"));
        let has_dollars = dollars.is_some_and(|at| at + 2 <= closer) || text[from..closer].ends_with('$');
        (word.is_some_and(|at| at < closer) && !has_dollars).then_some(Some(closer + 2))
    }
}

/// The next place of something in a text, as far as is known.
struct Ahead {
    /// Up to where was looked.
    end: usize,
    found: Option<usize>,
}

impl Ahead {
    /// The first place from here on and before the end, found by `find` unless it is known. Places are asked for in order.
    fn next(&mut self, text: &str, from: usize, end: usize, find: impl Fn(&str) -> Option<usize>) -> Option<usize> {
        if self.end != end || self.found.is_some_and(|at| at < from) {
            *self = Self { end, found: find(&text[from..end]).map(|at| from + at) };
        }
        self.found
    }
}

/// Where the first of these delimiters is that is not escaped.
fn closing(body: &str, close: &str) -> Option<usize> {
    let is_end = |at: &usize| body[..*at].bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 0;
    body.match_indices(close).map(|(at, _)| at).find(is_end)
}

/// Where the first empty line is, that of a quotation too.
fn empty_line(text: &str) -> Option<usize> {
    text.match_indices('\n').map(|(at, _)| at).find(|at| {
        let line = text[at + 1..].split_inclusive('\n').next().unwrap_or_default();
        line.ends_with('\n') && line.trim_matches([' ', '\t', '\r', '\n', '>']).is_empty()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_become_dollars_where_they_stand() {
        for (text, seen) in [
            ("a \\(x\\) b", "a $$x$$ b"),
            ("\\[\nx\n= y\n\\]", "$$ x = y $$"),
            ("$$\na\n- b\n$$", "$$ a - b $$"),
            ("\\( a \\\\) b \\)", "$$ a \\\\) b $$"),
            ("\\(x\n\ny\\)", "\\(x\n\ny\\)"),
            ("\\(\\)", "\\(\\)"),
            ("$$a$", "$$a$"),
            ("\\\\(x\\\\)", "\\\\(x\\\\)"),
            ("\\[not a link](/foo)", "\\[not a link](/foo)"),
        ] {
            assert_eq!(unified(text, &[]), seen, "{text:?}");
            assert_eq!(seen.len(), text.len());
        }
        let code = [0..7, 8..15];
        assert_eq!(unified("`\\(x\\)` `\\(y\\)` \\(z\\)", &code), "`\\(x\\)` `\\(y\\)` $$z$$");
    }

    #[test]
    fn a_formula_is_open_until_its_end_or_an_empty_line() {
        assert_eq!(open_at_end("a\n\\[\nb\n", &[]), Some(2));
        assert_eq!(open_at_end("$$ b", &[]), Some(0));
        for closed in ["\\[\nb\n\\]\n", "\\[\nb\n\nc\n", "\\(a", "a"] {
            assert_eq!(open_at_end(closed, &[]), None, "{closed:?}");
        }
    }
}
