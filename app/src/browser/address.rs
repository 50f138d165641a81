//! The address of the page, and the ways to another: links, Back and Forward, and [`go`].

use super::connection::Listener;
use leptos::{ev, prelude::*, wasm_bindgen::JsCast};
use wasm_bindgen::JsValue;
use web_sys::{Element, HtmlAnchorElement, MouseEvent};

/// Where the page is: path and query, such as `/c/…?message=…`.
pub(crate) fn here() -> String {
    let location = window().location();
    location.pathname().unwrap_or_default() + &location.search().unwrap_or_default()
}

/// Shows another address, without loading anything. `replace` leaves no way back to the one before.
pub(crate) fn go(address: &str, replace: bool) {
    let Ok(history) = window().history() else { return };
    let _ = if replace || address == here() {
        history.replace_state_with_url(&JsValue::NULL, "", Some(address))
    } else {
        history.push_state_with_url(&JsValue::NULL, "", Some(address))
    };
}

/// Asks for what is sent as a file; the page stays where it is.
pub(crate) fn load(address: &str) {
    let _ = window().location().assign(address);
}

/// Calls `gone` when Back or Forward has led to another address.
pub(crate) fn on_return(gone: impl Fn() + 'static) -> Listener {
    Listener(Some(window_event_listener(ev::popstate, move |_| gone())))
}

/// Calls `follow` with the path and the query that a click on a link asks for, if it asks for this page and not for a new
/// tab, a file or another site. Where `follow` says that it has gone there, the browser does not.
pub(crate) fn on_link(follow: impl Fn(&str) -> bool + 'static) -> Listener {
    Listener(Some(window_event_listener(ev::click, move |event| {
        if let Some(address) = asked_by(&event)
            && follow(&address)
        {
            event.prevent_default();
        }
    })))
}

fn asked_by(event: &MouseEvent) -> Option<String> {
    let with_key = event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key();
    if event.default_prevented() || event.button() != 0 || with_key {
        return None;
    }
    let link = event.target()?.dyn_into::<Element>().ok()?.closest("a[href]").ok()??;
    let link = link.dyn_into::<HtmlAnchorElement>().ok()?;
    let elsewhere = link.has_attribute("download") || link.rel().split(' ').any(|word| word == "external");
    let here = window().location().origin().ok()?;
    let inside = link.origin() == here && link.hash().is_empty();
    (link.target().is_empty() && !elsewhere && inside).then(|| link.pathname() + &link.search())
}

/// Loads the page again.
pub(crate) fn reload() {
    let _ = window().location().reload();
}

/// Names the page, in the tab and in the browser's history.
pub(crate) fn set_title(title: &str) {
    document().set_title(title);
}
