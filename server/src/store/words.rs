//! What a word is, for the index, for what is looked for, and for what is marked in the result: one answer for all three.
//!
//! Words are compared without case and accents. Scripts that are written without spaces have no words to find, so each of their
//! characters counts as one, and a text in them is looked for as the sequence of its characters.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// One word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// Where it stands, in bytes.
    pub(super) start: usize,
    pub(super) end: usize,
    /// What it is compared by.
    pub(super) text: String,
}

/// The most bytes that a word is compared by: of what is longer (an address, a key, a picture in base64) the beginning counts.
const LONGEST: usize = 64;

/// The words of a text, in order.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    // Whether the last word may grow.
    let mut open = false;
    for (at, character) in text.char_indices() {
        let end = at + character.len_utf8();
        if is_combining_mark(character) {
            if let Some(word) = words.last_mut().filter(|word| word.end == at) {
                word.end = end;
                fold(character, &mut word.text);
            }
        } else if stands_alone(character) {
            // "⑴" is "(1)" and "🄀" is "0." by their compatibility forms: of those, the digits are the word.
            let is_word = |part: &char| !part.is_ascii() || part.is_ascii_alphanumeric();
            let text = character.nfkc().flat_map(char::to_lowercase).filter(is_word).collect();
            words.push(Word { start: at, end, text });
            open = false;
        } else if character.is_alphanumeric() {
            match words.last_mut().filter(|word| open && word.end == at) {
                Some(word) => {
                    word.end = end;
                    fold(character, &mut word.text);
                }
                None => {
                    let mut text = String::new();
                    fold(character, &mut text);
                    words.push(Word { start: at, end, text });
                    open = true;
                }
            }
        } else {
            open = false;
        }
    }
    words.retain(|word| !word.text.is_empty());
    words
}

/// The words joined by spaces, as the index takes them.
pub(super) fn indexed(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    for word in words(text) {
        joined.push_str(&word.text);
        joined.push(' ');
    }
    joined
}

/// Appends a character without case and accents.
fn fold(character: char, to: &mut String) {
    if to.len() >= LONGEST {
        return;
    }
    if character.is_ascii() {
        to.push(character.to_ascii_lowercase());
        return;
    }
    for part in character.nfkd().flat_map(char::to_lowercase).flat_map(char::nfkd) {
        match part {
            'ß' => to.push_str("ss"),
            'æ' => to.push_str("ae"),
            'œ' => to.push_str("oe"),
            'ø' => to.push('o'),
            'ł' => to.push('l'),
            'đ' => to.push('d'),
            'ı' => to.push('i'),
            // Of Arabic, the letters that people write for one another, and what only lengthens a line.
            'أ' | 'إ' | 'آ' | 'ٱ' => to.push('ا'),
            'ى' => to.push('ي'),
            'ة' => to.push('ه'),
            'ـ' => {}
            part if is_accent(part) => {}
            // A decomposition may hold spaces and signs, which no word does.
            part if part.is_alphanumeric() || is_combining_mark(part) => to.push(part),
            _ => {}
        }
    }
}

/// Marks that a word is the same word without: accents, and the vowel points of Hebrew and Arabic. In the scripts of India marks
/// are vowels, which count.
fn is_accent(character: char) -> bool {
    matches!(u32::from(character),
        0x0300..=0x036F | 0x0591..=0x05C7 | 0x0610..=0x061A | 0x064B..=0x065F | 0x0670 | 0x06D6..=0x06ED
        | 0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF | 0x20D0..=0x20FF | 0xFE00..=0xFE0F | 0xFE20..=0xFE2F)
}

/// Characters of scripts that are written without spaces between words (Korean has spaces, but its words grow endings), and
/// pictures.
pub(super) fn stands_alone(character: char) -> bool {
    matches!(u32::from(character),
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1100..=0x11FF | 0x1780..=0x17FF
        | 0x2190..=0x2BFF | 0x2E80..=0x2FDF | 0x3005..=0x3007 | 0x3021..=0x3029 | 0x3040..=0x318F | 0x31A0..=0x31FF
        | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xA960..=0xA97F | 0xAC00..=0xD7FF | 0xF900..=0xFAFF | 0xFF66..=0xFFDC
        | 0x1B000..=0x1B16F | 0x1F000..=0x1FAFF | 0x20000..=0x3FFFF)
}

/// One thing that is looked for: words that follow one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) words: Vec<String>,
    /// Whether the last word may be the beginning of a longer one.
    pub(super) prefix: bool,
}

/// The most terms of one query; who pastes a whole text looks for its beginning.
const MOST_TERMS: usize = 12;

/// The most words of all terms together.
const MOST_WORDS: usize = 32;

/// What a text asks for. Any text is a query: what stands in quotes is a phrase, everything else is words, and the last of them
/// may be unfinished.
pub(super) fn terms(query: &str) -> Vec<Term> {
    let mut terms: Vec<Term> = Vec::new();
    let mut rest = MOST_WORDS;
    let mut add = |text: &str, prefix: bool| {
        let mut found = words(text);
        let unfinished = found.last().is_some_and(|last| last.end == text.len() && !text.ends_with(stands_alone));
        let prefix = prefix && unfinished && found.len() <= rest;
        found.truncate(rest);
        let term = Term { words: found.into_iter().map(|word| word.text).collect(), prefix };
        if !term.words.is_empty() && terms.len() < MOST_TERMS && !terms.contains(&term) {
            rest -= term.words.len();
            terms.push(term);
        }
    };
    let quote = |character: char| matches!(character, '"' | '“' | '”' | '„' | '«' | '»' | '「' | '」');
    let parts: Vec<_> = query.split(quote).collect();
    for (index, part) in parts.iter().enumerate() {
        // A quote that nobody closed is a letter like any other.
        let is_phrase = index % 2 == 1 && index + 1 < parts.len();
        if is_phrase {
            add(part, false);
            continue;
        }
        let last = index + 1 == parts.len();
        let mut chunks = part.split_whitespace().peekable();
        while let Some(chunk) = chunks.next() {
            add(chunk, last && chunks.peek().is_none() && !part.ends_with(char::is_whitespace));
        }
    }
    terms
}

/// The most places of one term that are looked at in one text.
const MOST_PLACES: usize = 100;

impl Term {
    /// How many of these words, from `at` on, it is; none if it is not there.
    fn fits(&self, words: &[Word], at: usize) -> bool {
        let Some(there) = words.get(at..at + self.words.len()) else { return false };
        let last = self.words.len() - 1;
        self.words.iter().zip(there).enumerate().all(|(index, (wanted, word))| match index == last && self.prefix {
            true => word.text.starts_with(wanted.as_str()),
            false => word.text == *wanted,
        })
    }

    /// Where it begins, as places among the words; of a text that has little else, the first of them.
    pub(super) fn places(&self, words: &[Word]) -> Vec<usize> {
        (0..words.len()).filter(|at| self.fits(words, *at)).take(MOST_PLACES).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn words_are_compared_without_case_and_accents() {
        assert_eq!(found("Die Straße, CAFÉ; cafe\u{301} x²"), ["die", "strasse", "cafe", "cafe", "x2"]);
        assert_eq!(found("Größe GRÖSSE Ǻ"), ["grosse", "grosse", "a"]);
        assert_eq!(found("مُحَمَّد محمد"), ["محمد", "محمد"]);
        assert_eq!(found("हिन्दी"), ["हिन्दी"]);
        assert_eq!(found("Ελλάδα"), ["ελλαδα"]);
        assert!(found(" \"-+*():^ \n").is_empty());
    }

    #[test]
    fn scripts_without_spaces_are_found_by_their_characters() {
        assert_eq!(found("東京タワーは"), ["東", "京", "タ", "ワ", "ー", "は"]);
        assert_eq!(found("학교에서 a1中b"), ["학", "교", "에", "서", "a1", "中", "b"]);
        assert_eq!(found("🦀!"), ["🦀"]);
        assert_eq!(found("🄀 ⑴"), ["0", "1"]);
    }

    #[test]
    fn a_query_has_words_phrases_and_an_unfinished_end() {
        let read = |query| terms(query).into_iter().map(|term| (term.words.join(" "), term.prefix)).collect::<Vec<_>>();
        let plain = |text: &str| (text.to_owned(), false);
        assert_eq!(read("red appl"), [plain("red"), ("appl".into(), true)]);
        assert_eq!(read("red apple "), [plain("red"), plain("apple")]);
        assert_eq!(read("\"red apple\" pi"), [plain("red apple"), ("pi".into(), true)]);
        assert_eq!(read("\"red apple\""), [plain("red apple")]);
        assert_eq!(read("say \"hel"), [plain("say"), ("hel".into(), true)]);
        assert_eq!(read("foo-bar NEAR(x) c++"), [plain("foo bar"), plain("near x"), plain("c")]);
        assert_eq!(read("東京"), [plain("東 京")]);
        assert!(read("\"\" * ( ").is_empty());
    }

    proptest! {
        #[test]
        fn any_text_has_words_that_stand_in_it(text in ".{0,60}") {
            let mut end = 0;
            for word in words(&text) {
                prop_assert!(word.start >= end && text.get(word.start..word.end).is_some());
                prop_assert!(!word.text.contains(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric()), "{word:?}");
                end = word.end;
            }
            terms(&text);
        }
    }
}
