//! One answer from its bytes alone, without a socket: for the tests of decoders, the fuzz targets and the benchmarks.

use super::{
    Delta,
    anthropic::Anthropic,
    dialect::Dialect,
    gemini::Gemini,
    ollama::Ollama,
    openai_chat::{OPENAI, OpenAiChat},
    openai_responses::OpenAiResponses,
    reading::{BodyEnd, Frames},
};
use protocol::error::ErrorCode;

/// The protocols that [`decode`] knows.
pub const PROTOCOLS: [&str; 5] = ["openai-chat", "openai-responses", "anthropic", "gemini", "ollama"];

/// Reads the bytes of an answer in one of [`PROTOCOLS`], as they are cut: what the provider said, and how it ended.
/// `broken` means that the connection broke after them; else the body ended as HTTP wants it.
///
/// # Panics
/// On a protocol that is none of [`PROTOCOLS`].
pub fn decode<'a>(
    protocol: &str,
    chunks: impl IntoIterator<Item = &'a [u8]>,
    broken: bool,
) -> (Vec<Delta>, Result<(), ErrorCode>) {
    let dialect: &dyn Dialect = match protocol {
        "openai-chat" => &OpenAiChat(OPENAI),
        "openai-responses" => &OpenAiResponses,
        "anthropic" => &Anthropic,
        "gemini" => &Gemini,
        "ollama" => &Ollama,
        other => unreachable!("no protocol is called {other}"),
    };
    let (mut frames, mut decoder, mut deltas) = (Frames::of(dialect.framing()), dialect.decoder(), Vec::new());
    for chunk in chunks {
        if let Err(fault) = frames.push(chunk, &mut *decoder, &mut deltas) {
            return (deltas, Err(fault.code));
        }
        if decoder.is_done() {
            return (deltas, decoder.finish().map_err(|fault| fault.code));
        }
    }
    let end = if broken { BodyEnd::Broken } else { BodyEnd::Closed };
    let ended = frames.finish(end, &mut *decoder, &mut deltas);
    (deltas, ended.map_err(|fault| fault.code))
}
