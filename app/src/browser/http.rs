//! Fetching: JSON, and event streams that are read while they come.

use super::file::ChosenFile;
use crate::{
    json,
    words::{self, Explained},
};
use futures::StreamExt;
use gloo_net::http::{Request, RequestBuilder, Response};
use leptos::prelude::window;
use protocol::{
    error::{ErrorCode, Problem, PublicError},
    event::StreamEvent,
    sse::SseDecoder,
};
use serde::{Serialize, de::DeserializeOwned};
use std::{cell::RefCell, time::Duration};
use wasm_bindgen::JsValue;
use wasm_streams::readable::IntoStream;
use web_sys::AbortController;

/// Why a request gave nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum FetchError {
    /// The server refused.
    Refused(Refusal),
    /// The server could not be reached, or the connection broke.
    Broken,
    /// This browser cannot read an answer while it comes.
    NoStream,
}

/// How long to wait where a server that has no time does not say.
const SHORT_WHILE: Duration = Duration::from_secs(5);

impl FetchError {
    /// How long to wait before it makes sense to ask the same again; `None` where it makes none.
    pub(crate) fn pause(&self) -> Option<Duration> {
        match self {
            Self::Refused(Refusal { status: 429 | 503, retry_after, .. }) => Some(retry_after.unwrap_or(SHORT_WHILE)),
            _ => None,
        }
    }

    /// Why, in the language of the page, with what the server says of it.
    pub(crate) fn explained(&self) -> Explained {
        match self {
            Self::Refused(refusal) => words::explained(&refusal.error),
            Self::Broken => Explained::own(words::server_unreachable()),
            Self::NoStream => Explained::own(words::cannot_stream()),
        }
    }

    /// Why, as a sentence for a person.
    pub fn words(&self) -> String {
        self.explained().joined()
    }
}

/// What a server said in place of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// Why.
    pub error: PublicError,
    /// How long it asks to wait before the next try.
    pub retry_after: Option<Duration>,
}

/// Whether this browser can read an answer while it comes.
pub fn can_stream() -> bool {
    let window: JsValue = window().into();
    let get = |object: &JsValue, name: &str| js_sys::Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED);
    let prototype = get(&get(&window, "Response"), "prototype");
    let has_body = prototype.is_object() && js_sys::Reflect::has(&prototype, &"body".into()).unwrap_or(false);
    get(&window, "ReadableStream").is_function() && has_body
}

/// Aborts its requests when it is dropped. Only this works before the headers have come.
struct AbortOnDrop(Option<AbortController>);

impl AbortOnDrop {
    fn new() -> Self {
        Self(AbortController::new().ok())
    }

    fn attach(&self, builder: RequestBuilder) -> RequestBuilder {
        builder.abort_signal(self.0.as_ref().map(AbortController::signal).as_ref())
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        if let Some(controller) = &self.0 {
            controller.abort();
        }
    }
}

/// A text as it stands in a part of an address.
pub fn encoded(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}

/// `GET` as JSON. Dropping the future aborts the request; so it is with all of these.
pub async fn get<T: DeserializeOwned>(address: &str) -> Result<T, FetchError> {
    let abort = AbortOnDrop::new();
    let request = abort.attach(Request::get(address)).build();
    parsed(&text_of(request).await?)
}

/// `POST` of JSON that is answered with JSON.
pub async fn post<T: DeserializeOwned>(address: &str, body: &impl Serialize, key: &str) -> Result<T, FetchError> {
    let abort = AbortOnDrop::new();
    parsed(&text_of(post_request(&abort, address, written(body)?, key)).await?)
}

/// `POST` without a body; what is answered is passed over.
pub async fn post_nothing(address: &str) -> Result<(), FetchError> {
    let abort = AbortOnDrop::new();
    let request = abort.attach(Request::post(address)).build().map_err(|_| FetchError::Broken)?;
    accepted(request).await.map(drop)
}

/// `POST` without a body that is answered with JSON.
pub async fn post_for<T: DeserializeOwned>(address: &str) -> Result<T, FetchError> {
    let abort = AbortOnDrop::new();
    let request = abort.attach(Request::post(address)).build();
    parsed(&text_of(request).await?)
}

/// `POST` of a file that is answered with JSON. The browser reads the file while it sends it.
pub(crate) async fn post_file<T: DeserializeOwned>(address: &str, file: &ChosenFile) -> Result<T, FetchError> {
    let abort = AbortOnDrop::new();
    let builder = Request::post(address).header("content-type", "application/octet-stream");
    let request = abort.attach(builder).body(file.body());
    parsed(&text_of(request).await?)
}

/// `PATCH` of JSON that is answered with JSON.
pub async fn patch<T: DeserializeOwned>(address: &str, body: &impl Serialize) -> Result<T, FetchError> {
    let abort = AbortOnDrop::new();
    let builder = Request::patch(address).header("content-type", "application/json");
    let request = abort.attach(builder).body(written(body)?);
    parsed(&text_of(request).await?)
}

/// `PUT` of JSON; what is answered is passed over.
pub async fn put(address: &str, body: &impl Serialize) -> Result<(), FetchError> {
    let abort = AbortOnDrop::new();
    let builder = Request::put(address).header("content-type", "application/json");
    let request = abort.attach(builder).body(written(body)?);
    text_of(request).await.map(drop)
}

/// `DELETE`.
pub async fn delete(address: &str) -> Result<(), FetchError> {
    let abort = AbortOnDrop::new();
    let request = abort.attach(Request::delete(address)).build().map_err(|_| FetchError::Broken)?;
    accepted(request).await.map(drop)
}

/// `GET` of an event stream, from the event that follows `after`.
pub async fn get_events(address: &str, after: u64) -> Result<EventStream, FetchError> {
    get_frames(address, Some(&after.to_string())).await
}

/// `GET` of an event stream, from the frame that follows the one with this id.
pub(crate) async fn get_frames(address: &str, after: Option<&str>) -> Result<EventStream, FetchError> {
    let abort = AbortOnDrop::new();
    let mut builder = Request::get(address).header("accept", "text/event-stream");
    if let Some(after) = after {
        builder = builder.header("last-event-id", after);
    }
    let request = abort.attach(builder).build();
    let response = accepted(request.map_err(|_| FetchError::Broken)?).await?;
    EventStream::new(&response, abort)
}

/// `POST` of JSON that is answered with an event stream.
pub async fn post_events(address: &str, body: &impl Serialize, key: &str) -> Result<EventStream, FetchError> {
    let abort = AbortOnDrop::new();
    let request = post_request(&abort, address, written(body)?, key).map_err(|_| FetchError::Broken)?;
    let response = accepted(request).await?;
    EventStream::new(&response, abort)
}

fn written(body: &impl Serialize) -> Result<String, FetchError> {
    serde_json::to_string(body).map_err(|_| FetchError::Broken)
}

fn post_request(abort: &AbortOnDrop, address: &str, body: String, key: &str) -> Result<Request, gloo_net::Error> {
    let builder = Request::post(address).header("content-type", "application/json").header("idempotency-key", key);
    abort.attach(builder).body(body)
}

/// Sends, and turns an answer that is an error into one.
async fn accepted(request: Request) -> Result<Response, FetchError> {
    let response = request.send().await.map_err(|_| FetchError::Broken)?;
    if response.ok() {
        return Ok(response);
    }
    let status = response.status();
    let retry_after = response.headers().get("retry-after").and_then(|text| pause(&text));
    let text = response.text().await.ok();
    Err(FetchError::Refused(refused(status, text.as_deref(), retry_after)))
}

/// What an answer that is an error says.
pub(super) fn refused(status: u16, text: Option<&str>, retry_after: Option<Duration>) -> Refusal {
    let error = match text.and_then(json::read::<Problem>) {
        Some(problem) => PublicError::new(problem.code, problem.detail),
        None => PublicError {
            code: ErrorCode::Unknown,
            message: words::server_error(&status.to_string()),
            retryable: status >= 500 || status == 429,
        },
    };
    if let Some(retry_after) = retry_after.filter(|_| status == 429) {
        LIMITED.with_borrow(|told| told.iter().for_each(|tell| tell(retry_after)));
    }
    Refusal { status, error, retry_after }
}

/// Is told how long to wait.
type Told = Box<dyn Fn(Duration)>;

thread_local! {
    /// Who is told when the server takes no more requests for a while.
    static LIMITED: RefCell<Option<Told>> = const { RefCell::new(None) };
}

/// Has itself told how long to wait, whenever the server says that there have been too many requests; only the last that asks for it is.
pub(crate) fn on_limited(tell: impl Fn(Duration) + 'static) {
    LIMITED.set(Some(Box::new(tell)));
}

/// `Retry-After`, in seconds or as a date.
pub(super) fn pause(text: &str) -> Option<Duration> {
    let date = || js_sys::Date::parse(text) - js_sys::Date::now();
    let milliseconds = text.trim().parse::<u32>().map_or_else(|_| date(), |seconds| f64::from(seconds) * 1000.0);
    (!milliseconds.is_nan()).then(|| Duration::from_millis(milliseconds.max(0.0) as u64))
}

/// Sends, and gives the body of the answer. It is the same for all types, so that it is compiled once.
async fn text_of(request: Result<Request, gloo_net::Error>) -> Result<String, FetchError> {
    let request = request.map_err(|_| FetchError::Broken)?;
    accepted(request).await?.text().await.map_err(|_| FetchError::Broken)
}

fn parsed<T: DeserializeOwned>(text: &str) -> Result<T, FetchError> {
    json::read(text).ok_or(FetchError::Broken)
}

/// An event stream that is read while it comes. Dropping it closes the connection.
pub struct EventStream {
    bytes: IntoStream<'static>,
    decoder: SseDecoder,
    _abort: AbortOnDrop,
}

impl EventStream {
    fn new(response: &Response, abort: AbortOnDrop) -> Result<Self, FetchError> {
        let body = response.body().ok_or(FetchError::NoStream)?;
        Self::from_body(body, abort)
    }

    fn from_body(body: web_sys::ReadableStream, abort: AbortOnDrop) -> Result<Self, FetchError> {
        let stream = wasm_streams::ReadableStream::from_raw(body);
        let bytes = stream.try_into_stream().map_err(|_| FetchError::NoStream)?;
        Ok(Self { bytes, decoder: SseDecoder::new(), _abort: abort })
    }

    /// Reads a stream that is at hand.
    pub fn from_stream(body: web_sys::ReadableStream) -> Result<Self, FetchError> {
        Self::from_body(body, AbortOnDrop::new())
    }

    /// Waits for bytes and adds the events in them; there may be none. False at the end of the stream.
    pub async fn read(&mut self, events: &mut Vec<(u64, StreamEvent)>) -> Result<bool, FetchError> {
        let take = |id: &str, data: &str| {
            let event = json::read(data).unwrap_or(StreamEvent::Unknown);
            if let Ok(number) = id.parse() {
                events.push((number, event));
            }
        };
        self.read_frames(take).await
    }

    /// Waits for bytes and calls `take` with the id and the data of each frame in them; there may be none. False at the end
    /// of the stream.
    pub(crate) async fn read_frames(&mut self, mut take: impl FnMut(&str, &str)) -> Result<bool, FetchError> {
        let Some(chunk) = self.bytes.next().await else { return Ok(false) };
        let bytes = js_sys::Uint8Array::new(&chunk.map_err(|_| FetchError::Broken)?).to_vec();
        let fed = self.decoder.push(&bytes, |frame| take(frame.id, frame.data));
        fed.map(|()| true).map_err(|_| FetchError::Broken)
    }
}
