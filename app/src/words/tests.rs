//! Whether all languages say the same.

use super::*;
use english::SHAPES;

/// Every text of a language with its name, its holes and whether it counts.
fn shaped(language: Language) -> impl Iterator<Item = (&'static str, &'static [&'static str], bool, &'static str)> {
    let shapes = SHAPES.into_iter().zip(texts(language));
    shapes.map(|((name, holes, counts), text)| (name, holes, counts, *text))
}

fn holes(text: &str) -> Vec<&str> {
    text.split('{').skip(1).map(|rest| rest.split_once('}').map_or(rest, |(hole, _)| hole)).collect()
}

#[test]
fn every_language_has_the_same_holes_and_all_its_forms() {
    for language in Language::ALL {
        for (name, wanted, counts, text) in shaped(language) {
            let forms: Vec<_> = if counts { text.split('|').collect() } else { vec![text] };
            assert_eq!(forms.len(), if counts { language.forms() } else { 1 }, "{name}, {language:?}: {text}");
            for form in forms {
                let mut found = holes(form);
                found.sort_unstable();
                found.dedup();
                assert!(found.iter().all(|hole| wanted.contains(hole)), "{name}, {language:?}: {form}");
                // “One” and “two” can be words.
                let needed = if counts { &wanted[1..] } else { wanted };
                assert!(needed.iter().all(|hole| found.contains(hole)), "{name}, {language:?}: {form}");
            }
        }
    }
}

#[test]
fn every_text_fits_on_a_line_of_the_document_and_ends_no_element() {
    for language in Language::ALL {
        for (name, .., text) in shaped(language) {
            assert!(!text.trim().is_empty() && !text.contains(['\n', '<', '\0']), "{name}, {language:?}: {text}");
        }
    }
}

#[test]
fn french_marks_stay_on_the_line_of_what_they_mark() {
    for (name, .., text) in shaped(Language::French) {
        let stray = [" :", " ;", " ?", " !", " »", "« ", "n° "].into_iter().find(|stray| text.contains(stray));
        assert_eq!(stray, None, "{name} needs a no-break space: {text}");
    }
}

#[test]
fn nothing_is_left_in_english() {
    // Words that are the same in the other language.
    const SAME: &[&str] = &[
        "de chat",
        "de demo",
        "de preset_name",
        "de preset_text",
        "es bytes",
        "es tokens_per_second",
        "es tokens",
        "es about_tokens",
        "es demo",
        "es search_keys",
        "fr question",
        "fr versions",
        "fr message",
        "fr tokens_per_second",
        "fr tokens",
        "fr about_tokens",
        "fr code_in",
        "fr image",
        "fr conversations",
        "fr search_keys",
        "fr said_by_assistant",
        "fr notifications",
        "zh search_keys",
        "ar search_keys",
    ];
    let english = texts(Language::English);
    let mut same = Vec::new();
    for language in Language::ALL.into_iter().filter(|language| *language != Language::English) {
        for ((name, holes, _, text), english) in shaped(language).zip(english) {
            let words =
                english.split(|c: char| !c.is_alphabetic()).filter(|word| word.len() > 3 && !holes.contains(word));
            if text == *english && words.count() > 0 {
                same.push(format!("{} {name}", language.code()));
            }
        }
    }
    assert_eq!(same, SAME, "translate them, or list them above if they are the same in both");
}

#[test]
fn each_language_has_twelve_months() {
    for language in Language::ALL {
        spoken_in(language, || {
            assert_eq!(months().split('|').count(), 12);
            assert_ne!(month(1, None), month(12, None));
            assert!(month(12, Some(2025)).contains("2025") && month(12, Some(2025)).contains(&month(12, None)));
        });
    }
    assert_eq!((month(1, None), month(12, Some(2025))), ("January".into(), "December 2025".into()));
}

#[test]
fn a_number_has_the_form_that_goes_with_it() {
    assert_eq!([0, 1, 1234].map(tokens), ["0 tokens", "1 token", "1,234 tokens"]);
    let said = |language, number| spoken_in(language, || results(number));
    assert_eq!((said(Language::French, 0), said(Language::French, 2)), ("0 résultat".into(), "2 résultats".into()));
    assert_eq!(said(Language::Chinese, 1), "1 条结果");
    let arabic = [0, 1, 2, 3, 11, 100].map(|number| said(Language::Arabic, number));
    assert!((1..6).all(|at| arabic[at] != arabic[at - 1]) && arabic[3].contains('3'), "{arabic:?}");
}

#[test]
fn a_size_is_said_in_the_units_of_the_language() {
    let said =
        |language| spoken_in(language, || [1, 512, 1024, 1536, 20 << 10, (10 << 20) + 99_999, 5 << 19].map(size));
    let english = ["1 byte", "512 bytes", "1 KiB", "1.5 KiB", "20 KiB", "10 MiB", "2.5 MiB"];
    assert_eq!(said(Language::English), english);
    let french = ["1 octet", "512 octets", "1 Kio", "1,5 Kio", "20 Kio", "10 Mio", "2,5 Mio"];
    assert_eq!(said(Language::French), french);
    assert_eq!(said(Language::Chinese)[1], "512 字节");
}

#[test]
fn holes_are_filled_once_and_a_value_is_never_read_as_a_text() {
    assert_eq!(filled("{b}, {a} and {b}", &[("a", "{b}"), ("b", "2")]), "2, {b} and 2");
    assert_eq!(filled("{a} {", &[("a", "1")]), "1 {");
    assert_eq!(conversation_deleted("{title} {x}"), "“{title} {x}” was deleted.");
}

#[test]
fn what_the_server_writes_the_page_reads() {
    let written = spoken_in(Language::Arabic, written);
    let mut lines = written.split('\n');
    assert_eq!(lines.next().and_then(Language::of), Some(Language::Arabic));
    assert!(lines.eq(texts(Language::Arabic).iter().copied()));
}

#[test]
fn an_error_says_what_to_do_in_the_language_of_the_page_and_the_detail_in_english() {
    use protocol::error::{ErrorCode, PublicError};
    let error = PublicError::new(ErrorCode::UpstreamOverloaded, "Demo is too busy.");
    assert_eq!(explained(&error), Explained { sentence: "Demo is too busy.".into(), detail: None });
    let german = spoken_in(Language::German, || explained(&error));
    assert_eq!(german.detail.as_deref(), Some("Demo is too busy."));
    assert_ne!(german.sentence, error.message);
    let lost = || PublicError::new(ErrorCode::Interrupted, connection_lost());
    let lost = spoken_in(Language::German, || explained(&lost()));
    assert_eq!(lost.detail, None, "the page has said it in its language: {}", lost.sentence);
    for code in ErrorCode::ALL {
        let error = PublicError::new(*code, "x");
        assert!(spoken_in(Language::German, || explained(&error)).detail.is_some(), "{code}");
    }
}
