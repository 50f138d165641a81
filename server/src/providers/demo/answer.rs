//! What the demo model says, and in what pieces.

use protocol::attachment::{FileContent, PromptFile};

/// An answer, piece by piece; long ones are made as they go, so that a thousand of them take no memory.
pub(super) struct Pieces {
    text: String,
    at: usize,
    /// How many more words of a long answer are to come, and how many there were.
    long: Option<(usize, usize)>,
}

impl Pieces {
    pub(super) fn none() -> Self {
        Self::of(String::new())
    }

    pub(super) fn of(text: String) -> Self {
        Self { text, at: 0, long: None }
    }

    /// So many words, in paragraphs with a heading now and then.
    pub(super) fn long(words: usize) -> Self {
        Self { text: String::new(), at: 0, long: Some((words, 0)) }
    }

    /// These without the first, which have been said.
    pub(super) fn after(mut self, said: &str) -> Self {
        let mut left = said.len();
        while left > 0
            && let Some(piece) = self.next()
        {
            left = left.saturating_sub(piece.len());
        }
        self
    }
}

const WORDS: [&str; 24] = [
    "water", "finds", "its", "way", "between", "the", "stones", "and", "every", "bend", "of", "river", "keeps", "a",
    "memory", "rain", "that", "fell", "far", "upstream", "while", "light", "moves", "over",
];

impl Iterator for Pieces {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        if let Some((left, said)) = &mut self.long {
            *left = left.checked_sub(1)?;
            let at = *said;
            *said += 1;
            let word = WORDS[(at * 7 + at / WORDS.len() * 5) % WORDS.len()];
            let opening = match at {
                _ if at % 400 == 0 => format!("## Part {}\n\n", at / 400 + 1),
                _ => String::new(),
            };
            let closing = if *left == 0 || at % 100 == 99 {
                ".\n\n"
            } else if at % 11 == 10 {
                ", "
            } else {
                " "
            };
            return Some(format!("{opening}{word}{closing}"));
        }
        let rest = &self.text[self.at..];
        let word = rest.find(|c: char| !c.is_whitespace())?;
        let end = rest[word..].find(char::is_whitespace).map_or(rest.len(), |end| word + end);
        let next = rest[end..].find(|c: char| !c.is_whitespace()).map_or(rest.len(), |next| end + next);
        self.at += next;
        Some(rest[..next].to_owned())
    }
}

/// Text of others as text: one line, of bounded length, its markdown and HTML taken literally.
pub(super) fn quoted(text: &str) -> String {
    const MOST: usize = 280;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut quoted = String::new();
    for c in line.chars().take(MOST) {
        if c.is_ascii_punctuation() && !matches!(c, '.' | ',' | '?' | '\'' | '"' | ';' | '%' | '/' | ':' | '-') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    if line.chars().count() > MOST {
        quoted.push('…');
    }
    quoted
}

/// What came with the question, as far as somebody can tell who does not look at it.
fn seen(files: &[PromptFile]) -> String {
    let line = |file: &PromptFile| {
        let pixels = file.pixels.map(|(width, height)| format!(", {width} × {height} pixels")).unwrap_or_default();
        let PromptFile { name, media_type, size, .. } = file;
        let kind = if matches!(file.content, FileContent::Text(_)) { "a text" } else { "an image" };
        format!("- {}: {kind} ({media_type}, {size} bytes{pixels})\n", quoted(name))
    };
    match files {
        [] => String::new(),
        files => format!("With it you sent:\n\n{}\n", files.iter().map(line).collect::<String>()),
    }
}

pub(super) fn reasoning(question: &str) -> String {
    let subject =
        if question.is_empty() { "nothing in particular".into() } else { format!("“{}”", quoted(question)) };
    format!(
        "The person asks about {subject}. I am a demo and know nothing about it, but I can show what an answer looks like.\n\n\
         First I repeat the question, then I use each kind of markdown once: a list, a table, code, a formula.\n"
    )
}

pub(super) fn answer(question: &str, previous: Option<&str>, notes: &[String], files: &[PromptFile]) -> String {
    let heading = if question.is_empty() { "Hello! 👋".to_owned() } else { "About your question".to_owned() };
    let mut text = format!("## {heading}\n\n");
    for note in notes {
        text.push_str(&format!("**Note:** {note}\n\n"));
    }
    if !question.is_empty() {
        text.push_str(&format!("You asked:\n\n> {}\n\n", quoted(question)));
    }
    if let Some(previous) = previous.filter(|previous| !previous.is_empty()) {
        text.push_str(&format!("Before that you asked: *{}*. I remember. 🌊\n\n", quoted(previous)));
    }
    text.push_str(&seen(files));
    let words = question.split_whitespace().count();
    let letters = question.chars().filter(|c| c.is_alphabetic()).count();
    text.push_str(&format!(
        "\
I am **Rivulet's demo model**: nobody was asked, nothing left this machine. What follows shows what an answer can hold.

### What happens to a message

1. The page sends it to the server.
2. The server starts a *generation*, a task of its own.
3. Each word comes back as soon as it exists. ~~Nobody waits for the end.~~

- [x] Stop keeps what has come
- [x] A reload goes on where it was
- [ ] You add a key for a real model

### Your question in figures

| What | How many |
|---|---:|
| Words | {words} |
| Letters | {letters} |
| Providers asked | 0 |

### Some code

```rust
/// The first `n` numbers of a river that grows by its last two springs.
fn springs(n: usize) -> Vec<u64> {{
    std::iter::successors(Some((0, 1)), |&(a, b)| Some((b, a + b))).map(|(a, _)| a).take(n).collect()
}}
```

```python
def drops(text: str) -> dict[str, int]:
    return {{word: len(word) for word in text.split()}}
```

### A formula

The flow through a pipe, with $r$ its radius and $\\Delta p$ the difference in pressure:

$$Q = \\frac{{\\pi r^4 \\Delta p}}{{8 \\eta L}}$$

### What next? 🚀

Send `/help` to see what else I can show.[^key] The [CommonMark tour](https://commonmark.org/help/) explains the rest.

[^key]: For a real model, set `OPENAI_API_KEY`, `ANTHROPIC_API_KEY` or `GEMINI_API_KEY`, and restart; a local Ollama is found by itself.
"
    ));
    text
}
