use super::*;
use crate::providers::{
    anthropic::Anthropic, gemini::Gemini, ollama::Ollama, openai_chat::*, openai_responses::OpenAiResponses,
};

/// Feeds the bytes as they are cut, without a socket.
fn read(dialect: &dyn Dialect, chunks: &[&[u8]]) -> (Vec<Delta>, Result<(), ErrorCode>) {
    let (mut frames, mut decoder, mut deltas) = (Frames::of(dialect.framing()), dialect.decoder(), Vec::new());
    for chunk in chunks {
        if let Err(fault) = frames.push(chunk, &mut *decoder, &mut deltas) {
            return (joined(deltas), Err(fault.code));
        }
    }
    let end = frames.finish(BodyEnd::Closed, &mut *decoder, &mut deltas).map_err(|fault| fault.code);
    (joined(deltas), end)
}

/// Neighbouring pieces as one: how the bytes were cut decides nothing.
fn joined(deltas: Vec<Delta>) -> Vec<Delta> {
    let mut joined: Vec<Delta> = Vec::new();
    for delta in deltas {
        match (joined.last_mut(), delta) {
            (Some(Delta::Text(text)), Delta::Text(piece)) => text.push_str(&piece),
            (_, delta) => joined.push(delta),
        }
    }
    joined
}

#[test]
fn every_dialect_reads_the_same_at_every_cut_and_knows_a_cut_from_an_end() {
    let dialects: [(&dyn Dialect, &str); 5] = [
        (
            &OpenAiChat(OPENAI),
            concat!(
                ": hi\r\n\r\ndata: {\"choices\":[{\"delta\":{\"content\":\"é🌊\"}}]}\r\n\r\n",
                "data: {\"choices\":[{\"delta\":{\"content\":[{\"type\":\"text\",\"text\":\"!\"}],\"tool_calls\":[{}]},\"finish_reason\":\"stop\"}]}\r\n\r\n",
            ),
        ),
        (
            &OpenAiResponses,
            concat!(
                "data: {\"type\":\"response.output_text.delta\",\"delta\":\"é🌊\"}\n\n",
                "data: {\"type\":\"response.refusal.delta\",\"delta\":\"!\"}\n\n",
                "data: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\"}}\n\n",
            ),
        ),
        (
            &Anthropic,
            concat!(
                "data: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"é🌊!\"}}\n\n",
                "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"stop_sequence\"}}\n\n",
            ),
        ),
        (
            &Gemini,
            concat!(
                "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"é🌊\"},{\"functionCall\":{}}]}}]}\n\n",
                "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"!\"}]},\"finishReason\":\"STOP\"}]}",
            ),
        ),
        (
            &Ollama,
            concat!(
                "{\"message\":{\"content\":\"é🌊!\"},\"done\":false}\n",
                "{\"message\":{\"content\":\"\"},\"done\":true}",
            ),
        ),
    ];
    for (dialect, text) in dialects {
        let (bytes, whole) = (text.as_bytes(), vec![Delta::Text("é🌊!".into()), Delta::Finish("stop".into())]);
        for cut in 0..=bytes.len() {
            assert_eq!(read(dialect, &[&bytes[..cut], &bytes[cut..]]), (whole.clone(), Ok(())), "{text} cut at {cut}");
            let (deltas, end) = read(dialect, &[&bytes[..cut]]);
            match deltas.contains(&Delta::Finish("stop".into())) {
                true => assert_eq!(end, Ok(()), "{text} up to {cut}"),
                false => assert_eq!(end, Err(ErrorCode::UpstreamTruncated), "{text} up to {cut}"),
            }
        }
        let bytes: Vec<_> = bytes.chunks(1).collect();
        assert_eq!(read(dialect, &bytes), (whole, Ok(())));
    }
}
