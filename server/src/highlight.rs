//! Syntax highlighting: says what each part of code is, line by line, so that code that is still being written is read once.
//!
//! What lives here: [`Highlighter`], with what it remembers; `kind`, which reduces the hundreds of scopes of the
//! grammars to the few kinds that a style sheet has colours for.
//!
//! Who calls it: `http`, for the page that asks for code as it grows, and for pages that are rendered with code in them.
//!
//! What it must not know: HTTP, conversations.

mod kind;

use hashlink::LruCache;
use protocol::highlight::{Highlighted, KINDS};
use std::{
    collections::hash_map::RandomState,
    fmt::Write,
    hash::BuildHasher,
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
};
use syntect::parsing::{ParseState, ScopeStack, SyntaxReference, SyntaxSet};

/// The grammars: those of syntect, and those that `bat` adds (TypeScript, TOML, Dockerfile, Kotlin, Swift, …). They are
/// unpacked when the first code is seen; each grammar's expressions are compiled when the first code of its language is.
static GRAMMARS: LazyLock<SyntaxSet> = LazyLock::new(two_face::syntax::extra_newlines);

/// How many states and how many whole blocks are remembered. A state is some hundred bytes, the spans of a block about as
/// many as its code.
const STATES: usize = 2048;
const BLOCKS: usize = 1024;

/// A line that is longer, in bytes, is data rather than code, and would take long.
const LONGEST_LINE: usize = 2000;

/// Code that is longer, in bytes, is shown as it is.
const LONGEST_BLOCK: usize = 64 * 1024;

/// Highlights code, and remembers where it stopped. Cheap to clone.
#[derive(Clone)]
pub struct Highlighter {
    inner: Arc<Inner>,
}

struct Inner {
    hasher: RandomState,
    states: Mutex<LruCache<u64, State>>,
    blocks: Mutex<LruCache<u64, Arc<[u32]>>>,
}

/// Where the reading of code stands.
#[derive(Clone)]
struct State {
    parser: ParseState,
    stack: ScopeStack,
}

/// The state after the lines before is not remembered any more, or never was: highlight all lines, from the first.
#[derive(Debug, thiserror::Error)]
#[error("what came before these lines is not remembered; send the code from its beginning")]
pub struct Forgotten;

impl Default for Highlighter {
    fn default() -> Self {
        let inner = Inner {
            hasher: RandomState::new(),
            states: Mutex::new(LruCache::new(STATES)),
            blocks: Mutex::new(LruCache::new(BLOCKS)),
        };
        Self { inner: Arc::new(inner) }
    }
}

impl Highlighter {
    /// Highlights whole lines, which follow those after which the state was `after`. It takes time: not for a thread that
    /// serves.
    ///
    /// # Errors
    /// [`Forgotten`] if that state is not known.
    pub fn lines(&self, language: &str, after: Option<&str>, code: &str) -> Result<Highlighted, Forgotten> {
        let Some(grammar) = grammar(language) else { return Ok(Highlighted::default()) };
        let (before, mut state) = match after {
            None => (0, State { parser: ParseState::new(grammar), stack: ScopeStack::new() }),
            Some(name) => {
                let name = u64::from_str_radix(name, 16).map_err(|_| Forgotten)?;
                (name, locked(&self.inner.states).get(&name).cloned().ok_or(Forgotten)?)
            }
        };
        let spans = spans(&mut state, code);
        // A state is named after all that has been read, so that the same code gives the same name. The hash is keyed.
        let name = self.inner.hasher.hash_one((before, &grammar.name, code));
        locked(&self.inner.states).insert(name, state);
        Ok(Highlighted { state: Some(format!("{name:016x}")), spans })
    }

    /// The spans of code that is whole, if they are remembered.
    pub fn remembered(&self, language: &str, code: &str) -> Option<Arc<[u32]>> {
        let name = self.inner.hasher.hash_one((language, code));
        locked(&self.inner.blocks).get(&name).cloned()
    }

    /// The spans of code that is whole; none where the language is not known or the code is too long. It takes time.
    pub fn block(&self, language: &str, code: &str) -> Arc<[u32]> {
        if let Some(spans) = self.remembered(language, code) {
            return spans;
        }
        let spans: Arc<[u32]> = match grammar(language) {
            Some(grammar) if code.len() <= LONGEST_BLOCK => {
                spans(&mut State { parser: ParseState::new(grammar), stack: ScopeStack::new() }, code).into()
            }
            _ => Arc::default(),
        };
        let name = self.inner.hasher.hash_one((language, code));
        locked(&self.inner.blocks).insert(name, Arc::clone(&spans));
        spans
    }
}

/// The code as HTML in which each part of a kind is an element of the class `syntax-…`.
pub fn html(code: &str, spans: &[u32]) -> String {
    let mut html = String::with_capacity(code.len() * 2);
    let mut rest = code;
    for span in spans.as_chunks::<3>().0 {
        let [gap, length, kind] = *span;
        escape(taken(&mut rest, gap), &mut html);
        let kind = KINDS.get(kind as usize).copied().unwrap_or("comment");
        let _ = write!(html, "<span class=\"syntax-{kind}\">");
        escape(taken(&mut rest, length), &mut html);
        html.push_str("</span>");
    }
    escape(rest, &mut html);
    html
}

/// Takes so many UTF-16 units off the beginning of a text.
fn taken<'t>(text: &mut &'t str, units: u32) -> &'t str {
    let mut left = units as usize;
    let end = text.char_indices().find(|(_, c)| {
        let is_end = left == 0;
        left = left.saturating_sub(c.len_utf16());
        is_end
    });
    let (taken, rest) = text.split_at(end.map_or(text.len(), |(at, _)| at));
    *text = rest;
    taken
}

fn escape(text: &str, html: &mut String) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            c => html.push(c),
        }
    }
}

/// The grammar of a language, by one of its names or by the ending of its files.
fn grammar(language: &str) -> Option<&'static SyntaxReference> {
    let name = language.to_lowercase();
    let name = match name.as_str() {
        "" | "text" | "txt" | "plain" | "plaintext" | "output" => return None,
        "shell" | "console" | "zsh" | "shell-session" | "terminal" => "sh",
        "jsonc" | "json5" => "json",
        "golang" => "go",
        "node" | "mjs" | "cjs" => "js",
        "jsx" => "tsx",
        "py3" | "python3" | "ipython" => "py",
        "c++" => "cpp",
        "csharp" | "c#" => "cs",
        "docker" => "dockerfile",
        "make" => "makefile",
        name => name,
    };
    GRAMMARS.find_syntax_by_token(name)
}

/// Reads lines, and says where what is.
fn spans(state: &mut State, code: &str) -> Vec<u32> {
    let mut spans = Spans::default();
    for line in code.split_inclusive('\n') {
        if line.len() > LONGEST_LINE {
            spans.pass(line, None);
            continue;
        }
        let Ok(changes) = state.parser.parse_line(line, &GRAMMARS) else {
            spans.pass(line, None);
            continue;
        };
        let mut from = 0;
        for (at, change) in changes {
            spans.pass(line.get(from..at).unwrap_or_default(), kind::of(&state.stack));
            from = at.max(from);
            if state.stack.apply(&change).is_err() {
                break;
            }
        }
        spans.pass(line.get(from..).unwrap_or_default(), kind::of(&state.stack));
    }
    spans.done
}

/// Spans as they are told: parts of one kind beside each other are one.
#[derive(Default)]
struct Spans {
    done: Vec<u32>,
    gap: u32,
}

impl Spans {
    fn pass(&mut self, text: &str, kind: Option<u32>) {
        let length = text.encode_utf16().count() as u32;
        let Some(kind) = kind.filter(|_| !text.trim().is_empty()) else {
            self.gap += length;
            return;
        };
        match self.done.as_mut_slice() {
            [.., last, before] if self.gap == 0 && *before == kind => *last += length,
            _ => self.done.extend([std::mem::take(&mut self.gap), length, kind]),
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is remembered is whole at every moment, whatever panicked meanwhile.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
