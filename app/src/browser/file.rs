//! Files that a person has chosen.

use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement};

/// A file. Its content stays on the disk until it is sent.
#[derive(Debug, Clone)]
pub(crate) struct ChosenFile(web_sys::File);

impl ChosenFile {
    /// The file that was chosen in an input; the same can be chosen again afterwards.
    pub(crate) fn take_from(input: &HtmlInputElement) -> Option<Self> {
        let file = input.files().and_then(|files| files.get(0))?;
        input.set_value("");
        Some(Self(file))
    }

    /// Its name.
    pub(crate) fn name(&self) -> String {
        self.0.name()
    }

    /// The file as the browser sends it.
    pub(super) fn body(&self) -> web_sys::File {
        self.0.clone()
    }
}

/// Saves a text as a file, as if it had been downloaded.
pub(crate) fn save(name: &str, text: &str) {
    let address = format!("data:text/plain;charset=utf-8,{}", js_sys::encode_uri_component(text));
    let link =
        leptos::prelude::document().create_element("a").ok().and_then(|link| link.dyn_into::<HtmlElement>().ok());
    if let Some(link) = link {
        let _ = link.set_attribute("href", &address);
        let _ = link.set_attribute("download", name);
        link.click();
    }
}
