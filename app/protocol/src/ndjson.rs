//! An incremental decoder of newline-delimited JSON (Ollama's streams): bytes in, cut anywhere; lines out.
//!
//! Empty lines mean nothing. The last line may lack its line end: [`NdjsonDecoder::finish`] yields it.

use memchr::memchr;

/// A line longer than the limit. The decoder gives nothing more after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a line of the stream is longer than {0} bytes")]
pub struct LineTooLong(pub usize);

/// The decoder; see the [module](self).
#[derive(Debug)]
pub struct NdjsonDecoder {
    limit: usize,
    /// The line that the last input broke off in.
    line: Vec<u8>,
    past_first_line: bool,
    failed: bool,
}

impl Default for NdjsonDecoder {
    fn default() -> Self {
        Self::with_limit(16 << 20)
    }
}

impl NdjsonDecoder {
    /// A decoder at the start of a stream.
    pub fn new() -> Self {
        Self::default()
    }

    /// A decoder that takes lines of up to so many bytes.
    pub fn with_limit(limit: usize) -> Self {
        Self { limit, line: Vec::new(), past_first_line: false, failed: false }
    }

    /// Takes the next bytes and calls `on` with each line that they complete.
    pub fn push(&mut self, mut bytes: &[u8], mut on: impl FnMut(&str)) -> Result<(), LineTooLong> {
        while let Some(end) = memchr(b'\n', bytes) {
            self.check(end)?;
            if self.line.is_empty() {
                self.line(&bytes[..end], &mut on);
            } else {
                let mut whole = std::mem::take(&mut self.line);
                whole.extend_from_slice(&bytes[..end]);
                self.line(&whole, &mut on);
                whole.clear();
                whole.shrink_to(64 << 10);
                self.line = whole;
            }
            bytes = &bytes[end + 1..];
        }
        self.check(bytes.len())?;
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    /// The end of the bytes: yields a last line that has no line end.
    pub fn finish(&mut self, mut on: impl FnMut(&str)) -> Result<(), LineTooLong> {
        self.check(0)?;
        let last = std::mem::take(&mut self.line);
        self.line(&last, &mut on);
        Ok(())
    }

    fn check(&mut self, more: usize) -> Result<(), LineTooLong> {
        self.failed |= self.line.len() + more > self.limit;
        if self.failed { Err(LineTooLong(self.limit)) } else { Ok(()) }
    }

    fn line(&mut self, line: &[u8], on: &mut impl FnMut(&str)) {
        let marked = !std::mem::replace(&mut self.past_first_line, true);
        let line = if marked { line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line) } else { line };
        let line = line.trim_ascii();
        if !line.is_empty() {
            on(&String::from_utf8_lossy(line));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(chunks: &[&[u8]]) -> Vec<String> {
        let (mut decoder, mut lines) = (NdjsonDecoder::new(), Vec::new());
        for chunk in chunks {
            decoder.push(chunk, |line| lines.push(line.to_owned())).unwrap();
        }
        decoder.finish(|line| lines.push(line.to_owned())).unwrap();
        lines
    }

    #[test]
    fn lines_are_the_same_at_every_cut() {
        let text = "\u{FEFF}{\"a\":\"é\"}\r\n\n  {\"b\":1}\n{\"c\":\"🌊\"}".as_bytes();
        let expected = ["{\"a\":\"é\"}", "{\"b\":1}", "{\"c\":\"🌊\"}"];
        for cut in 0..=text.len() {
            assert_eq!(read(&[&text[..cut], &text[cut..]]), expected, "cut at {cut}");
        }
        let bytes: Vec<&[u8]> = text.chunks(1).collect();
        assert_eq!(read(&bytes), expected);
    }

    #[test]
    fn a_line_has_a_limit_however_it_comes() {
        for size in [1, 3, 100] {
            let mut decoder = NdjsonDecoder::with_limit(8);
            let taken = b"12345678\n123456789\n".chunks(size).try_for_each(|part| decoder.push(part, |_| {}));
            assert_eq!(taken, Err(LineTooLong(8)), "in pieces of {size}");
            assert_eq!(decoder.push(b"\n", |_| {}), Err(LineTooLong(8)));
        }
    }
}
