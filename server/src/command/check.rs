//! `rivulet check`: a doctor that says what to mend.
//!
//! It changes nothing, needs no running server, and never shows a key.

use super::{block_on, say};
use crate::{
    config::Settings,
    providers::Providers,
    store::maintenance::{self, Examination},
};
use std::{
    io,
    net::{SocketAddr, TcpListener},
    path::Path,
    process::ExitCode,
    time::Duration,
};

/// How long a server at our address may take to say that it is one.
const PATIENCE: Duration = Duration::from_secs(2);

/// What was found out about one thing.
struct Finding {
    about: String,
    state: State,
    words: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Good,
    /// Worth knowing.
    Note,
    /// To be mended.
    Wrong,
}

impl Finding {
    fn new(about: impl Into<String>, state: State, words: impl Into<String>) -> Self {
        Self { about: about.into(), state, words: words.into() }
    }
}

pub(super) fn run() -> ExitCode {
    let findings = match Settings::from_environment() {
        Ok(settings) => block_on(async { Ok(examine(&settings).await) }),
        Err(error) => Ok(vec![Finding::new("settings", State::Wrong, error.to_string())]),
    };
    let findings = findings.unwrap_or_else(|error| vec![Finding::new("machine", State::Wrong, error)]);
    for Finding { about, state, words } in &findings {
        let mark = match state {
            State::Good => "ok   ",
            State::Note => "note ",
            State::Wrong => "WRONG",
        };
        say(format!("{mark}  {about:<12}  {words}"));
    }
    let wrong = findings.iter().filter(|finding| finding.state == State::Wrong).count();
    match wrong {
        0 => {
            say("All is well.");
            ExitCode::SUCCESS
        }
        _ => {
            say(format!("{wrong} to be mended."));
            ExitCode::FAILURE
        }
    }
}

async fn examine(settings: &Settings) -> Vec<Finding> {
    let mut findings = vec![Finding::new("settings", State::Good, "every variable can be read"), site(settings)];
    findings.extend(database(&settings.database).await);
    findings.push(address(settings.address).await);
    findings.extend(providers(settings).await);
    findings
}

fn site(settings: &Settings) -> Finding {
    let root = Path::new(&*settings.leptos.site_root);
    match root.join(&*settings.leptos.site_pkg_dir).is_dir() {
        true => Finding::new("page", State::Good, format!("its files are in {}", root.display())),
        false => {
            let words = format!(
                "its files are not in {}: build them with `make build`, or set RIVULET_SITE_ROOT",
                root.display()
            );
            Finding::new("page", State::Wrong, words)
        }
    }
}

async fn database(path: &Path) -> Vec<Finding> {
    if path == Path::new(crate::store::IN_MEMORY) {
        let words = "conversations are kept in memory only, until the server ends; unset DATABASE_URL to keep them";
        return vec![Finding::new("database", State::Note, words)];
    }
    let mut findings = vec![folder(path)];
    findings.push(match path.exists() {
        false => {
            Finding::new("database", State::Good, format!("{} will be made when the server starts", path.display()))
        }
        true => match maintenance::examine(path).await {
            Ok(examination) => examined(path, &examination),
            Err(error) => Finding::new("database", State::Wrong, error.to_string()),
        },
    });
    findings
}

/// Whether a file can be made where the database is, as SQLite must beside it.
fn folder(database: &Path) -> Finding {
    let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // The nearest that exists: the server makes what is missing.
    let existing = folder.ancestors().find(|folder| folder.exists() || folder.as_os_str().is_empty());
    let existing = existing.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match tempfile::tempfile_in(existing) {
        Ok(_) => Finding::new("data folder", State::Good, format!("{} can be written to", folder.display())),
        Err(error) => {
            let words = format!(
                "{} cannot be written to: {error}. Set RIVULET_DATA_DIR to another folder.",
                existing.display()
            );
            Finding::new("data folder", State::Wrong, words)
        }
    }
}

fn examined(path: &Path, examination: &Examination) -> Finding {
    let Examination { version, known, sqlite, conversations, messages, bytes, damages } = examination;
    let path = path.display();
    if let Some(damage) = damages.first() {
        let words = format!("{path} is damaged ({damage}): stop the server, and put back a backup");
        return Finding::new("database", State::Wrong, words);
    }
    if version > known {
        let words = format!(
            "{path} was made by a newer Rivulet (tables of version {version}, this one knows {known}): run that one"
        );
        return Finding::new("database", State::Wrong, words);
    }
    let older = if version < known { ", which the next start brings up to date" } else { "" };
    let words = format!(
        "{path} is whole: {conversations} conversations with {messages} messages in {bytes} bytes, tables of version {version}{older}, SQLite {sqlite}"
    );
    Finding::new("database", State::Good, words)
}

async fn address(address: SocketAddr) -> Finding {
    match TcpListener::bind(address) {
        Ok(_) => Finding::new("address", State::Good, format!("{address} is free")),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => match is_rivulet(address).await {
            true => Finding::new("address", State::Good, format!("a Rivulet serves on {address}")),
            false => {
                let words =
                    format!("{address} is taken by another program: stop it, or set RIVULET_ADDR to another port");
                Finding::new("address", State::Wrong, words)
            }
        },
        Err(error) => {
            let words = format!("cannot serve on {address}: {error}. Set RIVULET_ADDR to an address of this machine.");
            Finding::new("address", State::Wrong, words)
        }
    }
}

/// Whether what serves there answers as we do: every answer of ours has a request id.
async fn is_rivulet(address: SocketAddr) -> bool {
    let Ok(client) = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build() else { return false };
    let answer = client.get(format!("http://{address}/healthz")).send().await;
    answer.is_ok_and(|answer| answer.status().is_success() && answer.headers().contains_key("x-request-id"))
}

async fn providers(settings: &Settings) -> Vec<Finding> {
    let providers = match Providers::new(&settings.providers) {
        Ok(providers) => providers,
        Err(error) => return vec![Finding::new("providers", State::Wrong, error.to_string())],
    };
    let list = providers.list().await;
    let asked = list.providers.iter().filter(|provider| provider.id != "demo");
    let mut findings: Vec<Finding> = asked
        .map(|provider| match &provider.error {
            Some(error) => Finding::new(&provider.label, State::Wrong, error.message.clone()),
            None => {
                let models = list.models.iter().filter(|model| model.provider == provider.id).count();
                Finding::new(&provider.label, State::Good, format!("it answers, and has {models} models"))
            }
        })
        .collect();
    if list.demo_only {
        let words = "none is configured, so that the demo model answers: set OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY, OLLAMA_HOST \
                     or OPENAI_COMPATIBLE_BASE_URL";
        findings.push(Finding::new("providers", State::Note, words));
    } else if !list.models.iter().any(|model| model.id == list.default) {
        let words =
            format!("`{}`, which answers when a request names no model, is on no provider's list", list.default);
        findings.push(Finding::new("models", State::Note, words));
    }
    findings
}
