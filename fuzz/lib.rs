//! What the fuzz targets have in common: how an input is cut into pieces, and how deltas are compared.

use protocol::{attachment::AttachmentLimits, error::ErrorCode, event::FinishReason, request::InputLimits};
use server::{
    providers::{Delta, bytes::decode},
    transfer::formats::{self, Refused, rivulet},
};

/// Small limits, so that the fuzzer reaches them.
pub const LIMITS: InputLimits = InputLimits {
    max_bytes: 200,
    max_messages: 4,
    attachments: AttachmentLimits { file_bytes: 200, text_bytes: 100, files: 3, total_bytes: 300 },
};

/// Splits an input into the way to cut (its first byte) and the bytes to cut.
pub fn pieces(input: &[u8]) -> Option<(&[u8], Vec<&[u8]>)> {
    let (way, bytes) = input.split_first()?;
    let (mut rest, mut pieces, mut size) = (bytes, Vec::new(), usize::from(*way));
    while !rest.is_empty() {
        // Any sequence does that has small and large steps.
        size = (size * 31 + 7) % 61;
        let (piece, after) = rest.split_at(size.min(rest.len()));
        pieces.push(piece);
        rest = after;
    }
    Some((bytes, pieces))
}

/// Reads one answer whole, in pieces and with a broken end: the pieces must not matter, and no end may be false.
pub fn check_decoder(protocol: &str, input: &[u8]) {
    let Some((bytes, pieces)) = pieces(input) else { return };
    let (deltas, end) = decode(protocol, [bytes], false);
    let whole = (joined(&deltas), end);
    let (deltas, end) = decode(protocol, pieces, false);
    assert_eq!((joined(&deltas), end), whole, "{protocol}: the pieces decide");

    let (_, broken) = decode(protocol, [bytes], true);
    assert!(broken == whole.1 || broken == Err(ErrorCode::UpstreamTruncated), "{protocol}: broken is {broken:?}");
    for delta in &whole.0 {
        match delta {
            Delta::Text(piece) | Delta::Reasoning(piece) => assert!(!piece.is_empty()),
            // A person's stop is ours to tell, and a reader of the wire must understand what the server meant.
            Delta::Finish(reason) => {
                assert_ne!(*reason, FinishReason::Cancelled);
                assert_eq!(FinishReason::from(reason.as_str()), *reason);
            }
            Delta::Usage(_) => {}
        }
    }
}

/// Neighbouring pieces as one, and only the last usage: how the bytes were cut decides nothing more.
fn joined(deltas: &[Delta]) -> Vec<Delta> {
    let mut joined: Vec<Delta> = Vec::new();
    for delta in deltas {
        match (joined.last_mut(), delta) {
            (Some(Delta::Text(text)), Delta::Text(piece)) => text.push_str(piece),
            (Some(Delta::Reasoning(text)), Delta::Reasoning(piece)) => text.push_str(piece),
            (_, delta) => joined.push(delta.clone()),
        }
    }
    joined
}

/// A refusal must be a sentence that a person can read.
pub fn check_refusal(refused: Result<(), protocol::error::PublicError>) {
    if let Err(error) = refused {
        assert!(matches!(error.code, ErrorCode::InvalidRequest | ErrorCode::TooLarge), "{error:?}");
        assert!(!error.message.trim().is_empty());
    }
}

/// Reads the JSON of a conversation: what is refused is said why, and what is taken in can be written and read again.
pub fn check_conversation(json: &[u8]) {
    match formats::read(json) {
        Err(Refused::Broken(problem)) => assert!(!problem.is_empty()),
        Err(Refused::Unusable { reason, .. }) => assert!(!reason.is_empty()),
        Ok(incoming) => {
            let mut conversation = incoming.conversation;
            formats::check(&conversation);
            // Numbers with many digits may differ in the last after each reading.
            conversation.settings = Default::default();
            let again = formats::read(&rivulet::write(&conversation, None)).expect("what was written is read");
            assert_eq!(again.conversation.messages, conversation.messages);
            assert_eq!(again.conversation.head, conversation.head);
            assert_eq!(again.conversation.summary, conversation.summary);
        }
    }
}
