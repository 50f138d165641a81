//! The languages that the page speaks, and what differs between them beside words: direction, numbers, plurals.

/// A language of the page.
///
/// ```
/// use app::Language;
/// assert_eq!(Language::of("fr-CA"), Some(Language::French));
/// assert_eq!(Language::of("tlh"), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// French.
    French,
    /// German.
    German,
    /// Spanish.
    Spanish,
    /// Chinese in simplified characters.
    Chinese,
    /// Arabic, from right to left.
    Arabic,
}

impl Language {
    /// Every language, in the order in which they are offered.
    pub const ALL: [Self; 6] = [Self::English, Self::German, Self::Spanish, Self::French, Self::Chinese, Self::Arabic];

    /// The language of a tag such as `de-AT` (BCP 47), whatever its region and its script.
    pub fn of(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next()?;
        Self::ALL.into_iter().find(|one| one.code().eq_ignore_ascii_case(primary))
    }

    /// The language without script and region (ISO 639): what the cookie holds.
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
            Self::German => "de",
            Self::Spanish => "es",
            Self::Chinese => "zh",
            Self::Arabic => "ar",
        }
    }

    /// The tag for the attribute `lang`. The script says which shapes characters have that Chinese and Japanese share.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-Hans",
            other => other.code(),
        }
    }

    /// The language in itself.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::French => "Français",
            Self::German => "Deutsch",
            Self::Spanish => "Español",
            Self::Chinese => "简体中文",
            Self::Arabic => "العربية",
        }
    }

    /// The direction of its writing, for the attribute `dir`.
    pub fn direction(self) -> &'static str {
        if self == Self::Arabic { "rtl" } else { "ltr" }
    }

    /// Which of a text's forms goes with a number (the cardinal rules of the Unicode CLDR, for whole numbers). Very large ones have a form of their
    /// own in French and Spanish (`de`, as in “1 000 000 de lignes”), which this page never needs.
    pub(super) fn form(self, number: u64) -> usize {
        match self {
            Self::Chinese => 0,
            Self::French => usize::from(number > 1),
            Self::English | Self::German | Self::Spanish => usize::from(number != 1),
            Self::Arabic => match (number, number % 100) {
                (0..=2, _) => number as usize,
                (_, 3..=10) => 3,
                (_, 11..) => 4,
                _ => 5,
            },
        }
    }

    /// How many forms a text has that counts something.
    #[cfg(test)]
    pub(super) fn forms(self) -> usize {
        match self {
            Self::Chinese => 1,
            Self::English | Self::French | Self::German | Self::Spanish => 2,
            Self::Arabic => 6,
        }
    }

    /// A whole number, its digits in groups of three.
    pub(crate) fn number(self, number: u64) -> String {
        let mark = match self {
            Self::English | Self::Chinese | Self::Arabic => ',',
            Self::German | Self::Spanish => '.',
            // Narrow, and no line breaks at it.
            Self::French => '\u{202f}',
        };
        let digits = number.to_string();
        // Spanish leaves four digits together.
        if self == Self::Spanish && digits.len() < 5 {
            return digits;
        }
        let mut text = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push(mark);
            }
            text.push(digit);
        }
        text
    }

    /// A number of tenths, with its one decimal.
    pub(crate) fn tenths(self, tenths: u64) -> String {
        let mark = if matches!(self, Self::French | Self::German | Self::Spanish) { ',' } else { '.' };
        format!("{}{mark}{}", self.number(tenths / 10), tenths % 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_each_language_writes_them() {
        let written = Language::ALL.map(|language| format!("{} {}", language.number(1234), language.tenths(123_456)));
        assert_eq!(
            written,
            [
                "1,234 12,345.6",
                "1.234 12.345,6",
                "1234 12.345,6",
                "1\u{202f}234 12\u{202f}345,6",
                "1,234 12,345.6",
                "1,234 12,345.6"
            ]
        );
        assert_eq!(
            (Language::English.number(0), Language::English.number(1_000_000)),
            ("0".into(), "1,000,000".into())
        );
    }

    #[test]
    fn plurals_follow_the_rules_of_each_language() {
        let forms =
            |language: Language| [0, 1, 2, 3, 10, 11, 99, 100, 102, 103, 111].map(|number| language.form(number));
        assert_eq!(forms(Language::Arabic), [0, 1, 2, 3, 3, 4, 4, 5, 5, 3, 4]);
        assert_eq!(forms(Language::English), [1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
        assert_eq!(forms(Language::French), [0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
        assert_eq!(forms(Language::Chinese), [0; 11]);
    }

    #[test]
    fn a_tag_is_read_whatever_its_region() {
        let read = ["en-GB", "ZH_Hant-TW", "ar", "pt", ""].map(Language::of);
        assert_eq!(read, [Some(Language::English), Some(Language::Chinese), Some(Language::Arabic), None, None]);
        assert!(Language::ALL.into_iter().all(|one| Language::of(one.tag()) == Some(one)));
    }
}
