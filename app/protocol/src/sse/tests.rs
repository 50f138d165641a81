use super::*;
use futures::{FutureExt, StreamExt};
use proptest::prelude::*;

type Event = (String, String, String);

fn owned(frame: SseFrame<'_>) -> Event {
    (frame.event.to_owned(), frame.data.to_owned(), frame.id.to_owned())
}

fn read<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Event>, SseDecoder) {
    let (mut decoder, mut events) = (SseDecoder::new(), Vec::new());
    for chunk in chunks {
        decoder.push(chunk, |frame| events.push(owned(frame))).unwrap();
    }
    (events, decoder)
}

/// Reads whole, byte by byte and cut at every place, and checks that all agree.
fn read_every_way(bytes: &[u8]) -> Vec<Event> {
    let (events, whole) = read([bytes]);
    assert_eq!(read(bytes.chunks(1)).0, events, "byte by byte");
    for cut in 0..=bytes.len() {
        let (again, decoder) = read([&bytes[..cut], &bytes[cut..]]);
        assert_eq!(again, events, "cut at {cut}");
        assert_eq!(decoder.last_event_id(), whole.last_event_id(), "cut at {cut}");
    }
    events
}

fn event(event: &str, data: &str, id: &str) -> Event {
    (event.into(), data.into(), id.into())
}

#[test]
fn every_line_end_and_every_cut_gives_the_same_events() {
    for end in ["\n", "\r", "\r\n"] {
        let text = [
            "\u{FEFF}: hello",
            "id: 1",
            "data: é🌊",
            "data:",
            "data:  x",
            "",
            "event:tick",
            "data",
            "",
            "data: last",
            "",
        ]
        .map(|line| format!("{line}{end}"))
        .concat();
        let expected = [event("message", "é🌊\n\n x", "1"), event("tick", "", "1"), event("message", "last", "1")];
        assert_eq!(read_every_way(text.as_bytes()), expected, "{end:?}");
    }
}

#[test]
fn ids_count_from_the_blank_line_on() {
    let (events, decoder) = read([b"id: 1\n\nid: 2\ndata: a\n\nid: 3\0\ndata: b\n\nid: 4\ndata: c".as_slice()]);
    assert_eq!(events, [event("message", "a", "2"), event("message", "b", "2")]);
    assert_eq!(decoder.last_event_id(), "2");
    assert_eq!(read([b"id: 1\n\nid\n\n".as_slice()]).1.last_event_id(), "");
}

#[test]
fn retry_takes_digits_only() {
    let retry = |text: &str| read([text.as_bytes()]).1.retry();
    assert_eq!(retry("retry: 050\n"), Some(50));
    assert_eq!(retry("retry: 50\nretry: 5x\nretry\n"), Some(50));
    assert_eq!(retry("retry: 99999999999999999999999\n"), Some(u64::MAX));
}

#[test]
fn a_reconnection_drops_what_is_unfinished_and_keeps_the_id() {
    let (_, mut decoder) = read([b"retry: 7\nid: 1\ndata: a\n\nid: 2\ndata: b".as_slice()]);
    decoder.reconnect();
    let mut events = Vec::new();
    decoder.push("\u{FEFF}data: c\n\n".as_bytes(), |frame| events.push(owned(frame))).unwrap();
    assert_eq!((events, decoder.retry()), (vec![event("message", "c", "1")], Some(7)));
}

#[test]
fn a_lenient_reader_gets_stray_lines_and_the_unfinished_block() {
    let text = b"data: a\n\n: comment\n{\"error\":{}}\nerror: {\"code\":500}\n\ndata: b\ndata: c".as_slice();
    for size in [1, 2, 5, text.len()] {
        let (mut decoder, mut items) = (SseDecoder::new(), Vec::new());
        let mut keep = |item: SseItem<'_>| {
            items.push(match item {
                SseItem::Frame(frame) => format!("frame {}", frame.data),
                SseItem::Stray(line) => format!("stray {line}"),
            });
        };
        for part in text.chunks(size) {
            decoder.push_lenient(part, &mut keep).unwrap();
        }
        decoder.finish(&mut keep).unwrap();
        decoder.finish(&mut keep).unwrap();
        assert_eq!(items, ["frame a", "stray {\"error\":{}}", "stray error: {\"code\":500}", "frame b\nc"]);
    }
}

/// Found by the fuzzer: the unfinished block was told only when it was finished twice.
#[test]
fn a_block_is_finished_after_a_comment_that_was_cut_and_after_a_lone_cr() {
    for text in ["data: a\n: comm", "data: a\n:", "data: a\r", "data: a\r\n", "data: a\n", "data: a", "data: a\n\r"] {
        for size in [1, text.len()] {
            let (mut decoder, mut items) = (SseDecoder::new(), Vec::new());
            for part in text.as_bytes().chunks(size) {
                decoder.push_lenient(part, |item| items.push(format!("{item:?}"))).unwrap();
            }
            decoder.finish(|item| items.push(format!("{item:?}"))).unwrap();
            assert_eq!(items.len(), 1, "{text:?} in pieces of {size}");
            decoder.finish(|item| panic!("{item:?} is told twice")).unwrap();
        }
    }
}

#[test]
fn limits_hold_however_the_bytes_come() {
    let limits = SseLimits { line: 20, event: 24 };
    let result = |text: &[u8], size: usize| {
        let (mut decoder, mut events) = (SseDecoder::with_limits(limits), 0);
        let taken = text.chunks(size).try_for_each(|part| decoder.push(part, |_| events += 1));
        if let Err(error) = taken {
            assert_eq!(decoder.push(b"data: more\n\n", |_| {}), Err(error), "a failed decoder stays failed");
        }
        taken.map(|()| events)
    };
    for size in [1, 7, 4096] {
        assert_eq!(result(b"data: 123456789012345\n\n", size), Err(SseError::LineTooLong(20)));
        assert_eq!(result(b"data: 1234567890\ndata: 12345678901234\n\ndata: x\n\n", size), Ok(2));
        assert_eq!(result(b"data: 12345678901234\ndata: 12345678901234\n\n", size), Err(SseError::EventTooLong(24)));
        assert_eq!(result(b": 123456789012345678901\nunknown: 12345678901234567\ndata: x\n\n", size), Ok(1));
        assert_eq!(result(&b"data: 12345\n\n".repeat(100), size), Ok(100));
    }
}

#[test]
fn a_long_line_in_small_pieces_takes_linear_time() {
    let line = format!("data: {}\n\n", "🌊".repeat(1 << 19));
    let (events, decoder) = read(line.as_bytes().chunks(3));
    assert_eq!(events[0].1.len(), 4 << 19);
    assert!(decoder.line.capacity() <= KEPT && decoder.data.capacity() <= KEPT, "large buffers are given back");
}

/// What an independent decoder makes of the same bytes: type, data and last id of each event.
fn by_sse_stream(chunks: Vec<Vec<u8>>) -> Vec<Event> {
    let body = futures::stream::iter(chunks.into_iter().map(Ok::<_, std::convert::Infallible>));
    let mut stream = sse_stream::SseStream::from_bytes_stream(body.map(|chunk| chunk.map(bytes::Bytes::from)));
    let (mut events, mut last_id) = (Vec::new(), String::new());
    while let Some(Some(Ok(sse))) = stream.next().now_or_never() {
        last_id = sse.id.unwrap_or(last_id);
        if let Some(data) = sse.data {
            let kind = sse.event.filter(|event| !event.is_empty()).unwrap_or_else(|| "message".into());
            events.push((kind, data, last_id.clone()));
        }
    }
    events
}

/// A block of an event: comments and fields, their lines ending in one way or the other.
fn block() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        4 => "data: ?[ -~é🌊]{0,12}",
        1 => "event: [a-z]{1,5}",
        1 => "id: [0-9a-z]{0,3}",
        1 => ": ?[ -~]{0,8}",
        1 => "retry: [0-9]{1,4}",
        1 => Just("data".to_owned()),
    ];
    (prop::collection::vec(line, 1..6), prop::sample::select(vec!["\n", "\r\n"]))
        .prop_map(|(lines, end)| format!("{}{end}{end}", lines.join(end)))
}

proptest! {
    /// Any text of stream-like lines, cut anywhere, gives the same events as in one piece.
    #[test]
    fn cuts_change_nothing(
        pieces in prop::collection::vec(
            prop::sample::select(vec!["data", "data:", "id: ", "event:", "retry:", ":", " ", "\n", "\r", "\r\n", "é", "🌊", "\0", "x", "\u{FEFF}"]),
            0..60,
        ),
        sizes in prop::collection::vec(1usize..9, 1..20),
    ) {
        let text = pieces.concat().into_bytes();
        let (whole, _) = read([text.as_slice()]);
        let (mut rest, mut chunks, mut sizes) = (text.as_slice(), Vec::new(), sizes.iter().cycle());
        while !rest.is_empty() {
            let (chunk, after) = rest.split_at((*sizes.next().unwrap()).min(rest.len()));
            chunks.push(chunk);
            rest = after;
        }
        prop_assert_eq!(read(chunks).0, whole);
    }

    /// Where both follow the standard (finished blocks, LF or CRLF), we and an independent decoder agree.
    #[test]
    fn an_independent_decoder_agrees(blocks in prop::collection::vec(block(), 1..8), size in 1usize..40) {
        let text = blocks.concat();
        let theirs = by_sse_stream(text.as_bytes().chunks(size).map(<[u8]>::to_vec).collect());
        prop_assert_eq!(read(text.as_bytes().chunks(size)).0, theirs, "{:?}", text);
    }

    /// Fewer bytes than a limit pass, more do not, however they come.
    #[test]
    fn a_limit_does_not_depend_on_the_cuts(
        lines in prop::collection::vec("(data|data:|event:|id:|:|unknown:) ?[a-c]{0,24}", 1..6),
        limits in (8usize..40, 8usize..40),
        size in 1usize..20,
    ) {
        let text = format!("{}\n\n", lines.join("\n"));
        let limits = SseLimits { line: limits.0, event: limits.1 };
        let read = |size: usize| {
            let (mut decoder, mut events) = (SseDecoder::with_limits(limits), Vec::new());
            let end = text.as_bytes().chunks(size).try_for_each(|part| decoder.push(part, |frame| events.push(owned(frame))));
            (events, end)
        };
        prop_assert_eq!(read(size), read(text.len()));
    }
}
