#![no_main]
//! What a page makes of bytes that come as a stream of events: the decoder, the events and the reducer in one.

use protocol::{
    event::StreamEvent,
    id::MessageId,
    message::Message,
    sse::SseDecoder,
    transcript::{Change, Transcript},
};

fn fold(pieces: &[&[u8]]) -> Transcript {
    let mut transcript = Transcript::new(Message::answer(MessageId(uuid::Uuid::nil()), None, 0));
    let mut decoder = SseDecoder::new();
    for piece in pieces {
        let taken = decoder.push(piece, |frame| {
            let (Ok(number), Ok(event)) = (frame.id.parse(), serde_json::from_str::<StreamEvent>(frame.data)) else {
                return;
            };
            let (before, was_ended) = (transcript.message.last_event_id, transcript.is_ended());
            let change = transcript.apply(number, &event);
            assert!(transcript.message.last_event_id == before || transcript.message.last_event_id == before + 1);
            assert!(!was_ended || change == Change::Nothing, "something follows the end");
            assert_eq!(transcript.is_ended(), was_ended || event.is_terminal() && change == Change::Ended);
            // Whatever was told is told once.
            let after = transcript.clone();
            transcript.apply(number, &event);
            assert!(change == Change::Gap || transcript == after);
        });
        if taken.is_err() {
            break;
        }
    }
    transcript
}

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let Some((bytes, pieces)) = fuzz::pieces(input) else { return };
    assert_eq!(fold(&pieces), fold(&[bytes]));
});
