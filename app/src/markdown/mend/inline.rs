//! The markers within a paragraph, heading, item or cell that still grows.
//!
//! A text may be nothing but markers that nothing closes, so none of them may look through all that follows it: what is far
//! ahead is found once ([`Ahead`]).

mod ahead;

use ahead::Ahead;
use std::ops::Range;

/// What to do to a text so that no marker in it is open.
#[derive(Debug, Default)]
pub(super) struct Mended {
    /// What not to show, in order.
    pub(super) dropped: Vec<Range<usize>>,
    /// What to append.
    pub(super) append: String,
}

/// A single marker that was opened further back than so many bytes was probably none.
const FAR: usize = 400;

/// A run of `*`, `_` or `~` that is open.
struct Open {
    mark: u8,
    /// How many of them are open.
    length: usize,
    /// How many there were.
    run: usize,
    /// Whether it could have closed one as well.
    is_both: bool,
    at: usize,
}

struct Scan<'t> {
    text: &'t str,
    ahead: Ahead<'t>,
    open: Vec<Open>,
    /// Below this many open runs there is none that fits, for each kind of run that closes ([`kind`]).
    unfit: [usize; 18],
    mended: Mended,
}

/// Looks for markers that are open at the end of the text.
pub(super) fn scan(text: &str) -> Mended {
    let mut scan = Scan { text, ahead: Ahead::new(text), open: Vec::new(), unfit: [0; 18], mended: Mended::default() };
    let mut end = text.len();
    let mut at = 0;
    while at < end {
        at += match text.as_bytes()[at] {
            b'\\' => scan.backslash(at),
            b'`' => scan.code(at),
            b'$' => scan.math(at),
            b'!' if text[at..].len() == 1 || text[at + 1..].starts_with('[') => scan.image(at),
            b'[' => scan.bracket(at, &mut end),
            b'<' => scan.angle(at),
            b'&' => scan.entity(at),
            mark @ (b'*' | b'_' | b'~') => scan.run(at, mark),
            _ => 1,
        };
        while at < end && !text.is_char_boundary(at) {
            at += 1;
        }
    }
    scan.finish()
}

impl<'t> Scan<'t> {
    fn rest(&self, at: usize) -> &'t str {
        &self.text[at..]
    }

    fn drop(&mut self, range: Range<usize>) {
        self.mended.dropped.push(range);
    }

    /// Holds back everything from here on.
    fn drop_rest(&mut self, at: usize) -> usize {
        let length = self.text.len() - at;
        self.drop(at..self.text.len());
        length
    }

    /// Takes the rest for what stands between two of these.
    fn close_rest(&mut self, at: usize, close: &str, half: &[char]) -> usize {
        let whole = self.rest(at).trim_end();
        let shown = whole.trim_end_matches(half);
        let end = at + shown.len();
        if end < self.text.len() {
            self.drop(end..self.text.len());
        }
        // In a formula all braces must be closed.
        let braces = if close.starts_with('`') { 0 } else { open_braces(&self.text[at..end]) };
        self.mended.append.extend(std::iter::repeat_n('}', braces));
        self.mended.append.push_str(close);
        self.text.len() - at
    }

    fn backslash(&mut self, at: usize) -> usize {
        let rest = self.rest(at);
        let (close, inside) = match rest.as_bytes().get(1) {
            None => return self.drop_rest(at),
            Some(b'(') => ("\\)", &rest[2..]),
            Some(b'[') => ("\\]", &rest[2..]),
            Some(_) => return 2,
        };
        let is_in_line = close == "\\)";
        let end = if is_in_line && !self.ahead.has_formula_end(at + 2) { None } else { inside.find(close) };
        match end {
            Some(end) => end + 4,
            None if is_in_line && self.ahead.has_line_end(at) => 2,
            None if inside.trim_matches(['\\', ' ', '\n']).is_empty() => self.drop_rest(at),
            None => self.close_rest(at, close, &['\\']),
        }
    }

    fn code(&mut self, at: usize) -> usize {
        let rest = self.rest(at);
        let run = rest.bytes().take_while(|b| *b == b'`').count();
        if let Some(length) = code(rest) {
            return length;
        }
        let (ticks, inside) = rest.split_at(run);
        if inside.trim().is_empty() {
            return self.drop_rest(at);
        }
        self.close_rest(at, ticks, &['`'])
    }

    fn math(&mut self, at: usize) -> usize {
        let rest = self.rest(at);
        if let Some(inside) = rest.strip_prefix("$$") {
            return match inside.find("$$") {
                Some(end) => end + 4,
                None if inside.trim_matches(['$', ' ', '\n']).is_empty() => self.drop_rest(at),
                None => self.close_rest(at, "$$", &['$']),
            };
        }
        let inside = &rest[1..];
        if inside.is_empty() {
            return self.drop_rest(at);
        }
        if inside.starts_with(|c: char| c.is_whitespace() || c.is_ascii_digit()) {
            return 1;
        }
        match self.ahead.dollar(at + 1) {
            Some(end) => end + 1 - at,
            None if inside.len() < 20 && !inside.contains(char::is_whitespace) => self.drop_rest(at),
            None if inside.len() < FAR && is_formula(inside) => self.close_rest(at, "$", &['\\']),
            None => 1,
        }
    }

    fn image(&mut self, at: usize) -> usize {
        if self.text.len() == at + 1 {
            let is_apart = self.text[..at].chars().next_back().is_none_or(char::is_whitespace);
            return if is_apart { self.drop_rest(at) } else { 1 };
        }
        match self.link(at + 1) {
            Link::Whole(length) => 1 + length,
            Link::None => 2,
            Link::Label | Link::Unfinished(_) => self.drop_rest(at),
        }
    }

    fn bracket(&mut self, at: usize, end: &mut usize) -> usize {
        let rest = self.rest(at);
        let begins_item = at == 0 && rest.len() < 4 && ["[", "[ ", "[x", "[X", "[ ]", "[x]", "[X]"].contains(&rest);
        let is_mark = rest.starts_with("[^") && !self.ahead.has_label_end(at);
        if begins_item || is_mark {
            return self.drop_rest(at);
        }
        let is_near = rest.len() < FAR;
        match self.link(at) {
            Link::Whole(length) => length,
            Link::Label if is_near => {
                self.drop(at..at + 1);
                1
            }
            Link::Unfinished(label) => {
                self.drop(at..at + 1);
                self.drop(at + label..self.text.len());
                *end = at + label;
                1
            }
            Link::Label | Link::None => 1,
        }
    }

    fn angle(&mut self, at: usize) -> usize {
        let rest = self.rest(at);
        let body = &rest[1..];
        let is_address = ["https://", "http://", "mailto:"].iter().any(|s| s.starts_with(body) || body.starts_with(s));
        match () {
            () if !is_address => 1,
            () if self.ahead.has_angle(at) => rest.find('>').map_or(1, |end| end + 1),
            () => {
                if !self.ahead.has_blank(at) {
                    self.drop(at..at + 1);
                }
                1
            }
        }
    }

    fn entity(&mut self, at: usize) -> usize {
        let name = &self.rest(at)[1..];
        let is_half = name.len() < 32 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'#');
        if is_half { self.drop_rest(at) } else { 1 }
    }

    fn run(&mut self, at: usize, mark: u8) -> usize {
        let run = self.rest(at).bytes().take_while(|b| *b == mark).count();
        if mark == b'~' && run != 2 && at + run < self.text.len() {
            return run;
        }
        let before = self.text[..at].chars().next_back();
        let after = self.text[at + run..].chars().next();
        if after.is_none() {
            // It may become longer, or open something: only one that closes what is open is known.
            let last = self.open.iter().rev().find(|open| open.mark == mark);
            let is_end = opens(after, before) && last.is_some_and(|open| open.length == run);
            if !is_end {
                return self.drop_rest(at);
            }
        }
        let (mut can_open, mut can_close) = (opens(before, after), opens(after, before));
        if mark == b'_' {
            (can_open, can_close) =
                (can_open && (!can_close || is_punctuation(before)), can_close && (!can_open || is_punctuation(after)));
        }
        let is_both = can_open && can_close;
        let mut length = run;
        while can_close && length > 0 {
            let Some(found) = self.opener(mark, run, is_both) else { break };
            self.open.truncate(found + 1);
            let used = if self.open[found].length >= 2 && length >= 2 { 2 } else { 1 };
            self.open[found].length -= used;
            length -= used;
            if self.open[found].length == 0 {
                self.open.pop();
            }
            let open = self.open.len();
            self.unfit.iter_mut().for_each(|below| *below = open.min(*below));
        }
        if can_open && length > 0 {
            self.open.push(Open { mark, length, run, is_both, at });
        }
        run
    }

    /// The last open run that a run of this kind closes. What is in vain is not looked through again.
    fn opener(&mut self, mark: u8, run: usize, is_both: bool) -> Option<usize> {
        let is_fit = |open: &Open| {
            let is_third = (open.is_both || is_both) && (open.run + run).is_multiple_of(3);
            open.mark == mark && !(is_third && !(open.run.is_multiple_of(3) && run.is_multiple_of(3)))
        };
        let below = &mut self.unfit[kind(mark, run, is_both)];
        let found = self.open[*below..].iter().rposition(is_fit).map(|at| *below + at);
        if found.is_none() {
            *below = self.open.len();
        }
        found
    }

    /// What stands at an opening bracket.
    fn link(&mut self, at: usize) -> Link {
        let Some(end) = self.ahead.bracket(at) else { return Link::Label };
        let (label, rest) = (end - at, self.rest(end + 1));
        match rest.as_bytes().first() {
            None => Link::Unfinished(label),
            Some(b'(') => match closing(rest, b'(', b')') {
                Some(end) => Link::Whole(label + 2 + end),
                None => Link::Unfinished(label),
            },
            Some(b'[') => match closing(rest, b'[', b']') {
                Some(end) => Link::Whole(label + 2 + end),
                None => Link::Unfinished(label),
            },
            Some(_) => Link::None,
        }
    }

    fn finish(mut self) -> Mended {
        let length = self.text.len();
        for open in self.open.iter().rev() {
            let is_near = open.length > 1 || length - open.at < FAR;
            if is_near {
                self.mended.append.extend(std::iter::repeat_n(char::from(open.mark), open.length));
            }
        }
        self.mended.dropped.sort_by_key(|range| range.start);
        self.mended
    }
}

/// What decides which open runs a run closes, as a number below 18.
fn kind(mark: u8, run: usize, is_both: bool) -> usize {
    let mark = [b'*', b'_', b'~'].iter().position(|known| *known == mark).unwrap_or_default();
    (mark * 2 + usize::from(is_both)) * 3 + run % 3
}

/// The length of the code with its marks that begins with a text's first run of backticks, if its end has come.
fn code(text: &str) -> Option<usize> {
    let run = text.bytes().take_while(|b| *b == b'`').count();
    let mut from = run;
    while let Some(found) = text[from..].find('`') {
        let start = from + found;
        let length = text[start..].bytes().take_while(|b| *b == b'`').count();
        from = start + length;
        if length == run {
            return Some(from);
        }
    }
    None
}

/// Whether what begins here is a formula rather than the name of a variable.
fn is_formula(text: &str) -> bool {
    let is_name = |c: char| c.is_ascii_uppercase() || c == '_';
    let name = text.find(|c: char| !is_name(c)).unwrap_or(text.len());
    name < 2 && text.contains(['\\', '^', '_', '{', '=', '+', '<', '>'])
}

/// How many braces are open at the end of a formula.
fn open_braces(formula: &str) -> usize {
    let (mut open, mut is_escaped) = (0_usize, false);
    for byte in formula.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'{' => open += 1,
            b'}' => open = open.saturating_sub(1),
            _ => {}
        }
    }
    open
}

/// Whether a marker between these characters is the beginning of something.
fn opens(before: Option<char>, after: Option<char>) -> bool {
    let is_blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
    !is_blank(after) && (!is_punctuation(after) || is_blank(before) || is_punctuation(before))
}

fn is_punctuation(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_ascii_punctuation() || (!c.is_ascii() && !c.is_alphanumeric() && !c.is_whitespace()))
}

enum Link {
    /// It is whole, and so long.
    Whole(usize),
    /// Its address has not come whole; the label ends here.
    Unfinished(usize),
    /// Its label has not come whole.
    Label,
    /// There is none.
    None,
}

/// Where what opens at the beginning of the text is closed.
fn closing(text: &str, open: u8, close: u8) -> Option<usize> {
    let (mut depth, mut is_escaped, mut in_code) = (0, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'`' => in_code = !in_code,
            _ if in_code => {}
            byte if byte == open => depth += 1,
            byte if byte == close => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}
