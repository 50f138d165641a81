//! An incremental decoder of `text/event-stream`, by the letter of WHATWG HTML 9.2.6.
//!
//! Bytes go in as they come, cut anywhere; frames come out, borrowing from the input where an event lies whole in it and
//! from two reused buffers where not. Each byte is copied at most twice, whatever the cuts. Lines are split as bytes and
//! decoded whole, so a cut inside a character does no harm; bytes that are not UTF-8 become U+FFFD.
//!
//! Two readers use it. The browser wants the standard: [`SseDecoder::push`], and an unfinished last block is dropped. The
//! provider clients meet servers that stray from it: [`SseDecoder::push_lenient`] also yields the lines that the standard
//! ignores (an error as bare JSON, or as an `error:` field), and [`SseDecoder::finish`] yields a block that lacks its
//! blank line.

use memchr::{memchr, memchr2};
use std::borrow::Cow;

/// One event, borrowed until the callback returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SseFrame<'a> {
    /// The event's type; `message` where the stream names none.
    pub event: &'a str,
    /// The data, its lines joined by line feeds.
    pub data: &'a str,
    /// The last event id: of this event, or of the last one before it that had one.
    pub id: &'a str,
}

/// What a lenient reader gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SseItem<'a> {
    /// An event.
    Frame(SseFrame<'a>),
    /// A line that the standard ignores, comments and empty lines excepted.
    Stray(&'a str),
}

/// How much of a stream may have to be held at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SseLimits {
    /// The most bytes in one line.
    pub line: usize,
    /// The most bytes in the data of one event.
    pub event: usize,
}

impl Default for SseLimits {
    fn default() -> Self {
        Self { line: 16 << 20, event: 16 << 20 }
    }
}

/// A stream that exceeds its [`SseLimits`]. The decoder gives nothing more after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SseError {
    /// One line is too long.
    #[error("a line of the event stream is longer than {0} bytes")]
    LineTooLong(usize),
    /// The data lines of one event are too long together.
    #[error("an event of the stream is longer than {0} bytes")]
    EventTooLong(usize),
}

/// Buffers above this size are given back once they are empty.
const KEPT: usize = 64 << 10;

/// The decoder; see the [module](self).
#[derive(Debug, Default)]
pub struct SseDecoder {
    limits: SseLimits,
    /// The line that the last input broke off in.
    line: Vec<u8>,
    /// The present line needs no keeping: a comment, or an unknown field beyond the limit.
    skipping: bool,
    /// The last input ended in CR: an LF at the start of the next one belongs to it.
    after_cr: bool,
    /// The first line is behind us, and with it the place for a byte order mark.
    past_first_line: bool,
    event: String,
    data: String,
    /// Whether the block has a data line; `data` may be empty all the same.
    has_data: bool,
    /// The id as the block sets it; it counts from the blank line on.
    id: String,
    last_event_id: String,
    retry: Option<u64>,
    failed: Option<SseError>,
}

impl SseDecoder {
    /// A decoder at the start of a stream.
    pub fn new() -> Self {
        Self::default()
    }

    /// A decoder with limits of its own.
    pub fn with_limits(limits: SseLimits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// The id to resume from: that of the last finished block that had one.
    pub fn last_event_id(&self) -> &str {
        &self.last_event_id
    }

    /// How long the stream asks to wait before a reconnection, in milliseconds.
    pub fn retry(&self) -> Option<u64> {
        self.retry
    }

    /// Makes ready for the next connection: what is unfinished is dropped, the last event id and `retry` stay.
    pub fn reconnect(&mut self) {
        let last_event_id = std::mem::take(&mut self.last_event_id);
        *self = Self {
            limits: self.limits,
            retry: self.retry,
            id: last_event_id.clone(),
            last_event_id,
            ..Self::default()
        };
    }

    /// Takes the next bytes and calls `on` with each event that they complete.
    pub fn push(&mut self, bytes: &[u8], mut on: impl FnMut(SseFrame<'_>)) -> Result<(), SseError> {
        self.feed::<false>(bytes, &mut |item| {
            if let SseItem::Frame(frame) = item {
                on(frame);
            }
        })
    }

    /// Like [`SseDecoder::push`], with the lines that the standard ignores.
    pub fn push_lenient(&mut self, bytes: &[u8], mut on: impl FnMut(SseItem<'_>)) -> Result<(), SseError> {
        self.feed::<true>(bytes, &mut on)
    }

    /// The end of the bytes, for readers that take a last line without line end, and a last block without blank line, as
    /// finished. The standard drops them: readers that follow it do not call this.
    pub fn finish(&mut self, mut on: impl FnMut(SseItem<'_>)) -> Result<(), SseError> {
        // No line feed will come for a last CR, and the one below is a line of its own.
        self.after_cr = false;
        if self.skipping || !self.line.is_empty() {
            self.feed::<true>(b"\n", &mut on)?;
        }
        self.feed::<true>(b"\n", &mut on)
    }

    fn feed<const STRAYS: bool>(&mut self, bytes: &[u8], on: &mut impl FnMut(SseItem<'_>)) -> Result<(), SseError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let fed = self.lines::<STRAYS>(bytes, on);
        self.failed = fed.err();
        fed
    }

    fn lines<const STRAYS: bool>(&mut self, mut rest: &[u8], on: &mut impl FnMut(SseItem<'_>)) -> Result<(), SseError> {
        while !rest.is_empty() {
            if std::mem::take(&mut self.after_cr) && rest[0] == b'\n' {
                rest = &rest[1..];
                continue;
            }
            let Some(end) = memchr2(b'\n', b'\r', rest) else {
                return self.keep::<STRAYS>(rest);
            };
            let (line, after) = (&rest[..end], end_of_line(&rest[end..], &mut self.after_cr));
            rest = after;
            if std::mem::take(&mut self.skipping) {
                self.past_first_line = true;
            } else if self.line.is_empty() {
                // The fast path: one data line, its blank line behind it, both in the input.
                let blank = !self.has_data && matches!(rest.first(), Some(b'\n' | b'\r'));
                if self.line::<STRAYS>(line, blank, on)? {
                    rest = end_of_line(rest, &mut self.after_cr);
                }
            } else {
                let mut whole = std::mem::take(&mut self.line);
                whole.extend_from_slice(line);
                let taken = self.line::<STRAYS>(&whole, false, on);
                whole.clear();
                whole.shrink_to(KEPT);
                self.line = whole;
                taken?;
            }
        }
        Ok(())
    }

    /// Keeps the start of a line whose end is yet to come.
    fn keep<const STRAYS: bool>(&mut self, part: &[u8]) -> Result<(), SseError> {
        if self.skipping {
            return Ok(());
        }
        self.line.extend_from_slice(part);
        let start = without_mark(&self.line, self.past_first_line);
        let too_long = start.len() > self.limits.line;
        if start.first() == Some(&b':') || (too_long && !STRAYS && !is_known(start)) {
            self.skipping = true;
            self.line = Vec::new();
            return Ok(());
        }
        if too_long { Err(SseError::LineTooLong(self.limits.line)) } else { Ok(()) }
    }

    /// Takes one line. With `blank`, an empty line is known to follow: true means that it has been taken as well.
    fn line<const STRAYS: bool>(
        &mut self,
        line: &[u8],
        blank: bool,
        on: &mut impl FnMut(SseItem<'_>),
    ) -> Result<bool, SseError> {
        let line = without_mark(line, std::mem::replace(&mut self.past_first_line, true));
        if line.is_empty() {
            self.dispatch(on);
            return Ok(false);
        }
        if line[0] == b':' {
            return Ok(false);
        }
        if line.len() > self.limits.line && (STRAYS || is_known(line)) {
            return Err(SseError::LineTooLong(self.limits.line));
        }
        let (name, value) = field(line);
        match name {
            b"data" if blank => {
                if value.len() > self.limits.event {
                    return Err(SseError::EventTooLong(self.limits.event));
                }
                self.commit();
                let data = String::from_utf8_lossy(value);
                on(SseItem::Frame(SseFrame { event: named(&self.event), data: &data, id: &self.last_event_id }));
                self.event.clear();
                return Ok(true);
            }
            b"data" => self.append(value)?,
            b"event" => replace(&mut self.event, value),
            b"id" if memchr(0, value).is_none() => replace(&mut self.id, value),
            b"id" => {}
            b"retry" => self.retry = digits(value).or(self.retry),
            _ if STRAYS => on(SseItem::Stray(&String::from_utf8_lossy(line))),
            _ => {}
        }
        Ok(false)
    }

    fn append(&mut self, value: &[u8]) -> Result<(), SseError> {
        if self.data.len() + value.len() > self.limits.event {
            return Err(SseError::EventTooLong(self.limits.event));
        }
        if std::mem::replace(&mut self.has_data, true) {
            self.data.push('\n');
        }
        self.data.push_str(&String::from_utf8_lossy(value));
        Ok(())
    }

    fn commit(&mut self) {
        if self.last_event_id != self.id {
            self.last_event_id.clone_from(&self.id);
        }
    }

    fn dispatch(&mut self, on: &mut impl FnMut(SseItem<'_>)) {
        self.commit();
        if std::mem::take(&mut self.has_data) {
            on(SseItem::Frame(SseFrame { event: named(&self.event), data: &self.data, id: &self.last_event_id }));
            self.data.clear();
            self.data.shrink_to(KEPT);
        }
        self.event.clear();
    }
}

/// What follows the line end (LF, CR or CRLF) at the start of `bytes`.
fn end_of_line<'a>(bytes: &'a [u8], after_cr: &mut bool) -> &'a [u8] {
    match bytes {
        [b'\r', b'\n', after @ ..] => after,
        [b'\r', after @ ..] => {
            *after_cr = after.is_empty();
            after
        }
        _ => &bytes[1..],
    }
}

/// The line without the byte order mark that may open the stream.
fn without_mark(line: &[u8], past_first_line: bool) -> &[u8] {
    if past_first_line { line } else { line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line) }
}

/// Splits a line into its field's name and value; one space after the colon belongs to neither.
fn field(line: &[u8]) -> (&[u8], &[u8]) {
    match memchr(b':', line) {
        Some(colon) => {
            let value = &line[colon + 1..];
            (&line[..colon], value.strip_prefix(b" ").unwrap_or(value))
        }
        None => (line, b""),
    }
}

fn is_known(line: &[u8]) -> bool {
    matches!(field(line).0, b"data" | b"event" | b"id" | b"retry")
}

fn named(event: &str) -> &str {
    if event.is_empty() { "message" } else { event }
}

fn replace(text: &mut String, value: &[u8]) {
    text.clear();
    match String::from_utf8_lossy(value) {
        Cow::Borrowed(value) => text.push_str(value),
        Cow::Owned(value) => *text = value,
    }
}

/// A number in ASCII digits; one too large to count counts as the largest.
fn digits(value: &[u8]) -> Option<u64> {
    let all = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
    all.then(|| value.iter().fold(0u64, |sum, digit| sum.saturating_mul(10).saturating_add(u64::from(digit - b'0'))))
}

#[cfg(test)]
mod tests;
