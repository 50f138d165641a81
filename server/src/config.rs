//! The settings: the only place that reads the environment.
//!
//! Every variable is declared once, in `variables`, with its default and its meaning. What the environment holds is
//! text; [`Settings`] is what it means. `docs/configuration.md` is [`markdown`] of the same declarations.

mod limits;
mod parse;
mod variables;

use crate::{
    generation::RetryPolicy,
    http::TrustedProxies,
    providers::{BreakerLimits, LocalServers, OpenAiApi, ProviderSettings, Secret},
};
use leptos::config::LeptosOptions;
pub use limits::{AdmissionLimits, ConnectionLimits, RequestLimits};
use parse::{Reader, address, duration, optional_text, padding, size, switch};
use protocol::{attachment::AttachmentLimits, request::InputLimits};
use std::{net::SocketAddr, path::PathBuf, time::Duration};
use variables::*;
pub use variables::{VARIABLES, Variable, markdown};

/// What the server runs with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where to serve.
    pub address: SocketAddr,
    /// Names under which browsers may reach a server on a loopback address, besides `localhost`.
    pub allowed_hosts: Vec<String>,
    /// The log's filter.
    pub log: String,
    /// What leptos needs to know to link the page's files.
    pub leptos: LeptosOptions,
    /// The providers and their keys.
    pub providers: ProviderSettings,
    /// Instructions for conversations that set none.
    pub system_prompt: Option<String>,
    /// How much a request may hold.
    pub input: InputLimits,
    /// What a generation may take.
    pub generation: GenerationLimits,
    /// Who may start a generation.
    pub admission: AdmissionLimits,
    /// What a client may ask for besides generations.
    pub requests: RequestLimits,
    /// What a connection may take.
    pub connections: ConnectionLimits,
    /// The proxies that are believed when they say whom they ask for.
    pub trusted_proxies: TrustedProxies,
    /// How often a silent stream gets a comment.
    pub heartbeat: Duration,
    /// Whether events are filled up to fixed sizes.
    pub padding: Padding,
    /// Whether streams are compressed for clients that accept it.
    pub compress_streams: bool,
    /// The file with the conversations; `:memory:` for none.
    pub database: PathBuf,
    /// Whether models are asked for titles.
    pub titles: bool,
    /// The most bytes in a file that is imported over HTTP.
    pub max_import_bytes: u64,
    /// How long answers may go on after a signal to stop.
    pub shutdown_grace: Duration,
    /// How many threads serve connections; `None` for as many as there are processors.
    pub workers: Option<usize>,
}

/// When events are filled up to fixed sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// For everybody.
    On,
    /// For nobody.
    Off,
    /// For requests that came through TLS.
    Auto,
}

/// What one generation, and all of them, may take.
#[derive(Debug, Clone, Copy)]
pub struct GenerationLimits {
    /// From the request to the first token.
    pub first_chunk: Duration,
    /// Between two tokens.
    pub idle: Duration,
    /// In all.
    pub duration: Duration,
    /// The most pieces.
    pub chunks: u64,
    /// The most bytes of text.
    pub bytes: usize,
    /// How long a finished one stays readable.
    pub keep_finished: Duration,
    /// The most bytes of events of finished ones.
    pub keep_finished_bytes: usize,
    /// How often and how patiently a model is asked again.
    pub retry: RetryPolicy,
}

/// A variable that does not hold what it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} is {value:?}, but {expected}")]
pub struct InvalidSetting {
    name: &'static str,
    value: String,
    expected: String,
}

impl Settings {
    /// Reads the process's environment.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    pub fn from_environment() -> Result<Self, InvalidSetting> {
        Self::read(|name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
    }

    /// Reads the settings from anything that maps names to values. An empty value counts as none.
    pub fn read(environment: impl Fn(&str) -> Option<String>) -> Result<Self, InvalidSetting> {
        let read = Reader::new(&environment);
        let address = match environment("LEPTOS_SITE_ADDR").filter(|_| !read.is_set(RIVULET_ADDR)) {
            Some(from_leptos) => read.value(RIVULET_ADDR, &from_leptos, address)?,
            None => read.get(RIVULET_ADDR, address)?,
        };
        let (admission, connections) = (AdmissionLimits::read(&read)?, ConnectionLimits::read(&read)?);
        Ok(Self {
            address,
            allowed_hosts: parse::list(&read.text(RIVULET_ALLOWED_HOSTS).to_ascii_lowercase()),
            log: read.text(RIVULET_LOG),
            leptos: leptos_options(&environment, address, optional_text(&read.text(RIVULET_SITE_ROOT))),
            providers: providers(&read)?,
            system_prompt: optional_text(&read.text(RIVULET_SYSTEM_PROMPT)),
            input: InputLimits {
                max_bytes: read.get(RIVULET_MAX_INPUT_BYTES, size)?,
                max_messages: read.get(RIVULET_MAX_MESSAGES, parse::count)?,
                attachments: AttachmentLimits {
                    file_bytes: read.get(RIVULET_MAX_FILE_BYTES, size)? as u64,
                    text_bytes: read.get(RIVULET_MAX_INPUT_BYTES, size)? as u64,
                    files: read.get(RIVULET_MAX_FILES, parse::count)?,
                    total_bytes: read.get(RIVULET_MAX_FILES_BYTES, size)? as u64,
                },
            },
            generation: GenerationLimits {
                first_chunk: read.get(RIVULET_FIRST_CHUNK_TIMEOUT, duration)?,
                idle: read.get(RIVULET_IDLE_TIMEOUT, duration)?,
                duration: read.get(RIVULET_MAX_DURATION, duration)?,
                chunks: read.get(RIVULET_MAX_CHUNKS, parse::count)? as u64,
                bytes: read.get(RIVULET_MAX_ANSWER_BYTES, size)?,
                keep_finished: read.get(RIVULET_KEEP_FINISHED, duration)?,
                keep_finished_bytes: read.get(RIVULET_KEEP_FINISHED_BYTES, size)?,
                retry: RetryPolicy {
                    retries: read.get(RIVULET_RETRIES, parse::retries)?,
                    delay: read.get(RIVULET_RETRY_DELAY, duration)?,
                    longest: read.get(RIVULET_MAX_RETRY_DELAY, duration)?,
                    breaker: BreakerLimits {
                        failures: read.get(RIVULET_BREAKER_FAILURES, parse::count_or_off)?,
                        pause: read.get(RIVULET_BREAKER_PAUSE, duration)?,
                    },
                },
            },
            admission,
            requests: RequestLimits::read(&read, admission, connections)?,
            connections,
            trusted_proxies: read.get(RIVULET_TRUSTED_PROXIES, str::parse)?,
            heartbeat: read.get(RIVULET_HEARTBEAT, duration)?,
            padding: read.get(RIVULET_PADDING, padding)?,
            compress_streams: read.get(RIVULET_COMPRESS_STREAMS, switch)?,
            database: read.get(DATABASE_URL, |url| parse::database(url, &read.text(RIVULET_DATA_DIR)))?,
            titles: read.get(RIVULET_TITLES, switch)?,
            max_import_bytes: read.get(RIVULET_MAX_IMPORT_BYTES, size)? as u64,
            shutdown_grace: read.get(RIVULET_SHUTDOWN_GRACE, duration)?,
            workers: read.optional(RIVULET_WORKERS, parse::count)?,
        })
    }
}

fn leptos_options(
    environment: &impl Fn(&str) -> Option<String>,
    address: SocketAddr,
    site_root: Option<String>,
) -> LeptosOptions {
    let beside = std::env::current_exe().ok().and_then(|path| path.parent().map(PathBuf::from)).unwrap_or_default();
    let site_root = site_root.or_else(|| environment("LEPTOS_SITE_ROOT")).unwrap_or_else(|| {
        let places = [beside.join("site"), beside.join("../site"), PathBuf::from("target/site")];
        let found = places.iter().find(|place| place.join("pkg").is_dir()).unwrap_or(&places[2]);
        found.to_string_lossy().into_owned()
    });
    let mut options = LeptosOptions::builder()
        .output_name("rivulet")
        .site_root(site_root)
        .site_pkg_dir("pkg")
        .site_addr(address)
        .hash_files(beside.join("hash.txt").is_file())
        .env(if environment("LEPTOS_WATCH").is_some() { leptos::config::Env::DEV } else { leptos::config::Env::PROD })
        .build();
    if let Some(port) = environment("LEPTOS_RELOAD_PORT").and_then(|port| port.parse().ok()) {
        options.reload_port = port;
    }
    options
}

fn providers(read: &Reader<'_>) -> Result<ProviderSettings, InvalidSetting> {
    let key = |variable| Secret::new(read.text(variable));
    let url = |variable| read.optional(variable, parse::url);
    Ok(ProviderSettings {
        model: optional_text(&read.text(RIVULET_MODEL)),
        fallback: parse::list(&read.text(RIVULET_FALLBACK)),
        prices: read.get(RIVULET_PRICES, str::parse)?,
        openai_api_key: key(OPENAI_API_KEY),
        openai_base_url: url(OPENAI_BASE_URL)?,
        openai_api: read.get(RIVULET_OPENAI_API, openai_api)?,
        anthropic_api_key: key(ANTHROPIC_API_KEY),
        anthropic_base_url: url(ANTHROPIC_BASE_URL)?,
        gemini_api_key: key(GEMINI_API_KEY),
        gemini_base_url: url(GEMINI_BASE_URL)?,
        ollama_host: optional_text(&read.text(OLLAMA_HOST)),
        compatible_base_url: url(OPENAI_COMPATIBLE_BASE_URL)?,
        compatible_api_key: key(OPENAI_COMPATIBLE_API_KEY),
        connect_timeout: read.get(RIVULET_CONNECT_TIMEOUT, duration)?,
        local_servers: read.get(RIVULET_DISCOVER, switch)?.then(LocalServers::default),
    })
}

fn openai_api(text: &str) -> Result<OpenAiApi, String> {
    match text {
        "chat" => Ok(OpenAiApi::Chat),
        "responses" => Ok(OpenAiApi::Responses),
        _ => Err("must be chat or responses".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Settings, InvalidSetting> {
        Settings::read(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn nothing_set_means_the_defaults() {
        let settings = read(&[]).unwrap();
        assert_eq!(settings.address.to_string(), "127.0.0.1:3000");
        assert_eq!(settings.generation.idle, Duration::from_secs(120));
        assert_eq!(settings.providers.openai_base_url, None);
        assert!(settings.providers.local_servers.is_some());
    }

    #[test]
    fn a_bad_value_is_one_line_that_names_the_variable() {
        let refused = |name, value| read(&[(name, value)]).unwrap_err().to_string();
        assert_eq!(
            refused("RIVULET_ADDR", "3000"),
            "RIVULET_ADDR is \"3000\", but must be an address and a port, such as 127.0.0.1:3000 or [::]:3000"
        );
        for (name, value) in [
            ("RIVULET_IDLE_TIMEOUT", "soon"),
            ("RIVULET_MAX_STREAMS", "0"),
            ("RIVULET_DISCOVER", "maybe"),
            ("RIVULET_PADDING", "some"),
            ("RIVULET_COMPRESS_STREAMS", "gzip"),
            ("OPENAI_BASE_URL", "api.openai.com"),
            ("RIVULET_OPENAI_API", "both"),
            ("RIVULET_MAX_INPUT_BYTES", "1 apple"),
            ("RIVULET_RATE_LIMIT", "ten"),
            ("RIVULET_MAX_STREAMS_PER_CLIENT", "0"),
            ("RIVULET_MAX_MEMORY", "all"),
            ("RIVULET_TRUSTED_PROXIES", "10.0.0.0/8,nginx"),
            ("RIVULET_MAX_CONNECTIONS", "-1"),
            ("RIVULET_WRITE_TIMEOUT", "off"),
            ("DATABASE_URL", "postgres://localhost/rivulet"),
            ("RIVULET_TITLES", "maybe"),
            ("RIVULET_PRICES", "gpt"),
        ] {
            assert!(refused(name, value).starts_with(name), "{name}");
        }
    }

    #[test]
    fn our_own_address_stands_before_that_of_cargo_leptos() {
        let leptos = ("LEPTOS_SITE_ADDR", "127.0.0.1:4000");
        assert_eq!(read(&[leptos]).unwrap().address.port(), 4000);
        assert_eq!(read(&[leptos, ("RIVULET_ADDR", "127.0.0.1:5000")]).unwrap().address.port(), 5000);
    }

    #[test]
    fn conversations_are_kept_in_the_data_folder_or_where_one_says() {
        let database = |pairs: &[(&str, &str)]| read(pairs).unwrap().database.to_string_lossy().into_owned();
        assert_eq!(database(&[]), "data/rivulet.db");
        assert_eq!(database(&[("RIVULET_DATA_DIR", "/srv")]), "/srv/rivulet.db");
        for (url, path) in [
            ("sqlite:x.db", "x.db"),
            ("sqlite:///x.db?mode=rwc", "/x.db"),
            ("sqlite:/x.db", "/x.db"),
            ("sqlite::memory:", ":memory:"),
        ] {
            assert_eq!(database(&[("DATABASE_URL", url)]), path);
        }
    }

    #[test]
    fn keys_are_not_shown() {
        let settings = read(&[("OPENAI_API_KEY", "sk-very-secret")]).unwrap();
        assert!(!format!("{settings:?}").contains("very-secret"));
    }
}
