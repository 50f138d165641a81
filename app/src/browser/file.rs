//! Files that a person has chosen.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, FileList, HtmlElement, HtmlInputElement};

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

    /// All files that were chosen in the input that an event came from; the same can be chosen again afterwards.
    pub(crate) fn take_all(input: &HtmlInputElement) -> Vec<Self> {
        let files = input.files().map(Self::of_list).unwrap_or_default();
        input.set_value("");
        files
    }

    /// All files that an event brings, in its `clipboardData` or its `dataTransfer`.
    pub(crate) fn all_in(event: &JsValue, part: &str) -> Vec<Self> {
        let files = get(&get(event, part), "files");
        files.dyn_into::<FileList>().map(Self::of_list).unwrap_or_default()
    }

    /// The files that are pasted. Office programs lay a picture beside what is a text; that of a file of its own is its name.
    pub(crate) fn all_pasted(event: &web_sys::ClipboardEvent) -> Vec<Self> {
        let text = event.clipboard_data().and_then(|data| data.get_data("text/plain").ok()).unwrap_or_default();
        let files = Self::all_in(event, "clipboardData");
        let is_text = !text.is_empty() && files.iter().all(|file| file.name() != text);
        if is_text { Vec::new() } else { files }
    }

    /// Whether it is files that an event drags over the page, and not words.
    pub(crate) fn are_dragged(event: &JsValue) -> bool {
        let kinds: js_sys::Array = get(&get(event, "dataTransfer"), "types").dyn_into().unwrap_or_default();
        kinds.includes(&"Files".into(), 0)
    }

    fn of_list(files: FileList) -> Vec<Self> {
        (0..files.length()).filter_map(|at| files.get(at)).map(Self).collect()
    }

    /// Its name.
    pub(crate) fn name(&self) -> String {
        self.0.name()
    }

    /// The file as the browser sends it.
    pub(crate) fn body(&self) -> web_sys::File {
        self.0.clone()
    }
}

/// The first bytes of a file, as many as there are but not more than so many. Nothing if it cannot be read.
pub(crate) async fn beginning(file: &Blob, most: u64) -> Option<Vec<u8>> {
    let part = file.slice_with_f64_and_f64(0.0, most as f64).ok()?;
    let bytes = JsFuture::from(part.array_buffer()).await.ok()?;
    Some(js_sys::Uint8Array::new(&bytes).to_vec())
}

fn get(object: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(object, &name.into()).unwrap_or_default()
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
