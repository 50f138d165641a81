//! Prompt presets.

use crate::app::{TestApp, problem, visitor};
use reqwest::Method;
use serde_json::{Value, json};

async fn names(app: &TestApp) -> Vec<Value> {
    let list: Value = app.get("/api/presets").await.json().await.unwrap();
    list["presets"].as_array().unwrap().iter().map(|preset| preset["name"].clone()).collect()
}

#[tokio::test]
async fn a_preset_is_made_changed_and_deleted() {
    let app = TestApp::start().await;
    let made = app.post("/api/presets", json!({"name": " Review  this ", "content": "Review {{code}}."})).await;
    assert_eq!(made.status(), 201);
    let made: Value = made.json().await.unwrap();
    assert_eq!((&made["name"], &made["content"]), (&json!("Review this"), &json!("Review {{code}}.")));
    let path = format!("/api/presets/{}", made["id"].as_str().unwrap());
    let change = json!({"name": "Check", "content": "Check {{code}}."});
    let changed = app.request(Method::PUT, &path).json(&change).send().await.unwrap();
    assert_eq!(changed.status(), 200);
    assert_eq!(names(&app).await, ["Check"]);

    // Nobody else sees it, nor can touch it.
    let other = visitor();
    let list = app.request_by(&other, Method::GET, "/api/presets").send().await.unwrap();
    assert_eq!(list.json::<Value>().await.unwrap(), json!({"presets": []}));
    problem(app.request_by(&other, Method::PUT, &path).json(&change).send().await.unwrap(), 404, "not_found").await;
    problem(app.request_by(&other, Method::DELETE, &path).send().await.unwrap(), 404, "not_found").await;

    assert_eq!(app.delete(&path).await.status(), 204);
    problem(app.delete(&path).await, 404, "not_found").await;
    assert!(names(&app).await.is_empty());
}

#[tokio::test]
async fn what_is_no_preset_is_refused_by_its_field() {
    let app = TestApp::start().await;
    for (body, field) in [
        (json!({"content": "x"}), "`name`"),
        (json!({"name": "x"}), "`content`"),
        (json!({"name": 1, "content": "x"}), "`name`"),
        (json!({"name": "x".repeat(81), "content": "x"}), "`name`"),
        (json!({"name": "x", "content": "y".repeat(40_000)}), "`content`"),
    ] {
        let refused = app.post("/api/presets", body).await;
        let detail = problem(refused, 400, "invalid_request").await;
        assert!(detail.starts_with(field), "{detail}");
    }
    problem(app.delete("/api/presets/12").await, 400, "invalid_request").await;
}

#[tokio::test]
async fn there_is_a_most() {
    let app = TestApp::start().await;
    for number in 0..200 {
        let made = app.post("/api/presets", json!({"name": format!("p{number}"), "content": "x"})).await;
        assert_eq!(made.status(), 201);
    }
    problem(app.post("/api/presets", json!({"name": "one more", "content": "x"})).await, 409, "conflict").await;
}
