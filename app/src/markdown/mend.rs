//! Half-open markers at the end of a text that still grows: shown as if they were closed, or held back until it is
//! known what they are, so that the page does not flicker between `**bold` and bold. Only for what is shown meanwhile.

mod inline;

use super::{fenced, parse};
use std::borrow::Cow;

/// The text as it should be shown while more is to come. In a table the first line is a row like any other.
pub fn mend(text: &str, in_table: bool) -> Cow<'_, str> {
    if fenced::is_open_at_end(text) {
        return Cow::Borrowed(hold_back_fence(text));
    }
    let formula = parse::open_formula(text);
    let shown = if formula.is_some() { text } else { hold_back(text, in_table) };
    let start = formula.unwrap_or_else(|| last_text(shown, in_table));
    let mended = inline::scan(&shown[start..]);
    if mended.dropped.is_empty() && mended.append.is_empty() {
        return Cow::Borrowed(shown);
    }
    let mut whole = String::with_capacity(shown.len() + mended.append.len());
    let mut from = 0;
    for range in &mended.dropped {
        whole.push_str(&shown[from..(start + range.start).max(from)]);
        from = from.max(start + range.end);
    }
    whole.push_str(&shown[from..]);
    if !mended.append.is_empty() {
        // A closing marker must not follow a space.
        whole.truncate(whole.trim_end_matches([' ', '\n']).len());
        whole.push_str(&mended.append);
    }
    Cow::Owned(whole)
}

/// Whether no marker is open at the end of this part of a paragraph.
pub fn is_closed(text: &str) -> bool {
    let mended = inline::scan(text);
    mended.dropped.is_empty() && mended.append.is_empty()
}

/// The text without a line that may become the fence of the code that is open, or is one already.
fn hold_back_fence(text: &str) -> &str {
    let line = text.rfind('\n').map_or(0, |at| at + 1);
    let may_close = !text[line..].trim().is_empty() && text[line..].chars().all(|c| "`~ >".contains(c));
    let opens = fenced::at(&text[line..]).is_some() && !fenced::is_open_at_end(&text[..line]);
    if may_close || opens { &text[..line] } else { text }
}

/// The text without an end of which it is not known yet what it is: a line of nothing but markers (a list item, a
/// heading's underline, a fence), a definition, or the head of a table whose second line has not come.
fn hold_back(text: &str, in_table: bool) -> &str {
    let start = text.rfind('\n').map_or(0, |at| at + 1);
    let line = text[start..].trim();
    let bare = fenced::unmarked(&text[start..]).trim();
    let markers = !line.is_empty() && line.chars().all(|c| "-=*_#>|~+:` ".contains(c));
    let digits = bare.trim_end_matches(['.', ')']);
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let number = is_number && (digits.len() < bare.len() || (start > 0 && bare.len() < 10));
    let fence = bare.starts_with("```") || bare.starts_with("~~~");
    let end = if markers || number || fence || defines(bare) { start } else { text.len() };
    if in_table {
        return &text[..end];
    }
    let is_row = |line: &&str| line.trim_start_matches([' ', '>']).starts_with('|');
    let rows = text.lines().rev().take_while(is_row).take(3).count();
    if rows == 1 || (rows == 2 && !text.ends_with('\n')) {
        let head = text.trim_end_matches('\n').rmatch_indices('\n').nth(rows - 1).map_or(0, |(at, _)| at + 1);
        return &text[..end.min(head)];
    }
    &text[..end]
}

/// Whether a line begins to say what a label of links stands for.
fn defines(line: &str) -> bool {
    let label = line.strip_prefix('[').filter(|rest| !rest.starts_with('^')).and_then(|rest| rest.split_once(']'));
    label.is_some_and(|(_, rest)| rest.starts_with(':'))
}

/// Where the last paragraph, heading, list item or cell begins.
fn last_text(text: &str, in_table: bool) -> usize {
    let line = text.rfind('\n').map_or(0, |at| at + 1);
    if in_table || text[line..].trim_start().starts_with('|') {
        return line + text[line..].rfind('|').map_or(0, |at| at + 1);
    }
    let mut end = text.len();
    loop {
        let start = text[..end].rfind('\n').map_or(0, |at| at + 1);
        let line = &text[start..end];
        let bare = fenced::unmarked(line).trim_start_matches('#');
        let begins = bare.len() < line.trim_start_matches([' ', '>']).len();
        let is_empty = line.trim_matches([' ', '\t', '\r', '>']).is_empty();
        if is_empty && end < text.len() {
            return end + 1;
        }
        if begins || start == 0 {
            return end - bare.len();
        }
        end = start - 1;
    }
}

#[cfg(test)]
mod tests;
