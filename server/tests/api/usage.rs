//! What answers cost, and how long models think.

use crate::app::{Events, TestApp};
use serde_json::{Value, json};

async fn ended(app: &TestApp, id: &str, question: &str) -> Value {
    Events::new(app.send(id, question).await).all().await.last().unwrap().json()
}

#[tokio::test]
async fn an_answer_tells_its_cost_and_the_conversation_the_sum() {
    let app = TestApp::with(&[("RIVULET_PRICES", "other/*=9/9, demo/*=1/2 EUR")]).await;
    let id = app.conversation().await;
    let mut sum = 0.0;
    for question in ["/fast hello", "/fast again"] {
        let complete = ended(&app, &id, question).await;
        let count = |name: &str| complete["usage"][name].as_u64().unwrap() as f64;
        let cost = (count("input_tokens") + 2.0 * count("output_tokens")) / 1e6;
        assert!(cost > 0.0);
        assert_eq!(complete["cost"]["currency"], "EUR");
        assert!((complete["cost"]["amount"].as_f64().unwrap() - cost).abs() < 1e-9, "{complete}");
        sum += cost;
    }
    let conversation: Value = app.get(&format!("/api/conversations/{id}?limit=1")).await.json().await.unwrap();
    let total = &conversation["usage"]["costs"][0];
    assert!((total["amount"].as_f64().unwrap() - sum).abs() < 1e-9, "{conversation}");
    assert!(conversation["usage"]["output_tokens"].as_u64().unwrap() > 0);
    assert_eq!(conversation["messages"][0]["cost"]["currency"], "EUR", "it is kept with the answer");
    let export: Value = app.get(&format!("/api/conversations/{id}/export?format=json")).await.json().await.unwrap();
    assert_eq!(export["messages"][1]["cost"]["currency"], "EUR");
    assert!(export["messages"][1]["stats"]["duration_ms"].is_u64());
}

#[tokio::test]
async fn without_a_price_there_is_no_cost() {
    let app = TestApp::with(&[("RIVULET_PRICES", "other/*=9/9")]).await;
    let id = app.conversation().await;
    let complete = ended(&app, &id, "/fast hello").await;
    assert_eq!(complete["cost"], Value::Null);
    let conversation: Value = app.get(&format!("/api/conversations/{id}")).await.json().await.unwrap();
    assert_eq!(conversation["usage"]["costs"], Value::Null);
    assert_eq!(conversation["usage"]["output_tokens"], complete["usage"]["output_tokens"]);
}

#[tokio::test]
async fn a_model_that_thinks_tells_how_long() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let complete = ended(&app, &id, "/fast /reasoning hello").await;
    let stats = &complete["stats"];
    assert!(stats["reasoning_ms"].as_u64().unwrap() <= stats["duration_ms"].as_u64().unwrap(), "{complete}");
    let conversation: Value = app.get(&format!("/api/conversations/{id}")).await.json().await.unwrap();
    assert_eq!(&conversation["messages"][1]["stats"], stats, "it is there after a reload");
    assert_eq!(ended(&app, &id, "/fast hello").await["stats"].get("reasoning_ms"), None);
    assert_ne!(conversation["messages"][1]["reasoning"], json!(""));
}
