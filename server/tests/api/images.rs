//! What models get of the files that go with questions: those that see, those that do not, and whoever sends images in a request.

use crate::{
    app::{Events, TestApp, problem},
    attachments::{PNG, ask, messages, upload},
    upstream::Upstream,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_model_gets_the_files_with_the_question_and_again_with_the_next() {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[("RIVULET_MAX_FILES", "2")]).await;
    let (image, notes) =
        (upload(&app, "a.png", PNG).await, upload(&app, "notes.md", "\u{feff}# One\n```\ntwo\n```\n".as_bytes()).await);
    let id = app.conversation().await;
    let mut said = async |content: &str, files: &[&Value]| {
        let path = format!("/api/conversations/{id}/messages");
        let body = json!({"content": content, "attachments": files.iter().map(|file| &file["id"]).collect::<Vec<_>>()});
        let events = Events::new(app.post(&path, body).await);
        let mut call = upstream.call().await;
        let request = call.request["messages"].clone();
        call.accept().await;
        call.say("Good.").await;
        call.finish().await;
        events.all().await;
        request
    };
    let url = format!("data:image/png;base64,{}", STANDARD.encode(PNG));
    let shown = json!({"type": "image_url", "image_url": {"url": url}});
    let first = json!({"role": "user", "content": [
        {"type": "text", "text": "The file \"notes.md\":\n\n````\n# One\n```\ntwo\n```\n````\n\nWhat is this?"}, shown]});
    assert_eq!(said("What is this?", &[&notes, &image]).await, json!([first]));
    // An image may be all that is asked, and what was shown is shown again.
    let second = json!({"role": "user", "content": [shown]});
    assert_eq!(said("", &[&image]).await, json!([first, {"role": "assistant", "content": "Good."}, second]));
    // Two images are the most: the oldest is only spoken of.
    let third = said("Third", &[&image]).await;
    let told = "[An image was here, \"a.png\", which is not shown to you.]\n\nWhat is this?";
    assert!(third[0]["content"].as_str().unwrap().ends_with(told), "{}", third[0]);
    assert_eq!(third[2], second);
}

#[tokio::test]
async fn a_model_that_sees_nothing_is_shown_nothing() {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[]).await;
    let list: Value = app.get("/api/models").await.json().await.unwrap();
    let sees = |id: &str| {
        list["models"].as_array().unwrap().iter().find(|one| one["id"] == id).unwrap().get("sees_images").cloned()
    };
    assert_eq!((sees("demo/rivulet"), sees("compatible/live")), (Some(json!(true)), None));
    let image = upload(&app, "a.png", PNG).await;
    let id = app.conversation().await;
    let path = format!("/api/conversations/{id}/messages");
    let blind = json!({"content": "x", "attachments": [image["id"]], "model": "compatible/gpt-3.5-turbo"});
    let why = problem(app.post(&path, blind).await, 400, "invalid_request").await;
    assert!(why.starts_with("`attachments` has an image, which `compatible/gpt-3.5-turbo` cannot see"), "{why}");
    assert_eq!(messages(&app, &id).await, json!([]));
    upstream.assert_not_called().await;
}

#[tokio::test]
async fn another_model_that_sees_nothing_is_told_of_images_before() {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[("RIVULET_MODEL", "demo/rivulet")]).await;
    let image = upload(&app, "a.png", PNG).await;
    let id = app.conversation().await;
    ask(&app, &id, "/fast Look", &[&image]).await;
    let answer = messages(&app, &id).await[1]["id"].clone();
    let path = format!("/api/conversations/{id}/messages");
    let again = json!({"retry": answer, "model": "compatible/gpt-3.5-turbo"});
    let why = problem(app.post(&path, again).await, 400, "invalid_request").await;
    assert!(why.starts_with("`model` has an image") || why.starts_with("`model`"), "{why}");
    let events =
        Events::new(app.post(&path, json!({"content": "And now?", "model": "compatible/gpt-3.5-turbo"})).await);
    let mut call = upstream.call().await;
    let first = &call.request["messages"][0]["content"];
    assert_eq!(*first, "[An image was here, \"a.png\", which is not shown to you.]\n\n/fast Look");
    call.accept().await;
    call.finish().await;
    events.all().await;
}

#[tokio::test]
async fn openai_clients_send_images_in_their_requests() {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[("RIVULET_MAX_FILES_BYTES", "100")]).await;
    let image = |url: &str| json!({"type": "image_url", "image_url": {"url": url}});
    let body = |parts: Vec<Value>| json!({"messages": [{"role": "user", "content": parts}]});
    let url = format!("data:image/png;base64,{}", STANDARD.encode(PNG));
    let asked = tokio::spawn({
        let request = app
            .request(Method::POST, "/v1/chat/completions")
            .json(&body(vec![json!({"type": "text", "text": "Look"}), image(&url)]));
        async move { request.send().await.unwrap().json::<Value>().await.unwrap() }
    });
    let mut call = upstream.call().await;
    let parts = json!([{"type": "text", "text": "Look"}, {"type": "image_url", "image_url": {"url": url}}]);
    assert_eq!(call.request["messages"][0]["content"], parts);
    call.accept().await;
    call.say("A pixel.").await;
    call.finish().await;
    assert_eq!(asked.await.unwrap()["choices"][0]["message"]["content"], "A pixel.");
    let wrong = async |body: Value| problem(app.post("/v1/chat/completions", body).await, 400, "invalid_request").await;
    let elsewhere = wrong(body(vec![image("https://a.example/b.png")])).await;
    assert!(
        elsewhere.starts_with("`messages[0].content`") && elsewhere.contains("fetches nothing that a request names"),
        "{elsewhere}"
    );
    assert!(wrong(body(vec![image("data:image/png;base64,####")])).await.contains("data is not base64"));
    let lie = format!("data:image/png;base64,{}", STANDARD.encode("<svg>"));
    assert!(wrong(body(vec![image(&lie)])).await.contains("an image that is a text"));
    assert!(
        wrong(body(vec![image(&url), image(&url)]))
            .await
            .contains("all images of a request together may have 100 bytes")
    );
    let blind = json!({"model": "compatible/gpt-3.5-turbo", "messages": [{"role": "user", "content": [image(&url)]}]});
    assert!(wrong(blind).await.starts_with("`messages[0].content` has an image"));
}
