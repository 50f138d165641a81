//! Bare addresses in a text, as GitHub's markdown finds them: `https://…`, `http://…`, `www.…`, and e-mail addresses.

/// A bare address in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Where it begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// What is put before it to make an address of it.
    pub prefix: &'static str,
}

/// Finds the first bare address in the text.
pub fn find(text: &str) -> Option<Found> {
    // Most text holds none of these, and is passed over quickly.
    for (at, byte) in text.bytes().enumerate() {
        let found = match byte {
            b':' => scheme(text, at),
            b'w' | b'W' => www(text, at),
            b'@' => email(text, at),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

/// An address whose scheme ends at `colon`.
fn scheme(text: &str, colon: usize) -> Option<Found> {
    let rest = text[colon..].strip_prefix("://")?;
    let start = text[..colon]
        .rfind(|c: char| !c.is_ascii_alphabetic())
        .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    let known = ["http", "https"].iter().any(|known| text[start..colon].eq_ignore_ascii_case(known));
    let joined = text[..start].ends_with(|c: char| c.is_ascii_alphanumeric());
    // A name without a dot is one too: `http://localhost`.
    let length = if known && !joined { address_length(rest, false)? } else { return None };
    Some(Found { start, end: colon + 3 + length, prefix: "" })
}

fn www(text: &str, start: usize) -> Option<Found> {
    let is_www = text.get(start..start + 4)?.eq_ignore_ascii_case("www.");
    let before = text[..start].chars().next_back();
    let is_apart = before.is_none_or(|c| c.is_whitespace() || "*_~(".contains(c) || !c.is_ascii());
    let length = if is_www && is_apart { address_length(&text[start..], true)? } else { return None };
    Some(Found { start, end: start + length, prefix: "http://" })
}

fn email(text: &str, at: usize) -> Option<Found> {
    let is_local = |c: char| c.is_ascii_alphanumeric() || ".-_+".contains(c);
    let start = text[..at]
        .rfind(|c: char| !is_local(c))
        .map_or(0, |last| last + text[last..].chars().next().map_or(1, char::len_utf8));
    let is_domain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let rest = &text[at + 1..];
    let domain = &rest[..rest.find(|c: char| !is_domain(c)).unwrap_or(rest.len())];
    let domain = domain.trim_end_matches('.');
    let is_good = start < at && domain.contains('.') && !domain.starts_with('.') && !domain.ends_with(['-', '_']);
    let end = at + 1 + domain.len();
    match text[..start].strip_suffix(':') {
        _ if !is_good => None,
        Some(before) if before.ends_with("mailto") => Some(Found { start: start - "mailto:".len(), end, prefix: "" }),
        // The address of something else, such as `xmpp:`.
        Some(before) if before.ends_with(char::is_alphanumeric) => None,
        _ => Some(Found { start, end, prefix: "mailto:" }),
    }
}

/// So much of a domain is looked at, in bytes. None is longer, and a text may be nothing but beginnings of domains.
const LONGEST_DOMAIN: usize = 255;

/// How far an address reaches that begins with a domain: to the next blank, less the punctuation that belongs to the
/// sentence around it.
fn address_length(text: &str, needs_dot: bool) -> Option<usize> {
    let is_end = |(at, c): &(usize, char)| *at > LONGEST_DOMAIN || !(c.is_alphanumeric() || "-_.".contains(*c));
    let domain = &text[..text.char_indices().find(is_end).map_or(text.len(), |(at, _)| at)];
    let mut parts = domain.trim_end_matches('.').rsplit('.');
    let last = parts.next().unwrap_or_default();
    let before = parts.next();
    let is_good =
        domain.starts_with(char::is_alphanumeric) && !last.contains('_') && !before.unwrap_or("").contains('_');
    if !is_good || (needs_dot && before.is_none()) {
        return None;
    }
    let stop = |c: char| c.is_whitespace() || c.is_control() || "<>\"`“”「」『』（）、。，；！？".contains(c);
    let address = &text[..text.find(stop).unwrap_or(text.len())];
    Some(without_punctuation(address).len())
}

/// The address less all at its end that is not part of it. Brackets are counted once, not anew for each that is taken away.
fn without_punctuation(mut address: &str) -> &str {
    let (mut round, mut square) = (Brackets::of(address, '(', ')'), Brackets::of(address, '[', ']'));
    loop {
        let shorter = address.trim_end_matches(['.', ',', ':', '!', '?', '\'', '*', '_', '~']);
        let shorter = match shorter.as_bytes().last() {
            Some(b')') if round.close() => &shorter[..shorter.len() - 1],
            Some(b']') if square.close() => &shorter[..shorter.len() - 1],
            Some(b';') => without_entity(&shorter[..shorter.len() - 1]),
            _ => shorter,
        };
        if shorter.len() == address.len() {
            return address;
        }
        address = shorter;
    }
}

/// An entity, such as `&copy;`, is not part of an address; a semicolon alone isn't either.
fn without_entity(address: &str) -> &str {
    let before = address.trim_end_matches(|c: char| c.is_ascii_alphanumeric());
    before.strip_suffix('&').filter(|_| before.len() < address.len()).unwrap_or(address)
}

/// How many brackets there are.
struct Brackets {
    opening: usize,
    closing: usize,
}

impl Brackets {
    fn of(text: &str, opening: char, closing: char) -> Self {
        Self { opening: text.matches(opening).count(), closing: text.matches(closing).count() }
    }

    /// Takes the last one away if it closes nothing.
    fn close(&mut self) -> bool {
        let closes_nothing = self.closing > self.opening;
        self.closing -= usize::from(closes_nothing);
        closes_nothing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_address_ends_before_the_punctuation_of_its_sentence() {
        let find = |text: &'static str| find(text).map(|found| &text[found.start..found.end]);
        assert_eq!(find("See https://a.example/b_c."), Some("https://a.example/b_c"));
        assert_eq!(find("(https://a.example/b(c))"), Some("https://a.example/b(c)"));
        assert_eq!(find("1https://a.example http://b.example, ok"), Some("http://b.example"));
        assert_eq!(find("https:// nothing, http, httpd"), None);
        assert_eq!(find("“https://ä.example”"), Some("https://ä.example"));
        assert_eq!(find("见https://a.example。"), Some("https://a.example"));
        assert_eq!(find("at http://localhost:3000/a?b=c&d=e;"), Some("http://localhost:3000/a?b=c&d=e"));
        assert_eq!(find("(www.a.example)"), Some("www.a.example"));
        assert_eq!(find("awww.a.example www.a"), Some("www.a"));
        assert_eq!(find("me+x@a.example."), Some("me+x@a.example"));
        assert_eq!(find("Write to mailto:me@a.example!"), Some("mailto:me@a.example"));
        assert_eq!(find("a@b @c.d e@f.g_ xmpp:a@b.example"), None);
    }
}
