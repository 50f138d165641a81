//! Which links are allowed, and finding bare addresses in text.

/// The address, if a link may lead there: `http`, `https` and `mailto` only, so that no text of a model can run script.
pub fn allowed(address: &str) -> Option<String> {
    let address = address.trim();
    let (scheme, rest) = address.split_once(':')?;
    let known = ["http", "https", "mailto"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    (known && !rest.is_empty() && !address.contains(|c: char| c.is_control())).then(|| address.to_owned())
}

/// Finds the first bare web address in the text: where it begins and ends.
pub fn find_bare(text: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    while let Some(found) = text[from..].find("http") {
        let start = from + found;
        let rest = &text[start..];
        let body = ["https://", "http://"].iter().find_map(|scheme| rest.strip_prefix(scheme));
        let joined = text[..start].chars().next_back().is_some_and(char::is_alphanumeric);
        if let Some(body) = body.filter(|body| !joined && body.starts_with(|c: char| c.is_alphanumeric())) {
            return Some((start, start + (rest.len() - body.len()) + address_length(body)));
        }
        from = start + "http".len();
    }
    None
}

/// How far an address reaches: to the next blank, less the punctuation that belongs to the sentence around it.
fn address_length(body: &str) -> usize {
    let stop = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '`' | '“' | '”');
    let mut address = &body[..body.find(stop).unwrap_or(body.len())];
    loop {
        let shorter = address.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_', '~']);
        let shorter = match shorter.strip_suffix([')', ']']) {
            Some(inner) if shorter.ends_with(')') && count(shorter, ')') > count(shorter, '(') => inner,
            Some(inner) if shorter.ends_with(']') && count(shorter, ']') > count(shorter, '[') => inner,
            _ => shorter,
        };
        if shorter.len() == address.len() {
            return address.len();
        }
        address = shorter;
    }
}

fn count(text: &str, wanted: char) -> usize {
    text.chars().filter(|c| *c == wanted).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_schemes_are_allowed() {
        for good in ["https://a.example/b?c=d#e", "HTTP://a.example", "mailto:a@b.example"] {
            assert_eq!(allowed(good).as_deref(), Some(good));
        }
        for bad in [
            "javascript:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "//a.example",
            "/a",
            "https:",
            "",
        ] {
            assert_eq!(allowed(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_bare_address_ends_before_the_punctuation_of_its_sentence() {
        let find = |text: &'static str| find_bare(text).map(|(start, end)| &text[start..end]);
        assert_eq!(find("See https://a.example/b_c."), Some("https://a.example/b_c"));
        assert_eq!(find("(https://a.example/b(c))"), Some("https://a.example/b(c)"));
        assert_eq!(find("xhttps://a.example http://b.example, ok"), Some("http://b.example"));
        assert_eq!(find("https:// nothing, http, httpd"), None);
        assert_eq!(find("“https://ä.example”"), Some("https://ä.example"));
    }
}
