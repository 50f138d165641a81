//! Every variable that is read, with its default and its meaning.

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
        $(pub(super) const $name: Variable = Variable { name: stringify!($name), default: $default, meaning: $meaning };)+
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
    RIVULET_MAX_MEMORY = "": "The most bytes of events of all answers together, running and finished; while there are more, requests for another answer get 503, and when there are a quarter more, the longest answers end and can be continued later. By default a quarter of the memory that the machine or the container has.";
    RIVULET_MAX_WAITING_FILES_BYTES = "": "The most bytes of all images and other files that are in memory because a model is asked about them and has not begun to answer; while there are more, further questions with files get 503. One question is always taken. By default an eighth of the memory that the machine or the container has.";
    RIVULET_MAX_BODIES_BYTES = "": "The most bytes of request bodies that are in memory while they arrive and are read, without those of up to 64 KiB each; while there are more, further large requests get 503. One is always taken. By default an eighth of the memory that the machine or the container has.";
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

/// The settings as a page of documentation.
pub fn markdown() -> String {
    let mut page = String::from(
        "# Configuration\n\n\
         Made by `rivulet configuration` from the declarations in `server/src/config/variables.rs`; a test checks that they agree.\n\n\
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

    #[test]
    fn the_documentation_is_what_the_declarations_say() {
        let written =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/configuration.md")).unwrap();
        assert_eq!(written, markdown(), "run `make docs` and commit docs/configuration.md");
    }
}
