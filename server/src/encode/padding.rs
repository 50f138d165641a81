//! Makes the sizes of frames say nothing of the words in them, for whoever watches an encrypted connection.
//!
//! Frames are filled up to fixed sizes and not by random lengths: within one size nothing is told, however long somebody
//! listens, where random lengths are noise that can be seen through. `docs/decisions/0007-padding.md` has the sources.

/// The smallest size of a frame's text in bytes of JSON: a token, or a handful of short ones.
const SMALLEST: usize = 64;

/// From here on sizes grow by this many bytes; below, they double. The price of a long text is then a small part of it.
const STEP: usize = 4096;

/// How many bytes a frame of `length` bytes lacks to the next fixed size. `overhead` is what a frame of the same format
/// takes around an empty text: what is told is then counted in text, whatever the format has around it.
pub(super) fn missing(length: usize, overhead: usize) -> usize {
    let text = length.saturating_sub(overhead);
    let size = if text <= STEP { text.next_power_of_two().max(SMALLEST) } else { text.next_multiple_of(STEP) };
    overhead + size - length
}

/// Fills the frames since `start` up with a comment of their own, which readers pass over like a heartbeat. A comment
/// inside a frame would reach readers that cut at empty lines and take what follows `data: ` for JSON.
pub(super) fn comment(out: &mut Vec<u8>, start: usize, overhead: usize) {
    let length = out.len() - start;
    if length > 0 {
        out.push(b':');
        fill(out, missing(length, overhead));
        out.extend_from_slice(b"\n\n");
    }
}

/// Appends this many bytes that mean nothing, fit for a comment and for a JSON string.
pub(super) fn fill(out: &mut Vec<u8>, bytes: usize) {
    out.resize(out.len() + bytes, b'.');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_few_and_never_much_larger_than_the_text() {
        let size = |text: usize| text + missing(10 + text, 10);
        for text in 0..=64 {
            assert_eq!(size(text), 64);
        }
        assert_eq!([65, 128, 129, 4096, 4097, 8193].map(size), [128, 128, 256, 4096, 8192, 12288]);
        assert_eq!(missing(3, 10), 71, "a frame that is shorter than an empty one looks like it");
    }

    #[test]
    fn nothing_is_not_padded() {
        let mut out = b"before".to_vec();
        comment(&mut out, 6, 3);
        assert_eq!(out, b"before");
    }
}
