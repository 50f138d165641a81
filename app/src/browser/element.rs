//! Elements: text that grows, focus, height, scrolling, dialogs.

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, HtmlDialogElement, HtmlElement, HtmlTextAreaElement, ResizeObserver, Text};

/// Appends to the last text of an element, and leaves what is there (and what is selected in it) alone.
pub(crate) fn append_text(element: &Element, more: &str) {
    match element.last_child().and_then(|node| node.dyn_into::<Text>().ok()) {
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

/// Puts the focus on an element.
pub(crate) fn focus(element: &HtmlElement) {
    let _ = element.focus();
}

/// Makes a text area as high as its text; the style sheet bounds it.
pub(crate) fn fit_height(area: &HtmlTextAreaElement) {
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

/// Whether any dialog is open, which then has the Escape key.
pub(crate) fn any_dialog_open() -> bool {
    leptos::prelude::document().query_selector("dialog[open]").ok().flatten().is_some()
}

/// How far the view is from the end of what it scrolls, in pixels.
pub(crate) fn distance_to_end(view: &Element) -> i32 {
    view.scroll_height() - view.scroll_top() - view.client_height()
}

/// Scrolls to the end.
pub(crate) fn scroll_to_end(view: &Element) {
    view.set_scroll_top(view.scroll_height());
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
