//! Stands in for `fetch`: notes what was asked and answers with what the test has put ready.

use futures::{Stream, StreamExt, channel::mpsc::UnboundedReceiver, stream};
use js_sys::{Promise, Reflect, Uint8Array};
use leptos::prelude::window;
use std::{cell::RefCell, collections::VecDeque, rc::Rc};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{Headers, Request, Response, ResponseInit};

/// One answer.
pub(super) enum Reply {
    /// A status and a JSON text.
    Json(u16, String),
    /// 204, which has no body.
    NoContent,
    /// A status, a JSON text, and the seconds of `Retry-After`.
    Later(u16, String, u32),
    /// Bytes in these pieces; then the end, or nothing more and no end.
    Stream { pieces: Vec<Vec<u8>>, ends: bool },
    /// Bytes as the test gives them; it ends the stream by dropping its end.
    Live(UnboundedReceiver<Vec<u8>>),
    /// No connection.
    Broken,
    /// No answer, ever.
    Silence,
}

/// What was asked.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) key: Option<String>,
    pub(super) after: Option<String>,
    pub(super) body: String,
}

#[derive(Default)]
struct State {
    replies: VecDeque<Reply>,
    asked: Vec<Asked>,
    feeds: VecDeque<Reply>,
    asked_for_feed: Vec<Asked>,
    at_rest: Option<String>,
    aborted: usize,
}

/// The stand-in. `fetch` is put back when it is dropped.
pub(super) struct FakeServer {
    state: Rc<RefCell<State>>,
    before: JsValue,
    _fetch: Closure<dyn FnMut(Request) -> Promise>,
}

impl FakeServer {
    pub(super) fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        let state = Rc::new(RefCell::new(State { replies: replies.into_iter().collect(), ..State::default() }));
        let shared = state.clone();
        let fetch = Closure::<dyn FnMut(Request) -> Promise>::new(move |request: Request| {
            let shared = shared.clone();
            future_to_promise(async move { answer(shared, request).await })
        });
        let before = Reflect::get(&window(), &"fetch".into()).unwrap();
        Reflect::set(&window(), &"fetch".into(), fetch.as_ref()).unwrap();
        Self { state, before, _fetch: fetch }
    }

    /// The next `GET /api/events` is answered with this, and not at all when there is nothing left. These requests are not
    /// among [`FakeServer::asked`].
    pub(super) fn feed(&self, reply: Reply) {
        self.state.borrow_mut().feeds.push_back(reply);
    }

    /// The requests for the feed.
    pub(super) fn asked_for_feed(&self) -> Vec<Asked> {
        self.state.borrow().asked_for_feed.clone()
    }

    /// While no answers are ready, a conversation is this when it is read again; that is not among [`FakeServer::asked`].
    pub(super) fn at_rest(&self, conversation: Option<String>) {
        self.state.borrow_mut().at_rest = conversation;
    }

    /// Further answers.
    pub(super) fn then(&self, replies: impl IntoIterator<Item = Reply>) {
        self.state.borrow_mut().replies.extend(replies);
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        self.state.borrow().asked.clone()
    }

    /// `METHOD path` of every request.
    pub(super) fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| format!("{} {}", asked.method, asked.path)).collect()
    }

    pub(super) fn aborted(&self) -> usize {
        self.state.borrow().aborted
    }
}

impl Drop for FakeServer {
    fn drop(&mut self) {
        Reflect::set(&window(), &"fetch".into(), &self.before).unwrap();
    }
}

async fn answer(state: Rc<RefCell<State>>, request: Request) -> Result<JsValue, JsValue> {
    watch_abort(&state, &request);
    let signal = request.signal();
    let address = web_sys::Url::new(&request.url())?;
    // gloo-net ends an address that has a query with `&`.
    let search = address.search().trim_end_matches('&').to_owned();
    let (method, path) = (request.method(), address.pathname() + &search);
    let key = request.headers().get("idempotency-key")?;
    let after = request.headers().get("last-event-id")?;
    let body = JsFuture::from(request.text()?).await?.as_string().unwrap_or_default();
    let reply = {
        let mut state = state.borrow_mut();
        let is_feed = path == "/api/events";
        let rests = method == "GET" && path.contains("?limit=") && state.replies.is_empty();
        if let Some(conversation) = state.at_rest.clone().filter(|_| rests) {
            let text = Some(conversation.as_str());
            return Ok(response(200, "application/json", |init| Response::new_with_opt_str_and_init(text, init)));
        }
        let asked = Asked { method, path, key, after, body };
        match is_feed {
            true => {
                state.asked_for_feed.push(asked);
                state.feeds.pop_front().unwrap_or(Reply::Silence)
            }
            false => {
                state.asked.push(asked);
                state.replies.pop_front().unwrap_or(Reply::Broken)
            }
        }
    };
    match reply {
        Reply::Json(status, text) => {
            Ok(response(status, "application/json", |init| Response::new_with_opt_str_and_init(Some(&text), init)))
        }
        Reply::NoContent => {
            Ok(response(204, "application/json", |init| Response::new_with_opt_str_and_init(None, init)))
        }
        Reply::Later(status, text, seconds) => {
            let init = init(status, "application/problem+json");
            let headers: Headers = init.get_headers().unchecked_into();
            headers.set("retry-after", &seconds.to_string())?;
            Ok(Response::new_with_opt_str_and_init(Some(&text), &init)?.into())
        }
        Reply::Stream { pieces, ends } => {
            let pieces = stream::iter(pieces).then(|piece| async move {
                crate::browser::time::sleep(std::time::Duration::from_millis(1)).await;
                Ok::<JsValue, JsValue>(Uint8Array::from(piece.as_slice()).into())
            });
            let rest = stream::iter((!ends).then_some(())).then(|()| futures::future::pending());
            Ok(event_stream(pieces.chain(rest)))
        }
        Reply::Live(pieces) => Ok(event_stream(pieces.map(|piece| Ok(Uint8Array::from(piece.as_slice()).into())))),
        Reply::Broken => Err(js_sys::TypeError::new("no connection").into()),
        Reply::Silence => {
            while !signal.aborted() {
                crate::browser::time::sleep(std::time::Duration::from_millis(5)).await;
            }
            Err(js_sys::Error::new("aborted").into())
        }
    }
}

fn event_stream(pieces: impl Stream<Item = Result<JsValue, JsValue>> + 'static) -> JsValue {
    let body = wasm_streams::ReadableStream::from_stream(pieces).into_raw();
    response(200, "text/event-stream", |init| {
        Response::new_with_opt_readable_stream_and_init(Some(body.unchecked_ref()), init)
    })
}

/// Counts the requests whose signal fires.
fn watch_abort(state: &Rc<RefCell<State>>, request: &Request) {
    let state = state.clone();
    let told = Closure::once_into_js(move || state.borrow_mut().aborted += 1);
    request.signal().set_onabort(Some(told.unchecked_ref()));
}

fn response(status: u16, kind: &str, make: impl FnOnce(&ResponseInit) -> Result<Response, JsValue>) -> JsValue {
    make(&init(status, kind)).unwrap().into()
}

fn init(status: u16, kind: &str) -> ResponseInit {
    let (init, headers) = (ResponseInit::new(), Headers::new().unwrap());
    headers.set("content-type", kind).unwrap();
    init.set_status(status);
    init.set_headers(&headers);
    init
}
