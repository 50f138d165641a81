//! The language of a page: what a person has chosen, otherwise what the browser asks for, otherwise English.

use super::visitor::cookie;
use app::Language;
use axum::http::{HeaderMap, HeaderValue, header};

const COOKIE: &str = "rivulet_language";

/// What a person has chosen in the settings.
pub(super) fn chosen(headers: &HeaderMap) -> Option<Language> {
    Language::of(&cookie(headers, COOKIE)?)
}

/// The language in which a page is rendered.
pub(super) fn of_page(headers: &HeaderMap) -> Language {
    chosen(headers).or_else(|| asked_for(headers)).unwrap_or(Language::English)
}

/// Says in which language a page is, and that another request may get another one.
pub(super) fn declare(headers: &mut HeaderMap, language: Language) {
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    headers.append(header::VARY, HeaderValue::from_static("accept-language, cookie"));
}

/// The first of the languages with the highest weight that the page speaks (`Accept-Language`, RFC 9110, 12.5.4). A region or a script that the page does
/// not have is no reason for another language.
fn asked_for(headers: &HeaderMap) -> Option<Language> {
    let lists = headers.get_all(header::ACCEPT_LANGUAGE).into_iter().filter_map(|list| list.to_str().ok());
    let mut best = None;
    for range in lists.flat_map(|list| list.split(',')) {
        let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
        let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok()).unwrap_or(0.0);
        let Some(language) = Language::of(tag.trim()) else { continue };
        if weight > best.map_or(0.0, |(best, _)| best) {
            best = Some((weight, language));
        }
    }
    best.map(|(_, language)| language)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(list: &'static str) -> Option<Language> {
        asked_for(&HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, HeaderValue::from_static(list))]))
    }

    #[test]
    fn the_weights_decide_and_then_the_order() {
        assert_eq!(asked("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5"), Some(Language::French));
        assert_eq!(asked("en;q=0.3,  zh-Hant-TW ; q=0.4"), Some(Language::Chinese));
        assert_eq!(asked("es;q=0.5,ar;q=0.5"), Some(Language::Spanish));
        assert_eq!(asked("pt-BR,pt;q=0.9,de;q=0.1"), Some(Language::German));
    }

    #[test]
    fn what_is_not_wanted_not_known_or_nonsense_is_passed_over() {
        assert_eq!(asked("de;q=0, es;q=0.1"), Some(Language::Spanish));
        for list in ["", "*", "pt, tlh", "de;q=nan", "fr;level=1", "ar;q=-1", ";;,;q=1"] {
            assert_eq!(asked(list), None, "{list}");
        }
    }
}
