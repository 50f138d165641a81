//! What the tests of whole conversations have in common: a chat in the page, and the pieces of a server's answers.

use super::fake_server::Reply;
use crate::{
    StreamingChatHandle, StreamingChatOptions,
    browser::time::sleep,
    components::{conversation_actions::ConversationActions, toast_stack::Toasts},
    conversations::list::Conversations,
    use_streaming_chat,
};
use leptos::prelude::*;
use protocol::{conversation::ConversationList, message::MessageStatus};
use std::{cell::RefCell, rc::Rc, time::Duration};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent, KeyboardEventInit};

pub(super) const CONVERSATION: &str = "00000000-0000-4000-8000-000000000001";
pub(super) const GENERATION: &str = "00000000-0000-4000-8000-000000000002";
pub(super) const MESSAGE: &str = "00000000-0000-4000-8000-000000000003";
/// The settings of a chat in which nothing is set: the page says so, for the server keeps what is not spoken of.
pub(super) const UNSET: &str = r#""model":null,"system_prompt":null,"temperature":null,"top_p":null,"max_tokens":null"#;

pub(super) fn conversation(messages: &str) -> Reply {
    Reply::Json(
        201,
        format!(
            r#"{{"id":"{CONVERSATION}","title":"","created_at":0,"updated_at":0,"settings":{{}},"messages":[{messages}]}}"#
        ),
    )
}

pub(super) fn frame(number: u64, data: &str) -> Vec<u8> {
    format!("id: {number}\ndata: {data}\n\n").into_bytes()
}

pub(super) fn processing() -> Vec<u8> {
    frame(
        1,
        &format!(
            r#"{{"type":"status","status":"processing","generation_id":"{GENERATION}","conversation_id":"{CONVERSATION}","message_id":"{MESSAGE}","model":"demo/x"}}"#
        ),
    )
}

pub(super) fn chunk(number: u64, text: &str) -> Vec<u8> {
    frame(number, &format!(r#"{{"type":"chunk","content":"{text}"}}"#))
}

pub(super) fn complete(number: u64, reason: &str) -> Vec<u8> {
    frame(number, &format!(r#"{{"type":"complete","finish_reason":"{reason}"}}"#))
}

pub(super) fn stream(pieces: Vec<Vec<u8>>, ends: bool) -> Reply {
    Reply::Stream { pieces, ends }
}

/// A chat in the page, until the second value is dropped.
pub(super) fn chat() -> (StreamingChatHandle, impl Drop) {
    let (chat, _, handle) = shown(StreamingChatOptions::new(), |_| ());
    (chat, handle)
}

/// What `view` makes of what can be done to these conversations, in the page until the last value is dropped; the place where it is
/// shown, and the addresses that were gone to.
pub(super) fn with_actions<T: 'static, V: IntoView + 'static>(
    list: ConversationList,
    view: impl FnOnce(ConversationActions) -> (T, V) + 'static,
) -> (T, HtmlElement, StoredValue<Vec<String>>, impl Drop) {
    let made = Rc::new(RefCell::new(None));
    let out = made.clone();
    let gone = StoredValue::new(Vec::<String>::new());
    let (_, place, handle) = shown(StreamingChatOptions::new(), move |chat| {
        let toasts = Toasts::provide();
        let go = Callback::new(move |address| gone.update_value(|gone| gone.push(address)));
        let (value, view) = view(ConversationActions { chat, conversations: Conversations::new(list), toasts, go });
        *out.borrow_mut() = Some((value, gone));
        view
    });
    let (value, gone) = made.borrow_mut().take().unwrap();
    (value, place, gone, handle)
}

/// A chat, the place in the page where it is shown, and what takes it away when it is dropped.
pub(super) fn shown<V: IntoView + 'static>(
    options: StreamingChatOptions,
    view: impl FnOnce(StreamingChatHandle) -> V + 'static,
) -> (StreamingChatHandle, HtmlElement, impl Drop) {
    let place: HtmlElement = document().create_element("div").unwrap().unchecked_into();
    document().body().unwrap().append_child(&place).unwrap();
    let made = Rc::new(RefCell::new(None));
    let out = made.clone();
    let handle = mount_to(place.clone(), move || {
        let chat = use_streaming_chat(options);
        *out.borrow_mut() = Some(chat);
        view(chat)
    });
    let chat = made.borrow_mut().take().unwrap();
    (chat, place, handle)
}

/// Forgets what other tests have left in the browser.
pub(super) fn forget_all() {
    for storage in [window().local_storage(), window().session_storage()] {
        storage.unwrap().unwrap().clear().unwrap();
    }
}

pub(super) async fn until(what: impl Fn() -> bool) {
    for _ in 0..2000 {
        if what() {
            return;
        }
        sleep(Duration::from_millis(10)).await;
    }
    panic!("it did not happen within twenty seconds");
}

pub(super) fn answer(chat: StreamingChatHandle) -> (String, MessageStatus) {
    let last = chat.messages.get_untracked().pop().unwrap();
    (last.content(), last.status.get_untracked())
}

/// A refusal with a code and, in seconds, the `Retry-After` that goes with it.
pub(super) fn refusal(status: u16, code: &str, retry_after: Option<u32>) -> Reply {
    let problem =
        format!(r#"{{"type":"about:blank","title":"","status":{status},"detail":"Slow down.","code":"{code}"}}"#);
    match retry_after {
        Some(seconds) => Reply::Later(status, problem, seconds),
        None => Reply::Json(status, problem),
    }
}

/// The first element that fits the selector.
pub(super) fn find(place: &HtmlElement, selector: &str) -> Option<HtmlElement> {
    place.query_selector(selector).unwrap().map(|found| found.unchecked_into())
}

/// Presses a key on an element.
pub(super) fn press(place: &HtmlElement, key: &str) {
    let init = KeyboardEventInit::new();
    init.set_key(key);
    init.set_bubbles(true);
    init.set_cancelable(true);
    place.dispatch_event(&KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).unwrap()).unwrap();
}
