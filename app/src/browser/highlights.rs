//! Colours of parts of a text: ranges over the one text node while it grows, where the browser knows them (the CSS Custom Highlight
//! API), which leaves the document as it is; elements when it has stopped growing, and where the browser does not.
//!
//! A browser paints all text with ranges anew for each frame in which anything in the document has changed.

use super::element::last_text;
use js_sys::{Array, Function, Map, Object, Reflect, Set};
use protocol::highlight::KINDS;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Text};

/// A part of a text that has its colour.
pub(crate) struct Painted {
    highlight: Set,
    range: JsValue,
}

impl Painted {
    /// Takes the colour away.
    pub(crate) fn clear(self) {
        self.highlight.delete(&self.range);
    }
}

/// Whether the colours of an element's text are ranges, which can be taken away and given again.
pub(crate) fn are_ranges(element: &Element) -> bool {
    registry().is_some() && !has_parts(element)
}

/// Whether an element holds elements: then its text has its colours already.
pub(crate) fn has_parts(element: &Element) -> bool {
    element.first_element_child().is_some()
}

/// Gives the next `length` UTF-16 units of an element's text their colours, which begin at `start`; three numbers for each
/// part, as [`protocol::highlight::Highlighted`] has them.
pub(crate) fn paint(element: &Element, start: u32, length: u32, spans: &[u32]) -> Vec<Painted> {
    match registry() {
        Some(registry) if !has_parts(element) => paint_ranges(&registry, element, start, spans),
        _ => {
            paint_elements(element, length, spans);
            Vec::new()
        }
    }
}

/// Gives parts of all of an element's text their colours by elements, from its beginning: how long each piece is in UTF-16 units, and the
/// parts in it. What is behind the last piece stays as it is.
pub(crate) fn put_elements<'a>(element: &Element, pieces: impl Iterator<Item = (u32, &'a [u32])>) {
    pieces.for_each(|(length, spans)| paint_elements(element, length, spans));
}

/// Makes the elements in an element text again.
pub(crate) fn take_elements(element: &Element) {
    element.set_text_content(element.text_content().as_deref());
}

/// `CSS.highlights`, where there is one.
fn registry() -> Option<Map> {
    let css = Reflect::get(&js_sys::global(), &"CSS".into()).ok()?;
    let found = Reflect::get(&css, &"highlights".into()).ok().filter(JsValue::is_object)?;
    Some(found.unchecked_into())
}

fn constructed(class: &str, arguments: &Array) -> Option<JsValue> {
    let class: Function = Reflect::get(&js_sys::global(), &class.into()).ok()?.dyn_into().ok()?;
    Reflect::construct(&class, arguments).ok()
}

fn paint_ranges(registry: &Map, element: &Element, start: u32, spans: &[u32]) -> Vec<Painted> {
    let Some(text) = last_text(element) else { return Vec::new() };
    let mut at = start;
    let mut painted = Vec::with_capacity(spans.len() / 3);
    for span in spans.as_chunks::<3>().0 {
        let [gap, length, kind] = *span;
        let (from, to) = (at + gap, at + gap + length);
        at = to;
        // A range that stays as it is costs nothing when the text grows.
        let ends = Object::new();
        for (name, value) in [("startContainer", JsValue::from(&text)), ("endContainer", JsValue::from(&text))] {
            let _ = Reflect::set(&ends, &name.into(), &value);
        }
        for (name, value) in [("startOffset", from), ("endOffset", to)] {
            let _ = Reflect::set(&ends, &name.into(), &value.into());
        }
        let range = constructed("StaticRange", &Array::of1(&ends));
        if let (Some(range), Some(highlight)) = (range, highlight(registry, kind)) {
            highlight.add(&range);
            painted.push(Painted { highlight, range });
        }
    }
    painted
}

/// The highlight of a kind, which the style sheet colours by its name.
fn highlight(registry: &Map, kind: u32) -> Option<Set> {
    let name = JsValue::from(format!("syntax-{}", KINDS.get(kind as usize)?));
    let known = registry.get(&name);
    if known.is_object() {
        return Some(known.unchecked_into());
    }
    let made = constructed("Highlight", &Array::new())?;
    registry.set(&name, &made);
    Some(made.unchecked_into())
}

/// Takes what gets its colours off the text at the end of the element, and puts it before that in parts.
fn paint_elements(element: &Element, length: u32, spans: &[u32]) {
    let Some(rest) = last_text(element) else { return };
    let put = |from: u32, length: u32, kind: Option<u32>| {
        let Some(part) = rest.substring_data(from, length).ok().filter(|part| !part.is_empty()) else { return };
        let made = match kind.and_then(|kind| KINDS.get(kind as usize)) {
            Some(kind) => leptos::prelude::document().create_element("span").ok().map(|span| {
                span.set_class_name(&format!("syntax-{kind}"));
                span.set_text_content(Some(&part));
                span.into()
            }),
            None => Text::new_with_data(&part).ok().map(web_sys::Node::from),
        };
        if let Some(made) = made {
            let _ = element.insert_before(&made, Some(&rest));
        }
    };
    let mut at = 0;
    for span in spans.as_chunks::<3>().0 {
        let [gap, part, kind] = *span;
        put(at, gap, None);
        put(at + gap, part, Some(kind));
        at += gap + part;
    }
    put(at, length.saturating_sub(at), None);
    let _ = rest.delete_data(0, length);
}
