//! The commands that script the demo model: `/fast /long 5000`, `/error overloaded after 20`, …

use protocol::error::ErrorCode;

/// What `/help` answers.
pub(super) const HELP: &str = "\
## What the demo model can do

Begin a message with one or more of these commands; the rest is the question.

| Command | What it shows |
|---|---|
| `/fast` | no pauses between the words |
| `/slow` | a few words a second |
| `/long 20000` | an answer of that many words |
| `/reasoning` | thoughts before the answer |
| `/error overloaded` | a failure before the first word; any class of a provider will do |
| `/error overloaded after 20` | a failure in the middle of the answer |
| `/cut` | a connection that breaks off |
| `/stall` | some words, then silence |
| `/hang` | silence from the start |
| `/filter` | a provider that stops for reasons of content |
| `/length` | an answer that reaches its limit |

They combine: `/fast /long 5000`, `/slow /reasoning Why is the sky blue?`.

This is a demo: no model is asked. Set `OPENAI_API_KEY`, `ANTHROPIC_API_KEY` or `GEMINI_API_KEY`, or start Ollama, and \
restart Rivulet to talk to a real one.
";

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Pace {
    Fast,
    Human,
    Slow,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum End {
    Stop,
    Error { code: ErrorCode, after: usize },
    Cut,
    Stall,
    Hang,
    Filter,
    Length,
}

/// A message, read: its commands and what is left of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Script {
    pub(super) pace: Pace,
    pub(super) end: End,
    pub(super) long: Option<usize>,
    pub(super) reasoning: bool,
    pub(super) help: bool,
    pub(super) question: String,
    /// What could not be understood, in words.
    pub(super) notes: Vec<String>,
}

impl Script {
    /// Reads the commands at the start of a message.
    pub(super) fn read(message: &str) -> Self {
        let mut script = Self {
            pace: Pace::Human,
            end: End::Stop,
            long: None,
            reasoning: false,
            help: false,
            question: String::new(),
            notes: Vec::new(),
        };
        let mut rest = message.trim();
        while let Some(after) = script.command(rest) {
            rest = after.trim_start();
        }
        script.question = rest.to_owned();
        script
    }

    /// Takes one command; gives what follows it.
    fn command<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        let (word, rest) = first_word(text);
        match word.to_ascii_lowercase().as_str() {
            "/fast" => self.pace = Pace::Fast,
            "/slow" => self.pace = Pace::Slow,
            "/reasoning" => self.reasoning = true,
            "/help" => self.help = true,
            "/cut" => self.end = End::Cut,
            "/stall" => self.end = End::Stall,
            "/hang" => self.end = End::Hang,
            "/filter" => self.end = End::Filter,
            "/length" => self.end = End::Length,
            "/long" => {
                let (count, after) = first_word(rest);
                let Ok(words) = count.replace(['_', ','], "").parse::<usize>() else {
                    self.long = Some(1_000);
                    return Some(rest);
                };
                self.long = Some(words.min(1_000_000));
                return Some(after);
            }
            "/error" => return Some(self.error(rest)),
            _ => return None,
        }
        Some(rest)
    }

    fn error<'a>(&mut self, rest: &'a str) -> &'a str {
        let (name, after_name) = first_word(rest);
        let wanted = name.to_ascii_lowercase().replace('-', "_");
        let class =
            |code: &&ErrorCode| code.as_str().strip_prefix("upstream_") == Some(wanted.trim_start_matches("upstream_"));
        let Some(code) = ErrorCode::ALL.iter().find(class) else {
            let known: Vec<_> =
                ErrorCode::ALL.iter().filter_map(|code| code.as_str().strip_prefix("upstream_")).collect();
            self.notes.push(format!("`/error` takes one of these classes: {}.", known.join(", ")));
            return after_name;
        };
        let (after, number) = first_word(after_name);
        let (count, rest) = first_word(number);
        match (after, count.parse()) {
            ("after", Ok(after)) => {
                self.end = End::Error { code: *code, after };
                rest
            }
            _ => {
                self.end = End::Error { code: *code, after: 0 };
                after_name
            }
        }
    }
}

fn first_word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()))
}
