#![no_main]
//! The decoder of lines of JSON.

use protocol::ndjson::{LineTooLong, NdjsonDecoder};

fn read(pieces: &[&[u8]], limit: usize) -> (Vec<String>, Result<(), LineTooLong>) {
    let (mut decoder, mut lines) = (NdjsonDecoder::with_limit(limit), Vec::new());
    let mut keep = |line: &str| {
        assert!(!line.trim_ascii().is_empty() && !line.contains('\n'));
        lines.push(line.to_owned());
    };
    let taken = pieces.iter().try_for_each(|piece| decoder.push(piece, &mut keep));
    let taken = taken.and_then(|()| decoder.finish(&mut keep));
    (lines, taken)
}

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let Some((bytes, pieces)) = fuzz::pieces(input) else { return };
    for limit in [64, 16 << 20] {
        assert_eq!(read(&pieces, limit), read(&[bytes], limit), "limit {limit}");
    }
});
