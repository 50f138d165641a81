//! Pages in frames that are sandboxed, and what is said between them and this page: lists of words.

use js_sys::{Array, Object};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlIFrameElement, MessageEvent, Response, Window};

/// A text that only goes through this page, and stays with the browser.
pub(crate) struct PassingText(JsValue);

/// Fetches a text; `None` if it cannot be had.
pub(crate) async fn fetch_text(address: &str) -> Option<PassingText> {
    let response: Response = JsFuture::from(window().fetch_with_str(address)).await.ok()?.dyn_into().ok()?;
    let text = response.ok().then(|| response.text().ok())??;
    JsFuture::from(text).await.ok().map(PassingText)
}

/// Says words to the page in a frame.
pub(crate) fn say(frame: &HtmlIFrameElement, words: &[&str]) {
    post(frame, &words.iter().map(|word| JsValue::from_str(word)).collect());
}

/// Says a word and a text to the page in a frame.
pub(crate) fn hand_over(frame: &HtmlIFrameElement, word: &str, text: &PassingText) {
    post(frame, &Array::of2(&word.into(), &text.0));
}

/// A sandboxed page has no origin by which it could be named; that nothing but this server's pages comes into a frame is in the
/// policy of the page around it.
fn post(frame: &HtmlIFrameElement, words: &Array) {
    if let Some(page) = frame.content_window() {
        let _ = page.post_message(words, "*");
    }
}

/// The words of a message, if it is one of the page in this frame: it comes out of its window and has no origin.
pub(crate) fn heard(frame: &HtmlIFrameElement, message: &MessageEvent) -> Option<Vec<String>> {
    let page: Option<Window> = frame.content_window();
    let is_from_frame = Object::is(&page.into(), &message.source().into());
    if !is_from_frame || message.origin() != "null" {
        return None;
    }
    let words: Array = message.data().dyn_into().ok()?;
    words.iter().map(|word| word.as_string()).collect()
}
