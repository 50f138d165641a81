//! What the page is called, in its HTML and later.

/// The page's title: of a chat with this name, of one without, or of nothing.
pub(crate) fn of_page(name: Option<&str>, not_found: bool) -> String {
    match name.filter(|name| !name.is_empty()) {
        _ if not_found => "Not found – Rivulet".to_owned(),
        Some(name) => format!("{name} – Rivulet"),
        None => "Rivulet".to_owned(),
    }
}
