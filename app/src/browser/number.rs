//! Numbers as the browser writes them, which saves the page the tables to do so itself.

use crate::words;
use js_sys::{Function, Intl::NumberFormat, JsString, Object, Reflect};
use leptos::prelude::window;
use std::cell::RefCell;
use wasm_bindgen::JsValue;

/// A number in its shortest form, such as `0.7`.
pub(crate) fn written(number: f64) -> String {
    js_sys::Number::from(number).to_string_with_radix(10).map(String::from).unwrap_or_default()
}

/// A format that was made once, under its currency and the number of its digits.
type Known = (String, Function);

thread_local! {
    /// Making a format takes a hundred times as long as using it, and each answer uses one.
    static KNOWN: RefCell<Vec<Known>> = const { RefCell::new(Vec::new()) };
}

/// An amount of money, with as many digits as a small one needs. The currency has three letters (ISO 4217).
pub(crate) fn money(amount: f64, currency: &str) -> String {
    let digits = if amount < 0.1 { "5" } else { "2" };
    let name = [currency, digits].concat();
    let known = KNOWN.with_borrow(|all| all.iter().find(|(known, _)| *known == name).map(|(_, format)| format.clone()));
    let format = known.unwrap_or_else(|| {
        let made = format(currency, digits);
        KNOWN.with_borrow_mut(|all| all.push((name, made.clone())));
        made
    });
    let written = format.call1(&JsValue::NULL, &amount.into()).ok();
    written.and_then(|written| written.as_string()).unwrap_or_default()
}

fn format(currency: &str, digits: &str) -> Function {
    let options = Object::new();
    for (name, value) in [
        ("style", "currency"),
        ("currency", currency),
        ("minimumFractionDigits", "2"),
        ("maximumFractionDigits", digits),
    ] {
        let _ = Reflect::set(&options, &name.into(), &value.into());
    }
    // The page's language, as it is written where the reader lives.
    let page = words::language().code();
    let own = window().navigator().language().filter(|own| own.split('-').next() == Some(page));
    let languages = js_sys::Array::of1(&JsString::from(own.as_deref().unwrap_or(page)));
    NumberFormat::new(&languages, &options).format()
}
