//! Pages of the list and of a conversation, branches, and what is deleted and comes back.

use crate::app::{Events, TestApp, problem, visitor};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use std::collections::HashSet;

async fn ask(app: &TestApp, id: &str, body: Value) -> Value {
    let frames = Events::new(app.post(&format!("/api/conversations/{id}/messages"), body).await).all().await;
    assert_eq!(frames.last().unwrap().json()["type"], "complete");
    frames[0].json()
}

async fn question(app: &TestApp, id: &str, text: &str) -> Value {
    ask(app, id, json!({"content": format!("/fast {text}")})).await
}

async fn patch(app: &TestApp, id: &str, body: Value) -> Response {
    app.request(Method::PATCH, &format!("/api/conversations/{id}")).json(&body).send().await.unwrap()
}

async fn read(app: &TestApp, path: &str) -> Value {
    let response = app.get(path).await;
    assert_eq!(response.status(), 200, "{path}");
    response.json().await.unwrap()
}

fn ids(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_list_has_pages_and_pinned_ones_on_top() {
    let app = TestApp::start().await;
    let mut made = Vec::new();
    for n in 0..5 {
        let id = app.conversation().await;
        question(&app, &id, &n.to_string()).await;
        made.push(id);
    }
    let pinned: Value = patch(&app, &made[1], json!({"pinned": true})).await.json().await.unwrap();
    assert_eq!((&pinned["pinned"], &pinned["id"]), (&json!(true), &json!(made[1])));
    let first = read(&app, "/api/conversations?limit=2").await;
    assert_eq!(ids(&first["conversations"]), [&made[1], &made[4], &made[3]]);
    let next = first["next"].as_str().unwrap();
    let second = read(&app, &format!("/api/conversations?limit=2&cursor={next}")).await;
    assert_eq!(ids(&second["conversations"]), [&made[2], &made[0]]);
    assert!(second.get("next").is_none());
    for (query, field) in
        [("limit=0", "`limit`"), ("limit=201", "`limit`"), ("limit=x", "`limit`"), ("cursor=x", "`cursor`")]
    {
        let detail = problem(app.get(&format!("/api/conversations?{query}")).await, 400, "invalid_request").await;
        assert!(detail.contains(field), "{detail}");
    }
}

#[tokio::test]
async fn a_title_is_given_and_checked() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    question(&app, &id, "one").await;
    assert_eq!(
        patch(&app, &id, json!({"title": "  My\ntitle "})).await.json::<Value>().await.unwrap()["title"],
        "My title"
    );
    for (body, field) in [
        (json!({"title": " "}), "`title`"),
        (json!({"title": "x".repeat(201)}), "`title`"),
        (json!({"title": 5}), "`title`"),
        (json!({"pinned": "yes"}), "`pinned`"),
        (json!({"head": "x"}), "`head`"),
        (json!({"deleted": true}), "`deleted`"),
    ] {
        assert!(problem(patch(&app, &id, body).await, 400, "invalid_request").await.starts_with(field));
    }
    assert_eq!(patch(&app, &id, json!({"unknown": 1})).await.status(), 200);
    assert_eq!(read(&app, "/api/conversations").await["conversations"][0]["title"], "My title");
}

#[tokio::test]
async fn a_long_conversation_is_read_from_its_end() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    for n in 0..4 {
        question(&app, &id, &n.to_string()).await;
    }
    let path = format!("/api/conversations/{id}");
    let whole = read(&app, &path).await;
    let all = ids(&whole["messages"]);
    assert_eq!((all.len(), whole.get("earlier")), (8, None));
    let end = read(&app, &format!("{path}?limit=3")).await;
    assert_eq!((ids(&end["messages"]), &end["earlier"]), (all[5..].to_vec(), &json!(true)));
    let before = read(&app, &format!("{path}?limit=3&before={}", all[5])).await;
    assert_eq!((ids(&before["messages"]), &before["earlier"]), (all[2..5].to_vec(), &json!(true)));
    let first = read(&app, &format!("{path}?before={}", all[2])).await;
    assert_eq!((ids(&first["messages"]), first.get("earlier")), (all[..2].to_vec(), None));
    let stranger = "01890a5d-ac96-774b-bcce-b302099a8057";
    problem(app.get(&format!("{path}?before={stranger}")).await, 404, "not_found").await;
    for wrong in ["before=x", "around=x", "limit=1001", &format!("before={stranger}&around={stranger}")] {
        problem(app.get(&format!("{path}?{wrong}")).await, 400, "invalid_request").await;
    }
}

#[tokio::test]
async fn every_version_is_kept_and_can_be_shown() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let path = format!("/api/conversations/{id}");
    let first = question(&app, &id, "one").await;
    question(&app, &id, "two").await;
    let edited = ask(&app, &id, json!({"content": "/fast uno", "edit": first["user_message_id"]})).await;
    let shown = read(&app, &path).await;
    assert_eq!(ids(&shown["messages"]), [&edited["user_message_id"], &edited["message_id"]]);
    assert_eq!(shown["messages"][0]["siblings"], json!([first["user_message_id"], edited["user_message_id"]]));
    assert!(shown["messages"][1].get("siblings").is_none());
    // Any answer can be made again, not only one that is shown.
    let again = ask(&app, &id, json!({"retry": first["message_id"]})).await;
    let shown = read(&app, &path).await;
    assert_eq!(ids(&shown["messages"]), [&first["user_message_id"], &again["message_id"]]);
    assert_eq!(shown["messages"][1]["siblings"], json!([first["message_id"], again["message_id"]]));
    // Down to the newest leaf.
    assert_eq!(patch(&app, &id, json!({"head": first["message_id"]})).await.status(), 200);
    assert_eq!(read(&app, &path).await["messages"].as_array().unwrap().len(), 4);
    let around = read(&app, &format!("{path}?around={}", edited["message_id"].as_str().unwrap())).await;
    assert_eq!(ids(&around["messages"]), [&edited["user_message_id"], &edited["message_id"]]);
    assert_eq!(read(&app, &path).await["messages"], around["messages"], "it is shown from now on");
    let answer = json!({"content": "/fast x", "edit": first["message_id"]});
    problem(app.post(&format!("{path}/messages"), answer).await, 404, "not_found").await;
    let both = json!({"edit": first["message_id"], "retry": first["message_id"]});
    problem(app.post(&format!("{path}/messages"), both).await, 400, "invalid_request").await;
}

#[tokio::test]
async fn a_deleted_message_comes_back() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let path = format!("/api/conversations/{id}");
    let first = question(&app, &id, "one").await;
    let second = question(&app, &id, "two").await;
    let message = format!("{path}/messages/{}", second["user_message_id"].as_str().unwrap());
    assert_eq!(app.delete(&message).await.status(), 204);
    assert_eq!(read(&app, &path).await["messages"].as_array().unwrap().len(), 2);
    problem(app.delete(&message).await, 404, "not_found").await;
    let restoring = format!("{message}/restore");
    let restore = || app.post(&restoring, json!({}));
    assert_eq!(restore().await.status(), 204);
    assert_eq!(read(&app, &path).await["messages"].as_array().unwrap().len(), 4);
    problem(restore().await, 404, "not_found").await;

    let mut events = Events::new(app.post(&format!("{path}/messages"), json!({"content": "/slow three"})).await);
    let generation = events.next().await.unwrap().json()["generation_id"].as_str().unwrap().to_owned();
    let first = format!("{path}/messages/{}", first["user_message_id"].as_str().unwrap());
    let detail = problem(app.delete(&first).await, 409, "conflict").await;
    assert!(detail.contains("still being written"), "{detail}");
    app.delete(&format!("/api/generations/{generation}")).await;
    assert_eq!(app.delete(&first).await.status(), 204);
    assert!(read(&app, &path).await["messages"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn a_deleted_conversation_is_hidden_at_once_and_comes_back() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let path = format!("/api/conversations/{id}");
    let mut events = Events::new(app.send(&id, "/slow hello").await);
    events.until_text(" ").await;
    assert_eq!(app.delete(&path).await.status(), 204);
    let frames = events.all().await;
    assert_eq!(frames.last().unwrap().json()["finish_reason"], "cancelled", "its answer is stopped");
    problem(app.get(&path).await, 404, "not_found").await;
    problem(app.delete(&path).await, 404, "not_found").await;
    problem(patch(&app, &id, json!({"title": "x"})).await, 404, "not_found").await;
    assert_eq!(read(&app, "/api/conversations").await["conversations"], json!([]));
    let restored: Value = patch(&app, &id, json!({"deleted": false})).await.json().await.unwrap();
    assert_eq!((&restored["id"], restored.get("generation_id")), (&json!(id), None));
    let conversation = read(&app, &path).await;
    assert_eq!(conversation["messages"][1]["status"], "stopped");
    assert!(!conversation["messages"][1]["content"].as_str().unwrap().is_empty(), "what had come is kept");
}

#[tokio::test]
async fn what_belongs_to_another_cannot_be_changed() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let names = question(&app, &id, "one").await;
    let (path, stranger) = (format!("/api/conversations/{id}"), visitor());
    let message = names["message_id"].as_str().unwrap();
    for (method, path) in [
        (Method::PATCH, path.clone()),
        (Method::DELETE, path.clone()),
        (Method::DELETE, format!("{path}/messages/{message}")),
        (Method::POST, format!("{path}/messages/{message}/restore")),
        (Method::GET, format!("{path}?around={message}")),
    ] {
        let response = app.request_by(&stranger, method, &path).json(&json!({"title": "mine"})).send().await.unwrap();
        problem(response, 404, "not_found").await;
    }
    let conversation = read(&app, &path).await;
    assert_eq!((&conversation["title"], ids(&conversation["messages"]).len()), (&json!("/fast one"), 2));
}

#[tokio::test]
async fn no_page_is_skipped_or_doubled_while_nothing_moves() {
    let app = TestApp::start().await;
    let mut made = HashSet::new();
    for n in 0..23 {
        let id = app.conversation().await;
        question(&app, &id, &n.to_string()).await;
        made.insert(id);
    }
    let (mut seen, mut path) = (Vec::new(), "/api/conversations?limit=4".to_owned());
    loop {
        let page = read(&app, &path).await;
        seen.extend(ids(&page["conversations"]).into_iter().map(str::to_owned));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/conversations?limit=4&cursor={next}");
    }
    assert_eq!((seen.len(), seen.into_iter().collect::<HashSet<_>>()), (23, made));
}

#[tokio::test]
async fn a_question_goes_on_with_the_branch_that_its_writer_sees() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let first = question(&app, &id, "one").await;
    let (asked, answered) = (first["user_message_id"].clone(), first["message_id"].clone());
    // Another tab puts the question into other words.
    let other = ask(&app, &id, json!({"edit": asked, "content": "/fast other"})).await;
    let texts = async || {
        let shown = read(&app, &format!("/api/conversations/{id}")).await;
        let all = shown["messages"].as_array().unwrap().iter().filter(|message| message["role"] == "user");
        all.map(|message| message["content"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(texts().await, ["/fast other"]);
    ask(&app, &id, json!({"parent": answered, "content": "/fast two"})).await;
    assert_eq!(texts().await, ["/fast one", "/fast two"]);
    // What has come after it on its branch is not put aside.
    ask(&app, &id, json!({"parent": answered, "content": "/fast three"})).await;
    assert_eq!(texts().await, ["/fast one", "/fast two", "/fast three"]);
    ask(&app, &id, json!({"parent": other["message_id"], "content": "/fast four"})).await;
    assert_eq!(texts().await, ["/fast other", "/fast four"]);
    ask(&app, &id, json!({"parent": asked, "content": "/fast five"})).await;
    assert_eq!(texts().await, ["/fast one", "/fast two", "/fast three", "/fast five"]);
    let path = format!("/api/conversations/{id}/messages");
    let nowhere = json!({"parent": uuid::Uuid::new_v4(), "content": "/fast six"});
    problem(app.post(&path, nowhere).await, 404, "not_found").await;
}
