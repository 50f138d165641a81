//! A channel on which the tabs of a browser hear each other.

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{BroadcastChannel, MessageEvent};

/// A channel that is open until it is dropped. Nobody hears what they say themselves.
pub(crate) struct Channel {
    channel: BroadcastChannel,
    _hear: Closure<dyn FnMut(MessageEvent)>,
}

impl Channel {
    /// Opens it; `None` where the browser has none.
    pub(crate) fn open(name: &str, mut hear: impl FnMut(Vec<String>) + 'static) -> Option<Self> {
        let channel = BroadcastChannel::new(name).ok()?;
        let hear = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
            if let Ok(words) = message.data().dyn_into::<Array>() {
                hear(words.iter().filter_map(|word| word.as_string()).collect());
            }
        });
        channel.set_onmessage(Some(hear.as_ref().unchecked_ref()));
        Some(Self { channel, _hear: hear })
    }

    /// Says these words to all others.
    pub(crate) fn say<'a>(&self, words: impl IntoIterator<Item = &'a str>) {
        let words: Array = words.into_iter().map(JsValue::from_str).collect();
        let _ = self.channel.post_message(&words);
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.channel.set_onmessage(None);
        self.channel.close();
    }
}
