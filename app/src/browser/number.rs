//! Numbers as the browser writes them, which saves the page the tables to do so itself.

/// A number in its shortest form, such as `0.7`.
pub(crate) fn written(number: f64) -> String {
    js_sys::Number::from(number).to_string_with_radix(10).map(String::from).unwrap_or_default()
}
