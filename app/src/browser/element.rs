//! Elements: text that grows, focus, height, scrolling, dialogs.

use super::number;
use wasm_bindgen::{JsCast, closure::Closure};
pub(crate) use web_sys::HtmlElement;
use web_sys::{
    Element, HtmlDialogElement, HtmlInputElement, HtmlTextAreaElement, IntersectionObserver, IntersectionObserverInit,
    ResizeObserver, Text,
};

/// Appends to the last text of an element, and leaves what is there (and what is selected in it) alone.
pub(crate) fn append_text(element: &Element, more: &str) {
    match last_text(element) {
        Some(text) => {
            let _ = text.append_data(more);
        }
        None => {
            if let Ok(text) = Text::new_with_data(more) {
                let _ = element.append_child(&text);
            }
        }
    }
}

/// The last text in an element. A comment that marks a place may stand behind it.
pub(crate) fn last_text(element: &Element) -> Option<Text> {
    let last = std::iter::successors(element.last_child(), |node| node.previous_sibling())
        .find(|node| node.node_type() != web_sys::Node::COMMENT_NODE);
    last?.dyn_into().ok()
}

/// Has an answer laid out to its last line, whatever is in sight; the style sheet knows it.
const LAID_OUT: &str = "data-laid-out";

/// What is to be read aloud of the answer that an element stands in: its text as it is shown, without code.
pub(crate) fn spoken_text_around(element: &Element) -> String {
    let Some(answer) = element.closest("article").ok().flatten() else { return String::new() };
    let blocks = answer.query_selector_all(":scope > .markdown > .markdown__page > :not(.code-block)");
    let Ok(blocks) = blocks else { return String::new() };
    // What is out of sight is not laid out, and has no text as it is shown.
    let _ = answer.set_attribute(LAID_OUT, "");
    let texts = (0..blocks.length()).filter_map(|at| blocks.get(at)?.dyn_into::<HtmlElement>().ok());
    let text = texts.map(|block| block.inner_text()).collect::<Vec<_>>().join("\n");
    let _ = answer.remove_attribute(LAID_OUT);
    text
}

/// Clicks an element, as a person would.
pub(crate) fn click(element: &HtmlElement) {
    element.click();
}

/// Selects all of the text of the input that an event came from.
pub(crate) fn select_target(target: Option<web_sys::EventTarget>) {
    if let Some(input) = target.and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) {
        input.select();
    }
}

/// Puts the focus on an element.
pub(crate) fn focus(element: &HtmlElement) {
    let _ = element.focus();
}

/// Puts the focus on the first element inside `place` that fits the selector; false if there is none.
pub(crate) fn focus_in(place: &Element, selector: &str) -> bool {
    let found = place.query_selector(selector).ok().flatten().and_then(|found| found.dyn_into::<HtmlElement>().ok());
    found.is_some_and(|found| found.focus().is_ok())
}

/// Puts the focus on an element that fits the selector and has the same parent as the one that an event came from.
pub(crate) fn focus_beside(target: Option<web_sys::EventTarget>, selector: &str) {
    let element = target.and_then(|target| target.dyn_into::<Element>().ok());
    if let Some(parent) = element.and_then(|element| element.parent_element()) {
        focus_in(&parent, selector);
    }
}

/// Puts the focus on an element of the page that is found by a selector.
pub(crate) fn focus_on_page(selector: &str) -> bool {
    leptos::prelude::document().document_element().is_some_and(|root| focus_in(&root, selector))
}

/// Whether the focus is inside an element.
pub(crate) fn has_focus_within(place: &Element) -> bool {
    leptos::prelude::document().active_element().is_some_and(|focused| place.contains(Some(&focused)))
}

/// Whether any text inside an element is selected.
pub(crate) fn has_selection_within(place: &Element) -> bool {
    let selection = leptos::prelude::window().get_selection().ok().flatten();
    selection.is_some_and(|selection| {
        !selection.is_collapsed()
            && selection.contains_node_with_allow_partial_containment(place, true).unwrap_or(false)
    })
}

/// Whether a selection begins inside an element, also one that holds nothing yet.
pub(crate) fn has_anchor_within(place: &Element) -> bool {
    let selection = leptos::prelude::window().get_selection().ok().flatten();
    selection.is_some_and(|selection| place.contains(selection.anchor_node().as_ref()))
}

/// Whether nothing has the focus.
pub(crate) fn is_focus_lost() -> bool {
    let page = leptos::prelude::document();
    // What is disabled keeps it until the next frame has been painted.
    let has_none = |focused: Element| {
        page.body().is_some_and(|body| body.is_same_node(Some(&focused))) || matches(&focused, ":disabled")
    };
    page.active_element().is_none_or(has_none)
}

/// Whether what an event came from is inside an element.
pub(crate) fn holds(place: &Element, target: Option<web_sys::EventTarget>) -> bool {
    target.and_then(|target| target.dyn_into::<web_sys::Node>().ok()).is_some_and(|node| place.contains(Some(&node)))
}

/// Whether an event came from this element itself, and from nothing in it.
pub(crate) fn is_target(element: &Element, target: Option<web_sys::EventTarget>) -> bool {
    target.and_then(|target| target.dyn_into::<Element>().ok()).is_some_and(|target| target.is_same_node(Some(element)))
}

/// Whether an element fits a selector.
pub(crate) fn matches(element: &Element, selector: &str) -> bool {
    element.matches(selector).unwrap_or(false)
}

/// What stands before an element, beside it.
pub(crate) fn before(element: &Element) -> Vec<Element> {
    std::iter::successors(element.previous_element_sibling(), Element::previous_element_sibling).collect()
}

/// Puts the focus on an input and selects its text.
pub(crate) fn select_text(input: &HtmlInputElement) {
    let _ = input.focus();
    input.select();
}

/// Puts the focus at the end of a text area.
pub(crate) fn focus_end(area: &HtmlTextAreaElement) {
    let _ = area.focus();
    let end = area.value().encode_utf16().count() as u32;
    let _ = area.set_selection_range(end, end);
}

/// Which of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    /// The first one.
    First,
    /// The one before that which has the focus; the last if there is none.
    Previous,
    /// The one after that which has the focus; the first if there is none.
    Next,
    /// The last one.
    Last,
}

/// Moves the focus among the elements inside `place` that fit the selector; at either end it goes on at the other.
pub(crate) fn move_focus(place: &Element, selector: &str, which: Which) {
    let Ok(found) = place.query_selector_all(selector) else { return };
    let all: Vec<HtmlElement> =
        (0..found.length()).filter_map(|at| found.get(at)).filter_map(|node| node.dyn_into().ok()).collect();
    let focused = leptos::prelude::document().active_element();
    let at = all.iter().position(|one| focused.as_ref().is_some_and(|focused| focused.is_same_node(Some(one))));
    let count = all.len();
    let target = match (which, at) {
        (Which::First, _) | (Which::Next, None) => 0,
        (Which::Last, _) | (Which::Previous, None) => count.wrapping_sub(1),
        (Which::Next, Some(at)) => (at + 1) % count,
        (Which::Previous, Some(at)) => (at + count - 1) % count,
    };
    if let Some(target) = all.get(target) {
        focus(target);
    }
}

/// Shows an element with `popover="manual"` above all others, at the end of `anchor`: below it, or above it where there
/// is no room.
pub(crate) fn show_at(popover: &HtmlElement, anchor: &Element) {
    const GAP: f64 = 4.0;
    let _ = popover.show_popover();
    let size = |value: wasm_bindgen::JsValue| value.as_f64().unwrap_or_default();
    let window = leptos::prelude::window();
    let (width, height) = (window.inner_width().map_or(0.0, size), window.inner_height().map_or(0.0, size));
    let (at, own) = (anchor.get_bounding_client_rect(), popover.get_bounding_client_rect());
    let below = at.bottom() + GAP;
    let top = if below + own.height() > height - GAP { (at.top() - GAP - own.height()).max(GAP) } else { below };
    let left = if at.left() + own.width() > width - GAP { at.right() - own.width() } else { at.left() };
    let style = popover.style();
    let _ = style.set_property("top", &(number::written(top) + "px"));
    let _ = style.set_property("left", &(number::written(left.max(GAP)) + "px"));
}

/// Makes a text area as high as its text, within the bounds of the style sheet. Where that can say so itself, nothing has to be
/// measured for each key, for which the browser would lay out the page twice.
pub(crate) fn fit_height(area: &HtmlTextAreaElement) {
    if web_sys::css::supports_with_value("field-sizing", "content").unwrap_or(false) {
        return;
    }
    let style = area.style();
    let _ = style.set_property("height", "auto");
    let _ = style.set_property("height", &format!("{}px", area.scroll_height()));
}

/// Opens a dialog above the page.
pub(crate) fn show_dialog(dialog: &HtmlDialogElement) {
    if !dialog.open() {
        let _ = dialog.show_modal();
    }
}

/// Closes a dialog.
pub(crate) fn close_dialog(dialog: &HtmlDialogElement) {
    dialog.close();
}

/// Whether any dialog or menu is open, which then has the Escape key.
pub(crate) fn any_dialog_open() -> bool {
    leptos::prelude::document().query_selector("dialog[open], :popover-open").ok().flatten().is_some()
}

/// How far the view is from the end of what it scrolls, in pixels.
pub(crate) fn distance_to_end(view: &Element) -> i32 {
    view.scroll_height() - view.scroll_top() - view.client_height()
}

/// Scrolls to the end.
pub(crate) fn scroll_to_end(view: &Element) {
    view.set_scroll_top(view.scroll_height());
}

/// How far the top of an element is below the top of the window, in pixels.
pub(crate) fn top(element: &Element) -> f64 {
    element.get_bounding_client_rect().top()
}

/// How high an element is, in pixels.
pub(crate) fn height(element: &Element) -> f64 {
    element.get_bounding_client_rect().height()
}

/// What the window hears when the browser leaves something out of sight out, or no longer does.
pub(crate) const DRAWN_OR_NOT: &str = "contentvisibilityautostatechange";

/// Whether an element is laid out, and not left out for being far from the view. Browsers that cannot tell lay out everything.
pub(crate) fn is_drawn(element: &Element) -> bool {
    let check = js_sys::Reflect::get(element, &"checkVisibility".into());
    let Some(check) = check.ok().and_then(|check| check.dyn_into::<js_sys::Function>().ok()) else { return true };
    let is_seen = |options: &js_sys::Object| check.call1(element, options).is_ok_and(|seen| seen.is_truthy());
    let options = js_sys::Object::new();
    let is_shown = is_seen(&options);
    let _ = js_sys::Reflect::set(&options, &"contentVisibilityAuto".into(), &true.into());
    // What is folded away says nothing when it is unfolded.
    !is_shown || is_seen(&options)
}

/// The first element inside `place` that fits the selector.
pub(crate) fn find(place: &Element, selector: &str) -> Option<Element> {
    place.query_selector(selector).ok().flatten()
}

/// Scrolls what is around an element until it is in view, as little as that takes.
pub(crate) fn bring_into_view(element: &Element) {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

/// Sets an attribute, or takes it away.
pub(crate) fn set_attribute(element: &Element, name: &str, value: Option<&str>) {
    let _ = match value {
        Some(value) => element.set_attribute(name, value),
        None => element.remove_attribute(name),
    };
}

/// Scrolls what is around an element until its beginning is at the top.
pub(crate) fn bring_to_top(element: &Element) {
    element.scroll_into_view_with_bool(true);
}

/// Calls back whenever an element comes near to being seen inside `view`, until it is dropped.
pub(crate) struct NearWatch {
    observer: Option<IntersectionObserver>,
    _callback: Closure<dyn FnMut(js_sys::Array)>,
}

impl NearWatch {
    /// Watches an element; `margin` says how near is near, such as `600px`.
    pub(crate) fn new(view: &Element, element: &Element, margin: &str, mut came: impl FnMut() + 'static) -> Self {
        let callback = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
            let near = entries
                .iter()
                .any(|entry| js_sys::Reflect::get(&entry, &"isIntersecting".into()).is_ok_and(|near| near.is_truthy()));
            if near {
                came();
            }
        });
        let options = IntersectionObserverInit::new();
        options.set_root(Some(view));
        options.set_root_margin(margin);
        let observer = IntersectionObserver::new_with_options(callback.as_ref().unchecked_ref(), &options).ok();
        if let Some(observer) = &observer {
            observer.observe(element);
        }
        Self { observer, _callback: callback }
    }
}

impl Drop for NearWatch {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}

/// Calls back whenever an element's size changes, until it is dropped.
pub(crate) struct SizeWatch {
    observer: Option<ResizeObserver>,
    _callback: Closure<dyn FnMut()>,
}

impl SizeWatch {
    /// Watches an element.
    pub(crate) fn new(element: &Element, changed: impl FnMut() + 'static) -> Self {
        let callback = Closure::<dyn FnMut()>::new(changed);
        let observer = ResizeObserver::new(callback.as_ref().unchecked_ref()).ok();
        if let Some(observer) = &observer {
            observer.observe(element);
        }
        Self { observer, _callback: callback }
    }
}

impl Drop for SizeWatch {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}
