//! What the page is called, in its HTML and later.

use crate::words;

/// The page's title: of a chat with this name, of one without, or of nothing.
pub(crate) fn of_page(name: Option<&str>, not_found: bool) -> String {
    match name.filter(|name| !name.is_empty()) {
        _ if not_found => format!("{} – Rivulet", words::not_found()),
        Some(name) => format!("{name} – Rivulet"),
        None => "Rivulet".to_owned(),
    }
}

/// The title with a mark before it, if there is something to be seen.
pub(crate) fn marked(title: String, unseen: bool) -> String {
    if unseen { format!("● {title}") } else { title }
}

/// A title as HTML. As a text of a view it would be followed by a mark of the renderer's, which is seen in a title.
pub(crate) fn html(title: &str) -> String {
    title.replace('&', "&amp;").replace('<', "&lt;")
}
