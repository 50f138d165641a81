//! Cuts a file into the JSON of single conversations, one at a time, so that its size does not matter.
//!
//! A file is an array of values, or values one after another (one value, or JSON Lines). Only where each begins and ends is found out
//! here: what is in it is parsed later, and one that is not as it should be can be passed over.

use memchr::memchr2;
use std::io::{self, BufRead};

/// One value of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Element {
    /// Its bytes; whether they are JSON is not known yet.
    Json(Vec<u8>),
    /// It is larger than the limit, and was passed over.
    TooLarge,
}

/// Why a file cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Reading failed, or what was packed cannot be unpacked.
    #[error("the file cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It is something else.
    #[error("the file is neither JSON nor a zip archive")]
    NoJson,
    /// It is damaged.
    #[error("the file is damaged or not whole: {problem} (byte {at})")]
    Broken {
        /// Where, counted from 0.
        at: u64,
        /// What is wrong there.
        problem: &'static str,
    },
}

/// The values of a file.
#[derive(Debug)]
pub struct Elements<R> {
    input: R,
    /// The most bytes of one value.
    limit: usize,
    /// How many bytes have been read.
    at: u64,
    place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Start,
    /// Before the first value of an array.
    ArrayBegan,
    /// After a value of an array.
    InArray,
    /// Between values that stand by themselves.
    Between,
    End,
}

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

impl<R: BufRead> Elements<R> {
    /// The values of `input`, each of at most `limit` bytes.
    pub fn new(input: R, limit: usize) -> Self {
        Self { input, limit, at: 0, place: Place::Start }
    }

    /// How many bytes have been read.
    pub fn position(&self) -> u64 {
        self.at
    }

    /// The next value; `None` at the end. After an error there is nothing to be had.
    #[expect(clippy::should_implement_trait, reason = "an iterator would go on after an error")]
    pub fn next(&mut self) -> Result<Option<Element>, ReadError> {
        let next = self.find();
        if !matches!(next, Ok(Some(_))) {
            self.place = Place::End;
        }
        next
    }

    fn find(&mut self) -> Result<Option<Element>, ReadError> {
        if self.place == Place::Start {
            self.begin()?;
        }
        let next = self.after_space()?;
        match (self.place, next) {
            (Place::Start | Place::End, _) | (Place::Between, None) => Ok(None),
            (Place::ArrayBegan | Place::InArray, None) => Err(self.broken("the list has no end")),
            (Place::ArrayBegan | Place::InArray, Some(b']')) => {
                self.take(1);
                match self.after_space()? {
                    None => Ok(None),
                    Some(_) => Err(self.broken("something follows after the end of the list")),
                }
            }
            (Place::InArray, Some(b',')) => {
                self.take(1);
                match self.after_space()? {
                    Some(b']') => Err(self.broken("a comma before the end of the list")),
                    _ => self.value(),
                }
            }
            (Place::InArray, Some(_)) => Err(self.broken("a comma is missing")),
            (Place::ArrayBegan, Some(_)) => {
                self.place = Place::InArray;
                self.value()
            }
            (Place::Between, Some(_)) => self.value(),
        }
    }

    fn begin(&mut self) -> Result<(), ReadError> {
        // A buffer holds more than these three bytes, unless that is all there is.
        if self.input.fill_buf()?.starts_with(BYTE_ORDER_MARK) {
            self.take(BYTE_ORDER_MARK.len());
        }
        self.place = match self.after_space()? {
            Some(b'[') => {
                self.take(1);
                Place::ArrayBegan
            }
            Some(_) => Place::Between,
            None => return Err(self.broken("there is nothing in it")),
        };
        Ok(())
    }

    fn value(&mut self) -> Result<Option<Element>, ReadError> {
        let (mut scan, mut json) = (Scan::default(), Some(Vec::new()));
        if let Some(b'}' | b']' | b',' | b':') | None = self.after_space()? {
            return Err(self.broken("a value is missing"));
        }
        loop {
            let bytes = self.input.fill_buf()?;
            if bytes.is_empty() {
                break if scan.is_complete_at_end() { Ok(()) } else { Err(self.broken("it ends in the middle")) };
            }
            let end = scan.advance(bytes);
            let read = end.unwrap_or(bytes.len());
            // What is too large is passed over without being held.
            if json.as_ref().is_some_and(|json| json.len() + read > self.limit) {
                json = None;
            }
            if let Some(json) = &mut json {
                json.extend_from_slice(&bytes[..read]);
            }
            self.take(read);
            if end.is_some() {
                break Ok(());
            }
        }?;
        Ok(Some(json.map_or(Element::TooLarge, Element::Json)))
    }

    /// The next byte that is no white space; it is not taken.
    fn after_space(&mut self) -> Result<Option<u8>, ReadError> {
        loop {
            let bytes = self.input.fill_buf()?;
            let found = bytes.iter().position(|byte| !byte.is_ascii_whitespace());
            let (space, next, empty) = (found.unwrap_or(bytes.len()), found.map(|at| bytes[at]), bytes.is_empty());
            self.take(space);
            if next.is_some() || empty {
                return Ok(next);
            }
        }
    }

    fn take(&mut self, bytes: usize) {
        self.input.consume(bytes);
        self.at += bytes as u64;
    }

    fn broken(&self, problem: &'static str) -> ReadError {
        ReadError::Broken { at: self.at, problem }
    }
}

/// Finds the end of one value, whatever pieces it comes in.
#[derive(Debug, Default)]
struct Scan {
    depth: usize,
    within: Within,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Within {
    #[default]
    Nothing,
    String,
    Escape,
    /// A number or a word that stands by itself.
    Word,
}

impl Scan {
    /// Where the value ends in these bytes, if it does.
    fn advance(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < bytes.len() {
            match self.within {
                Within::String => {
                    let found = memchr2(b'"', b'\\', &bytes[at..])?;
                    at += found + 1;
                    self.within = if bytes[at - 1] == b'"' { Within::Nothing } else { Within::Escape };
                    if self.within == Within::Nothing && self.depth == 0 {
                        return Some(at);
                    }
                    continue;
                }
                Within::Escape => self.within = Within::String,
                Within::Word => {
                    if bytes[at].is_ascii_whitespace() || b",]}[{:\"".contains(&bytes[at]) {
                        return Some(at);
                    }
                }
                Within::Nothing => match bytes[at] {
                    b'"' => self.within = Within::String,
                    b'{' | b'[' => self.depth += 1,
                    b'}' | b']' => {
                        self.depth = self.depth.saturating_sub(1);
                        if self.depth == 0 {
                            return Some(at + 1);
                        }
                    }
                    _ if self.depth == 0 => self.within = Within::Word,
                    _ => {}
                },
            }
            at += 1;
        }
        None
    }

    fn is_complete_at_end(&self) -> bool {
        self.within == Within::Word
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;
    use std::io::BufReader;

    /// Reads it whole, through a buffer of this size.
    fn read(text: &str, buffer: usize, limit: usize) -> Result<Vec<Element>, String> {
        let mut elements = Elements::new(BufReader::with_capacity(buffer, text.as_bytes()), limit);
        let mut all = Vec::new();
        while let Some(element) = elements.next().map_err(|error| error.to_string())? {
            all.push(element);
        }
        assert_eq!(elements.position(), text.len() as u64, "{text:?}");
        Ok(all)
    }

    fn texts(text: &str) -> Vec<String> {
        let json = |element| match element {
            Element::Json(json) => String::from_utf8(json).unwrap(),
            Element::TooLarge => panic!("too large"),
        };
        read(text, 64, 1000).unwrap().into_iter().map(json).collect()
    }

    #[test]
    fn arrays_and_values_one_after_another_are_cut() {
        assert_eq!(texts(r#" [ {"a":"]}\""} , [1,[2]],"x\\" ,7] "#), [r#"{"a":"]}\""}"#, "[1,[2]]", r#""x\\""#, "7"]);
        assert_eq!(texts("{\"a\":1}\n{\"b\":2}\n"), ["{\"a\":1}", "{\"b\":2}"]);
        assert_eq!(texts("\u{feff}{\"a\":1}"), ["{\"a\":1}"]);
        assert_eq!(texts("[]"), Vec::<String>::new());
        assert_eq!(texts("17"), ["17"]);
    }

    #[test]
    fn what_is_broken_is_said() {
        for (text, problem) in [
            ("", "nothing in it"),
            (" \n", "nothing in it"),
            ("[", "no end"),
            ("[{}", "no end"),
            ("[{}] {}", "follows after the end"),
            ("[{} {}]", "comma is missing"),
            ("[{},]", "comma before the end"),
            ("[,]", "value is missing"),
            ("{\"a\":", "ends in the middle"),
            ("[{\"a\":\"b", "ends in the middle"),
            ("}", "value is missing"),
        ] {
            let error = read(text, 64, 1000).unwrap_err();
            assert!(error.contains(problem), "{text:?}: {error}");
        }
    }

    #[test]
    fn what_is_too_large_is_passed_over() {
        let large = format!("[{{\"a\":\"{}\"}},{{}}]", "x".repeat(500));
        assert_eq!(read(&large, 64, 100).unwrap(), [Element::TooLarge, Element::Json(b"{}".to_vec())]);
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".*".prop_map(Value::from)
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::hash_map(".*", inner, 0..6).prop_map(Value::from_iter),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_array_comes_back_value_by_value(values in prop::collection::vec(value(), 0..6), buffer in 3usize..40, pretty: bool) {
            let text = if pretty { serde_json::to_string_pretty(&values) } else { serde_json::to_string(&values) }.unwrap();
            let parsed: Vec<Value> = read(&text, buffer, usize::MAX).unwrap().into_iter().map(|element| match element {
                Element::Json(json) => serde_json::from_slice(&json).unwrap(),
                Element::TooLarge => panic!("there is no limit"),
            }).collect();
            prop_assert_eq!(parsed, values);
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".*", buffer in 3usize..40) {
            let _ = read(&text, buffer, 10);
        }
    }
}
