//! Lines that begin more quotations and lists inside of each other than anybody writes.

use super::super::fenced;
use std::borrow::Cow;

/// So many marks of quotations and list items at the beginning of a line are read as such.
const MOST: usize = 200;

/// The text with blanks in place of all further marks at the beginning of a line, byte by byte: the parser takes steps for
/// every line in proportion to how many containers are open.
pub(super) fn shallow(text: &str) -> Cow<'_, str> {
    let mut bytes = Cow::Borrowed(text.as_bytes());
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if let Some(marks) = marks_in_excess(line) {
            bytes.to_mut()[start + marks.start..start + marks.end].fill(b' ');
        }
        start += line.len();
    }
    match bytes {
        Cow::Borrowed(_) => Cow::Borrowed(text),
        // Only ASCII characters were replaced, by ASCII characters.
        Cow::Owned(bytes) => String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned),
    }
}

/// Whether a text is the other one with blanks in some places.
pub(super) fn is_blanked(text: &str, source: &str) -> bool {
    text.len() == source.len() && text.bytes().zip(source.bytes()).all(|(blank, b)| blank == b || blank == b' ')
}

fn marks_in_excess(line: &str) -> Option<std::ops::Range<usize>> {
    if line.len() <= MOST {
        return None;
    }
    let (mut count, mut at, mut start) = (0, 0, 0);
    loop {
        let rest = line[at..].trim_start_matches([' ', '\t']);
        at = line.len() - rest.len();
        match if rest.starts_with('>') { Some(1) } else { fenced::marked_by(rest) } {
            Some(length) => at += length,
            None => return (count > MOST).then_some(start..at),
        }
        count += 1;
        if count == MOST {
            start = at;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_marks_beyond_what_anybody_writes_are_blanked() {
        for text in ["> - 1. a\n", &"> ".repeat(MOST), &"a > ".repeat(MOST)] {
            assert_eq!(shallow(text), text);
        }
        let deep = format!("a\n{}- b\n> c", "> ".repeat(MOST));
        assert_eq!(shallow(&deep), format!("a\n{}  b\n> c", "> ".repeat(MOST)));
        let code = format!("```\n{}\n```", "- ".repeat(MOST + 1));
        assert_eq!(super::super::blocks(&code), super::super::blocks(&code.replace("```", "~~~")));
        assert!(format!("{:?}", super::super::blocks(&code)).contains(&"- ".repeat(MOST + 1)));
    }
}
