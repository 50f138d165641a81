//! Files that go with questions: what is taken, what is refused, and who may read it.

use crate::{
    app::{Events, TestApp, problem, text, visitor},
    durable::Database,
};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// One red pixel.
pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\0\0\0\x0cIDATx\x9cc\xf8\xcf\xc0\0\0\x03\x01\x01\0\xc9\xfe\x92\xef\0\0\0\0IEND\xaeB`\x82";

/// Sends a file; `name` as it stands in the address.
pub async fn upload_by(app: &TestApp, client: &Client, name: &str, content: &[u8]) -> Response {
    let request = app.request_by(client, Method::POST, &format!("/api/attachments?name={name}"));
    request.header("content-type", "application/octet-stream").body(content.to_vec()).send().await.unwrap()
}

pub async fn upload(app: &TestApp, name: &str, content: &[u8]) -> Value {
    let response = upload_by(app, &app.client, name, content).await;
    assert_eq!(response.status(), 201);
    response.json().await.unwrap()
}

async fn refused(app: &TestApp, content: &[u8], status: u16, code: &str) -> String {
    problem(upload_by(app, &app.client, "a.png", content).await, status, code).await
}

/// Asks with files; the answer is read to its end.
pub async fn ask(app: &TestApp, id: &str, content: &str, files: &[&Value]) -> String {
    let ids: Vec<&Value> = files.iter().map(|file| &file["id"]).collect();
    let body = json!({"content": content, "attachments": ids});
    let events = Events::new(app.post(&format!("/api/conversations/{id}/messages"), body).await);
    text(&events.all().await)
}

pub async fn messages(app: &TestApp, id: &str) -> Value {
    app.get(&format!("/api/conversations/{id}")).await.json::<Value>().await.unwrap()["messages"].clone()
}

/// A key that comes again with other files is another question; with the same it finds its answer.
#[tokio::test]
async fn a_key_that_comes_again_with_other_files_is_refused() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let (one, two) = (upload(&app, "one.txt", b"one").await, upload(&app, "two.txt", b"two").await);
    let path = format!("/api/conversations/{id}/messages");
    let send = |files: Value| {
        let body = json!({"content": "/fast hello", "attachments": files});
        app.request(Method::POST, &path).header("Idempotency-Key", "k1").json(&body).send()
    };
    let files = json!([one["id"], two["id"]]);
    let first = Events::new(send(files.clone()).await.unwrap()).all().await;
    for other in [json!([one["id"]]), json!([]), json!([two["id"], one["id"]])] {
        let detail = problem(send(other).await.unwrap(), 400, "invalid_request").await;
        assert!(detail.contains("`Idempotency-Key` was used for another question"), "{detail}");
    }
    assert_eq!(Events::new(send(files).await.unwrap()).all().await, first);
}

#[tokio::test]
async fn an_image_comes_goes_with_a_question_and_is_read_again() {
    let app = TestApp::start().await;
    let image = upload(&app, "..%2Fred%0A%20%22pixel%22.png", PNG).await;
    let expected = json!({"id": image["id"], "name": "red \"pixel\".png", "media_type": "image/png", "size": PNG.len(), "width": 1,
        "height": 1});
    assert_eq!(image, expected);
    let id = app.conversation().await;
    let answer = ask(&app, &id, "/fast What is it?", &[&image]).await;
    assert!(
        answer.contains("an image (image/png, 69 bytes, 1 × 1 pixels)") && answer.contains("red \"pixel\".png"),
        "{answer}"
    );
    assert_eq!(messages(&app, &id).await[0]["attachments"], json!([image]));
    let response = app.get(&format!("/api/attachments/{}", image["id"].as_str().unwrap())).await;
    assert_eq!(response.status(), 200);
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "image/png");
    assert!(
        header("content-disposition").starts_with("inline; filename=\"red pixel"),
        "{}",
        header("content-disposition")
    );
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("cache-control"), "private, max-age=31536000, immutable");
    assert_eq!(header("content-security-policy"), "default-src 'none'; sandbox; frame-ancestors 'none'");
    assert_eq!(header("cross-origin-resource-policy"), "same-origin");
    assert_eq!(response.bytes().await.unwrap(), PNG);
}

#[tokio::test]
async fn what_would_run_in_a_browser_is_text() {
    let app = TestApp::start().await;
    for content in ["<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>", "<script>alert(1)</script>"] {
        let request = app.request(Method::POST, "/api/attachments?name=a.svg").header("content-type", "image/svg+xml");
        let file: Value = request.body(content).send().await.unwrap().json().await.unwrap();
        assert_eq!((&file["media_type"], file.get("width")), (&json!("text/plain"), None));
        let response = app.get(&format!("/api/attachments/{}", file["id"].as_str().unwrap())).await;
        assert_eq!(response.headers()["content-type"], "text/plain; charset=utf-8");
        assert!(
            response.headers()["content-disposition"].to_str().unwrap().starts_with("attachment; filename=\"a.svg\"")
        );
    }
}

#[tokio::test]
async fn files_that_are_not_taken() {
    let app = TestApp::with(&[("RIVULET_MAX_FILE_BYTES", "2KiB"), ("RIVULET_MAX_INPUT_BYTES", "1KiB")]).await;
    assert_eq!(refused(&app, b"", 400, "invalid_request").await, "The file is empty.");
    assert!(refused(&app, b"%PDF-1.7\n\xe2", 400, "invalid_request").await.contains("it is a PDF"));
    assert!(refused(&app, &PNG[..20], 400, "invalid_request").await.contains("damaged"));
    let long = [b'a'; 1025];
    assert!(refused(&app, &long, 413, "too_large").await.contains("1 KiB is the most for a text"));
    let larger = [b'a'; 2049];
    assert_eq!(refused(&app, &larger, 413, "too_large").await, "The file is larger than 2 KiB, the most for one file.");
    // One that does not say how long it is.
    let pieces = futures::stream::iter((0..40).map(|_| Ok::<_, std::io::Error>(vec![b'a'; 100])));
    let request = app.request(Method::POST, "/api/attachments").body(reqwest::Body::wrap_stream(pieces));
    problem(request.send().await.unwrap(), 413, "too_large").await;
    let form = app
        .request(Method::POST, "/api/attachments")
        .header("content-type", "multipart/form-data; boundary=x")
        .body("x");
    assert!(problem(form.send().await.unwrap(), 400, "invalid_request").await.contains("the file itself"));
}

#[tokio::test]
async fn a_file_that_breaks_off_leaves_nothing() {
    let database = Database::new();
    let app = TestApp::with(&[("DATABASE_URL", &database.url())]).await;
    upload(&app, "a.png", PNG).await;
    let mut socket = TcpStream::connect(app.address).await.unwrap();
    let head =
        format!("POST /api/attachments?name=b HTTP/1.1\r\nhost: {}\r\ncontent-length: 1000\r\n\r\nhello", app.address);
    socket.write_all(head.as_bytes()).await.unwrap();
    socket.shutdown().await.unwrap();
    let mut answer = String::new();
    let _ = socket.read_to_string(&mut answer).await;
    assert!(!answer.contains(" 201 "), "{answer}");
    use sqlx::ConnectOptions;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(database.file());
    let mut connection = options.connect().await.unwrap();
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM attachments").fetch_one(&mut connection).await.unwrap();
    assert_eq!(count, 1);
}

#[tokio::test]
async fn files_are_their_owners() {
    let app = TestApp::start().await;
    let image = upload(&app, "a.png", PNG).await;
    let path = format!("/api/attachments/{}", image["id"].as_str().unwrap());
    let other = visitor();
    for method in [Method::GET, Method::DELETE] {
        problem(app.request_by(&other, method, &path).send().await.unwrap(), 404, "not_found").await;
    }
    let id = app.conversation_by(&other).await;
    let send = app.request_by(&other, Method::POST, &format!("/api/conversations/{id}/messages"));
    let stolen = send.json(&json!({"content": "x", "attachments": [image["id"]]})).send().await.unwrap();
    assert!(
        problem(stolen, 400, "invalid_request").await.starts_with("`attachments[0]` names a file that is not here")
    );
    assert_eq!(app.delete(&path).await.status(), 204);
    problem(app.get(&path).await, 404, "not_found").await;
    problem(app.get("/api/attachments/12").await, 400, "invalid_request").await;
    // What a message has goes with the message.
    let kept = upload(&app, "b.png", PNG).await;
    let id = app.conversation().await;
    ask(&app, &id, "/fast x", &[&kept]).await;
    let path = format!("/api/attachments/{}", kept["id"].as_str().unwrap());
    problem(app.delete(&path).await, 409, "conflict").await;
    assert_eq!(app.delete(&format!("/api/conversations/{id}")).await.status(), 204);
    problem(app.get(&path).await, 404, "not_found").await;
}

#[tokio::test]
async fn questions_with_too_many_files() {
    let app = TestApp::with(&[
        ("RIVULET_MAX_FILES", "2"),
        ("RIVULET_MAX_FILES_BYTES", "150"),
        ("RIVULET_MAX_INPUT_BYTES", "100"),
    ])
    .await;
    let mut files = Vec::new();
    for _ in 0..3 {
        files.push(upload(&app, "a.png", PNG).await["id"].clone());
    }
    let id = app.conversation().await;
    let path = format!("/api/conversations/{id}/messages");
    let send = async |body: Value| problem(app.post(&path, body).await, 400, "invalid_request").await;
    assert!(
        send(json!({"content": "x", "attachments": files})).await.starts_with("`attachments` must be at most 2 files")
    );
    let twice = json!({"content": "x", "attachments": [files[0], files[0]]});
    assert!(send(twice).await.starts_with("`attachments[1]`"));
    let text = upload(&app, "a.txt", &[b'a'; 90]).await["id"].clone();
    let heavy = json!({"content": "x", "attachments": [files[0], text]});
    assert!(send(heavy).await.starts_with("`attachments` may have 150 bytes together; these have 159 bytes"));
    let other = upload(&app, "b.txt", &[b'b'; 20]).await["id"].clone();
    let texts = json!({"content": "x", "attachments": [text, other]});
    assert!(send(texts).await.contains("hold 110 bytes of text"));
    assert!(send(json!({"content": " ", "attachments": []})).await.starts_with("`content` must not be empty"));
    assert_eq!(messages(&app, &id).await, json!([]), "what is refused has left no trace");
    let limits = &app.get("/api/models").await.json::<Value>().await.unwrap()["attachments"];
    assert_eq!(*limits, json!({"file_bytes": 10 << 20, "text_bytes": 100, "files": 2, "total_bytes": 150}));
}

#[tokio::test]
async fn an_edited_question_keeps_its_files_unless_others_are_given() {
    let app = TestApp::start().await;
    let (a, b) = (upload(&app, "a.png", PNG).await, upload(&app, "b.png", PNG).await);
    let id = app.conversation().await;
    ask(&app, &id, "/fast one", &[&a]).await;
    let path = format!("/api/conversations/{id}/messages");
    let question = messages(&app, &id).await[0]["id"].clone();
    for (attachments, expected) in
        [(None, json!([a])), (Some(json!([b["id"]])), json!([b])), (Some(json!([])), Value::Null)]
    {
        let mut body = json!({"content": "/fast two", "edit": question});
        if let Some(attachments) = attachments {
            body["attachments"] = attachments;
        }
        Events::new(app.post(&path, body).await).all().await;
        assert_eq!(messages(&app, &id).await[0]["attachments"], expected);
    }
}

#[tokio::test]
async fn a_shared_page_shows_its_files_and_no_others() {
    let app = TestApp::start().await;
    let (image, notes, other) = (
        upload(&app, "%3Cb%3E.png", PNG).await,
        upload(&app, "n.txt", b"notes").await,
        upload(&app, "o.png", PNG).await,
    );
    let (id, elsewhere) = (app.conversation().await, app.conversation().await);
    ask(&app, &id, "/fast Look", &[&image, &notes]).await;
    ask(&app, &elsewhere, "/fast Look", &[&other]).await;
    let link: Value = app.post(&format!("/api/conversations/{id}/share"), json!({})).await.json().await.unwrap();
    let path = link["path"].as_str().unwrap();
    let reader = Client::builder().no_proxy().build().unwrap();
    let read = async |path: String| app.request_by(&reader, Method::GET, &path).send().await.unwrap();
    let page = read(path.to_owned()).await.text().await.unwrap();
    let at = |file: &Value| format!("{path}/attachments/{}", file["id"].as_str().unwrap());
    assert!(page.contains(&format!("src=\"{}\"", at(&image))) && page.contains("alt=\"&lt;b&gt;.png\""), "{page}");
    assert!(page.contains(&format!("href=\"{}\"", at(&notes))) && page.contains("n.txt"));
    let response = read(at(&image)).await;
    assert_eq!((response.status().as_u16(), &response.headers()["cache-control"]), (200, &"no-store".parse().unwrap()));
    assert!(response.headers().get("set-cookie").is_none());
    assert_eq!(response.bytes().await.unwrap(), PNG);
    problem(read(at(&other)).await, 404, "not_found").await;
    // The owner's address is nobody else's.
    problem(read(format!("/api/attachments/{}", image["id"].as_str().unwrap())).await, 404, "not_found").await;
    assert_eq!(app.delete(&format!("/api/conversations/{id}/share")).await.status(), 204);
    problem(read(at(&image)).await, 404, "not_found").await;
}

#[tokio::test]
async fn a_client_sends_only_so_many_files() {
    let app = TestApp::with(&[("RIVULET_REQUEST_LIMIT", "12/min")]).await;
    upload(&app, "a.png", PNG).await;
    upload(&app, "a.png", PNG).await;
    let refused = upload_by(&app, &app.client, "a.png", PNG).await;
    assert!(refused.headers().contains_key("retry-after"));
    problem(refused, 429, "rate_limited").await;
}

#[tokio::test]
async fn files_go_out_in_an_archive_and_come_in_again() {
    let app = TestApp::start().await;
    let (image, notes) = (upload(&app, "a.png", PNG).await, upload(&app, "n.txt", b"notes").await);
    let id = app.conversation().await;
    ask(&app, &id, "/fast Look", &[&image, &notes]).await;
    let markdown = app.get(&format!("/api/conversations/{id}/export?format=markdown")).await.text().await.unwrap();
    assert!(markdown.contains("*(attached: a.png)*"), "{markdown}");
    let single = app.get(&format!("/api/conversations/{id}/export")).await.bytes().await.unwrap();
    let archive = app.get("/api/export").await.bytes().await.unwrap();
    let import = async |client: &Client, file: Vec<u8>| -> Value {
        let request = app.request_by(client, Method::POST, "/api/import").body(file);
        request.send().await.unwrap().json().await.unwrap()
    };
    // Who has it already gets nothing twice.
    assert_eq!(import(&app.client, archive.to_vec()).await["skipped_count"], 1);
    let other = visitor();
    let report = import(&other, archive.to_vec()).await;
    assert_eq!((&report["imported"], &report["incomplete_count"]), (&json!(1), &json!(0)), "{report}");
    let read = async |client: &Client, path: String| app.request_by(client, Method::GET, &path).send().await.unwrap();
    let list: Value = read(&other, "/api/conversations".into()).await.json().await.unwrap();
    let path = format!("/api/conversations/{}", list["conversations"][0]["id"].as_str().unwrap());
    let messages: Value = read(&other, path).await.json::<Value>().await.unwrap()["messages"].clone();
    let files = &messages[0]["attachments"];
    assert_eq!(
        (&files[0]["name"], &files[0]["width"], &files[1]["name"]),
        (&json!("a.png"), &json!(1), &json!("n.txt"))
    );
    let file = |at: usize| format!("/api/attachments/{}", files[at]["id"].as_str().unwrap());
    assert_eq!(read(&other, file(0)).await.bytes().await.unwrap(), PNG);
    assert_eq!(read(&other, file(1)).await.text().await.unwrap(), "notes");
    problem(app.get(&file(0)).await, 404, "not_found").await;
    // One conversation by itself has no files beside it, and says so.
    let third = visitor();
    let report = import(&third, single.to_vec()).await;
    assert_eq!(report["incomplete"][0]["reason"], "1 picture and 1 attached file were left out");
}
