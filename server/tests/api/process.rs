//! The binary as a process: how it starts, what it says when it cannot, and how signals end it.

use crate::{
    app::{Events, text},
    upstream::Upstream,
};
use reqwest::Client;
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, channel},
    time::{Duration, Instant},
};

const PATIENCE: Duration = Duration::from_secs(30);

/// A running binary and what it logs. It is killed when dropped.
pub struct Process {
    child: Child,
    log: Receiver<String>,
}

impl Process {
    pub fn start(variables: &[(&str, &str)]) -> Self {
        Self::run(Command::new(env!("CARGO_BIN_EXE_rivulet")), variables)
    }

    fn run(mut command: Command, variables: &[(&str, &str)]) -> Self {
        let site = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("site");
        std::fs::create_dir_all(site.join("pkg")).unwrap();
        command.env_clear().env("RIVULET_ADDR", "127.0.0.1:0").env("RIVULET_DISCOVER", "off");
        command.env("DATABASE_URL", "sqlite::memory:").env("RIVULET_TITLES", "off");
        command.env("RIVULET_SITE_ROOT", site).envs(variables.iter().copied());
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let (lines, log) = channel();
        let written = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || written.lines().map_while(Result::ok).try_for_each(|line| lines.send(line)));
        Self { child, log }
    }

    /// Waits until it serves; returns where, and what it logged before.
    pub fn serving(&self) -> (String, String) {
        let mut before = String::new();
        loop {
            let line = self.log.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("it does not serve: {before}"));
            if let Some((_, address)) = line.split_once("serving on ") {
                return (address.trim().to_owned(), before);
            }
            before.push_str(&line);
        }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    pub async fn exit(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "it does not exit");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// What it said before it exited, as it does when it cannot start.
    async fn last_words(mut self) -> String {
        assert_eq!(self.exit().await.code(), Some(1));
        self.log.iter().collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A server before a provider, and the events of an answer that has begun.
async fn asked(upstream: &Upstream, grace: &str) -> (Process, String, Events) {
    let own = upstream.variables();
    let mut variables: Vec<_> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
    variables.push(("RIVULET_SHUTDOWN_GRACE", grace));
    let process = Process::start(&variables);
    let (url, _) = process.serving();
    let client = Client::builder().cookie_store(true).no_proxy().build().unwrap();
    let made: Value = client.post(format!("{url}/api/conversations")).send().await.unwrap().json().await.unwrap();
    let path = format!("{url}/api/conversations/{}/messages", made["id"].as_str().unwrap());
    let events = Events::new(client.post(path).json(&json!({"content": "hi"})).send().await.unwrap());
    (process, url, events)
}

#[tokio::test]
async fn a_server_that_is_told_to_stop_lets_answers_finish() {
    for signal in ["TERM", "INT"] {
        let mut upstream = Upstream::start().await;
        let (mut process, url, mut events) = asked(&upstream, "60s").await;
        let mut call = upstream.call().await;
        call.accept().await;
        call.say("before ").await;
        events.until_text("before ").await;
        process.signal(signal);
        let refused = async {
            // Each try is a connection of its own.
            while Client::builder().no_proxy().build().unwrap().get(format!("{url}/healthz")).send().await.is_ok() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, refused).await.expect("it still takes connections");
        call.say("and after").await;
        call.finish().await;
        let frames = events.all().await;
        assert_eq!(text(&frames), "and after");
        assert_eq!(frames.last().unwrap().json()["finish_reason"], "stop");
        assert_eq!(process.exit().await.code(), Some(0), "{signal}");
    }
}

#[tokio::test]
async fn an_answer_that_does_not_finish_is_ended_as_interrupted() {
    for signal in ["TERM", "INT"] {
        let mut upstream = Upstream::start().await;
        let (mut process, _, mut events) = asked(&upstream, "300ms").await;
        let mut call = upstream.call().await;
        call.accept().await;
        call.say("half ").await;
        events.until_text("half ").await;
        process.signal(signal);
        let last = events.all().await.pop().unwrap().json();
        assert_eq!((&last["type"], &last["code"]), (&json!("error"), &json!("interrupted")));
        assert_eq!(last["retryable"], true);
        call.assert_closed().await;
        assert_eq!(process.exit().await.code(), Some(0), "{signal}");
    }
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap().to_string();
    let words = Process::start(&[("RIVULET_ADDR", &address)]).last_words().await;
    assert_eq!(
        words,
        format!("rivulet: {address} is taken by another program. Stop it, or set RIVULET_ADDR to another port.")
    );
}

#[tokio::test]
async fn a_page_that_was_not_built_is_said_to_be_missing() {
    let words = Process::start(&[("RIVULET_SITE_ROOT", "/nowhere")]).last_words().await;
    assert!(
        words.starts_with("rivulet: the page's files are not in \"/nowhere\". Build them with `make build`"),
        "{words}"
    );
}

#[tokio::test]
async fn a_setting_that_makes_no_sense_is_one_line() {
    let words = Process::start(&[("RIVULET_RATE_LIMIT", "often")]).last_words().await;
    assert_eq!(
        words,
        "rivulet: RIVULET_RATE_LIMIT is \"often\", but must be a number and a time, such as 10/min, 1/s, 100/h or 5/10s, or off"
    );
}

#[tokio::test]
async fn an_address_that_others_reach_is_warned_of() {
    for (address, warns) in [("127.0.0.1:0", false), ("0.0.0.0:0", true)] {
        let process = Process::start(&[("RIVULET_ADDR", address)]);
        let (_, before) = process.serving();
        assert_eq!(before.contains("can chat and spend the keys"), warns, "{before}");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_limit_on_descriptors_is_raised_as_far_as_it_may_be() {
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -Sn 256; exec \"$0\"", env!("CARGO_BIN_EXE_rivulet")]);
    let process = Process::run(command, &[]);
    process.serving();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", process.child.id())).unwrap();
    let files = limits.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap();
    let (soft, rest) = files.trim().split_once(' ').unwrap();
    assert!(soft != "256" && rest.trim().starts_with(soft), "{files}");
}

/// A failure is said once, and of a provider that is left alone only that it is: not again for everybody who comes meanwhile.
#[tokio::test]
async fn a_failure_is_logged_once() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let base = format!("http://{nobody}/v1");
    let mut process = Process::start(&[
        ("OPENAI_COMPATIBLE_BASE_URL", &base),
        ("RIVULET_MODEL", "compatible/live"),
        ("RIVULET_RETRIES", "0"),
        ("RIVULET_RATE_LIMIT", "off"),
        ("RIVULET_BREAKER_FAILURES", "2"),
    ]);
    let (url, _) = process.serving();
    let client = Client::builder().no_proxy().build().unwrap();
    for _ in 0..5 {
        let answer = client
            .post(format!("{url}/api/chat"))
            .json(&json!({"messages": [{"role": "user", "content": "hi"}]}))
            .send()
            .await
            .unwrap();
        assert!(answer.status().is_server_error(), "{answer:?}");
    }
    process.signal("TERM");
    process.exit().await;
    let log: Vec<_> = process.log.iter().collect();
    let count = |words| log.iter().filter(|line| line.contains(words)).count();
    assert_eq!(count("an answer failed"), 2, "{log:#?}");
    assert_eq!(count("is left alone for a while"), 1, "{log:#?}");
    assert_eq!(count("a request failed"), 0, "{log:#?}");
}
