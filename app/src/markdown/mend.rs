//! Half-open markers at the end of a text that still grows: shown as if they were closed, or held back until it is
//! known what they are, so that the page does not flicker between `**bold` and bold. Only for what is shown meanwhile.

use std::borrow::Cow;

/// The text as it should be shown while more is to come.
pub fn mend(text: &str) -> Cow<'_, str> {
    let shown = hold_back(text);
    let start = last_paragraph(shown);
    let closers = closers(&shown[start..]);
    if closers.cut.is_none() && closers.append.is_empty() {
        return Cow::Borrowed(shown);
    }
    let end = closers.cut.map_or(shown.len(), |cut| start + cut);
    let mut mended = &shown[..end];
    if closers.append.starts_with(['*', '~']) {
        // A closing marker must not follow a space.
        mended = mended.trim_end();
    }
    Cow::Owned(format!("{mended}{}", closers.append))
}

/// The text without an end of which it is not known yet what it is: a line of nothing but markers (a list item, a
/// heading's underline, a fence), or the head of a table whose second line has not come.
fn hold_back(text: &str) -> &str {
    let line_start = text.rfind('\n').map_or(0, |at| at + 1);
    let line = text[line_start..].trim();
    let markers = !line.is_empty() && line.chars().all(|c| "-=*_#>|~+:` ".contains(c));
    let digits = line.trim_end_matches(['.', ')']);
    let number = digits.len() < line.len() && digits.chars().all(|c| c.is_ascii_digit());
    let fence = line.starts_with("```") || line.starts_with("~~~");
    let mut end = if markers || number || fence { line_start } else { text.len() };
    let rows = text.lines().rev().take_while(|line| line.trim_start().starts_with('|')).take(3).count();
    if rows == 1 || (rows == 2 && !text.ends_with('\n')) {
        let head = text.trim_end_matches('\n').rmatch_indices('\n').nth(rows - 1).map_or(0, |(at, _)| at + 1);
        end = end.min(head);
    }
    &text[..end]
}

/// Where the last paragraph, list item or cell begins.
fn last_paragraph(text: &str) -> usize {
    let after = |mark: &str| text.rfind(mark).map_or(0, |at| at + mark.len());
    let line = text.rfind('\n').map_or(0, |at| at + 1);
    let first = text[line..].trim_start();
    let begins_item = first.starts_with(['-', '*', '+', '#', '|', '>']) && !first.starts_with("**");
    let item = if begins_item { line + (text.len() - line - first.len()) + 1 } else { 0 };
    after("\n\n").max(item)
}

#[derive(Default)]
struct Closers {
    /// Where to cut the text: at a link whose address has not come whole.
    cut: Option<usize>,
    /// What to append.
    append: String,
}

fn closers(text: &str) -> Closers {
    let text = text.trim_end_matches(' ');
    if let Some(bare) = ["**", "~~"].iter().find_map(|mark| text.strip_suffix(mark))
        && closers(bare).append.is_empty()
    {
        return Closers { cut: Some(bare.len()), append: String::new() };
    }
    let mut open: Vec<&'static str> = Vec::new();
    let (mut at, bytes) = (0, text.as_bytes());
    while at < bytes.len() {
        let rest = &text[at..];
        let step = match bytes[at] {
            b'\\' => 2,
            b'`' => {
                let run = rest.bytes().take_while(|b| *b == b'`').count();
                match rest[run..].find(&rest[..run]) {
                    Some(end) => run * 2 + end,
                    None if run == 1 => return finished(None, open, "`"),
                    None => return finished(Some(at), open, ""),
                }
            }
            b'[' => match link(rest) {
                Link::Whole(length) => length,
                Link::Cut => return finished(Some(at), open, rest[1..].split(']').next().unwrap_or_default()),
                Link::None => 1,
            },
            _ => match ["**", "~~"].into_iter().find(|mark| rest.starts_with(mark)) {
                Some(mark) => {
                    toggle(&mut open, mark);
                    2
                }
                None => 1,
            },
        };
        at += step;
        while at < bytes.len() && !text.is_char_boundary(at) {
            at += 1;
        }
    }
    finished(None, open, "")
}

fn finished(cut: Option<usize>, open: Vec<&'static str>, first: &str) -> Closers {
    Closers { cut, append: std::iter::once(first).chain(open.into_iter().rev()).collect() }
}

fn toggle(open: &mut Vec<&'static str>, mark: &'static str) {
    match open.iter().rposition(|known| *known == mark) {
        Some(at) => {
            open.truncate(at);
        }
        None => open.push(mark),
    }
}

enum Link {
    Whole(usize),
    Cut,
    None,
}

/// What stands at an opening bracket: a whole link, one of which the end has not come, or none.
fn link(text: &str) -> Link {
    let Some(label) = text.find(']') else { return Link::None };
    match text[label + 1..].strip_prefix('(') {
        Some(address) => match address.find([')', ' ', '\n']) {
            Some(end) => Link::Whole(label + 2 + end),
            None => Link::Cut,
        },
        None => Link::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_markers_are_closed() {
        for (half, shown) in [
            ("a **b", "a **b**"),
            ("a **b `c", "a **b `c`**"),
            ("a **b** c", "a **b** c"),
            ("a ~~b", "a ~~b~~"),
            ("a **", "a "),
            ("a **b **", "a **b **"),
            ("see [text](https://a.exam", "see text"),
            ("see **[text](https://a.exam", "see **text**"),
            ("one **two\n\nthree", "one **two\n\nthree"),
            ("- **a", "- **a**"),
            ("ä **ö", "ä **ö**"),
        ] {
            assert_eq!(mend(half), shown, "{half:?}");
        }
    }

    #[test]
    fn an_end_that_may_become_anything_is_held_back() {
        for (half, shown) in [
            ("a\n-", "a\n"),
            ("a\n\n```ru", "a\n\n"),
            ("a\n\n1.", "a\n\n"),
            ("a\n\n| b | c |\n|--", "a\n\n"),
            ("| b | c |\n|---|---|\n| 1", "| b | c |\n|---|---|\n| 1"),
            ("**", ""),
            ("42", "42"),
        ] {
            assert_eq!(mend(half), shown, "{half:?}");
        }
    }
}
