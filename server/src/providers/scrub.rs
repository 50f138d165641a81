//! Makes a provider's own words fit to be shown: one line, bounded, without anything that might be a key.

/// The most characters that are shown.
const MOST: usize = 300;

/// The most characters that are looked at: an upstream may send megabytes.
const MOST_READ: usize = 2_000;
/// How much of what stands before a word can name it as a key.
const LONGEST_NAME: usize = 20;

/// What keys begin with.
const PREFIXES: [&str; 14] =
    ["sk-", "sk_", "pk-", "rk-", "gsk_", "xai-", "hf_", "nvapi-", "ghp_", "AIza", "ya29", "eyJ", "tok_", "pplx-"];

/// What stands before a key.
const NAMES: [&str; 9] =
    ["key=", "key: ", "key:", "bearer ", "token=", "token: ", "secret=", "password=", "key provided: "];

/// The text in one line, without what looks like a key, a token or the query of an address.
pub(super) fn scrub(text: &str) -> String {
    let text = text.get(..text.floor_char_boundary(4 * MOST_READ)).unwrap_or(text);
    let line = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let mut line = line.collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(MOST_READ) {
        line.truncate(end);
    }
    let mut clean = String::new();
    let mut rest = line.as_str();
    while let Some(c) = rest.chars().next() {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '*' | '+' | '.' | '~');
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        if end == 0 {
            rest = &rest[c.len_utf8()..];
            if c == '?' && rest.starts_with(|c: char| c.is_ascii_alphanumeric()) && !rest.starts_with(' ') {
                // The query of an address.
                rest = &rest[rest.find([' ', '"', '\'', ')', '>']).unwrap_or(rest.len())..];
            } else {
                clean.push(c);
            }
            continue;
        }
        let (word, after) = rest.split_at(end);
        let near = clean.char_indices().rev().nth(LONGEST_NAME).map_or(0, |(start, _)| start);
        let before = clean[near..].to_ascii_lowercase();
        let named = NAMES.iter().any(|name| before.ends_with(name) || before.ends_with(&format!("{name}'")));
        clean.push_str(if named || is_secret(word) { "[…]" } else { word });
        rest = after;
    }
    match clean.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", clean[..end].trim_end()),
        None => clean,
    }
}

fn is_secret(word: &str) -> bool {
    let random = |part: &str| {
        let (digits, letters) = part.chars().fold((0, 0), |(digits, letters), c| {
            (digits + usize::from(c.is_ascii_digit()), letters + usize::from(c.is_ascii_alphabetic()))
        });
        part.len() >= 20 && digits > 0 && letters > 0
    };
    let prefixed = PREFIXES.iter().any(|prefix| word.starts_with(prefix)) && word.len() >= 8;
    prefixed || word.contains("***") || word.len() >= 48 || word.split(['-', '_', '.']).any(random)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_tokens_and_queries_are_taken_out() {
        for (text, clean) in [
            ("Incorrect key 'sk-proj-abcdef123456'.", "Incorrect key '[…]'."),
            ("your api key: ****-key is invalid", "your api key: […] is invalid"),
            ("key=hunter2 is\n\twrong", "key=[…] is wrong"),
            ("Bearer abc, see https://a.example/x?key=1&b=2 for more", "Bearer […], see https://a.example/x for more"),
            ("session 0123456789abcdef0123456789abcdef ended", "session […] ended"),
            (
                "model `gemini-2.0-flash-thinking-exp-01-21` and meta/llama-3?",
                "model `gemini-2.0-flash-thinking-exp-01-21` and meta/llama-3?",
            ),
        ] {
            assert_eq!(scrub(text), clean);
        }
        assert_eq!(scrub(&"word ".repeat(200)).chars().count(), 300);
    }
}
