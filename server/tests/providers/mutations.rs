//! Whole answers, spoiled in every way: each must end in the right typed state, and never as a false `complete`.
//!
//! Here by the bytes alone, so that every cut can be tried; `server/tests/api/faults.rs` tries a sample of them over sockets.

use crate::support::recordings::{REASONING, Recording, TEXT, recordings};
use proptest::prelude::*;
use protocol::{
    error::ErrorCode,
    event::{FinishReason, Usage},
};
use server::providers::{Delta, bytes::decode};

/// What a reader is left with.
#[derive(Debug, Default, PartialEq)]
struct Read {
    text: String,
    reasoning: String,
    usage: Option<Usage>,
    finish: Option<FinishReason>,
    end: Option<ErrorCode>,
}

fn read<'a>(recording: &Recording, chunks: impl IntoIterator<Item = &'a [u8]>, broken: bool) -> Read {
    let (deltas, end) = decode(recording.protocol, chunks, broken);
    let mut read = Read { end: end.err(), ..Read::default() };
    for delta in deltas {
        match delta {
            Delta::Text(piece) => read.text.push_str(&piece),
            Delta::Reasoning(piece) => read.reasoning.push_str(&piece),
            Delta::Usage(usage) => read.usage = Some(usage),
            Delta::Finish(reason) => read.finish = Some(reason),
        }
    }
    assert!(TEXT.starts_with(&read.text), "{}: {:?} is not what was said", recording.protocol, read.text);
    read
}

fn whole() -> Read {
    Read {
        text: TEXT.into(),
        reasoning: REASONING.into(),
        usage: Some(Usage { input_tokens: 9, output_tokens: 12, ..Usage::default() }),
        finish: Some(FinishReason::Stop),
        end: None,
    }
}

/// Something lost, and yet no error: what must never be.
fn is_false_end(read: &Read) -> bool {
    read.end.is_none() && (read.text != TEXT || read.finish.is_none())
}

#[test]
fn a_cut_at_any_byte_is_a_cut_or_a_whole_answer() {
    for recording in recordings() {
        let (name, body) = (recording.protocol, recording.body());
        for cut in 0..body.len() {
            for broken in [false, true] {
                let read = read(&recording, [&body.as_bytes()[..cut]], broken);
                assert!(!is_false_end(&read), "{name} up to byte {cut}: {read:?}");
                assert!(
                    matches!(read.end, None | Some(ErrorCode::UpstreamTruncated)),
                    "{name} up to byte {cut}: {read:?}"
                );
            }
        }
        // Before the frame that says so, nothing is whole.
        let unfinished = recording.frames[..recording.finish].concat();
        assert_eq!(read(&recording, [unfinished.as_bytes()], false).end, Some(ErrorCode::UpstreamTruncated), "{name}");
    }
}

#[test]
fn any_two_pieces_and_single_bytes_give_the_whole_answer() {
    for recording in recordings() {
        let body = recording.body().into_bytes();
        assert_eq!(read(&recording, body.chunks(1), false), whole(), "{}", recording.protocol);
        for cut in 0..=body.len() {
            let read = read(&recording, [&body[..cut], &body[cut..]], false);
            assert_eq!(read, whole(), "{} cut at {cut}", recording.protocol);
        }
    }
}

#[test]
fn a_connection_that_breaks_is_no_end_where_the_body_is_the_only_end() {
    for recording in recordings() {
        let body = recording.body();
        let broken = read(&recording, [body.as_bytes()], true);
        let expected = (recording.protocol == "gemini").then_some(ErrorCode::UpstreamTruncated);
        assert_eq!((broken.text.as_str(), broken.end), (TEXT, expected), "{}", recording.protocol);
    }
}

#[test]
fn an_error_between_any_two_frames_ends_the_answer_and_keeps_what_came() {
    for recording in recordings() {
        for at in 0..=recording.finish {
            let body = recording.with(at, recording.error);
            let read = read(&recording, body.as_bytes().chunks(7), false);
            assert_eq!(read.end, Some(ErrorCode::UpstreamOverloaded), "{} before frame {at}", recording.protocol);
            let said: Vec<_> = recording.frames[..at].iter().map(String::as_bytes).collect();
            let (deltas, _) = decode(recording.protocol, said, false);
            let pieces = deltas.iter().filter_map(|delta| match delta {
                Delta::Text(piece) => Some(piece.as_str()),
                _ => None,
            });
            assert_eq!(read.text, pieces.collect::<String>(), "{} before frame {at}", recording.protocol);
        }
    }
}

#[test]
fn garbage_between_any_two_frames_is_a_failure() {
    for recording in recordings() {
        let garbage: &[&str] = match recording.protocol {
            "ollama" => &["{\"message\n", "\u{1}\u{2}\u{fffd}\n", "17\n", "[]\n", "null\n", "<html>\n"],
            "openai-responses" | "anthropic" => &["data: {\"x\n\n", "data: \u{1}\u{2}\n\n", "data: <html>\n\n"],
            _ => &["data: {\"x\n\n", "data: \u{1}\u{2}\n\n", "data: <html>\n\n", "data: 17\n\n", "data: null\n\n"],
        };
        for at in 0..=recording.finish {
            for garbage in garbage {
                let body = recording.with(at, garbage);
                let read = read(&recording, body.as_bytes().chunks(5), false);
                let what = format!("{}: {garbage:?} before frame {at}", recording.protocol);
                assert_eq!(read.end, Some(ErrorCode::UpstreamFailure), "{what}");
            }
        }
    }
}

#[test]
fn after_the_end_of_the_protocol_nothing_counts() {
    // Gemini's only end is that of the body.
    for recording in recordings().into_iter().filter(|recording| recording.protocol != "gemini") {
        for late in
            [recording.error, "error: {\"code\":503}\n\n", "{\"error\":{\"code\":503}}\n", "\u{1}\n", "data: {\"x\n\n"]
        {
            let body = format!("{}{late}", recording.body());
            for size in [1, 100, body.len()] {
                let read = read(&recording, body.as_bytes().chunks(size), false);
                assert_eq!(read, whole(), "{}: {late:?} in pieces of {size}", recording.protocol);
            }
        }
    }
}

#[test]
fn bytes_that_are_not_utf8_never_end_an_answer_well_before_its_end() {
    for recording in recordings() {
        let body = recording.body().into_bytes();
        let unfinished = recording.frames[..recording.finish].concat().len();
        for at in 0..unfinished {
            let mut spoiled = body[..unfinished].to_vec();
            spoiled[at] ^= 0x80;
            let (_, end) = decode(recording.protocol, [spoiled.as_slice()], false);
            assert!(end.is_err(), "{} with byte {at} spoiled", recording.protocol);
        }
    }
}

#[test]
fn what_a_later_version_may_send_changes_nothing() {
    for recording in recordings() {
        for at in 0..recording.frames.len() {
            let body = recording.with(at, recording.unknown);
            assert_eq!(read(&recording, [body.as_bytes()], false), whole(), "{} before frame {at}", recording.protocol);
        }
    }
}

#[test]
fn an_unknown_finish_reason_is_told_in_its_own_words() {
    for recording in recordings() {
        let known = recording.reason.rsplit('"').nth(1).unwrap();
        for reason in ["moonrise", "length", "cancelled"] {
            let body = recording.body().replace(recording.reason, &recording.reason.replace(known, reason));
            let read = read(&recording, [body.as_bytes()], false);
            assert_eq!((read.text.as_str(), read.end), (TEXT, None), "{}: {reason}", recording.protocol);
            let finish = read.finish.unwrap();
            // Whoever reads it from the wire must make of it what the server makes of it.
            assert_eq!(FinishReason::from(finish.as_str()), finish, "{}: {reason}", recording.protocol);
            // Only a person's stop is called so.
            assert_ne!(finish, FinishReason::Cancelled, "{}", recording.protocol);
            if reason == "moonrise" {
                assert_eq!(finish.as_str(), reason, "{}", recording.protocol);
            }
        }
    }
}

#[test]
fn a_frame_beyond_the_limit_is_a_failure_wherever_it_comes() {
    let giant = "x".repeat(17 << 20);
    for recording in recordings() {
        for at in [0, recording.finish] {
            let frame = match recording.protocol {
                "ollama" => format!("{{\"message\":{{\"content\":\"{giant}\"}}}}\n"),
                _ => format!("data: {{\"x\":\"{giant}\"}}\n\n"),
            };
            let body = recording.with(at, &frame);
            let read = read(&recording, body.as_bytes().chunks(1 << 20), false);
            assert_eq!(read.end, Some(ErrorCode::UpstreamFailure), "{} before frame {at}", recording.protocol);
        }
    }
}

#[test]
fn a_whole_answer_that_is_not_streamed_is_cut_at_any_byte_too() {
    let said = serde_json::to_string(TEXT).unwrap();
    for (protocol, body) in [
        (
            "openai-chat",
            format!(r#"{{"choices":[{{"index":0,"message":{{"content":{said}}},"finish_reason":"stop"}}]}}"#),
        ),
        (
            "openai-responses",
            format!(
                r#"{{"status":"completed","output":[{{"type":"message","content":[{{"type":"output_text","text":{said}}}]}}]}}"#
            ),
        ),
        ("anthropic", format!(r#"{{"content":[{{"type":"text","text":{said}}}],"stop_reason":"end_turn"}}"#)),
        (
            "gemini",
            format!(r#"[{{"candidates":[{{"content":{{"parts":[{{"text":{said}}}]}},"finishReason":"STOP"}}]}}]"#),
        ),
        ("ollama", format!(r#"{{"message":{{"content":{said}}},"done":true,"done_reason":"stop"}}"#)),
    ] {
        let pretty = serde_json::from_str::<serde_json::Value>(&body).unwrap();
        let pretty = serde_json::to_string_pretty(&pretty).unwrap();
        let bodies = if protocol == "ollama" { vec![body] } else { vec![body, pretty] };
        for body in bodies {
            assert_eq!(decode(protocol, [body.as_bytes()], false).1, Ok(()), "{protocol}");
            for cut in 0..body.len() {
                let (deltas, end) = decode(protocol, [&body.as_bytes()[..cut]], false);
                assert_eq!((deltas, end), (vec![], Err(ErrorCode::UpstreamTruncated)), "{protocol} up to {cut}");
            }
        }
    }
}

#[test]
fn an_error_as_bare_json_is_told_before_the_end_and_a_million_brackets_do_not_hang() {
    let error = "{\n  \"error\": {\n    \"code\": 503\n  }\n}\n";
    let (_, end) = decode("gemini", [error.as_bytes(), b"data: {\"candidates\":[]}\n\n"], false);
    assert_eq!(end, Err(ErrorCode::UpstreamOverloaded));
    for line in ["]\n", "[\n]\n", "{\"error\":1},\n", "}\n"] {
        let body = format!("[\n{}", line.repeat((4 << 20) / line.len()));
        assert!(decode("gemini", [body.as_bytes()], false).1.is_err(), "{line:?}");
    }
}

/// One change to an answer's bytes.
#[derive(Debug, Clone)]
enum Mutation {
    Flip(usize, u8),
    Insert(usize, &'static str),
    Delete(usize, usize),
    Double(usize, usize),
}

impl Mutation {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let place = |at: usize| at % (bytes.len() + 1);
        match *self {
            Self::Flip(at, bits) if !bytes.is_empty() => {
                let at = at % bytes.len();
                bytes[at] ^= bits;
            }
            Self::Flip(..) => {}
            Self::Insert(at, text) => {
                let at = place(at);
                bytes.splice(at..at, text.bytes());
            }
            Self::Delete(at, most) => {
                let at = place(at);
                bytes.drain(at..(at + most).min(bytes.len()));
            }
            Self::Double(at, most) => {
                let at = place(at);
                let doubled = bytes[at..(at + most).min(bytes.len())].to_vec();
                bytes.splice(at..at, doubled);
            }
        }
    }
}

fn mutation() -> impl Strategy<Value = Mutation> {
    const PIECES: [&str; 10] = [
        "\n",
        "\n\n",
        "\r",
        "data: ",
        "{\"error\":{\"message\":\"x\"}}\n",
        "\u{feff}",
        ":",
        "[DONE]",
        "null",
        "error: x\n",
    ];
    prop_oneof![
        (any::<usize>(), 1u8..).prop_map(|(at, bits)| Mutation::Flip(at, bits)),
        (any::<usize>(), prop::sample::select(PIECES.to_vec())).prop_map(|(at, text)| Mutation::Insert(at, text)),
        (any::<usize>(), 1usize..40).prop_map(|(at, most)| Mutation::Delete(at, most)),
        (any::<usize>(), 1usize..200).prop_map(|(at, most)| Mutation::Double(at, most)),
    ]
}

proptest! {
    /// Whatever the bytes are, how they are cut decides nothing: neither what was said nor how it ended.
    #[test]
    fn any_chunking_of_any_bytes_is_read_the_same(
        which in 0usize..5,
        mutations in prop::collection::vec(mutation(), 0..6),
        sizes in prop::collection::vec(1usize..80, 1..12),
        broken in any::<bool>(),
    ) {
        let recording = &recordings()[which];
        let mut bytes = recording.body().into_bytes();
        mutations.iter().for_each(|mutation| mutation.apply(&mut bytes));
        let (mut rest, mut chunks, mut sizes) = (bytes.as_slice(), Vec::new(), sizes.iter().cycle());
        while !rest.is_empty() {
            let (chunk, after) = rest.split_at((*sizes.next().unwrap()).min(rest.len()));
            chunks.push(chunk);
            rest = after;
        }
        let (whole, end) = decode(recording.protocol, [bytes.as_slice()], broken);
        let (pieces, end_of_pieces) = decode(recording.protocol, chunks, broken);
        prop_assert_eq!(end_of_pieces, end, "{}", recording.protocol);
        prop_assert_eq!(pieces, whole, "{}", recording.protocol);
    }
}
