//! Search through the running server.

use crate::app::{Events, TestApp, problem, visitor};
use proptest::{
    prelude::Rng,
    test_runner::{RngAlgorithm, TestRng},
};
use reqwest::{Client, Method, Url};
use serde_json::{Value, json};

async fn say(app: &TestApp, text: &str) -> String {
    let id = app.conversation().await;
    Events::new(app.send(&id, text).await).all().await;
    id
}

async fn search(app: &TestApp, client: &Client, text: &str) -> Value {
    let url = Url::parse_with_params("http://server/api/search", [("q", text)]).unwrap();
    let request = app.request_by(client, Method::GET, &format!("/api/search?{}", url.query().unwrap()));
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200, "{text:?}");
    response.json().await.unwrap()
}

#[tokio::test]
async fn what_was_said_is_found_with_its_words_marked() {
    let app = TestApp::start().await;
    let id = say(&app, "/fast the zebra crossing in Zürich").await;
    say(&app, "/fast something else").await;
    let found = search(&app, &app.client, "zurich \"zebra crossing\"").await;
    let hit = &found["hits"][0];
    // The demo model repeats the question.
    assert_eq!((found["hits"].as_array().unwrap().len(), &hit["conversation_id"]), (2, &json!(id)), "{found}");
    let marked: Vec<_> = hit["snippet"].as_array().unwrap().iter().filter(|part| part["hit"] == true).collect();
    assert_eq!(marked, [&json!({"text": "zebra crossing", "hit": true}), &json!({"text": "Zürich", "hit": true})]);
    assert_eq!(hit["role"], "user");
    let conversation: Value = app.get(&format!("/api/conversations/{id}")).await.json().await.unwrap();
    assert_eq!(hit["message_id"], conversation["messages"][0]["id"]);
    assert_eq!(search(&app, &visitor(), "zebra").await["hits"], json!([]), "a stranger finds nothing");
}

#[tokio::test]
async fn pages_of_a_search_follow_each_other() {
    let app = TestApp::start().await;
    for n in 0..5 {
        say(&app, &format!("/fast giraffe {n}")).await;
    }
    let (mut seen, mut path) = (Vec::new(), "/api/search?q=giraffe&limit=2".to_owned());
    loop {
        let page: Value = app.get(&path).await.json().await.unwrap();
        seen.extend(page["hits"].as_array().unwrap().iter().map(|hit| hit["message_id"].clone()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/search?q=giraffe&limit=2&cursor={next}");
    }
    let count = seen.len();
    seen.sort_by_key(Value::to_string);
    seen.dedup();
    assert!(count >= 5 && seen.len() == count, "{seen:?}");
    for (query, field) in [("q=a&limit=0", "`limit`"), ("q=a&limit=101", "`limit`"), ("q=a&cursor=x", "`cursor`")] {
        let detail = problem(app.get(&format!("/api/search?{query}")).await, 400, "invalid_request").await;
        assert!(detail.contains(field), "{detail}");
    }
    let long = format!("/api/search?q={}", "a".repeat(5000));
    assert!(problem(app.get(&long).await, 400, "invalid_request").await.starts_with("`q`"));
    assert_eq!(app.get("/api/search").await.json::<Value>().await.unwrap(), json!({"hits": []}));
}

#[tokio::test]
async fn no_text_is_an_error() {
    let app = TestApp::start().await;
    say(&app, "/fast hello").await;
    let mut random = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let pieces = [
        "\"", "'", "*", "(", ")", " AND ", " OR ", " NOT ", "NEAR(", "hello", "-", "^", ":", "owner:", "words : ",
        "\\", "%", "_", "東", "é", "\u{0}", "\u{202e}", "🦀", ";", "--", "{", "}", "+", ",", "o1", "\u{301}",
    ];
    for _ in 0..300 {
        let text: String =
            (0..random.next_u32() % 8).map(|_| pieces[random.next_u32() as usize % pieces.len()]).collect();
        search(&app, &app.client, &text).await;
    }
}
