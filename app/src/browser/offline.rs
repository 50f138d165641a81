//! The page that is shown without a network, which the service worker keeps.

use leptos::prelude::window;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Cache, CacheStorage};

/// The beginning of the name under which it is kept, in `server/src/http/service_worker.js`.
const KEPT: &str = "rivulet-shell-";

/// Has it kept as the server writes it now: in the language and the colours that were just chosen.
pub(crate) async fn renew() -> Option<()> {
    // There are none where a page came over plain http.
    let caches = js_sys::Reflect::get(&window(), &"caches".into()).ok().filter(|caches| caches.is_object())?;
    let caches: CacheStorage = caches.unchecked_into();
    let names: js_sys::Array = JsFuture::from(caches.keys()).await.ok()?.unchecked_into();
    let name = names.iter().filter_map(|name| name.as_string()).find(|name| name.starts_with(KEPT))?;
    let cache: Cache = JsFuture::from(caches.open(&name)).await.ok()?.unchecked_into();
    JsFuture::from(cache.add_with_str("/offline")).await.ok().map(drop)
}
