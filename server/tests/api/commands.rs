//! The subcommands of the binary, each on a real database.

use crate::{
    app::Events,
    process::Process,
    support::scripted::{Script, ScriptedServer},
};
use reqwest::{Client, header::COOKIE};
use serde_json::{Value, json};
use std::{
    fs,
    net::TcpListener,
    path::Path,
    process::{Command, Output, Stdio},
};
use tempfile::TempDir;

const CHATGPT: &str = include_str!("../../src/transfer/formats/samples/chatgpt.json");
/// A visitor's number.
const VISITOR: &str = "3f2a9c51d0b84e6f8a7b6c5d4e3f2a1b";

/// A folder with a database in it.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap())
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn url(&self) -> String {
        format!("sqlite:{}", self.path("rivulet.db"))
    }

    fn serve(&self) -> Process {
        Process::start(&[("DATABASE_URL", &self.url())])
    }

    /// Runs a subcommand to its end.
    fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, &[])
    }

    fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
        let site = self.0.path().join("site");
        fs::create_dir_all(site.join("pkg")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_rivulet"));
        command.args(arguments).env_clear().env("DATABASE_URL", self.url()).env("RIVULET_ADDR", "127.0.0.1:0");
        command.env("RIVULET_SITE_ROOT", site).env("RIVULET_DISCOVER", "off").envs(variables.iter().copied());
        Ran::of(command.current_dir(self.0.path()).stdin(Stdio::null()).output().unwrap())
    }
}

/// What became of a run.
#[derive(Debug)]
struct Ran {
    code: Option<i32>,
    text: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        Self { code: output.status.code(), text }
    }

    #[track_caller]
    fn says(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, Some(code), "{}", self.text);
        for words in words {
            assert!(self.text.contains(words), "{words:?} is not in: {}", self.text);
        }
    }
}

/// Has a conversation as the visitor; returns its id.
async fn converse(url: &str) -> String {
    let client = Client::builder().no_proxy().build().unwrap();
    let post = |path: String, body: Value| {
        client.post(format!("{url}{path}")).header(COOKIE, format!("rivulet_visitor={VISITOR}")).json(&body)
    };
    let made: Value = post("/api/conversations".into(), json!({})).send().await.unwrap().json().await.unwrap();
    let id = made["id"].as_str().unwrap().to_owned();
    let path = format!("/api/conversations/{id}/messages");
    Events::new(post(path, json!({"content": "/fast Which river?"})).send().await.unwrap()).all().await;
    id
}

async fn conversations(url: &str) -> Vec<Value> {
    let client = Client::builder().no_proxy().build().unwrap();
    let request = client.get(format!("{url}/api/conversations")).header(COOKIE, format!("rivulet_visitor={VISITOR}"));
    let list: Value = request.send().await.unwrap().json().await.unwrap();
    list["conversations"].as_array().unwrap().clone()
}

#[test]
fn it_says_what_it_can_do() {
    let place = Place::new();
    let commands = ["serve", "export", "import", "backup", "check", "configuration"];
    place.run(&["--help"]).says(0, &commands);
    place.run(&["--version"]).says(0, &[concat!("rivulet ", env!("CARGO_PKG_VERSION"))]);
    place.run(&["export", "--help"]).says(0, &["--output", "--owner", "keep it as safe as the database"]);
    place.run(&["sing"]).says(2, &["sing"]);
    place.run(&["import"]).says(2, &["<FILE>"]);
}

#[tokio::test]
async fn a_backup_is_made_while_the_server_writes() {
    let (place, elsewhere) = (Place::new(), Place::new());
    let server = place.serve();
    let (url, _) = server.serving();
    let id = converse(&url).await;
    place.run(&["backup", "copy.db"]).says(0, &["copy.db is a whole copy of"]);
    place.run(&["backup", "copy.db"]).says(1, &["copy.db is there already"]);
    // The server goes on, and what it stores afterwards is not in the copy.
    converse(&url).await;
    assert_eq!(conversations(&url).await.len(), 2);
    fs::copy(place.path("copy.db"), elsewhere.path("rivulet.db")).unwrap();
    let restored = elsewhere.serve();
    let (url, _) = restored.serving();
    let found = conversations(&url).await;
    assert_eq!((found.len(), found[0]["id"].as_str()), (1, Some(id.as_str())));
    // Nobody else on the machine reads it.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(place.path("copy.db")).unwrap().permissions().mode() & 0o077, 0);
    }
    for arguments in [["backup", "x.db"], ["export", "--output=x.zip"]] {
        let empty = Place::new();
        empty.run(&arguments).says(1, &["there is no database at"]);
        assert!(!Path::new(&empty.path("rivulet.db")).exists(), "none is made");
    }
    place.run(&["backup", "missing/x.db"]).says(1, &["cannot write to missing"]);
}

#[tokio::test]
async fn everything_moves_house_with_its_owners() {
    let (old, new) = (Place::new(), Place::new());
    let server = old.serve();
    let (url, _) = server.serving();
    let id = converse(&url).await;
    old.run(&["import", &write(&old, "chatgpt.json", CHATGPT)])
        .says(0, &["1 conversations with 5 messages came in", "came in, but not whole", "Rivers of Europe: 1 picture"]);
    assert_eq!(conversations(&url).await.len(), 2);
    drop(server);

    old.run(&["export", "--output", "all.zip"]).says(0, &["2 conversations are in all.zip"]);
    old.run(&["export", "--output", "all.zip"]).says(1, &["all.zip is there already"]);
    let archive = old.path("all.zip");
    new.run(&["import", &archive]).says(0, &["2 conversations with 7 messages came in"]);
    new.run(&["import", &archive]).says(0, &["0 conversations", "2 did not come in", "it is already here"]);
    let server = new.serve();
    let (url, _) = server.serving();
    let found = conversations(&url).await;
    assert_eq!(found.len(), 2);
    assert!(found.iter().any(|one| one["id"] == id.as_str()));

    // One owner's are not said to be his: the file may be given away.
    let short = format!("visitor:{}", &VISITOR[..8]);
    new.run(&["export", "--owner", &short, "--output", "mine.zip"]).says(0, &["2 conversations"]);
    let third = Place::new();
    let mine = new.path("mine.zip");
    third.run(&["import", &mine]).says(1, &["does not say whose", "--owner"]);
    third.run(&["import", &mine, "--owner", "user:anna"]).says(0, &["2 conversations"]);
    third.run(&["export", "--owner", "user:otto"]).says(1, &["user:otto has no conversations here"]);
    third.run(&["export", "--owner", "otto"]).says(1, &["user:anna  2 conversations"]);
    third.run(&["export", "--output", "-"]).says(0, &["PK\u{3}\u{4}", "conversations.json"]);
}

fn write(place: &Place, name: &str, text: &str) -> String {
    let path = place.path(name);
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn a_file_that_cannot_be_imported_is_named() {
    let place = Place::new();
    place.run(&["import", "missing.json"]).says(1, &["missing.json: No such file"]);
    let cut = write(&place, "cut.json", &format!("[{CHATGPT}"));
    place.run(&["import", &cut, "--owner", "user:anna"]).says(1, &["cut.json: the file is damaged or not whole"]);
    assert!(!Path::new(&place.path("rivulet.db")).exists(), "a broken file makes no database");
}

#[tokio::test]
async fn the_doctor_finds_what_is_to_be_mended() {
    let place = Place::new();
    place.run(&["check"]).says(0, &["All is well", "will be made when the server starts", "demo model answers"]);
    assert!(!Path::new(&place.path("rivulet.db")).exists(), "looking changes nothing");
    {
        let server = place.serve();
        let (url, _) = server.serving();
        converse(&url).await;
        let address = url.strip_prefix("http://").unwrap();
        let beside = place.run_with(&["check"], &[("RIVULET_ADDR", address)]);
        beside.says(0, &["a Rivulet serves on", "1 conversations with 2 messages"]);
    }
    place.run(&["check"]).says(0, &["rivulet.db is whole"]);
    place
        .run_with(&["check"], &[("RIVULET_IDLE_TIMEOUT", "soon")])
        .says(1, &["WRONG", "RIVULET_IDLE_TIMEOUT is \"soon\"", "1 to be mended"]);

    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    place.run_with(&["check"], &[("RIVULET_ADDR", &address)]).says(1, &["is taken by another program"]);

    let file = write(&place, "file", "");
    let in_file = format!("sqlite:{file}/rivulet.db");
    place.run_with(&["check"], &[("DATABASE_URL", &in_file)]).says(1, &["cannot be written to", "RIVULET_DATA_DIR"]);
    place.run_with(&["check"], &[("DATABASE_URL", "sqlite::memory:")]).says(0, &["kept in memory only"]);
    place.run_with(&["check"], &[("RIVULET_SITE_ROOT", "/nowhere")]).says(1, &["not in /nowhere", "make build"]);
    place.run_with(&["check"], &[("RIVULET_MODEL", "nobody/x")]).says(1, &["RIVULET_MODEL"]);

    let mut bytes = fs::read(place.path("rivulet.db")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8192].fill(0x5a);
    fs::write(place.path("rivulet.db"), bytes).unwrap();
    let _ = fs::remove_file(place.path("rivulet.db-wal"));
    place.run(&["check"]).says(1, &["WRONG", "database", "damaged"]);
    fs::write(place.path("rivulet.db"), "this is no database, but long enough to be taken for one".repeat(100))
        .unwrap();
    place.run(&["check"]).says(1, &["WRONG", "not a database"]);
}

#[tokio::test]
async fn the_doctor_asks_each_provider_and_never_shows_a_key() {
    let place = Place::new();
    let good = ScriptedServer::with(|_| Script::json(200, r#"{"data":[{"id":"m1"},{"id":"m2"}]}"#)).await;
    let bad = ScriptedServer::with(|_| {
        Script::json(401, r#"{"error":{"message":"Incorrect API key provided: sk-very-secret"}}"#)
    })
    .await;
    let (good, bad) = (format!("{}/v1", good.url()), format!("{}/v1", bad.url()));
    let both = [
        ("OPENAI_COMPATIBLE_BASE_URL", good.as_str()),
        ("OPENAI_BASE_URL", bad.as_str()),
        ("OPENAI_API_KEY", "sk-very-secret"),
    ];
    let ran = tokio::task::spawn_blocking({
        let both = both.map(|(name, value)| (name.to_owned(), value.to_owned()));
        move || {
            let both: Vec<_> = both.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            place.run_with(&["check"], &both)
        }
    });
    let ran = ran.await.unwrap();
    ran.says(1, &["it answers, and has 2 models", "WRONG  OpenAI", "1 to be mended"]);
    assert!(!ran.text.contains("very-secret"), "{}", ran.text);
}
