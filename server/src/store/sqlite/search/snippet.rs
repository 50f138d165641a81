//! What is shown of a text that fits: the part with the most of what was looked for, marked.

use crate::store::words::{Term, Word, words};
use protocol::search::TextPart;
use std::{collections::HashSet, ops::Range};

/// How many words a snippet has.
const WORDS: usize = 32;

/// How many of them stand before the first that fits.
const BEFORE: usize = 6;

/// The most bytes of a snippet: words may be very long.
const BYTES: usize = 600;

/// Places among the words at which a term fits, with the term and how many words it has.
struct Match {
    at: usize,
    term: usize,
    length: usize,
}

fn matches(words: &[Word], terms: &[Term]) -> Vec<Match> {
    let of_term = |(index, term): (usize, &Term)| {
        let length = term.words.len();
        term.places(words).into_iter().map(move |at| Match { at, term: index, length }).collect::<Vec<_>>()
    };
    let mut matches: Vec<_> = terms.iter().enumerate().flat_map(of_term).collect();
    matches.sort_by_key(|found| (found.at, found.length));
    matches
}

/// The whole text, marked.
pub(super) fn marked(text: &str, terms: &[Term]) -> Vec<TextPart> {
    let words = words(text);
    parts(text, 0..text.len(), &words, &matches(&words, terms))
}

/// The part of the text that fits best, marked; with `…` where the text goes on.
pub(super) fn snippet(text: &str, terms: &[Term]) -> Vec<TextPart> {
    let words = words(text);
    let matches = matches(&words, terms);
    let first = best(&matches).saturating_sub(BEFORE);
    let last = (first + WORDS).min(words.len());
    let start = if first == 0 { 0 } else { words[first].start };
    let end = if last == words.len() { text.len() } else { words[last - 1].end };
    let end = cut(text, start, end);
    let mut parts = parts(text, start..end, &words, &matches);
    if start > 0 {
        parts.insert(0, TextPart { text: "…".into(), hit: false });
    }
    if end < text.len() {
        parts.push(TextPart { text: "…".into(), hit: false });
    }
    joined(parts)
}

/// Two pieces that are not marked are one.
fn joined(parts: Vec<TextPart>) -> Vec<TextPart> {
    let mut joined: Vec<TextPart> = Vec::new();
    for part in parts {
        match joined.last_mut().filter(|last| last.hit == part.hit) {
            Some(last) => last.text.push_str(&part.text),
            None => joined.push(part),
        }
    }
    joined
}

/// Where to begin so that the most different terms follow soon.
fn best(matches: &[Match]) -> usize {
    let different = |from: usize| {
        let near = matches[from..].iter().take_while(|found| found.at < matches[from].at + WORDS - BEFORE);
        near.map(|found| found.term).collect::<HashSet<_>>().len()
    };
    // The first of the best: `max_by_key` would give the last.
    let best = (0..matches.len()).rev().max_by_key(|from| different(*from));
    best.map_or(0, |from| matches[from].at)
}

fn cut(text: &str, start: usize, end: usize) -> usize {
    if end - start <= BYTES {
        return end;
    }
    text.floor_char_boundary(start + BYTES)
}

/// Cuts a range of the text where marks begin and end.
fn parts(text: &str, range: Range<usize>, words: &[Word], matches: &[Match]) -> Vec<TextPart> {
    let (mut parts, mut at) = (Vec::new(), range.start);
    for found in matches {
        let (start, end) = (words[found.at].start, words[found.at + found.length - 1].end.min(range.end));
        let start = start.max(at);
        if start >= end {
            continue;
        }
        if at < start {
            parts.push(TextPart { text: text[at..start].to_owned(), hit: false });
        }
        parts.push(TextPart { text: text[start..end].to_owned(), hit: true });
        at = end;
    }
    if at < range.end {
        parts.push(TextPart { text: text[at..range.end].to_owned(), hit: false });
    }
    joined(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::words::terms;
    use proptest::prelude::*;

    fn shown(parts: Vec<TextPart>) -> String {
        parts.into_iter().map(|part| if part.hit { format!("[{}]", part.text) } else { part.text }).collect()
    }

    #[test]
    fn what_fits_is_marked() {
        assert_eq!(shown(marked("Ein Café in der Straße", &terms("strasse cafe"))), "Ein [Café] in der [Straße]");
        assert_eq!(shown(marked("東京タワーの東", &terms("京タ"))), "東[京タ]ワーの東");
        assert_eq!(
            shown(marked("apples and a \"red apple\" pie", &terms("\"red apple\" app"))),
            "[apples] and a \"[red apple]\" pie"
        );
        assert_eq!(shown(marked("nothing", &terms("x"))), "nothing");
    }

    #[test]
    fn a_snippet_shows_where_most_fits() {
        let text = format!("alpha {} alpha beta {}", "filler ".repeat(60), "more ".repeat(60));
        let shown = shown(snippet(&text, &terms("alpha beta")));
        assert!(shown.starts_with('…') && shown.ends_with('…') && shown.contains("[alpha] [beta]"), "{shown}");
        assert!(shown.len() < 400, "{shown}");
    }

    proptest! {
        #[test]
        fn any_text_and_any_query_give_the_text_again(text in ".{0,80}", query in ".{0,12}") {
            let terms = terms(&query);
            let whole: String = marked(&text, &terms).into_iter().map(|part| part.text).collect();
            prop_assert_eq!(&whole, &text);
            let part: String = snippet(&text, &terms).into_iter().map(|part| part.text).collect();
            prop_assert!(text.contains(part.trim_matches('…')) || text.contains('…'));
        }
    }
}
