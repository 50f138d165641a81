//! The server that is measured, and the client that asks it.

use crate::names::VISITOR;
use reqwest::{Body, Client, Method, RequestBuilder, Response, header::COOKIE};
use serde_json::Value;
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// A server on a database.
pub(crate) struct Served {
    process: Child,
    url: String,
    client: Client,
}

impl Served {
    pub(crate) async fn start(database: &Path) -> Self {
        let site = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("store-site");
        fs::create_dir_all(site.join("pkg")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_rivulet"));
        command.env_clear().env("RIVULET_ADDR", "127.0.0.1:0").env("RIVULET_DISCOVER", "off");
        command.env("RIVULET_SITE_ROOT", site).env("DATABASE_URL", format!("sqlite:{}", database.display()));
        command.env("RIVULET_MAX_IMPORT_BYTES", "64GiB").env("RIVULET_REQUEST_LIMIT", "off");
        let mut process = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(process.stderr.take().unwrap()).lines().map_while(Result::ok);
        let line = log.find(|line| line.contains("serving on ")).expect("it does not serve");
        let url = line.split("serving on ").nth(1).unwrap().trim().to_owned();
        std::thread::spawn(move || log.for_each(drop));
        Self { process, url, client: Client::builder().no_proxy().build().unwrap() }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path).header(COOKIE, format!("rivulet_visitor={VISITOR}"))
    }

    /// How long it took to the first byte of the body, and how long the body is.
    pub(crate) async fn first_byte(&self, path: &str) -> (Duration, usize) {
        let begun = Instant::now();
        let mut response = checked(self.get(path).send().await.unwrap());
        let mut bytes = response.chunk().await.unwrap().map_or(0, |piece| piece.len());
        let waited = begun.elapsed();
        while let Some(piece) = response.chunk().await.unwrap() {
            bytes += piece.len();
        }
        (waited, bytes)
    }

    pub(crate) async fn json(&self, path: &str) -> Value {
        checked(self.get(path).send().await.unwrap()).json().await.unwrap()
    }

    /// Saves a file; returns its size.
    pub(crate) async fn download(&self, path: &str, to: &Path) -> u64 {
        let mut response = checked(self.get(path).send().await.unwrap());
        let mut file = fs::File::create(to).unwrap();
        while let Some(piece) = response.chunk().await.unwrap() {
            file.write_all(&piece).unwrap();
        }
        file.metadata().unwrap().len()
    }

    /// Sends a file piece by piece, without the cookie.
    pub(crate) async fn upload_as_somebody_else(&self, path: &str, from: &Path) -> Value {
        let mut file = fs::File::open(from).unwrap();
        let pieces = std::iter::from_fn(move || {
            let mut piece = vec![0; 64 * 1024];
            let read = file.read(&mut piece).unwrap();
            piece.truncate(read);
            (read > 0).then_some(Ok::<_, std::io::Error>(piece))
        });
        let body = Body::wrap_stream(futures::stream::iter(pieces));
        checked(self.request(Method::POST, path).body(body).send().await.unwrap()).json().await.unwrap()
    }

    /// Forgets what memory was held at the most; returns what is held now, in bytes.
    pub(crate) fn reset_peak(&self) -> u64 {
        let _ = fs::write(format!("/proc/{}/clear_refs", self.process.id()), "5");
        self.status("VmRSS:")
    }

    /// The memory that was held at the most, in bytes; 0 where the system does not tell.
    pub(crate) fn peak(&self) -> u64 {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) * 1024
    }
}

fn checked(response: Response) -> Response {
    assert!(response.status().is_success(), "{}: {}", response.url(), response.status());
    response
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
