//! What is asked, and what the provider makes of it: both sides know the right answer from the question alone.

use crate::support::scripted::{Ending, Head, Request, Script};
use serde_json::json;
use std::time::Duration;

/// What the provider does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doing {
    /// Answers whole.
    Answers,
    /// The connection closes in the middle.
    Cuts,
    /// It is reset.
    Resets,
    /// Silence in the middle.
    Stalls,
    /// An error in the middle.
    Fails,
    /// Nonsense in the middle.
    Babbles,
    /// The connection closes before a head.
    HangsUp,
    /// A status that is none of 2xx.
    Refuses,
}

impl Doing {
    /// Everything that can go wrong.
    pub(crate) const FAULTS: [Self; 7] =
        [Self::Cuts, Self::Resets, Self::Stalls, Self::Fails, Self::Babbles, Self::HangsUp, Self::Refuses];
}

/// Numbers that look random and are the same each time.
#[derive(Debug, Clone)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// SplitMix64.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// One of these.
    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }
}

/// A question.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question {
    pub(crate) seed: u64,
    pub(crate) words: u64,
    /// Milliseconds between two words.
    pub(crate) pace: u64,
    pub(crate) doing: Doing,
}

impl Question {
    /// The question as it is sent.
    pub(crate) fn text(self) -> String {
        let Self { seed, words, pace, doing } = self;
        format!("seed={seed} words={words} pace={pace} doing={doing:?};")
    }

    /// The words of the right answer.
    pub(crate) fn answer(self) -> Vec<String> {
        let mut random = Random(self.seed);
        let ends = [" ", ", ", ".\n", " — ", " 🌊 ", "\\n\"", "é "];
        (0..self.words).map(|_| format!("{:x}{}", random.below(1 << 24), random.pick(&ends))).collect()
    }

    /// Reads the last question in a request.
    fn read(body: &str) -> Option<Self> {
        let last = &body[body.rfind("seed=")?..];
        let last = &last[..last.find(';')?];
        let field = |name: &str| last.split(' ').find_map(|field| field.strip_prefix(name)?.strip_prefix('='));
        let number = |name: &str| field(name)?.parse().ok();
        let doing = field("doing")?;
        let doing = Doing::FAULTS.into_iter().find(|fault| format!("{fault:?}") == doing).unwrap_or(Doing::Answers);
        Some(Self { seed: number("seed")?, words: number("words")?, pace: number("pace")?, doing })
    }
}

/// How the provider answers a request.
pub(crate) fn script(request: &Request) -> Script {
    let Some(question) = Question::read(&String::from_utf8_lossy(&request.body)) else {
        // A list of models, in the words of all of them.
        return Script::json(200, r#"{"data":[{"id":"m"}],"models":[{"name":"m"}]}"#);
    };
    let path = request.line.split(' ').nth(1).unwrap_or_default();
    let frames = frames(path, &question.answer());
    let body = frames.concat();
    let middle = frames[..frames.len() / 2].concat().len();
    let content_type = if path == "/api/chat" { "application/x-ndjson" } else { "text/event-stream" };
    let mut script = Script::new(content_type, body).written_in(1 + body_length(&frames) / 8);
    script.between = Duration::from_millis(question.pace);
    match question.doing {
        Doing::Answers => script,
        Doing::Cuts => script.up_to(middle, Ending::Cut),
        Doing::Resets => script.up_to(middle, Ending::Reset),
        Doing::Stalls => script.up_to(middle, Ending::Stall),
        Doing::Fails => spoiled(script, middle, "data: {\"error\":{\"message\":\"busy\",\"code\":503}}\n\n"),
        Doing::Babbles => spoiled(script, middle, "data: {\"x\n\n"),
        Doing::HangsUp => script.with_head(Head::Closed),
        Doing::Refuses => Script::json(500 + (question.seed % 4) as u16, r#"{"error":{"message":"no"}}"#),
    }
}

fn body_length(frames: &[String]) -> usize {
    frames.iter().map(String::len).sum()
}

fn spoiled(mut script: Script, at: usize, by: &str) -> Script {
    script.body.splice(at..at, by.bytes());
    script
}

/// The answer in the protocol that is spoken at this path.
fn frames(path: &str, words: &[String]) -> Vec<String> {
    let data = |value: serde_json::Value| format!("data: {value}\n\n");
    let (word, end): (fn(&str) -> serde_json::Value, Vec<String>) = match path {
        "/v1/messages" => (
            |word| json!({"type": "content_block_delta", "delta": {"type": "text_delta", "text": word}}),
            vec![
                data(json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}})),
                data(json!({"type": "message_stop"})),
            ],
        ),
        "/api/chat" => (
            |word| json!({"message": {"content": word}, "done": false}),
            vec![format!("{}\n", json!({"message": {"content": ""}, "done": true}))],
        ),
        gemini if gemini.contains("streamGenerateContent") => (
            |word| json!({"candidates": [{"content": {"parts": [{"text": word}]}}]}),
            vec![data(json!({"candidates": [{"finishReason": "STOP"}]}))],
        ),
        _ => (
            |word| json!({"choices": [{"index": 0, "delta": {"content": word}}]}),
            vec![
                data(json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})),
                "data: [DONE]\n\n".to_owned(),
            ],
        ),
    };
    let framed = words.iter().map(|text| match path {
        "/api/chat" => format!("{}\n", word(text)),
        _ => data(word(text)),
    });
    framed.chain(end).collect()
}
