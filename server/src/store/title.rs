//! Titles that need no model: from the first question.

/// The most characters in a title.
const TITLE_LENGTH: usize = 60;

/// A title from the first question: its first line that says something, with single spaces as every title, cut at a word.
pub(crate) fn title(question: &str) -> String {
    let line = question.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    // More words than characters cannot be in it: a line may be very long.
    let line = line.split_whitespace().take(TITLE_LENGTH + 1).collect::<Vec<_>>().join(" ");
    if line.chars().count() <= TITLE_LENGTH {
        return line;
    }
    let cut: String = line.chars().take(TITLE_LENGTH).collect();
    let whole_words = cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words);
    format!("{whole_words}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_short_and_end_at_a_word() {
        assert_eq!(title("\n  Hello  \u{3000}there \nmore"), "Hello there");
        let long = title(&"wording ".repeat(20));
        assert!(long.chars().count() <= TITLE_LENGTH + 1 && long.ends_with("wording…"), "{long}");
    }
}
