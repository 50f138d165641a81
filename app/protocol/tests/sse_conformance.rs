//! The cases of the conformance folder named by `RIVULET_CONFORMANCE`, whole, byte by byte and cut at every place.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use base64::{Engine, engine::general_purpose::STANDARD};
use protocol::sse::SseDecoder;
use serde_json::Value;

type Event = (String, String, String);

#[expect(clippy::disallowed_methods, reason = "a test finds its data by the environment")]
fn cases() -> Option<Value> {
    let folder = std::env::var("RIVULET_CONFORMANCE").ok()?;
    let text = std::fs::read(format!("{folder}/sse_cases.json")).unwrap();
    Some(serde_json::from_slice(&text).unwrap())
}

fn bytes(text: &Value) -> Vec<u8> {
    STANDARD.decode(text.as_str().unwrap()).unwrap()
}

fn read<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Event>, SseDecoder) {
    let (mut decoder, mut events) = (SseDecoder::new(), Vec::new());
    for chunk in chunks {
        decoder
            .push(chunk, |frame| {
                events.push((frame.event.to_owned(), frame.data.to_owned(), frame.id.to_owned()));
            })
            .unwrap();
    }
    (events, decoder)
}

#[test]
fn every_case_is_read_as_the_standard_says() {
    let Some(cases) = cases() else {
        println!("RIVULET_CONFORMANCE is not set: nothing to check");
        return;
    };
    let cases = cases["cases"].as_array().unwrap();
    for case in cases {
        let (id, input) = (&case["id"], bytes(&case["input_b64"]));
        let text = |event: &Value, name: &str| event[name].as_str().unwrap().to_owned();
        let expected = case["expected"].as_array().unwrap().iter();
        let expected: Vec<Event> =
            expected.map(|event| (text(event, "event"), text(event, "data"), text(event, "lastEventId"))).collect();
        let check = |(events, decoder): (Vec<Event>, SseDecoder), how: &dyn Fn() -> String| {
            assert_eq!(events, expected, "{id}, {}", how());
            if let Some(last) = case["expected_lastEventId_at_end"].as_str() {
                assert_eq!(decoder.last_event_id(), last, "{id}, {}", how());
            }
            if let Some(retry) = case["expected_retry_ms"].as_u64() {
                assert_eq!(decoder.retry(), Some(retry), "{id}, {}", how());
            }
        };
        if let Some(chunks) = case["chunks_b64"].as_array() {
            let chunks: Vec<_> = chunks.iter().map(bytes).collect();
            check(read(chunks.iter().map(Vec::as_slice)), &|| "as it was cut".into());
        }
        check(read([input.as_slice()]), &|| "whole".into());
        check(read(input.chunks(1)), &|| "byte by byte".into());
        // Every cut of the three cases of many kilobytes takes minutes without optimisation: `--release` checks them all.
        let every = !cfg!(debug_assertions) || input.len() < 5000;
        let some = |cut: &usize| every || *cut < 64 || input.len() - cut < 64 || cut.is_multiple_of(499);
        for cut in (0..=input.len()).filter(some) {
            check(read([&input[..cut], &input[cut..]]), &|| format!("cut at {cut}"));
        }
    }
    println!("{} cases agree", cases.len());
}
