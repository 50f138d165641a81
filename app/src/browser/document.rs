//! The document, its cookies and the clipboard.

use super::speech;
use leptos::prelude::{document, window};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlDocument, HtmlElement, HtmlTextAreaElement};

/// Says on the body that all of the page has come to life.
pub(crate) fn mark_hydrated() {
    mark("data-hydrated");
}

/// Says on the body what this browser can.
pub(crate) fn mark_abilities() {
    for (name, holds) in [("data-speaks", speech::can_speak()), ("data-listens", speech::can_listen())] {
        if holds {
            mark(name);
        }
    }
}

fn mark(name: &str) {
    if let Some(body) = document().body() {
        let _ = body.set_attribute(name, "true");
    }
}

/// The text of the element with an id.
pub(crate) fn text_of(id: &str) -> Option<String> {
    document().get_element_by_id(id)?.text_content()
}

/// Sets an attribute of the root element, or takes it away.
pub(crate) fn set_root_attribute(name: &str, value: Option<&str>) {
    if let Some(root) = document().document_element() {
        let _ = match value {
            Some(value) => root.set_attribute(name, value),
            None => root.remove_attribute(name),
        };
    }
}

/// Sets an attribute of the first element that a selector finds.
pub(crate) fn set_attribute_of(selector: &str, name: &str, value: &str) {
    if let Ok(Some(element)) = document().query_selector(selector) {
        let _ = element.set_attribute(name, value);
    }
}

/// Whether nobody can see the page, because its tab or window is behind others.
pub(crate) fn is_hidden() -> bool {
    document().hidden()
}

/// Whether a media query holds.
pub(crate) fn matches_media(query: &str) -> bool {
    window().match_media(query).ok().flatten().is_some_and(|list| list.matches())
}

/// Where the page came from, such as `https://chat.example`.
pub(crate) fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

/// Sets a cookie for a year.
pub(crate) fn set_cookie(name: &str, value: &str) {
    if let Ok(document) = document().dyn_into::<HtmlDocument>() {
        let _ = document.set_cookie(&format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax"));
    }
}

/// Puts text on the clipboard; true if that worked. Pages that came over plain http have no clipboard, so the older way
/// by a selection stands behind it.
pub(crate) async fn copy(text: &str) -> bool {
    let navigator = window().navigator();
    let has_clipboard = js_sys::Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|value| value.is_object());
    if has_clipboard && JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok() {
        return true;
    }
    copy_by_selection(text).unwrap_or(false)
}

fn copy_by_selection(text: &str) -> Option<bool> {
    let page = document();
    // Under a dialog that is open, the page is inert, and nothing of it can be selected.
    let place = page.query_selector("dialog[open]").ok().flatten().or_else(|| page.body().map(Into::into))?;
    let focused = page.active_element().and_then(|element| element.dyn_into::<HtmlElement>().ok());
    let area: HtmlTextAreaElement = page.create_element("textarea").ok()?.dyn_into().ok()?;
    area.set_value(text);
    area.set_class_name("copied-text");
    place.append_child(&area).ok()?;
    let _ = area.focus();
    area.select();
    let copied = page.dyn_ref::<HtmlDocument>()?.exec_command("copy").unwrap_or(false);
    area.remove();
    if let Some(focused) = focused {
        let _ = focused.focus();
    }
    Some(copied)
}
