//! One whole answer in each protocol as its provider sends it, frame by frame, written by hand: what the mutations cut, break
//! and spoil.

/// What every recording says.
pub(crate) const TEXT: &str = "Rivers — les fleuves, 河川 — carry \"silt\",\nand \u{1F30A} foam.";
/// What every recording thinks.
pub(crate) const REASONING: &str = "A short answer, then.";

/// An answer as a list of frames, each with its end.
pub(crate) struct Recording {
    /// Its name in `server::providers::bytes::PROTOCOLS`.
    pub(crate) protocol: &'static str,
    pub(crate) frames: Vec<String>,
    /// The first frame that says that the answer is whole. From here on all text has been said.
    pub(crate) finish: usize,
    /// An error in the middle, that says: overloaded.
    pub(crate) error: &'static str,
    /// Frames that a later version of the protocol may send.
    pub(crate) unknown: &'static str,
    /// The recording's finish reason, as it stands in the frames.
    pub(crate) reason: &'static str,
}

impl Recording {
    pub(crate) fn body(&self) -> String {
        self.frames.concat()
    }

    /// The frames with something put before one of them.
    pub(crate) fn with(&self, at: usize, inserted: &str) -> String {
        format!("{}{inserted}{}", self.frames[..at].concat(), self.frames[at..].concat())
    }

    /// The content type that the provider sends.
    pub(crate) fn content_type(&self) -> &'static str {
        if self.protocol == "ollama" { "application/x-ndjson" } else { "text/event-stream" }
    }
}

/// The recordings of all protocols.
pub(crate) fn recordings() -> [Recording; 5] {
    [openai_chat(), openai_responses(), anthropic(), gemini(), ollama()]
}

fn data(frames: &[&str], end: &str) -> Vec<String> {
    frames.iter().map(|frame| format!("data: {frame}{end}{end}")).collect()
}

/// Each frame with its `event:` line, named by the frame's own type.
fn events(frames: &[&str]) -> Vec<String> {
    let kind = |frame: &str| frame.split('"').nth(3).unwrap().to_owned();
    frames.iter().map(|frame| format!("event: {}\ndata: {frame}\n\n", kind(frame))).collect()
}

fn openai_chat() -> Recording {
    let chunk = |choice: &str| {
        format!(
            r#"{{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{choice}],"usage":null,"obfuscation":"x9"}}"#
        )
    };
    let delta = |delta: &str, reason: &str| {
        chunk(&format!(r#"{{"index":0,"delta":{delta},"logprobs":null,"finish_reason":{reason}}}"#))
    };
    let frames = [
        delta(r#"{"role":"assistant","content":"","refusal":null}"#, "null"),
        delta(r#"{"reasoning_content":"A short answer, "}"#, "null"),
        delta(r#"{"reasoning_content":"then."}"#, "null"),
        delta(r#"{"content":"Rivers — les fleuves, "}"#, "null"),
        delta(r#"{"content":"\u6cb3川 — carry \"silt\",\n"}"#, "null"),
        delta(r#"{"content":"and \ud83c\udf0a foam."}"#, "null"),
        delta("{}", r#""stop""#),
        r#"{"id":"chatcmpl-1","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":12}}"#.to_owned(),
        "[DONE]".to_owned(),
    ];
    Recording {
        protocol: "openai-chat",
        frames: data(&frames.each_ref().map(String::as_str), "\n"),
        finish: 6,
        error: "data: {\"error\":{\"code\":\"overloaded\",\"message\":\"busy\"}}\n\n",
        unknown: ": keep-alive\n\ndata: {\"object\":\"from.the.future\",\"choices\":[],\"depth\":[{\"error\":null}]}\n\n\
            data: {\"choices\":[{\"index\":0,\"delta\":{\"hologram\":{\"x\":1}},\"finish_reason\":null}]}\n\n",
        reason: r#""finish_reason":"stop""#,
    }
}

fn openai_responses() -> Recording {
    Recording {
        protocol: "openai-responses",
        frames: events(&[
            r#"{"type":"response.created","response":{"id":"r","status":"in_progress","output":[],"error":null}}"#,
            r#"{"type":"response.output_item.added","item":{"type":"reasoning","summary":[]}}"#,
            r#"{"type":"response.reasoning_summary_text.delta","delta":"A short answer, then."}"#,
            r#"{"type":"response.reasoning_summary_text.done","text":"A short answer, then."}"#,
            r#"{"type":"response.output_text.delta","delta":"Rivers — les fleuves, 河"}"#,
            r#"{"type":"response.output_text.delta","delta":"川 — carry \"silt\",\nand "}"#,
            r#"{"type":"response.output_text.delta","delta":"\ud83c\udf0a foam."}"#,
            r#"{"type":"response.output_text.done","text":"not said again"}"#,
            r#"{"type":"response.completed","response":{"id":"r","status":"completed","error":null,"usage":{"input_tokens":9,"output_tokens":12}}}"#,
        ]),
        finish: 8,
        error: "event: error\ndata: {\"type\":\"error\",\"code\":\"overloaded\",\"message\":\"busy\"}\n\n",
        unknown: "event: response.hologram.delta\ndata: {\"type\":\"response.hologram.delta\",\"delta\":\"3D\"}\n\n",
        reason: r#""status":"completed""#,
    }
}

fn anthropic() -> Recording {
    Recording {
        protocol: "anthropic",
        frames: events(&[
            r#"{"type":"message_start","message":{"id":"m","content":[],"usage":{"input_tokens":9,"output_tokens":1}}}"#,
            r#"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}"#,
            r#"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"A short answer, then."}}"#,
            r#"{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2lnbg=="}}"#,
            r#"{"type":"content_block_stop","index":0}"#,
            r#"{"type":"ping"}"#,
            r#"{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}"#,
            r#"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Rivers — les fleuves, 河川"}}"#,
            r#"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":" — carry \"silt\",\nand \ud83c\udf0a foam."}}"#,
            r#"{"type":"content_block_stop","index":1}"#,
            r#"{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":12}}"#,
            r#"{"type":"message_stop"}"#,
        ]),
        finish: 10,
        error: "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"busy\"}}\n\n",
        unknown: "event: hologram\ndata: {\"type\":\"hologram\",\"x\":[]}\n\n\
            event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"new_delta\",\"text\":\"3D\"}}\n\n",
        reason: r#""stop_reason":"end_turn""#,
    }
}

fn gemini() -> Recording {
    let parts = |parts: &str| {
        format!(
            r#"{{"candidates":[{{"content":{{"parts":[{parts}],"role":"model"}},"index":0}}],"usageMetadata":{{"promptTokenCount":9}}}}"#
        )
    };
    let frames = [
        parts(r#"{"text":"A short answer, then.","thought":true}"#),
        parts(r#"{"text":"Rivers — les fleuves, "},{"text":"河川"}"#),
        parts(r#"{"text":" — carry \"silt\",\nand "}"#),
        r#"{"candidates":[{"content":{"parts":[{"text":"🌊 foam."}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":7,"thoughtsTokenCount":5}}"#.to_owned(),
    ];
    Recording {
        protocol: "gemini",
        frames: data(&frames.each_ref().map(String::as_str), "\r\n"),
        finish: 3,
        error: "data: {\"error\":{\"code\":503,\"status\":\"UNAVAILABLE\",\"message\":\"busy\"}}\r\n\r\n",
        unknown: "data: {\"hologram\":{}}\r\n\r\ndata: {\"candidates\":[{\"content\":{\"parts\":[{\"hologram\":\"3D\"}]}}]}\r\n\r\n",
        reason: r#""finishReason":"STOP""#,
    }
}

fn ollama() -> Recording {
    let line = |message: &str| {
        format!(
            "{{\"model\":\"m\",\"created_at\":\"2026-11-01T00:00:00Z\",\"message\":{{\"role\":\"assistant\",{message}}},\"done\":false}}\n"
        )
    };
    Recording {
        protocol: "ollama",
        frames: vec![
            line(r#""content":"","thinking":"A short answer, ""#),
            line(r#""content":"","thinking":"then.""#),
            line(r#""content":"Rivers — les fleuves, 河""#),
            line(r#""content":"川 — carry \"silt\",\nand ""#),
            line(r#""content":"\ud83c\udf0a foam.""#),
            "{\"model\":\"m\",\"message\":{\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":9,\"eval_count\":12}\n"
                .to_owned(),
        ],
        finish: 5,
        error: "{\"error\":\"server overloaded\"}\n",
        unknown: "\n{\"model\":\"m\",\"hologram\":{\"x\":1},\"done\":false}\n",
        reason: r#""done_reason":"stop""#,
    }
}
