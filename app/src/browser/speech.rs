//! Reading aloud, and taking dictation, by what the browser has for it.

use crate::words;
use js_sys::{Function, Object, Reflect};
use leptos::prelude::window;
use std::{cell::Cell, rc::Rc};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{SpeechSynthesis, SpeechSynthesisUtterance};

/// The longest piece that is read in one go, in bytes. Some voices fall silent in the middle of a longer one.
const LONGEST: usize = 200;

fn of_window(name: &str) -> Option<JsValue> {
    Reflect::get(&window(), &name.into()).ok().filter(|found| found.is_object())
}

fn voice() -> Option<SpeechSynthesis> {
    of_window("speechSynthesis").map(JsCast::unchecked_into)
}

/// Whether this browser can read aloud.
pub(crate) fn can_speak() -> bool {
    voice().is_some()
}

/// Whether something is being read aloud.
pub(crate) fn is_speaking() -> bool {
    voice().is_some_and(|voice| voice.speaking())
}

/// Stops reading.
pub(crate) fn be_silent() {
    if let Some(voice) = voice() {
        voice.cancel();
    }
}

/// Reads a text aloud in place of what is being read, and calls `ended` at its end, or when it is stopped.
pub(crate) fn speak(text: &str, ended: impl Fn() + 'static) {
    let Some(voice) = voice() else { return ended() };
    voice.cancel();
    let ended: Rc<dyn Fn()> = Rc::new(ended);
    let (pieces, has_kana) = (pieces(text), text.chars().any(is_kana));
    let Some(last) = pieces.len().checked_sub(1) else { return ended() };
    for (at, piece) in pieces.into_iter().enumerate() {
        let Ok(utterance) = SpeechSynthesisUtterance::new_with_text(piece) else { return ended() };
        // Without one, it is the page's.
        if let Some(language) = language_of(piece, has_kana) {
            utterance.set_lang(language);
        }
        let (told, is_last) = (Rc::clone(&ended), at == last);
        let over = move |failed: bool| {
            if failed || is_last {
                told();
            }
        };
        let failed = over.clone();
        utterance.set_onend(Some(Closure::once_into_js(move || over(false)).unchecked_ref()));
        utterance.set_onerror(Some(Closure::once_into_js(move || failed(true)).unchecked_ref()));
        voice.speak(&utterance);
    }
}

fn is_kana(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}')
}

/// Scripts that are not Latin, by their first and their last sign, and the language that is read most in each.
const SCRIPTS: [(char, char, &str); 10] = [
    ('\u{370}', '\u{3ff}', "el"),
    ('\u{400}', '\u{52f}', "ru"),
    ('\u{590}', '\u{5ff}', "he"),
    ('\u{600}', '\u{6ff}', "ar"),
    ('\u{900}', '\u{97f}', "hi"),
    ('\u{e00}', '\u{e7f}', "th"),
    ('\u{3040}', '\u{30ff}', "ja"),
    ('\u{3400}', '\u{4dbf}', "zh"),
    ('\u{4e00}', '\u{9fff}', "zh"),
    ('\u{ac00}', '\u{d7af}', "ko"),
];

/// The language that a text seems to be in, by the script of its letters; nothing where most are Latin, in which many languages are written.
/// Chinese and Japanese share signs, and only Japanese has kana beside them.
fn language_of(text: &str, has_kana: bool) -> Option<&'static str> {
    let latin = text.chars().filter(|c| matches!(c, 'A'..='Z' | 'a'..='z' | '\u{c0}'..='\u{24f}')).count();
    let found = |(first, last, _): &&(char, char, &str)| {
        let own = text.chars().filter(|c| (first..=last).contains(&c)).count();
        // Names and terms stay in Latin, and a word of it has more letters than signs elsewhere.
        own * 3 > latin
    };
    let language = SCRIPTS.iter().find(found)?.2;
    Some(if has_kana && language == "zh" { "ja" } else { language })
}

/// Lines and sentences, several together where they are short.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (mut start, mut end) = (0, 0);
        for sentence in line.split_inclusive(['.', '!', '?', ';', ':', '。', '！', '？', '؟']) {
            if end > start && end + sentence.len() - start > LONGEST {
                pieces.push(line[start..end].trim());
                start = end;
            }
            end += sentence.len();
        }
        pieces.push(line[start..].trim());
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

fn recogniser() -> Option<Function> {
    let named = |name: &str| Reflect::get(&window(), &name.into()).ok()?.dyn_into::<Function>().ok();
    named("SpeechRecognition").or_else(|| named("webkitSpeechRecognition"))
}

/// Whether this browser can take dictation.
pub(crate) fn can_listen() -> bool {
    recogniser().is_some()
}

/// Takes dictation until it is dropped, or the browser ends it.
pub(crate) struct Dictation {
    recognition: JsValue,
    _heard: Closure<dyn FnMut(JsValue)>,
    _ended: Closure<dyn FnMut()>,
    _failed: Closure<dyn FnMut(JsValue)>,
}

impl Dictation {
    /// Begins. `heard` is given all that was understood so far, each time that there is more; `ended` whether the browser was
    /// not allowed to listen.
    pub(crate) fn begin(heard: impl Fn(String) + 'static, ended: impl Fn(bool) + 'static) -> Option<Self> {
        let recognition = Reflect::construct(&recogniser()?, &js_sys::Array::new()).ok()?;
        let refused = Rc::new(Cell::new(false));
        let is_refused = Rc::clone(&refused);
        let heard = Closure::<dyn FnMut(JsValue)>::new(move |event| heard(understood(&event)));
        let ended = Closure::<dyn FnMut()>::new(move || ended(is_refused.get()));
        let failed = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
            let error = get(&event, "error").as_string().unwrap_or_default();
            refused.set(matches!(error.as_str(), "not-allowed" | "service-not-allowed" | "audio-capture"));
        });
        let page = words::language().code();
        let own = window().navigator().language().filter(|own| own.split('-').next() == Some(page));
        let language = own.as_deref().unwrap_or(page);
        let set = |name: &str, value: &JsValue| _ = Reflect::set(&recognition, &name.into(), value);
        set("lang", &language.into());
        set("continuous", &true.into());
        set("interimResults", &true.into());
        set("onresult", heard.as_ref());
        set("onend", ended.as_ref());
        set("onerror", failed.as_ref());
        call(&recognition, "start");
        Some(Self { recognition, _heard: heard, _ended: ended, _failed: failed })
    }
}

impl Drop for Dictation {
    fn drop(&mut self) {
        for name in ["onresult", "onend", "onerror"] {
            let _ = Reflect::set(&self.recognition, &name.into(), &JsValue::NULL);
        }
        call(&self.recognition, "stop");
    }
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

fn call(object: &JsValue, name: &str) {
    if let Ok(method) = get(object, name).dyn_into::<Function>() {
        let _ = method.call0(object);
    }
}

/// The text of all results of an event: those that will not change, and the one that may.
fn understood(event: &JsValue) -> String {
    let Ok(results) = get(event, "results").dyn_into::<Object>() else { return String::new() };
    let count = get(&results, "length").as_f64().unwrap_or_default() as u32;
    let text = |at: u32| {
        let result = Reflect::get_u32(&results, at).ok()?;
        get(&Reflect::get_u32(&result, 0).ok()?, "transcript").as_string()
    };
    (0..count).filter_map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_guessed_by_the_script_where_that_is_not_latin() {
        for (text, language) in [
            ("A river, 河, flows.", None),
            ("Ein Fluß: 3, 4!", None),
            ("42", None),
            ("用 Docker 部署", Some("zh")),
            ("Река течёт в море (the sea).", Some("ru")),
            ("النهر يجري إلى البحر.", Some("ar")),
            ("河流奔向大海。", Some("zh")),
            ("川は海へ流れる。", Some("ja")),
            ("강은 바다로 흐른다.", Some("ko")),
            ("Ο ποταμός", Some("el")),
        ] {
            assert_eq!(language_of(text, text.chars().any(is_kana)), language, "{text}");
        }
        assert_eq!(language_of("東京都", true), Some("ja"), "in a text that has kana elsewhere");
    }

    #[test]
    fn a_text_is_read_in_pieces_that_are_not_long() {
        assert_eq!(pieces("One. Two!\n\n  Three "), ["One. Two!", "Three"]);
        let sentence = "Ein langer Satz über Flüsse. ";
        let long = sentence.repeat(30);
        let read = pieces(&long);
        assert!(read.len() > 4 && read.iter().all(|piece| piece.len() <= LONGEST && piece.ends_with('.')), "{read:?}");
        assert_eq!(read.concat().replace(' ', ""), long.replace(' ', ""));
        let endless = "a".repeat(1000);
        assert_eq!(pieces(&endless), [endless.as_str()]);
        assert!(pieces(" \n ").is_empty());
    }
}
