//! What each part of the way of a token costs: decoders, log, encoders, JSON, and reading markdown as it grows. Run by `make bench`; `items` are frames or
//! events, so that the time for one is the mean divided by their number.

#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use app::markdown::growing::Growing;
use divan::{Bencher, black_box, counter::BytesCount, counter::ItemsCount};
use protocol::{event::StreamEvent, ndjson::NdjsonDecoder, sse::SseDecoder};
use server::{
    encode::{Encoder, Flow, content::Content, openai::Chunks, text::Text, token::Token, typed::Typed},
    generation::Log,
    providers::bytes::{PROTOCOLS, decode},
};

/// Tokens in one answer.
const TOKENS: usize = 1000;
/// Bytes in one read of a socket, as a provider's stream arrives under load.
const READ: usize = 1400;

fn main() {
    divan::main();
}

/// A whole answer in one of the protocols.
fn answer(protocol: &str) -> Vec<u8> {
    let (token, end): (&str, &str) = match protocol {
        "openai-chat" => (
            "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" river\"},\"logprobs\":null,\"finish_reason\":null}]}\n\n",
            "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
        ),
        "openai-responses" => (
            "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"item_id\":\"i\",\"output_index\":0,\"delta\":\" river\"}\n\n",
            "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\"}}\n\n",
        ),
        "anthropic" => (
            "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\" river\"}}\n\n",
            "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
        ),
        "gemini" => (
            "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\" river\"}],\"role\":\"model\"},\"index\":0}],\"modelVersion\":\"m\"}\r\n\r\n",
            "data: {\"candidates\":[{\"finishReason\":\"STOP\"}]}\r\n\r\n",
        ),
        _ => (
            "{\"model\":\"m\",\"created_at\":\"2026-11-01T00:00:00Z\",\"message\":{\"role\":\"assistant\",\"content\":\" river\"},\"done\":false}\n",
            "{\"message\":{\"content\":\"\"},\"done\":true}\n",
        ),
    };
    format!("{}{end}", token.repeat(TOKENS)).into_bytes()
}

/// Framing and meaning together: what a provider's bytes cost until they are deltas.
#[divan::bench(args = PROTOCOLS)]
fn provider_decoder(bencher: Bencher<'_, '_>, protocol: &str) {
    let answer = answer(protocol);
    bencher.counter(ItemsCount::new(TOKENS)).counter(BytesCount::of_slice(&answer)).bench(|| {
        let (deltas, end) = decode(protocol, black_box(&answer).chunks(READ), false);
        assert!(end.is_ok() && deltas.len() > TOKENS);
        deltas
    });
}

/// Framing alone; a read of 16 bytes is the worst that a network does.
#[divan::bench(args = [16, READ, 1 << 20])]
fn sse_decoder(bencher: Bencher<'_, '_>, read: usize) {
    let answer = answer("openai-chat");
    bencher.counter(ItemsCount::new(TOKENS)).counter(BytesCount::of_slice(&answer)).bench(|| {
        let (mut decoder, mut bytes) = (SseDecoder::new(), 0);
        for piece in black_box(&answer).chunks(read) {
            decoder.push(piece, |frame| bytes += frame.data.len()).unwrap();
        }
        bytes
    });
}

#[divan::bench(args = [16, READ, 1 << 20])]
fn ndjson_decoder(bencher: Bencher<'_, '_>, read: usize) {
    let answer = answer("ollama");
    bencher.counter(ItemsCount::new(TOKENS)).counter(BytesCount::of_slice(&answer)).bench(|| {
        let (mut decoder, mut bytes) = (NdjsonDecoder::new(), 0);
        for piece in black_box(&answer).chunks(read) {
            decoder.push(piece, |line| bytes += line.len()).unwrap();
        }
        bytes
    });
}

fn chunk() -> StreamEvent {
    StreamEvent::Chunk { content: " river".into() }
}

/// A log of so many events, appended in batches of so many.
#[divan::bench(args = [1, 16])]
fn log_append(bencher: Bencher<'_, '_>, batch: usize) {
    bencher.counter(ItemsCount::new(TOKENS)).bench(|| {
        let log = Log::new();
        for _ in 0..TOKENS / batch {
            log.append((0..batch).map(|_| chunk()));
        }
        log
    });
}

/// A reader that takes each event as it comes.
#[divan::bench]
fn log_read(bencher: Bencher<'_, '_>) {
    let log = log();
    bencher.counter(ItemsCount::new(TOKENS)).bench(|| {
        let mut cursor = 0;
        while cursor < TOKENS {
            cursor = log.read(cursor, |_, entry| {
                black_box(entry);
                false
            });
        }
        cursor
    });
}

fn log() -> Log {
    let log = Log::new();
    log.append((0..TOKENS).map(|_| chunk()));
    log
}

fn encoders() -> [(&'static str, Box<dyn Encoder>); 5] {
    [
        ("typed", Box::new(Typed)),
        ("content", Box::new(Content)),
        ("text", Box::new(Text)),
        ("token", Box::new(Token::default())),
        ("openai", Box::new(Chunks::new(1, false))),
    ]
}

/// One reader's bytes for a whole answer; those of typed events are made once and shared by all readers.
#[divan::bench(args = ["typed", "content", "text", "token", "openai"])]
fn encoder(bencher: Bencher<'_, '_>, format: &str) {
    let make = || encoders().into_iter().find(|(name, _)| *name == format).unwrap().1;
    bencher.counter(ItemsCount::new(TOKENS)).with_inputs(|| (log(), make(), Vec::with_capacity(1 << 20))).bench_values(
        |(log, mut encoder, mut out)| {
            log.read(0, |number, entry| encoder.encode(number, entry, &mut out) == Flow::Continue);
            (log, encoder, out)
        },
    );
}

/// The same for the second reader of typed events.
#[divan::bench]
fn encoder_typed_again(bencher: Bencher<'_, '_>) {
    let (log, mut out) = (log(), Vec::with_capacity(1 << 20));
    bencher.counter(ItemsCount::new(TOKENS)).bench_local(|| {
        out.clear();
        log.read(0, |number, entry| Typed.encode(number, entry, &mut out) == Flow::Continue);
        out.len()
    });
}

#[divan::bench]
fn event_to_json(bencher: Bencher<'_, '_>) {
    bencher.with_inputs(chunk).bench_refs(|event| serde_json::to_vec(event).unwrap());
}

#[divan::bench]
fn event_from_json() -> StreamEvent {
    serde_json::from_str(black_box(r#"{"type":"chunk","content":" river"}"#)).unwrap()
}

/// The text of so many tokens of four bytes, of one kind.
fn growing_text(kind: &str, tokens: usize) -> String {
    let length = tokens * 4;
    let fill = |open: &str, unit: &str| format!("{open}{}", unit.repeat(length / unit.len()));
    match kind {
        "list" => fill("", "- an item of a list, with *emphasis*\n"),
        "nested list" => fill("1. first\n", "   - an item inside, with `code`\n"),
        "table" => fill("| a | b |\n|---|---|\n", "| the first one | **the second** |\n"),
        "paragraph" => fill("", "some words, *emphasis*, `code` and "),
        "code" => fill("```rust\n", "    let value = another + 1;\n"),
        "code in a list" => fill("1. Code:\n\n   ```rust\n", "       let value = another + 1;\n"),
        _ => fill(
            "",
            "## A heading\n\nA paragraph with **bold**, a [link](https://a.example) and `code`.\n\n- one\n- two\n\n\
             ```rust\nfn main() {}\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n",
        ),
    }
}

/// The last 500 tokens of a long text, one by one: the time for one must not depend on the length before it.
#[divan::bench(args = [
    ("mixed", 1_000), ("mixed", 50_000),
    ("list", 1_000), ("list", 50_000),
    ("nested list", 1_000), ("nested list", 50_000),
    ("table", 1_000), ("table", 50_000),
    ("paragraph", 1_000), ("paragraph", 50_000),
    ("code", 1_000), ("code", 50_000),
    ("code in a list", 1_000), ("code in a list", 50_000),
])]
fn markdown_token(bencher: Bencher<'_, '_>, (kind, tokens): (&str, usize)) {
    let text = growing_text(kind, tokens);
    let ends: Vec<usize> = (0..=text.len()).step_by(4).filter(|end| text.is_char_boundary(*end)).collect();
    let (before, last) = ends.split_at(ends.len() - 500);
    // As it comes in the beginning, in larger pieces.
    let mut growing = Growing::default();
    before.iter().step_by(50).for_each(|end| growing.grow(&text[..*end], &mut Vec::new()));
    bencher.counter(ItemsCount::new(last.len())).with_inputs(|| growing.clone()).bench_values(|mut growing| {
        let mut steps = Vec::new();
        for end in last {
            growing.grow(&text[..*end], &mut steps);
            black_box(&steps);
            steps.clear();
        }
    });
}

/// A whole text of so many tokens, as the server renders it and as the page reads it once more at its end.
#[divan::bench(args = [1_000, 50_000])]
fn markdown_whole(bencher: Bencher<'_, '_>, tokens: usize) {
    let text = growing_text("mixed", tokens);
    bencher.counter(ItemsCount::new(tokens)).bench(|| app::markdown::parse::blocks(black_box(&text)));
}
