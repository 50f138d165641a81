//! The settings: the only place that reads the environment.
//!
//! Every variable is declared once, in `variables!`, with its default and its meaning. What the environment holds is
//! text; [`Settings`] is what it means. `docs/configuration.md` is [`markdown`] of the same declarations.

mod limits;
mod parse;

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

/// One variable of the environment.
#[derive(Debug, Clone, Copy)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// The value that stands when it is not set; empty where there is none.
    pub default: &'static str,
    /// What it is, with its unit.
    pub meaning: &'static str,
}

macro_rules! variables {
    ($($name:ident = $default:literal: $meaning:literal;)+) => {
        $(const $name: Variable = Variable { name: stringify!($name), default: $default, meaning: $meaning };)+
        /// Every variable, in the order of the documentation.
        pub const VARIABLES: &[Variable] = &[$($name),+];
    };
}

variables! {
    RIVULET_ADDR = "127.0.0.1:3000": "Address and port to serve on. Under `cargo leptos` its own `LEPTOS_SITE_ADDR` is the default.";
    RIVULET_ALLOWED_HOSTS = "": "Names, separated by commas, under which browsers may reach a server that listens on a loopback address, such as `chat.example.org` behind a proxy on the same machine. `localhost` and addresses are always allowed. Pages that pretend to be this server by their name are refused.";
    RIVULET_LOG = "info": "What to log: `error`, `warn`, `info`, `debug`, `trace`, or filters such as `info,rivulet::http=debug`.";
    RIVULET_SITE_ROOT = "": "Folder with the page's built files. By default it is looked for beside the binary, where `cargo leptos build` puts it.";
    RIVULET_DATA_DIR = "data": "Folder for everything that is kept; it is made at the start. A backup of it is a backup of everything.";
    DATABASE_URL = "": "Where conversations are kept, such as `sqlite:/var/lib/rivulet/rivulet.db`; `sqlite::memory:` keeps them only until the server ends. By default the file `rivulet.db` in `RIVULET_DATA_DIR`.";
    RIVULET_TITLES = "on": "Whether the model that gave the first answer of a conversation is asked for its title: `on` or `off`, which leaves the title that is made from the question.";
    RIVULET_MODEL = "": "Model that answers when a request names none, as `provider/model`. By default the first that is configured; without any key a local Ollama or llama.cpp server; without that the demo model.";
    RIVULET_FALLBACK = "": "Models, separated by commas, to ask in this order when the one that was asked for fails before its first token.";
    RIVULET_RETRIES = "2": "How many times a model that fails before its first token is asked again before the next of `RIVULET_FALLBACK` is: `0` to `10`.";
    RIVULET_RETRY_DELAY = "500ms": "The first pause before a model is asked again; each further one is twice as long, and chance lengthens each by up to as much again.";
    RIVULET_MAX_RETRY_DELAY = "20s": "The longest such pause. A provider that asks for a longer one by `Retry-After` is not waited for.";
    RIVULET_BREAKER_FAILURES = "6": "How many failures in a row, of any requests, pause a provider; `off` to never pause one.";
    RIVULET_BREAKER_PAUSE = "30s": "How long a paused provider is not asked. Then one request is let through as a trial.";
    RIVULET_SYSTEM_PROMPT = "": "Instructions that stand before every conversation that sets none of its own.";
    RIVULET_PRICES = "": "What models cost for a million tokens, separated by commas: `model=input/output`, or `model=input/output/cached input`, and the currency if it is not `USD`, such as `openai/gpt-4.1*=2/8/0.5, anthropic/*=3/15 EUR`. `*` stands for anything; the first that fits counts. Cached input costs what other input does where nothing is said. Without a price, answers show tokens and no cost: prices change, so none are built in.";
    OPENAI_API_KEY = "": "Key for OpenAI; its models are then `openai/…`.";
    OPENAI_BASE_URL = "https://api.openai.com/v1": "Where OpenAI's API is; ends in `/v1`.";
    RIVULET_OPENAI_API = "chat": "Which of OpenAI's APIs to speak: `chat` (chat completions) or `responses`.";
    ANTHROPIC_API_KEY = "": "Key for Anthropic; its models are then `anthropic/…`.";
    ANTHROPIC_BASE_URL = "https://api.anthropic.com": "Where Anthropic's API is; `/v1/messages` is added.";
    GEMINI_API_KEY = "": "Key for Google Gemini; its models are then `gemini/…`.";
    GEMINI_BASE_URL = "https://generativelanguage.googleapis.com": "Where Gemini's API is; `/v1beta/models/…` is added.";
    OLLAMA_HOST = "": "Where an Ollama server is, such as `127.0.0.1:11434`; its models are then `ollama/…`.";
    OPENAI_COMPATIBLE_BASE_URL = "": "Where any other server with OpenAI's chat completions is (llama.cpp, vLLM, OpenRouter, LiteLLM, Groq, …); ends in `/v1`. Its models are then `compatible/…`.";
    OPENAI_COMPATIBLE_API_KEY = "": "Key for that server, if it wants one.";
    RIVULET_DISCOVER = "on": "Whether to look for an Ollama or llama.cpp server on its default local port when no provider is configured: `on` or `off`.";
    RIVULET_CONNECT_TIMEOUT = "10s": "How long a provider may take to accept a connection.";
    RIVULET_FIRST_CHUNK_TIMEOUT = "5min": "How long a provider may take from the request to its first token. Local models may load for minutes.";
    RIVULET_IDLE_TIMEOUT = "2min": "How long a provider may be silent between two tokens.";
    RIVULET_MAX_DURATION = "1h": "How long one answer may take in all.";
    RIVULET_MAX_CHUNKS = "200000": "The most pieces in one answer.";
    RIVULET_MAX_ANSWER_BYTES = "16MiB": "The most bytes in one answer, reasoning included.";
    RIVULET_MAX_INPUT_BYTES = "1MiB": "The most bytes of text in one request, all its messages together.";
    RIVULET_MAX_MESSAGES = "1000": "The most messages in one request.";
    RIVULET_MAX_FILE_BYTES = "10MiB": "The most bytes of a file that goes with a question. A text, which goes into the prompt, may have `RIVULET_MAX_INPUT_BYTES`.";
    RIVULET_MAX_FILES = "10": "The most files that go with a question.";
    RIVULET_MAX_FILES_BYTES = "20MiB": "The most bytes of all files that go with a question, and of all images that go into a prompt: of a long conversation the newest.";
    RIVULET_MAX_STREAMS = "10000": "The most answers being written at one time; further requests get 503.";
    RIVULET_MAX_MEMORY = "": "The most bytes of events of all answers together, running and finished; while there are more, requests for another answer get 503. By default a quarter of the memory that the machine or the container has.";
    RIVULET_MAX_WAITING_FILES_BYTES = "": "The most bytes of all images and other files that are in memory because a model is asked about them and has not begun to answer; while there are more, further questions with files get 503. One question is always taken. By default an eighth of the memory that the machine or the container has.";
    RIVULET_RATE_LIMIT = "10/min": "How many answers a client may ask for, such as `10/min`, `1/s`, `100/h` or `5/10s`, or `off`. All of them may be asked for at once; they come back one by one. Further requests get 429. Ten times as many conversations may be made.";
    RIVULET_MAX_STREAMS_PER_CLIENT = "": "The most answers being written for one client at one time, or `off`; further requests get 429. By default 20, or `off` where `RIVULET_RATE_LIMIT` is `off`.";
    RIVULET_REQUEST_LIMIT = "": "How many other requests a client may make, such as `600/min`, or `off`: to read, search, change and share. An import or an export counts as 30 of them. Further requests get 429. By default `600/min`, or `off` where `RIVULET_RATE_LIMIT` is `off`.";
    RIVULET_RENDERING_LIMIT = "": "How many pieces of code to be coloured and formulas to be set a client may ask for, such as `3000/min`, or `off`; the page asks while answers are written. What is longer than 4 KiB counts as several. Further requests get 429; the page shows such code and formulas as they are written, and asks again. By default `3000/min`, or `off` where `RIVULET_RATE_LIMIT` is `off`.";
    RIVULET_MAX_READERS_PER_CLIENT = "": "The most event streams that one client reads at one time, or `off`; further requests get 429. By default five times `RIVULET_MAX_STREAMS_PER_CLIENT`, or `off` where that is `off`, and at most half of `RIVULET_MAX_CONNECTIONS` where that is set.";
    RIVULET_TRUSTED_PROXIES = "": "Networks of the proxies before this server, separated by commas, such as `10.0.0.0/8,2001:db8::/32`; `loopback` and `private` are names for those. Only they are believed when they say in `X-Forwarded-For`, `Forwarded` or `X-Forwarded-Proto` whom they ask for. Without them, everybody behind a proxy is one client. `X-Forwarded-Proto` is also believed from this machine.";
    RIVULET_MAX_CONNECTIONS = "": "The most connections at one time; further ones get 503 and are closed. By default half of the file descriptors that the process may have, because an answer needs another one to its provider.";
    RIVULET_HEADER_TIMEOUT = "30s": "How long a client may take to send the head of a request, and how long a connection may be kept open without one.";
    RIVULET_BODY_TIMEOUT = "30s": "How long a client may take to send the body of a request; then it gets 408.";
    RIVULET_WRITE_TIMEOUT = "60s": "How long a reader may take nothing of what is there for it; then its connection is closed. It may resume.";
    RIVULET_HEARTBEAT = "15s": "How often a silent stream gets a comment, so that nothing on the way cuts it.";
    RIVULET_PADDING = "auto": "Whether to fill events up to fixed sizes, so that somebody who watches an encrypted connection cannot tell the lengths of the words: `on`, `off`, or `auto`, which is on for requests that came through TLS as told by a proxy's `X-Forwarded-Proto: https` or `Forwarded`.";
    RIVULET_COMPRESS_STREAMS = "off": "Whether to compress event streams, each piece at once, for clients that accept gzip or zstd: `on` or `off`. It saves half to nine tenths of the bytes and costs 110 to 190 KiB of memory a reader. What is padded is never compressed.";
    RIVULET_KEEP_FINISHED = "10min": "How long the events of a finished answer stay readable for a reader that comes back.";
    RIVULET_KEEP_FINISHED_BYTES = "64MiB": "The most bytes of events of finished answers kept for readers that come back; the oldest go first.";
    RIVULET_MAX_IMPORT_BYTES = "1GiB": "The most bytes in a file of conversations that is imported over HTTP, packed or not. `rivulet import` has no such limit.";
    RIVULET_WORKERS = "": "How many threads serve connections. By default as many as there are processors.";
    RIVULET_SHUTDOWN_GRACE = "10s": "How long answers may go on after the server was told to stop.";
}

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

/// The settings as a page of documentation.
pub fn markdown() -> String {
    let mut page = String::from(
        "# Configuration\n\n\
         Made by `rivulet configuration` from the declarations in `server/src/config.rs`; a test checks that they agree.\n\n\
         Everything is set by environment variables. Durations are written like `500ms`, `90s`, `5min` or `1h`, sizes like\n\
         `65536`, `64KiB` or `16MiB`. A value that makes no sense stops the server at its start with one line that names it.\n\n\
         | variable | default | meaning |\n|---|---|---|\n",
    );
    for variable in VARIABLES {
        let default = if variable.default.is_empty() { "–".to_owned() } else { format!("`{}`", variable.default) };
        page.push_str(&format!("| `{}` | {default} | {} |\n", variable.name, variable.meaning));
    }
    page
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

    #[test]
    fn the_documentation_is_what_the_declarations_say() {
        let written =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/configuration.md")).unwrap();
        assert_eq!(written, markdown(), "run `make docs` and commit docs/configuration.md");
    }
}
