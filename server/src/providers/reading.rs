//! Reads one answer: bytes to frames to deltas, and how it ended.

use super::{
    Delta, ProviderError, Secret,
    dialect::{Decoder, Dialect, Framing},
    fault::Fault,
};
use bytes::Bytes;
use protocol::{
    error::ErrorCode,
    ndjson::NdjsonDecoder,
    sse::{SseDecoder, SseItem},
};
use reqwest::Response;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// The most bytes of an answer that came outside of any frame.
const STRAY: usize = 16 << 20;
/// How long to wait for the connection to become free for reuse, once the answer is whole.
const LINGER: Duration = Duration::from_millis(20);
/// How long to wait for a count of tokens or the end mark, once the model has said that it has finished. Some servers never send
/// the mark, and leave the connection open.
const LAST_WORDS: Duration = Duration::from_secs(5);

pub(super) enum Frames {
    Sse(SseDecoder, Strays),
    Ndjson(NdjsonDecoder),
}

/// How the bytes of an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyEnd {
    /// As HTTP wants it.
    Closed,
    /// The connection broke. Where the protocol has an end mark, that alone decides whether the answer is whole.
    Broken,
}

/// Lines outside of any frame: a whole answer from a server that did not stream, an error as bare JSON, or a page of HTML.
#[derive(Default)]
pub(super) struct Strays {
    text: String,
    /// How often the text was read as JSON while more was to come.
    looks: u8,
}

/// An error as bare JSON is told before the end of the bytes, but a look reads all that came: it is not looked for at each
/// of a million lines.
const MOST_LOOKS: u8 = 16;

/// An answer under way.
pub(super) struct Reading {
    response: Response,
    frames: Frames,
    decoder: Box<dyn Decoder>,
    label: String,
    key: Option<Secret>,
    /// Set once the last batch is out: how the answer ended.
    end: Option<Result<(), Fault>>,
    over: bool,
    /// Until when its last words are waited for, once it has finished.
    last_words: Option<Instant>,
}

impl Reading {
    pub(super) fn new(mut response: Response, dialect: &dyn Dialect, label: String, key: Option<Secret>) -> Self {
        // They are slices of the connection's first read, and would keep its 8 KiB for as long as the answer takes.
        drop(std::mem::take(response.headers_mut()));
        let frames = Frames::of(dialect.framing());
        Self { response, frames, decoder: dialect.decoder(), label, key, end: None, over: false, last_words: None }
    }

    /// The next batch, the error that ends the answer, or its end.
    pub(super) async fn next(mut self) -> Option<(Result<Vec<Delta>, ProviderError>, Self)> {
        if self.over {
            return None;
        }
        let mut deltas = Vec::new();
        while self.end.is_none() && deltas.is_empty() {
            if self.decoder.is_done() {
                // The body's own end lets the connection be used again; a server that holds it back is not waited for.
                let _ = timeout(LINGER, self.response.chunk()).await;
                self.end = Some(self.decoder.finish());
                break;
            }
            let end = match self.chunk().await {
                Ok(Some(bytes)) => self.frames.push(&bytes, &mut *self.decoder, &mut deltas).err().map(Err),
                Ok(None) => Some(self.frames.finish(BodyEnd::Closed, &mut *self.decoder, &mut deltas)),
                Err(_) => Some(self.frames.finish(BodyEnd::Broken, &mut *self.decoder, &mut deltas)),
            };
            self.end = end;
            // What is not a word of the answer, such as a comment that keeps the connection open, gives no more time.
            self.last_words = match self.last_words {
                Some(until) if deltas.is_empty() => Some(until),
                _ => self.decoder.has_finished().then(|| Instant::now() + LAST_WORDS),
            };
        }
        if !deltas.is_empty() {
            return Some((Ok(deltas), self));
        }
        self.over = true;
        match self.end.take() {
            Some(Err(fault)) => {
                tracing::debug!(provider = self.label, code = %fault.code, "a provider failed in its answer");
                let error = fault.into_error(&self.label, self.key.as_ref(), None);
                Some((Err(error), self))
            }
            _ => None,
        }
    }

    /// The next bytes; none at their end, and when nothing comes any more of an answer that is whole.
    async fn chunk(&mut self) -> reqwest::Result<Option<Bytes>> {
        match self.last_words {
            None => self.response.chunk().await,
            Some(until) => timeout_at(until, self.response.chunk()).await.unwrap_or(Ok(None)),
        }
    }
}

impl Frames {
    pub(super) fn of(framing: Framing) -> Self {
        match framing {
            Framing::Sse => Self::Sse(SseDecoder::new(), Strays::default()),
            Framing::Ndjson => Self::Ndjson(NdjsonDecoder::new()),
        }
    }

    pub(super) fn push(
        &mut self,
        bytes: &[u8],
        decoder: &mut dyn Decoder,
        deltas: &mut Vec<Delta>,
    ) -> Result<(), Fault> {
        let mut taken = Ok(());
        // After the protocol's own end nothing counts, however the bytes were cut.
        let framed = match self {
            Self::Sse(sse, strays) => sse
                .push_lenient(bytes, |item| {
                    if taken.is_ok() && !decoder.is_done() {
                        taken = take(item, strays, decoder, deltas);
                    }
                })
                .map_err(|error| error.to_string()),
            Self::Ndjson(lines) => lines
                .push(bytes, |line| {
                    if taken.is_ok() && !decoder.is_done() {
                        taken = decoder.decode("", line, deltas);
                    }
                })
                .map_err(|error| error.to_string()),
        };
        taken?;
        framed.or_else(
            |error| if decoder.is_done() { Ok(()) } else { Err(Fault::with(ErrorCode::UpstreamFailure, error)) },
        )
    }

    pub(super) fn finish(
        &mut self,
        end: BodyEnd,
        decoder: &mut dyn Decoder,
        deltas: &mut Vec<Delta>,
    ) -> Result<(), Fault> {
        self.last(decoder, deltas)?;
        let said = end == BodyEnd::Closed || !decoder.ends_with_its_body();
        if said { Ok(()) } else { Err(Fault::truncated()) }
    }

    /// Takes what stands after the last frame's end, and judges the answer by what its protocol says.
    fn last(&mut self, decoder: &mut dyn Decoder, deltas: &mut Vec<Delta>) -> Result<(), Fault> {
        let (mut taken, mut is_json) = (Ok(()), true);
        match self {
            Self::Sse(sse, strays) => {
                let _ = sse.finish(|item| {
                    if taken.is_ok() && !is_cut_field(item) {
                        taken = take(item, strays, decoder, deltas);
                    }
                });
            }
            Self::Ndjson(lines) => {
                let _ = lines.finish(|line| {
                    taken = decoder.decode("", line, deltas);
                    is_json = line.starts_with('{');
                });
            }
        }
        // A last frame that makes no sense was cut in the middle, unless what came is no frame at all.
        match taken {
            Err(fault) if fault != Fault::nonsense() => return Err(fault),
            Err(_) if !is_json => return decoder.finish().map_err(|_| Fault::nonsense()),
            _ => {}
        }
        match self {
            Self::Sse(_, strays) if !strays.text.trim().is_empty() => strays.finish(decoder, deltas),
            _ => decoder.finish(),
        }
    }
}

fn take(
    item: SseItem<'_>,
    strays: &mut Strays,
    decoder: &mut dyn Decoder,
    deltas: &mut Vec<Delta>,
) -> Result<(), Fault> {
    match item {
        SseItem::Frame(frame) => decoder.decode(frame.event, frame.data, deltas),
        SseItem::Stray(line) => strays.line(line),
    }
}

/// Whether a last line may be the start of a field whose rest was cut off.
fn is_cut_field(item: SseItem<'_>) -> bool {
    matches!(item, SseItem::Stray(line) if ["data", "event", "id", "retry", "error"].iter().any(|name| name.starts_with(line)))
}

impl Strays {
    fn line(&mut self, line: &str) -> Result<(), Fault> {
        // Older llama.cpp servers tell an error as a field of its own.
        if let Some(error) = line.strip_prefix("error:") {
            let error = serde_json::from_str::<Value>(error).unwrap_or_else(|_| error.trim().into());
            let wrapped = json!({"error": error});
            return Err(Fault::in_stream(&error)
                .or_else(|| Fault::in_stream(&wrapped))
                .unwrap_or_else(Fault::nonsense));
        }
        if self.text.len() + line.len() > STRAY {
            return Err(Fault::with(ErrorCode::UpstreamFailure, "its answer is too long"));
        }
        self.text.push_str(line);
        self.text.push('\n');
        let may_end = matches!(line, "}" | "]") || (line.starts_with(['{', '[']) && line.contains("\"error\""));
        if !may_end || self.looks == MOST_LOOKS {
            return Ok(());
        }
        self.looks += 1;
        match serde_json::from_str::<Value>(&self.text) {
            Ok(value) => Fault::in_stream(&value).map_or(Ok(()), Err),
            Err(_) => Ok(()),
        }
    }

    /// The end of the bytes: a whole answer, or something that is none.
    fn finish(&self, decoder: &mut dyn Decoder, deltas: &mut Vec<Delta>) -> Result<(), Fault> {
        let whole = decoder.finish();
        // The line end after the last line is ours, and would spoil a string that was cut.
        match serde_json::from_str::<Value>(self.text.trim_end()) {
            Ok(answer) if whole.is_err() => {
                if let Some(fault) = Fault::in_stream(&answer) {
                    return Err(fault);
                }
                decoder.whole(&answer, deltas)?;
                decoder.finish().map_err(|fault| if deltas.is_empty() { Fault::nonsense() } else { fault })
            }
            Ok(answer) => Fault::in_stream(&answer).map_or(whole, Err),
            // Cut-off JSON is a cut; anything else was never an answer.
            Err(error) if error.is_eof() => whole,
            Err(_) => whole.map_err(|_| Fault::nonsense()),
        }
    }
}

#[cfg(test)]
mod tests;
