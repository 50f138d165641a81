//! The HTTP client that drives every remote protocol: it sends the request, tells refusals from answers, and feeds what
//! comes back to the protocol's decoder.
//!
//! There are no time limits here besides the one for connecting: whoever asks knows how long an answer may take.
//! Everything that one read of the socket gave comes as one batch. Dropping the future or the stream closes the socket.

use super::{
    DeltaStream, Provider, ProviderError, ProviderPrompt, Secret,
    dialect::{Call, Dialect, Listed},
    fault::Fault,
    reading::Reading,
    retry_after::retry_after,
    sight,
};
use async_trait::async_trait;
use futures::{StreamExt, stream};
use protocol::{error::ErrorCode, model::ModelInfo};
use reqwest::{
    Client, RequestBuilder, Response,
    header::{ACCEPT, HeaderMap},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};
use thread_local::ThreadLocal;

/// The most bytes of a refusal that are read.
const REFUSAL: usize = 64 << 10;
/// The most bytes of a list of models that are read.
const LIST: usize = 16 << 20;
/// How long it may take to ask about single models; what is not known by then is asked the next time.
const LOOKING: Duration = Duration::from_secs(1);

/// One remote provider.
pub(super) struct HttpProvider {
    id: String,
    label: String,
    base_url: String,
    key: Option<Secret>,
    headers: HeaderMap,
    dialect: Arc<dyn Dialect>,
    http: Arc<PerThread>,
    /// Which models see images, as far as it has said so when it was asked about each.
    sight: Mutex<HashMap<String, bool>>,
}

/// A provider that cannot be set up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// The base URL is none.
    #[error("the base URL of {0} must be an http:// or https:// address")]
    BaseUrl(String),
    /// The key holds what no header can.
    #[error("the key of {0} holds characters that cannot be sent")]
    Key(String),
    /// A model that a setting names is nobody's.
    #[error(
        "{variable} names {name:?}, but must name provider/model, with a provider that is configured: {configured}"
    )]
    Model {
        /// The setting.
        variable: &'static str,
        /// The model.
        name: String,
        /// The providers that there are.
        configured: String,
    },
    /// The HTTP client could not be made.
    #[error("the HTTP client could not be set up: {0}")]
    Client(String),
}

/// The HTTP clients that all providers share.
pub(super) struct Clients {
    local: Arc<PerThread>,
    remote: Arc<PerThread>,
}

/// One client for each thread: its connections are driven by the thread that opened them, and another one that took them
/// over would have to be woken for each token. Each is made when it is first needed.
pub(super) struct PerThread {
    connect_timeout: Duration,
    direct: bool,
    clients: ThreadLocal<Client>,
}

impl Clients {
    pub(super) fn new(connect_timeout: Duration) -> Self {
        let clients = |direct| Arc::new(PerThread { connect_timeout, direct, clients: ThreadLocal::new() });
        Self { local: clients(true), remote: clients(false) }
    }

    /// The clients for an address. Servers on this machine are called without the proxy of the environment.
    pub(super) fn for_url(&self, base_url: &str) -> Result<Arc<PerThread>, SetupError> {
        let local = ["://127.", "://localhost", "://[::1]"].iter().any(|host| base_url.contains(host));
        let clients = if local { &self.local } else { &self.remote };
        // What cannot be made is noticed at the start.
        clients.here()?;
        Ok(Arc::clone(clients))
    }
}

impl Clients {
    /// Makes this thread's clients of the kinds that are in use, which takes some milliseconds: nobody should wait for that in a
    /// request.
    pub(super) fn prepare_thread(&self) {
        for clients in [&self.local, &self.remote] {
            if clients.clients.iter().next().is_some() {
                let _ = clients.here();
            }
        }
    }
}

impl PerThread {
    /// This thread's client.
    pub(super) fn here(&self) -> Result<&Client, SetupError> {
        self.clients.get_or_try(|| http_client(self.connect_timeout, self.direct))
    }
}

fn http_client(connect_timeout: Duration, direct: bool) -> Result<Client, SetupError> {
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
    // Machines without certificate authorities of their own are common: containers.
    let roots = roots.filter_map(|root| reqwest::Certificate::from_der(root).ok());
    let builder = Client::builder()
        .user_agent(concat!("rivulet/", env!("CARGO_PKG_VERSION")))
        .tls_certs_merge(roots)
        // With HTTP/2, all streams of a provider would share one connection and its flow control.
        .http1_only()
        .tcp_nodelay(true)
        .connect_timeout(connect_timeout)
        .pool_idle_timeout(Duration::from_secs(60))
        // A redirection would carry the key and the conversation to another place.
        .redirect(reqwest::redirect::Policy::none());
    let builder = if direct { builder.no_proxy() } else { builder };
    builder.build().map_err(|error| SetupError::Client(error.to_string()))
}

impl HttpProvider {
    pub(super) fn new(
        id: &str,
        label: &str,
        base_url: &str,
        key: Option<Secret>,
        dialect: Arc<dyn Dialect>,
        http: Arc<PerThread>,
    ) -> Result<Self, SetupError> {
        let url =
            reqwest::Url::parse(base_url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        url.ok_or_else(|| SetupError::BaseUrl(label.to_owned()))?;
        let headers = dialect.headers(key.as_ref()).ok_or_else(|| SetupError::Key(label.to_owned()))?;
        Ok(Self {
            id: id.to_owned(),
            label: label.to_owned(),
            base_url: base_url.trim_end_matches('/').to_owned(),
            key,
            headers: headers.into_iter().collect(),
            dialect,
            http,
            sight: Mutex::default(),
        })
    }

    fn error(&self, fault: Fault) -> ProviderError {
        fault.into_error(&self.label, self.key.as_ref(), None)
    }

    /// This thread's client. One could be made at the start, so this fails only where the system has run out of something.
    fn client(&self) -> Result<&Client, Refusal> {
        let failed = |error: SetupError| self.error(Fault::with(ErrorCode::UpstreamFailure, error.to_string()));
        self.http.here().map_err(|error| Refusal { error: failed(error), streaming: false })
    }

    /// Sends a request; gives the answer once its head has come and is a good one.
    async fn send(&self, request: RequestBuilder) -> Result<Response, Refusal> {
        let response = request.headers(self.headers.clone()).send().await.map_err(|error| {
            let error = self.error(match error.is_timeout() {
                true => Fault::with(ErrorCode::UpstreamTimeout, "no connection was made in time"),
                false if error.is_connect() => Fault::with(ErrorCode::UpstreamFailure, "it could not be reached"),
                false => Fault::with(ErrorCode::UpstreamFailure, "the connection broke before an answer came"),
            });
            Refusal { error, streaming: false }
        })?;
        // The status decides, whatever the content type says.
        if response.status().is_success() {
            return Ok(response);
        }
        let (status, pause) = (response.status().as_u16(), retry_after(response.headers(), SystemTime::now()));
        let body = read_some(response, REFUSAL).await;
        let body = String::from_utf8_lossy(&body);
        let fault = Fault::of_answer(status, &body);
        tracing::debug!(provider = self.id, status, code = %fault.code, "a provider refused a request");
        let error = fault.into_error(&self.label, self.key.as_ref(), pause);
        Err(Refusal { error, streaming: Fault::refuses_streaming(status, &body) })
    }

    /// Asks about each model once whether it sees images, where the list does not say it.
    async fn learn_sight(&self, models: &mut [Listed]) {
        for model in models.iter_mut().filter(|model| model.sees_images.is_none()) {
            let Some(call) = self.dialect.about(&model.name) else { return };
            let known = self.sight.lock().unwrap_or_else(PoisonError::into_inner).get(&model.name).copied();
            model.sees_images = match known {
                Some(known) => Some(known),
                None => self.ask_about(&model.name, call).await,
            };
        }
    }

    async fn ask_about(&self, model: &str, call: Call) -> Option<bool> {
        let request = self.client().ok()?.post(format!("{}{}", self.base_url, call.path)).json(&call.body);
        let answer = read_some(self.send(request).await.ok()?, LIST).await;
        let sees = self.dialect.sees_images(&serde_json::from_slice(&answer).ok()?)?;
        self.sight.lock().unwrap_or_else(PoisonError::into_inner).insert(model.to_owned(), sees);
        Some(sees)
    }

    async fn ask(&self, call: Call) -> Result<Response, Refusal> {
        let url = format!("{}{}", self.base_url, call.path);
        let request = self.client()?.post(url).header(ACCEPT, "text/event-stream, application/json").json(&call.body);
        self.send(request).await
    }
}

/// Why there is no answer.
struct Refusal {
    error: ProviderError,
    /// Whether only streaming was refused.
    streaming: bool,
}

/// The start of a body; what cannot be read is left out.
async fn read_some(mut response: Response, most: usize) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() >= most {
            body.truncate(most);
            break;
        }
    }
    body
}

#[async_trait]
impl Provider for HttpProvider {
    fn id(&self) -> &str {
        &self.id
    }

    fn label(&self) -> &str {
        &self.label
    }

    async fn models(&self) -> Result<Vec<ModelInfo>, ProviderError> {
        let url = format!("{}{}", self.base_url, self.dialect.models_path());
        let asked = async { self.send(self.client()?.get(url)).await };
        let response = asked.await.map_err(|refusal| refusal.error)?;
        let list =
            serde_json::from_slice(&read_some(response, LIST).await).map_err(|_| self.error(Fault::nonsense()))?;
        let mut models = self.dialect.models(&list);
        let _ = tokio::time::timeout(LOOKING, self.learn_sight(&mut models)).await;
        let info = |listed: Listed| ModelInfo {
            id: format!("{}/{}", self.id, listed.name),
            provider: self.id.clone(),
            sees_images: listed.sees_images.or_else(|| sight::by_name(&listed.name)),
            label: listed.label,
        };
        Ok(models.into_iter().map(info).collect())
    }

    async fn generate(&self, prompt: &ProviderPrompt) -> Result<DeltaStream, ProviderError> {
        let response = match self.ask(self.dialect.request(prompt)).await {
            Err(Refusal { streaming: true, .. }) => {
                tracing::debug!(
                    provider = self.id,
                    "a provider refused to stream; its answer is asked for in one piece"
                );
                self.ask(self.dialect.whole(self.dialect.request(prompt))).await
            }
            answer => answer,
        };
        let response = response.map_err(|refusal| refusal.error)?;
        let reading = Reading::new(response, &*self.dialect, self.label.clone(), self.key.clone());
        Ok(stream::unfold(reading, Reading::next).boxed())
    }
}
