//! Notifications of the system.

use js_sys::{Function, Object, Promise, Reflect};
use leptos::{prelude::window, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Notification, NotificationOptions, NotificationPermission};

/// What stands beside the words.
const ICON: &str = "/icon-192.png";

fn exists() -> bool {
    Reflect::get(&window(), &"Notification".into()).is_ok_and(|found| found.is_function())
}

/// Whether the page may notify.
pub(crate) fn is_allowed() -> bool {
    exists() && Notification::permission() == NotificationPermission::Granted
}

/// Asks the person, through the browser, whether the page may notify.
pub(crate) async fn ask() -> bool {
    if !exists() {
        return false;
    }
    if let Ok(asked) = Notification::request_permission() {
        let _ = JsFuture::from(asked).await;
    }
    is_allowed()
}

/// Notifies. A click on it leads to the page.
pub(crate) fn show(title: &str, words: &str) {
    let options = NotificationOptions::new();
    options.set_body(words);
    options.set_icon(ICON);
    // One after the other takes the place of the one before.
    options.set_tag("rivulet");
    match Notification::new_with_options(title, &options) {
        Ok(shown) => {
            let clicked = Closure::<dyn FnMut()>::new(|| _ = window().focus());
            shown.set_onclick(Some(clicked.as_ref().unchecked_ref()));
            // As long as the system shows it.
            clicked.forget();
        }
        // On a phone only the service worker may.
        Err(_) => spawn_local(show_by_worker(title.to_owned(), options.into())),
    }
}

async fn show_by_worker(title: String, options: Object) {
    let get = |object: &JsValue, name: &str| Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED);
    let ready = get(&get(&window().navigator(), "serviceWorker"), "ready").dyn_into::<Promise>();
    let Ok(ready) = ready else { return };
    let Ok(registration) = JsFuture::from(ready).await else { return };
    if let Ok(show) = get(&registration, "showNotification").dyn_into::<Function>() {
        let _ = show.call2(&registration, &title.into(), &options);
    }
}
