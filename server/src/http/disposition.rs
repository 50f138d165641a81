//! `Content-Disposition` of files (RFC 6266).

use axum::http::HeaderValue;
use std::fmt::Write;

/// The most characters of a file's name, without what tells its kind.
const LONGEST_NAME: usize = 80;

/// A file that is to be saved, named by a title and what tells its kind.
pub(super) fn attachment(title: &str, kind: &str) -> HeaderValue {
    value("attachment", &format!("{}.{kind}", file_name(title)))
}

/// A file that has a name already: shown where it is opened if `inline`, and saved otherwise.
pub(super) fn of_file(name: &str, inline: bool) -> HeaderValue {
    let name: String = name.chars().map(allowed).collect();
    let words = name.split_whitespace().collect::<Vec<_>>().join(" ");
    value(if inline { "inline" } else { "attachment" }, &words)
}

/// Names a file: for clients that know only ASCII, and for all others.
fn value(how: &'static str, name: &str) -> HeaderValue {
    let plain: String = name.chars().map(|c| if c.is_ascii() && c != '%' { c } else { '_' }).collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        // attr-char of RFC 8187.
        match byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            true => encoded.push(char::from(byte)),
            false => drop(write!(encoded, "%{byte:02X}")),
        }
    }
    // Nothing is left in it that no header could hold.
    HeaderValue::from_str(&format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{encoded}"))
        .unwrap_or(HeaderValue::from_static(how))
}

/// The same character, or a space for one that not every system takes in a name.
fn allowed(c: char) -> char {
    if c.is_control() || r#""\/:*?<>|"#.contains(c) { ' ' } else { c }
}

/// A title as a file's name that every system takes.
fn file_name(title: &str) -> String {
    let words: String = title.chars().map(allowed).collect();
    let name = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let name: String = name.trim_matches(|c: char| c == '.' || c == ' ').chars().take(LONGEST_NAME).collect();
    match name.trim_end() {
        "" => "conversation".to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn titles_become_names() {
        let value = |title| attachment(title, "md").to_str().unwrap().to_owned();
        assert_eq!(value("Rivers"), "attachment; filename=\"Rivers.md\"; filename*=UTF-8''Rivers.md");
        assert_eq!(
            value("Flüsse: 100% \"河\""),
            "attachment; filename=\"Fl_sse 100_ _.md\"; filename*=UTF-8''Fl%C3%BCsse%20100%25%20%E6%B2%B3.md"
        );
        for title in ["", " / ", "..", "\u{7f}\n"] {
            assert!(value(title).contains("\"conversation.md\""), "{title:?}");
        }
        assert!(value("../../etc/passwd").contains("filename=\"etc passwd.md\""), "{}", value("../../etc/passwd"));
    }

    proptest! {
        #[test]
        fn any_title_is_a_header(title in ".*") {
            let value = attachment(&title, "json");
            let text = value.to_str().unwrap();
            prop_assert!(text.is_ascii() && text.matches('"').count() == 2, "{}", text);
            let file = of_file(&title, true);
            let text = file.to_str().unwrap();
            prop_assert!(text.is_ascii() && text.starts_with("inline; ") && text.matches('"').count() == 2, "{}", text);
        }
    }
}
