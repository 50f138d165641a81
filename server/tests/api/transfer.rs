//! Conversations that leave and come: every file that can be written is read again, and no file does harm.

use crate::{
    app::{Events, TestApp, problem, visitor},
    upstream::Upstream,
};
use proptest::{
    prelude::{ProptestConfig, any, prop},
    proptest,
};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use std::io::{Cursor, Read, Write};
use tokio::runtime::Runtime;
use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

const CHATGPT: &str = include_str!("../../src/transfer/formats/samples/chatgpt.json");
const OPEN_WEBUI: &str = include_str!("../../src/transfer/formats/samples/open_webui.json");
const RIVULET: &str = include_str!("../../src/transfer/formats/samples/rivulet.json");

/// A conversation in which this was asked, and answered by the demo as fast as it can.
async fn said(app: &TestApp, questions: &[&str]) -> String {
    let id = app.conversation().await;
    for question in questions {
        Events::new(app.send(&id, &format!("/fast {question}")).await).all().await;
    }
    id
}

async fn import(app: &TestApp, client: &Client, file: impl Into<reqwest::Body>) -> Response {
    app.request_by(client, Method::POST, "/api/import").body(file).send().await.unwrap()
}

async fn imported(app: &TestApp, client: &Client, file: impl Into<reqwest::Body>) -> Value {
    let response = import(app, client, file).await;
    let status = response.status();
    let text = response.text().await.unwrap();
    assert_eq!(status, 200, "{text}");
    serde_json::from_str(&text).unwrap()
}

async fn list(app: &TestApp, client: &Client) -> Vec<Value> {
    let response = app.request_by(client, Method::GET, "/api/conversations").send().await.unwrap();
    response.json::<Value>().await.unwrap()["conversations"].as_array().unwrap().clone()
}

fn zipped(name: &str, text: &str) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    zip.start_file("chat.html", options).unwrap();
    zip.write_all(b"<html></html>").unwrap();
    zip.start_file(name, options).unwrap();
    zip.write_all(text.as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}

/// The conversations in an archive.
fn unzipped(archive: &[u8]) -> Vec<Value> {
    let mut zip = ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut text = String::new();
    zip.by_name("conversations.json").unwrap().read_to_string(&mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn a_conversation_comes_out_as_json_and_as_markdown() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    Events::new(app.send(&id, "What is \"Überlauf\"?").await).all().await;
    let path = format!("/api/conversations/{id}/export");
    let response = app.get(&path).await;
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.headers()["cache-control"], "private, no-store");
    let name = response.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert_eq!(name, "attachment; filename=\"What is _berlauf.json\"; filename*=UTF-8''What%20is%20%C3%9Cberlauf.json");
    let document: Value = response.json().await.unwrap();
    assert_eq!((&document["rivulet"], &document["id"]), (&json!(1), &json!(id)));
    assert_eq!(document["messages"][0]["content"], "What is \"Überlauf\"?");
    assert_eq!(document["messages"][1]["status"], "complete");
    assert_eq!(document["head"], document["messages"][1]["id"]);
    assert!(document["messages"][1]["generation_id"].is_null() && document["owner"].is_null());

    let response = app.get(&format!("{path}?format=markdown")).await;
    assert_eq!(response.headers()["content-type"], "text/markdown; charset=utf-8");
    assert!(response.headers()["content-disposition"].to_str().unwrap().ends_with(".md"));
    let text = response.text().await.unwrap();
    assert!(
        text.starts_with("# What is \"Überlauf\"?\n") && text.contains("\n## You\n\nWhat is \"Überlauf\"?\n"),
        "{text}"
    );
    assert!(text.contains("\n## Assistant (demo/rivulet)\n"), "{text}");

    let detail = problem(app.get(&format!("{path}?format=pdf")).await, 400, "invalid_request").await;
    assert_eq!(detail, "`format` must be json or markdown");
    let stranger = app.request_by(&visitor(), Method::GET, &path).send().await.unwrap();
    problem(stranger, 404, "not_found").await;
}

#[tokio::test]
async fn an_answer_under_way_comes_out_as_far_as_it_has_come() {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[]).await;
    let (id, events, call) = upstream.begin(&app, "half of it ").await;
    let document: Value = app.get(&format!("/api/conversations/{id}/export")).await.json().await.unwrap();
    assert_eq!(document["messages"][1]["content"], "half of it ");
    assert_eq!(document["messages"][1]["status"], "interrupted");
    call.finish().await;
    events.all().await;
}

#[tokio::test]
async fn everything_comes_out_and_goes_in_elsewhere() {
    let (here, there) = (TestApp::start().await, TestApp::start().await);
    let first = said(&here, &["one", "two"]).await;
    let answer =
        here.get(&format!("/api/conversations/{first}")).await.json::<Value>().await.unwrap()["messages"][1]["id"]
            .clone();
    let retried = here.post(&format!("/api/conversations/{first}/messages"), json!({"retry": answer})).await;
    Events::new(retried).all().await;
    for number in 0..20 {
        said(&here, &[&format!("question {number} 河流")]).await;
    }
    let response = here.get("/api/export").await;
    assert_eq!(response.headers()["content-type"], "application/zip");
    assert!(response.headers()["content-disposition"].to_str().unwrap().contains("filename=\"Rivulet 20"));
    let archive = response.bytes().await.unwrap();
    assert_eq!(unzipped(&archive).len(), 21);

    let report = imported(&there, &there.client, archive.clone()).await;
    assert_eq!(report["imported"], 21);
    assert_eq!(report["messages"], 5 + 20 * 2);
    assert_eq!((&report["skipped_count"], &report["incomplete_count"]), (&json!(0), &json!(0)));
    assert_eq!(list(&there, &there.client).await, list(&here, &here.client).await);
    let whole = |app: &TestApp, id: &str| {
        let request = app.request(Method::GET, &format!("/api/conversations/{id}/export"));
        async move {
            let mut document = request.send().await.unwrap().json::<Value>().await.unwrap();
            document.as_object_mut().unwrap().remove("origin");
            document
        }
    };
    assert_eq!(whole(&there, &first).await, whole(&here, &first).await);

    // It is not doubled, and the list of what was passed over is not without end.
    let again = imported(&there, &there.client, archive.clone()).await;
    assert_eq!((&again["imported"], &again["skipped_count"]), (&json!(0), &json!(21)));
    assert_eq!(again["skipped"][0]["reason"], "it is already here");
    assert_eq!(list(&there, &there.client).await.len(), 21);
    // Nor where it came from.
    assert_eq!(imported(&here, &here.client, archive.clone()).await["skipped_count"], 21);

    // Somebody else gets copies of his own, under other addresses, and these are not doubled either.
    let other = visitor();
    assert_eq!(imported(&here, &other, archive.clone()).await["imported"], 21);
    let copies = list(&here, &other).await;
    let mine = list(&here, &here.client).await;
    assert!(copies.iter().all(|copy| mine.iter().all(|one| one["id"] != copy["id"])));
    assert_eq!(copies.len(), 21);
    assert_eq!(imported(&here, &other, archive).await["imported"], 0);
    assert_eq!(list(&here, &here.client).await, mine);
}

#[tokio::test]
async fn what_was_deleted_may_be_imported_again() {
    let app = TestApp::start().await;
    let id = said(&app, &["one"]).await;
    let archive = app.get("/api/export").await.bytes().await.unwrap();
    assert_eq!(app.delete(&format!("/api/conversations/{id}")).await.status(), 204);
    assert_eq!(imported(&app, &app.client, archive.clone()).await["imported"], 1);
    assert_eq!(list(&app, &app.client).await.len(), 1);
    assert_eq!(imported(&app, &app.client, archive).await["imported"], 0);
}

#[tokio::test]
async fn exports_of_other_programs_come_in() {
    let list_of_both = format!("[{CHATGPT},\n{OPEN_WEBUI}]");
    for (file, expected) in [
        (format!("[{CHATGPT}]").into_bytes(), 1),
        (zipped("conversations.json", &format!("[{CHATGPT}]")), 1),
        (zipped("export/conversations-000.json", &list_of_both), 2),
        (OPEN_WEBUI.as_bytes().to_vec(), 1),
        (format!("\u{feff}{CHATGPT}\n{OPEN_WEBUI}\n{RIVULET}").into_bytes(), 3),
    ] {
        let app = TestApp::start().await;
        let report = imported(&app, &app.client, file.clone()).await;
        assert_eq!(report["imported"], expected, "{report}");
        assert_eq!(imported(&app, &app.client, file).await["skipped_count"], expected);
    }
    let app = TestApp::start().await;
    let report = imported(&app, &app.client, list_of_both).await;
    assert_eq!(report["incomplete_count"], 2);
    let notes = report["incomplete"].as_array().unwrap();
    let reason = |title: &str| notes.iter().find(|note| note["title"] == title).unwrap()["reason"].clone();
    assert_eq!(reason("Flüsse"), "1 picture and 1 attached file were left out");
    let rivers = list(&app, &app.client).await.into_iter().find(|one| one["title"] == "Rivers of Europe").unwrap();
    assert_eq!((&rivers["pinned"], &rivers["updated_at"]), (&json!(true), &json!(1_716_000_300_000_u64)));
    let opened: Value =
        app.get(&format!("/api/conversations/{}", rivers["id"].as_str().unwrap())).await.json().await.unwrap();
    let contents: Vec<_> =
        opened["messages"].as_array().unwrap().iter().map(|one| one["content"].as_str().unwrap()).collect();
    assert_eq!(contents[1], "The **Volga**, with 3,530 km. It ends in the Caspian Sea.");
    assert_eq!(contents.len(), 4);
    assert_eq!(opened["messages"][1]["siblings"].as_array().unwrap().len(), 2);
    // And it can be gone on with.
    let id = rivers["id"].as_str().unwrap();
    let last = Events::new(app.send(id, "And the second?").await).all().await.pop().unwrap();
    assert_eq!(last.kind(), "complete");
}

#[tokio::test]
async fn what_cannot_be_taken_in_is_named_and_the_rest_comes_in() {
    let app = TestApp::start().await;
    let circle = r#"{"title":"Round","mapping":{"a":{"parent":"b"},"b":{"parent":"a"}}}"#;
    let empty = r#"{"title":"Empty","chat":{"history":{"messages":{}}}}"#;
    let newer = r#"{"rivulet":9,"id":"01890a5d-ac96-774b-bcce-b302099a8057","title":"Later","created_at":1,"updated_at":1,"messages":[]}"#;
    let file = format!("[{circle},{CHATGPT},{empty},5,{newer}]");
    let report = imported(&app, &app.client, file).await;
    assert_eq!((&report["imported"], &report["skipped_count"]), (&json!(1), &json!(4)));
    let notes = report["skipped"].as_array().unwrap();
    let reason = |title: &str| notes.iter().find(|note| note["title"] == title).unwrap()["reason"].as_str().unwrap();
    assert!(reason("Round").contains("circle"));
    assert!(reason("Empty").contains("no messages"));
    assert!(reason("Number 4 of the file").contains("no conversation of"));
    assert!(reason("Later").contains("newer Rivulet"));
}

#[tokio::test]
async fn a_broken_file_changes_nothing() {
    let app = TestApp::with(&[("RIVULET_MAX_IMPORT_BYTES", "1MiB")]).await;
    let kept = said(&app, &["kept"]).await;
    let before = list(&app, &app.client).await;
    let whole = format!("[{OPEN_WEBUI},{CHATGPT}]");
    let archive = zipped("conversations.json", &whole);
    let mut spoiled = archive.clone();
    let middle = archive.len() / 2;
    spoiled[middle..middle + 20].fill(0x55);
    let cut = |bytes: &[u8], length: usize| bytes[..length].to_vec();
    let files: Vec<(Vec<u8>, u16, &str)> = vec![
        (cut(whole.as_bytes(), whole.len() - 3), 400, "damaged or not whole"),
        (cut(whole.as_bytes(), OPEN_WEBUI.len() + 2), 400, "damaged or not whole"),
        (
            whole.replacen("\"mapping\": {", "\"mapping\": {,", 1).into_bytes(),
            400,
            "conversation 2 of the file is damaged",
        ),
        (whole.replacen("},\n{", "} {", 1).replacen("]", "] x", 1000).into_bytes(), 400, "damaged"),
        (cut(&archive, archive.len() - 30), 400, "archive cannot be read"),
        (spoiled, 400, "cannot be read"),
        (zipped("other.json", "[]"), 400, "holds no `conversations.json`"),
        (b"\x89PNG\r\n\x1a\n".to_vec(), 400, "neither JSON nor a zip archive"),
        (b"hello".to_vec(), 400, "neither JSON nor a zip archive"),
        (b"[]".to_vec(), 400, "there is no conversation"),
        (b"[{}, 5]".to_vec(), 400, "no conversation of Rivulet, ChatGPT or Open WebUI"),
        (Vec::new(), 400, "nothing in it"),
        (vec![b' '; 2 << 20], 413, "larger than 1048576 bytes"),
        // A small file that is large when it is unpacked.
        (zipped("conversations.json", &format!("[{}]", " ".repeat(4 << 20))), 413, "larger than 1048576 bytes"),
    ];
    for (file, status, words) in files {
        let code = if status == 413 { "too_large" } else { "invalid_request" };
        let detail = problem(import(&app, &app.client, file).await, status, code).await;
        assert!(detail.to_lowercase().contains(&words.to_lowercase()), "{detail}");
    }
    // The length is not always said before.
    let pieces = futures::stream::iter((0..30).map(|_| Ok::<_, std::io::Error>(vec![b' '; 100_000])));
    let response = import(&app, &app.client, reqwest::Body::wrap_stream(pieces)).await;
    problem(response, 413, "too_large").await;
    let form = app
        .request(Method::POST, "/api/import")
        .header("content-type", "multipart/form-data; boundary=x")
        .body("--x--");
    let detail = problem(form.send().await.unwrap(), 400, "invalid_request").await;
    assert!(detail.contains("the file itself"), "{detail}");
    assert_eq!(list(&app, &app.client).await, before);
    assert_eq!(app.get(&format!("/api/conversations/{kept}")).await.status(), 200);
    assert_eq!(imported(&app, &app.client, whole).await["imported"], 2);
}

#[tokio::test]
async fn ids_of_others_are_out_of_reach() {
    let app = TestApp::start().await;
    let id = said(&app, &["mine"]).await;
    let mut document: Value = app.get(&format!("/api/conversations/{id}/export")).await.json().await.unwrap();
    let other = visitor();
    // A conversation of another's under a new id, but with messages of mine.
    document["id"] = json!("01890a5d-ac96-774b-bcce-b302099a8057");
    document["messages"][1]["content"] = json!("replaced");
    assert_eq!(imported(&app, &other, document.to_string()).await["imported"], 1);
    let mine: Value = app.get(&format!("/api/conversations/{id}")).await.json().await.unwrap();
    assert_ne!(mine["messages"][1]["content"], "replaced");
    assert_eq!(mine["messages"].as_array().unwrap().len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn no_file_breaks_the_server_or_loses_anything(
        pieces in prop::collection::vec((any::<prop::sample::Index>(), 0usize..30, "[\\[\\]{}\",:0-9a-z\\\\ ]{0,8}"), 1..4),
        archived: bool,
    ) {
        Runtime::new().unwrap().block_on(async {
            let app = TestApp::start().await;
            let kept = said(&app, &["kept"]).await;
            let text = format!("[{CHATGPT},{OPEN_WEBUI},{RIVULET}]");
            let mut file = if archived { zipped("conversations.json", &text) } else { text.into_bytes() };
            for (at, length, put) in &pieces {
                let at = at.index(file.len());
                let end = (at + length).min(file.len());
                file.splice(at..end, put.bytes());
            }
            let status = import(&app, &app.client, file).await.status().as_u16();
            assert!(matches!(status, 200 | 400), "{status}");
            assert_eq!(app.get(&format!("/api/conversations/{kept}")).await.status(), 200);
            let archive = app.get("/api/export").await.bytes().await.unwrap();
            let there = list(&app, &app.client).await.len();
            assert_eq!(unzipped(&archive).len(), there);
        });
    }
}
