//! Which addresses a link may lead to.

/// An address that a text names, and whether a link may lead there: `http`, `https`, `mailto` and `tel` only, so that no
/// text of a model can run script or do anything on this server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    written: String,
    is_allowed: bool,
}

impl Address {
    /// Judges an address.
    pub fn new(written: impl Into<String>) -> Self {
        let written = written.into();
        Self { is_allowed: is_allowed(&written), written }
    }

    /// The address, if a link may lead there.
    pub fn allowed(&self) -> Option<&str> {
        self.is_allowed.then(|| self.written.trim())
    }

    /// The address as it is written, wherever it leads: to be shown, not to be followed.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// The server that the address names.
    pub fn host(&self) -> Option<&str> {
        let (scheme, rest) = self.allowed()?.split_once(':')?;
        let is_web = ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
        host(rest.strip_prefix("//").filter(|_| is_web)?)
    }

    /// Whether an image may be loaded from there: over https only, as the page's policy says.
    pub fn image(&self) -> Option<&str> {
        let address = self.allowed()?;
        let is_secure = address.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://"));
        (is_secure && self.host().is_some()).then_some(address)
    }
}

fn is_allowed(address: &str) -> bool {
    let address = address.trim();
    let Some((scheme, rest)) = address.split_once(':') else { return false };
    let known = ["http", "https", "mailto", "tel"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    known && !rest.is_empty() && !address.contains(|c: char| c.is_control() || is_bidi_control(c))
}

/// The host in what follows `//`. Browsers take a backslash for a slash.
fn host(rest: &str) -> Option<&str> {
    let authority = rest.split(['/', '\\', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    (!host.is_empty()).then_some(host)
}

/// The server that a link's text seems to name, if the text looks like an address.
pub fn named_host(text: &str) -> Option<&str> {
    let text = text.trim();
    if text.contains(char::is_whitespace) {
        return None;
    }
    let rest = match text.split_once("://") {
        Some((_, rest)) => rest,
        None => text,
    };
    let named = host(rest)?;
    let (name, end) = named.split(':').next()?.rsplit_once('.')?;
    let is_name = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '-');
    let is_host = name.split('.').all(is_name) && end.len() >= 2 && end.chars().all(char::is_alphabetic);
    (is_host && (rest.len() < text.len() || is_common(end) || name.starts_with("www."))).then_some(named)
}

/// Whether a name that ends so is a server's rather than a file's. The ends that are most seen in deceiving links.
fn is_common(end: &str) -> bool {
    ["com", "org", "net", "io", "dev", "app", "ai", "gov", "edu", "eu", "uk", "de", "fr", "ch", "info", "bank"]
        .iter()
        .any(|known| end.eq_ignore_ascii_case(known))
}

/// Whether two hosts are the same, apart from case and `www.`.
pub fn same_host(one: &str, other: &str) -> bool {
    let bare = |host: &str| {
        let host = host.to_lowercase();
        host.strip_prefix("www.").map(str::to_owned).unwrap_or(host)
    };
    bare(one) == bare(other)
}

/// Whether a character turns the direction of the text around it, so that a name can be made to look like another.
pub fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{061C}')
}

/// The text with every character that turns its direction shown as the sign for a character that cannot be shown.
pub fn harmless(text: &str) -> String {
    text.chars().map(|c| if is_bidi_control(c) { '\u{FFFD}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_schemes_are_allowed() {
        for good in ["https://a.example/b?c=d#e", "HTTP://a.example", "mailto:a@b.example", "tel:+123"] {
            assert_eq!(Address::new(good).allowed(), Some(good));
        }
        for bad in [
            "javascript:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "//a.example",
            "/a",
            "#a",
            "https:",
            "https://a.example/\u{202E}gpj.exe",
            "",
        ] {
            assert_eq!(Address::new(bad).allowed(), None, "{bad:?}");
        }
    }

    #[test]
    fn the_host_is_the_one_that_a_browser_would_ask() {
        for (address, host) in [
            ("https://a.example/b@c", Some("a.example")),
            ("https://bank.example@evil.example/x", Some("evil.example")),
            ("https://evil.example\\@bank.example", Some("evil.example")),
            ("https://evil.example#@bank.example", Some("evil.example")),
            ("mailto:a@b.example", None),
            ("javascript://a.example", None),
        ] {
            assert_eq!(Address::new(address).host(), host, "{address}");
        }
        assert_eq!(Address::new("http://a.example/i.png").image(), None);
        assert_eq!(Address::new("https://a.example/i.png").image(), Some("https://a.example/i.png"));
    }

    #[test]
    fn text_that_looks_like_an_address_names_its_host() {
        for (text, host) in [
            ("https://bank.example/login", Some("bank.example")),
            ("www.bank.example", Some("www.bank.example")),
            ("bank.com", Some("bank.com")),
            ("main.rs", None),
            ("a bank", None),
            ("e.g.", None),
            ("1.5", None),
        ] {
            assert_eq!(named_host(text), host, "{text}");
        }
        assert!(same_host("www.Bank.example", "bank.example"));
        assert!(!same_host("bank.example", "bank.example.evil.example"));
    }
}
