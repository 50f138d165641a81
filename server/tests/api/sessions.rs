//! The session routes remember.

use crate::app::{Events, TestApp, problem, text};
use serde_json::{Value, json};

#[tokio::test]
async fn a_session_remembers_across_both_routes() {
    let app = TestApp::start().await;
    let frames =
        Events::new(app.post("/api/conversation-stream/test", json!({"message": "/fast my cat is Tom"})).await)
            .all()
            .await;
    assert_eq!(frames[0].json()["status"], "processing");
    let ids: Vec<_> = frames.iter().map(|frame| frame.id.unwrap()).collect();
    assert_eq!(ids, (1..=frames.len() as u64).collect::<Vec<_>>());
    let complete = frames.last().unwrap().json();
    assert_eq!(complete["type"], "complete");
    let session = complete["session_id"].as_str().unwrap();
    assert_eq!(frames[0].json()["conversation_id"], session);
    assert!(text(&frames).len() > 50);

    let body = json!({"message": "/fast what did I say?", "session_id": session});
    let answer: Value = app.post("/api/conversation/test", body).await.json().await.unwrap();
    assert_eq!(answer["session_id"], session);
    assert!(answer["suggestions"].is_array());
    assert!(answer["message"].as_str().unwrap().contains("my cat is Tom"), "{answer}");
}

#[tokio::test]
async fn anothers_session_is_not_there() {
    let app = TestApp::start().await;
    let answer: Value = app.post("/api/conversation/ann", json!({"message": "/fast hi"})).await.json().await.unwrap();
    let body = json!({"message": "/fast hi", "session_id": answer["session_id"]});
    problem(app.post("/api/conversation/bob", body.clone()).await, 404, "not_found").await;
    problem(app.post("/api/conversation-stream/bob", body).await, 404, "not_found").await;
    for session in ["nonsense", "01890a5d-ac96-774b-bcce-b302099a8057"] {
        let body = json!({"message": "/fast hi", "session_id": session});
        let detail = problem(app.post("/api/conversation/ann", body).await, 404, "not_found").await;
        assert!(detail.contains("`session_id`"), "{detail}");
    }
}

#[tokio::test]
async fn an_error_is_the_last_event() {
    let app = TestApp::start().await;
    let body = json!({"message": "/fast /error overloaded"});
    let frames = Events::new(app.post("/api/conversation-stream/test", body).await).all().await;
    assert_eq!(frames.len(), 2);
    assert_eq!(frames[1].json()["code"], "upstream_overloaded");
    assert_eq!(frames[1].json()["retryable"], true);
}
