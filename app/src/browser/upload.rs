//! Sends a file, and tells how far it has come: `fetch` cannot say that.

use super::http::{FetchError, pause, refused};
use crate::json;
use futures::channel::oneshot;
use protocol::attachment::Attachment;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Blob, ProgressEvent, XmlHttpRequest};

/// Aborts a request when it is dropped.
struct AbortOnDrop(XmlHttpRequest);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.set_onloadend(None);
        let _ = self.0.abort();
    }
}

/// `POST` of a file. `progress` is told how many hundredths of it have been sent. Dropping the future aborts the request.
pub(crate) async fn send(
    address: &str,
    file: &Blob,
    mut progress: Box<dyn FnMut(u32)>,
) -> Result<Attachment, FetchError> {
    let (done, ended) = oneshot::channel();
    let mut done = Some(done);
    let on_end = Closure::<dyn FnMut()>::new(move || {
        if let Some(done) = done.take() {
            let _ = done.send(());
        }
    });
    let on_progress = Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| {
        progress((event.loaded() * 100.0 / event.total().max(1.0)) as u32);
    });
    let broken = |_| FetchError::Broken;
    let request = AbortOnDrop(XmlHttpRequest::new().map_err(broken)?);
    let request = &request.0;
    request.open("POST", address).map_err(broken)?;
    request.set_request_header("content-type", "application/octet-stream").map_err(broken)?;
    request.set_onloadend(Some(on_end.as_ref().unchecked_ref()));
    if let Ok(upload) = request.upload() {
        upload.set_onprogress(Some(on_progress.as_ref().unchecked_ref()));
    }
    request.send_with_opt_blob(Some(file)).map_err(broken)?;
    let _ = ended.await;
    let (status, text) = (request.status().unwrap_or_default(), request.response_text().ok().flatten());
    match (status, text) {
        (200..300, Some(text)) => json::read(&text).ok_or(FetchError::Broken),
        (0, _) => Err(FetchError::Broken),
        (status, text) => {
            let retry_after = request.get_response_header("retry-after").ok().flatten().and_then(|text| pause(&text));
            Err(FetchError::Refused(refused(status, text.as_deref(), retry_after)))
        }
    }
}
