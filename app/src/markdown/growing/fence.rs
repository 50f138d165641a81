//! An open block of code, read line by line.

use super::frame::{self, Level};

/// So much of half a line is looked at, in bytes, for what it may turn into.
const FAR: usize = 1024;

/// A fence that is open.
#[derive(Debug, Clone)]
pub(super) struct Fence {
    mark: u8,
    length: usize,
    indent: usize,
    /// Where the line begins that is being read.
    line: usize,
    /// Up to where code has been handed out.
    shown: usize,
}

impl Fence {
    /// The fence that the first line of this text opens; `offset` is where the text begins.
    pub(super) fn open(text: &str, offset: usize) -> Option<Self> {
        let line = text.split_inclusive('\n').next()?;
        let indent = line.bytes().take_while(|b| *b == b' ').count();
        let mark = *line.as_bytes().get(indent)?;
        let length = line[indent..].bytes().take_while(|b| *b == mark).count();
        let at = offset + line.len();
        (matches!(mark, b'`' | b'~') && length >= 3 && indent < 4).then_some(Self {
            mark,
            length,
            indent,
            line: at,
            shown: at,
        })
    }

    /// Where reading goes on.
    pub(super) fn end(&self) -> usize {
        self.line
    }

    /// Hands out the code that has come. True if the fence was closed, or ended with what it stands in.
    pub(super) fn read(&mut self, text: &str, levels: &[Level], code: &mut String) -> bool {
        // What was handed out of a line holds no end of it.
        while let Some(length) = text[self.shown.max(self.line)..].find('\n') {
            let end = self.shown.max(self.line) + length + 1;
            let Some(line) = frame::strip(levels, &text[self.line..end]) else { return true };
            let is_closed = self.closes(&text[self.line + line.at..end]);
            if !is_closed {
                self.take(text, line, end, code);
            }
            (self.line, self.shown) = (end, end);
            if is_closed {
                return true;
            }
        }
        self.read_half(text, levels, code);
        false
    }

    /// Hands out the beginning of a line, unless it may turn into the end of the code.
    fn read_half(&mut self, text: &str, levels: &[Level], code: &mut String) {
        let end = text.strip_suffix('\r').unwrap_or(text).len();
        if self.shown > self.line {
            // Of this line something was handed out already: it is code.
            code.push_str(&text[self.shown..end.max(self.shown)]);
            self.shown = self.shown.max(end);
            return;
        }
        let half = &text[self.line..];
        let Some(line) = frame::strip(levels, half) else { return };
        let is_short = !levels.is_empty() && half.bytes().take(FAR).all(|b| b.is_ascii_whitespace());
        if !is_short && !self.may_close(&half[line.at..]) {
            self.take(text, line, end, code);
            self.shown = self.shown.max(end);
        }
    }

    fn closes(&self, line: &str) -> bool {
        let rest = line.trim_start_matches(' ');
        let length = rest.bytes().take_while(|b| *b == self.mark).count();
        line.len() - rest.len() < 4 && length >= self.length && rest[length..].trim().is_empty()
    }

    /// Whether this half of a line may turn into the closing fence.
    fn may_close(&self, half: &str) -> bool {
        half.bytes().take(FAR).all(|b| b == self.mark || b == b' ' || b == b'\t' || b == b'\r')
    }

    /// Appends what was not handed out yet of the present line, less the indent of the fence.
    fn take(&self, text: &str, stripped: frame::Stripped, end: usize, code: &mut String) {
        let begin = self.line + stripped.at;
        let line = &text[begin..end];
        // What is left of a tab counts for the indent of the fence.
        let indent = self.indent.saturating_sub(stripped.spaces);
        let spaces = line.bytes().take(indent).take_while(|b| *b == b' ').count();
        let mut from = self.shown;
        if from <= begin {
            code.push_str(&"   "[..stripped.spaces.saturating_sub(self.indent).min(3)]);
            from = begin + spaces;
            // A tab reaches to the fourth column, of which the fence's indent is taken away.
            if spaces < indent && line[spaces..].starts_with('\t') {
                from += 1;
                code.push_str(&"    "[indent..]);
            }
        }
        if from < end {
            code.push_str(&text[from..end].replace("\r\n", "\n"));
        }
    }
}
