//! Where fenced code begins and ends, for what must leave it alone. The parser has the last word.

/// Fenced code.
pub(super) struct Fenced {
    /// Its length in bytes, with its fences.
    pub(super) length: usize,
    /// Whether its end has come.
    pub(super) is_closed: bool,
}

/// The fenced code that begins with the first line.
pub(super) fn at(text: &str) -> Option<Fenced> {
    let mut lines = text.split_inclusive('\n');
    let first = lines.next()?;
    let opening = unmarked(first);
    if !opens(first) {
        return None;
    }
    let mark = opening.chars().next()?;
    let length = opening.chars().take_while(|c| *c == mark).count();
    if mark == '`' && opening[length..].contains('`') {
        return None;
    }
    let mut end = first.len();
    for line in lines {
        end += line.len();
        let rest = unmarked(line).trim_end();
        if rest.len() >= length && rest.chars().all(|c| c == mark) {
            return Some(Fenced { length: end, is_closed: true });
        }
    }
    Some(Fenced { length: end, is_closed: false })
}

/// Whether a line looks as if it opened fenced code.
pub(super) fn opens(line: &str) -> bool {
    let rest = unmarked(line);
    rest.starts_with("```") || rest.starts_with("~~~")
}

/// Whether the text ends within fenced code.
pub(super) fn is_open_at_end(text: &str) -> bool {
    if !text.contains("```") && !text.contains("~~~") {
        return false;
    }
    let mut rest = text;
    while !rest.is_empty() {
        let length = match at(rest) {
            Some(fenced) if !fenced.is_closed => return true,
            Some(fenced) => fenced.length,
            None => rest.find('\n').map_or(rest.len(), |end| end + 1),
        };
        rest = &rest[length..];
    }
    false
}

/// A line without the marks of the quotations and list items that it stands in.
pub(super) fn unmarked(line: &str) -> &str {
    let mut rest = line.trim_start_matches([' ', '\t', '>']);
    while let Some(length) = marked_by(rest) {
        rest = rest[length..].trim_start_matches([' ', '\t', '>']);
    }
    rest
}

/// The length of the mark of a list item at the beginning of this text, with the space behind it.
pub(super) fn marked_by(text: &str) -> Option<usize> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let marks: &[char] = if digits == 0 { &['-', '*', '+'] } else { &['.', ')'] };
    let rest = text[digits..].strip_prefix(marks)?;
    (digits < 10 && rest.starts_with([' ', '\t'])).then_some(digits + 2)
}
