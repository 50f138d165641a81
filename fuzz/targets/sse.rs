#![no_main]
//! The decoder of event streams, as the browser uses it and as the provider clients do.

use protocol::sse::{SseDecoder, SseError, SseItem, SseLimits};

/// Small limits, so that the fuzzer reaches them.
const LIMITS: SseLimits = SseLimits { line: 64, event: 96 };

#[derive(Debug, PartialEq)]
struct Read {
    items: Vec<String>,
    last_event_id: String,
    retry: Option<u64>,
    end: Result<(), SseError>,
}

fn read(pieces: &[&[u8]], lenient: bool, limits: SseLimits) -> Read {
    let (mut decoder, mut items) = (SseDecoder::with_limits(limits), Vec::new());
    let end = pieces.iter().try_for_each(|piece| match lenient {
        true => decoder.push_lenient(piece, |item| items.push(shown(item))),
        false => decoder.push(piece, |frame| items.push(shown(SseItem::Frame(frame)))),
    });
    if lenient && end.is_ok() {
        // What is finished twice is finished once.
        let before = decoder.finish(|item| items.push(shown(item)));
        let after = decoder.finish(|item| panic!("told twice: {item:?}"));
        assert_eq!(before, after);
    }
    Read { items, last_event_id: decoder.last_event_id().to_owned(), retry: decoder.retry(), end }
}

fn shown(item: SseItem<'_>) -> String {
    format!("{item:?}")
}

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let Some((bytes, pieces)) = fuzz::pieces(input) else { return };
    for lenient in [false, true] {
        for limits in [LIMITS, SseLimits::default()] {
            assert_eq!(
                read(&pieces, lenient, limits),
                read(&[bytes], lenient, limits),
                "lenient: {lenient}, {limits:?}"
            );
        }
    }
});
