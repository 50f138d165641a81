//! Every text of the page that a person reads, in one place for each language: [`english`] lists them all, and the files beside it are the translations.
//! How to add one is told in `docs/architecture.md`.
//!
//! Who calls it: components, by the function that bears a text's name, such as `words::retry()`. On the server a text is of the language that the page is
//! being rendered in ([`rendered_in`]); it puts the texts of that language into the document ([`written`]), and there the browser
//! reads them ([`read_page`]). So the WASM holds no texts, and a visitor is sent one language.
//!
//! What it must not know: who asks for which text, and where the choice of a language is kept.

#[macro_use]
mod listing;

#[cfg(any(feature = "ssr", test))]
mod arabic;
#[cfg(any(feature = "ssr", test))]
mod chinese;
mod english;
mod error;
#[cfg(any(feature = "ssr", test))]
mod french;
#[cfg(any(feature = "ssr", test))]
mod german;
mod language;
#[cfg(any(feature = "ssr", test))]
mod spanish;
#[cfg(test)]
mod tests;

use crate::browser::document;
pub(crate) use english::*;
pub(crate) use error::{Explained, explained};
pub use language::Language;
use std::cell::Cell;

/// The id of the element that hands the texts to the browser.
pub(crate) const ELEMENT: &str = "page-words";

/// A language and its texts.
type Spoken = (Language, &'static [&'static str]);

#[cfg(any(feature = "ssr", feature = "english", test))]
static ENGLISH: [&str; COUNT] = TEXTS.listed();
/// Where no page has been rendered around the chat.
#[cfg(any(feature = "ssr", feature = "english", test))]
const AT_FIRST: Spoken = (Language::English, &ENGLISH);
#[cfg(not(any(feature = "ssr", feature = "english", test)))]
const AT_FIRST: Spoken = (Language::English, &[]);

thread_local! {
    /// In the browser, the page's. On a server, that of the page that is being rendered at this moment, by this thread.
    static SPOKEN: Cell<Spoken> = const { Cell::new(AT_FIRST) };
}

#[cfg(any(feature = "ssr", test))]
fn texts(language: Language) -> &'static [&'static str] {
    static FRENCH: [&str; COUNT] = french::TEXTS.listed();
    static GERMAN: [&str; COUNT] = german::TEXTS.listed();
    static SPANISH: [&str; COUNT] = spanish::TEXTS.listed();
    static CHINESE: [&str; COUNT] = chinese::TEXTS.listed();
    static ARABIC: [&str; COUNT] = arabic::TEXTS.listed();
    match language {
        Language::English => &ENGLISH,
        Language::French => &FRENCH,
        Language::German => &GERMAN,
        Language::Spanish => &SPANISH,
        Language::Chinese => &CHINESE,
        Language::Arabic => &ARABIC,
    }
}

/// Renders in a language: every text that is looked up meanwhile is of it.
///
/// ```
/// use app::{Language, rendered_in};
/// # fn example(page: impl Future<Output = String>) -> impl Future<Output = String> {
/// rendered_in(Language::French, page)
/// # }
/// ```
#[cfg(feature = "ssr")]
pub async fn rendered_in<T>(language: Language, page: impl Future<Output = T>) -> T {
    let mut page = std::pin::pin!(page);
    // A thread may render parts of many pages by turns, and a page may go on on another thread.
    std::future::poll_fn(|context| spoken_in(language, || page.as_mut().poll(context))).await
}

/// Does something during which every text that is looked up is of a language.
#[cfg(any(feature = "ssr", test))]
pub fn spoken_in<T>(language: Language, work: impl FnOnce() -> T) -> T {
    let before = SPOKEN.replace((language, texts(language)));
    let done = work();
    SPOKEN.set(before);
    done
}

/// The language of the page, and its texts, one on each line: as they stand in the document for the browser.
pub(crate) fn written() -> String {
    let (language, texts) = SPOKEN.get();
    format!("{}\n{}", language.code(), texts.join("\n"))
}

/// In the browser, before the page comes to life: takes the texts that stand in the document, if there are any. They stay as long as the page.
pub fn read_page() {
    let Some(written) = document::text_of(ELEMENT) else { return };
    let mut lines = written.leak().split('\n');
    if let Some(language) = lines.next().and_then(Language::of) {
        SPOKEN.set((language, lines.collect::<Vec<_>>().leak()));
    }
}

/// The language of the page.
pub(crate) fn language() -> Language {
    SPOKEN.get().0
}

/// A text and the room between it and the next one on the line, which full-width marks have in themselves.
pub(crate) fn followed(text: &str) -> String {
    match language() {
        Language::Chinese => text.to_owned(),
        _ => format!("{text} "),
    }
}

fn text_at(place: usize) -> &'static str {
    SPOKEN.get().1.get(place).copied().unwrap_or_default()
}

/// A text with values in its holes, such as `{name}`.
fn filled(text: &str, values: &[(&str, &str)]) -> String {
    let mut whole = String::new();
    let mut rest = text;
    while let Some((before, (hole, after))) =
        rest.split_once('{').and_then(|(b, rest)| Some((b, rest.split_once('}')?)))
    {
        whole.push_str(before);
        whole.push_str(values.iter().find(|(name, _)| *name == hole).map_or("", |(_, value)| value));
        rest = after;
    }
    whole + rest
}

/// The form of a text that goes with a number, with its values.
fn counted(place: usize, name: &str, number: u64, values: &[(&str, &str)]) -> String {
    let language = language();
    let mut values = values.to_vec();
    let written = language.number(number);
    values.push((name, &written));
    filled(part(text_at(place), language.form(number)), &values)
}

/// One of the parts of a text that stand between bars; the last one where there are not so many.
fn part(text: &str, at: usize) -> &str {
    text.split('|').take(at + 1).last().unwrap_or_default()
}

/// The name of a month, which is counted from 1, and the year where one is given.
pub(crate) fn month(month: u32, year: Option<i64>) -> String {
    let month = part(months(), (month as usize + 11) % 12);
    year.map_or_else(|| month.to_owned(), |year| month_and_year(month, &year.to_string()))
}

/// How large a file is, in the units of the language; in tenths where there are few.
pub(crate) fn size(size: u64) -> String {
    let (unit, written): (u64, fn(&str) -> String) = match size {
        0..1024 => return bytes(size),
        1024..0x10_0000 => (1 << 10, kibibytes),
        _ => (1 << 20, mebibytes),
    };
    let tenths = size.saturating_mul(10) / unit;
    let is_exact = tenths >= 100 || tenths.is_multiple_of(10);
    written(&if is_exact { language().number(tenths / 10) } else { language().tenths(tenths) })
}
