//! The page's own routes.

use crate::{
    app::{Events, TestApp, problem, text, visitor},
    upstream::Upstream,
};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_conversation_is_made_asked_and_read() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let frames = Events::new(app.send(&id, "/fast hello").await).all().await;
    let first = frames[0].json();
    assert_eq!(
        (&first["type"], &first["status"], &first["conversation_id"]),
        (&json!("status"), &json!("processing"), &json!(id))
    );
    assert_eq!(frames.last().unwrap().json()["finish_reason"], "stop");

    let conversation: Value = app.get(&format!("/api/conversations/{id}")).await.json().await.unwrap();
    assert_eq!(conversation["title"], "/fast hello");
    let [question, answer] = &conversation["messages"].as_array().unwrap()[..] else { panic!("{conversation}") };
    assert_eq!((&question["role"], &question["content"]), (&json!("user"), &json!("/fast hello")));
    assert_eq!(question["id"], first["user_message_id"]);
    assert_eq!((&answer["id"], &answer["parent_id"]), (&first["message_id"], &question["id"]));
    assert_eq!(answer["content"], text(&frames));
    assert_eq!((&answer["status"], &answer["model"]), (&json!("complete"), &json!("demo/rivulet")));
    assert_eq!(answer["last_event_id"], frames.len());

    let list: Value = app.get("/api/conversations").await.json().await.unwrap();
    assert_eq!(list["conversations"][0]["id"], json!(id));
    assert_eq!(app.delete(&format!("/api/conversations/{id}")).await.status(), 204);
    problem(app.get(&format!("/api/conversations/{id}")).await, 404, "not_found").await;
}

#[tokio::test]
async fn the_second_question_knows_the_first() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    Events::new(app.send(&id, "/fast my cat is Tom").await).all().await;
    let frames = Events::new(app.send(&id, "/fast what did I say?").await).all().await;
    assert!(text(&frames).contains("my cat is Tom"), "{}", text(&frames));
}

#[tokio::test]
async fn the_provider_is_told_the_whole_conversation() {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[("RIVULET_SYSTEM_PROMPT", "Be kind.")]).await;
    let id = app.conversation().await;
    for (question, answer) in [("one", "ONE"), ("two", "TWO")] {
        let events = Events::new(app.send(&id, question).await);
        let mut call = upstream.call().await;
        let said: Vec<_> =
            call.request["messages"].as_array().unwrap().iter().map(|turn| turn["content"].clone()).collect();
        match question {
            "one" => assert_eq!(said, ["Be kind.", "one"]),
            _ => assert_eq!(said, ["Be kind.", "one", "ONE", "two"]),
        }
        call.accept().await;
        call.say(answer).await;
        call.finish().await;
        events.all().await;
    }
}

#[tokio::test]
async fn what_a_message_does_not_speak_of_stays_as_it_was() {
    let mut upstream = Upstream::start().await;
    let app = TestApp::before(&upstream, &[]).await;
    let settings = json!({"system_prompt": "Be kind.", "temperature": 0.5});
    let made: Value = app.post("/api/conversations", settings).await.json().await.unwrap();
    let id = made["id"].as_str().unwrap().to_owned();
    for (change, system_prompt, temperature) in [
        (json!({"content": "one"}), json!("Be kind."), json!(0.5)),
        (json!({"content": "two", "temperature": 1.0}), json!("Be kind."), json!(1.0)),
        (json!({"content": "three", "system_prompt": null}), Value::Null, json!(1.0)),
        (json!({"content": "four", "systemPrompt": "Be brief."}), json!("Be brief."), json!(1.0)),
    ] {
        let events = Events::new(app.post(&format!("/api/conversations/{id}/messages"), change).await);
        let mut call = upstream.call().await;
        let first = &call.request["messages"][0];
        let told = if first["role"] == "user" { Value::Null } else { first["content"].clone() };
        assert_eq!((told, &call.request["temperature"]), (system_prompt.clone(), &temperature));
        call.accept().await;
        call.say("yes").await;
        call.finish().await;
        events.all().await;
        let kept: Value = app.get(&format!("/api/conversations/{id}")).await.json().await.unwrap();
        assert_eq!(kept["settings"].get("system_prompt").unwrap_or(&Value::Null), &system_prompt);
        assert_eq!(kept["settings"]["temperature"], temperature);
    }
}

#[tokio::test]
async fn a_retry_makes_another_answer_to_the_same_question() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let frames = Events::new(app.send(&id, "/fast /error overloaded after 5").await).all().await;
    let failed = frames[0].json()["message_id"].clone();
    let path = format!("/api/conversations/{id}");
    let before: Value = app.get(&path).await.json().await.unwrap();
    assert_eq!(before["messages"][1]["status"], "failed");
    assert_eq!(before["messages"][1]["error"]["code"], "upstream_overloaded");
    assert!(!before["messages"][1]["content"].as_str().unwrap().is_empty(), "the partial answer is kept");
    Events::new(app.post(&format!("{path}/messages"), json!({ "retry": failed })).await).all().await;
    let after: Value = app.get(&path).await.json().await.unwrap();
    assert_eq!(after["messages"].as_array().unwrap().len(), 2);
    assert_eq!(after["messages"][0]["id"], before["messages"][0]["id"]);
    assert_ne!(after["messages"][1]["id"], failed);
}

#[tokio::test]
async fn one_visitors_conversations_do_not_exist_for_another() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let mut events = Events::new(app.send(&id, "/slow hello").await);
    let generation = events.next().await.unwrap().json()["generation_id"].as_str().unwrap().to_owned();
    let stranger = visitor();
    let ask = |method, path: String| app.request_by(&stranger, method, &path).json(&json!({"content": "x"})).send();
    for (method, path) in [
        (Method::GET, format!("/api/conversations/{id}")),
        (Method::DELETE, format!("/api/conversations/{id}")),
        (Method::POST, format!("/api/conversations/{id}/messages")),
        (Method::GET, format!("/api/generations/{generation}/events")),
        (Method::DELETE, format!("/api/generations/{generation}")),
    ] {
        problem(ask(method, path).await.unwrap(), 404, "not_found").await;
    }
    let list: Value = ask(Method::GET, "/api/conversations".into()).await.unwrap().json().await.unwrap();
    assert_eq!(list["conversations"], json!([]));
    assert_eq!(app.get(&format!("/api/conversations/{id}")).await.status(), 200, "nothing was harmed");
}

#[tokio::test]
async fn the_cookie_is_set_once() {
    let app = TestApp::start().await;
    let first = app.get("/api/conversations").await;
    let cookie = first.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    assert!(app.get("/api/conversations").await.headers().get("set-cookie").is_none());
    assert!(app.get("/api/models").await.headers().get("set-cookie").is_none());
}

#[tokio::test]
async fn a_double_send_with_one_key_is_one_generation() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let path = format!("/api/conversations/{id}/messages");
    let send = || {
        app.request(Method::POST, &path).header("Idempotency-Key", "k1").json(&json!({"content": "/fast hello"})).send()
    };
    let (one, two) = tokio::join!(send(), send());
    let (one, two) = (Events::new(one.unwrap()).all().await, Events::new(two.unwrap()).all().await);
    assert_eq!(one, two);
    let later = Events::new(send().await.unwrap()).all().await;
    assert_eq!(one, later);
    let conversation: Value = app.get(&format!("/api/conversations/{id}")).await.json().await.unwrap();
    assert_eq!(conversation["messages"].as_array().unwrap().len(), 2);
}

/// What is asked now must not be lost without a word.
#[tokio::test]
async fn a_key_that_comes_again_with_another_question_is_refused() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let path = format!("/api/conversations/{id}/messages");
    let send = |body: Value| app.request(Method::POST, &path).header("Idempotency-Key", "k1").json(&body).send();
    let first = Events::new(send(json!({"content": "/fast hello"})).await.unwrap()).all().await;
    let answer = first[0].json()["message_id"].clone();
    for other in
        [json!({"content": "/fast bye"}), json!({"edit": first[0].json()["user_message_id"], "content": "/fast bye"})]
    {
        let detail = problem(send(other).await.unwrap(), 400, "invalid_request").await;
        assert!(detail.contains("`Idempotency-Key` was used for another question"), "{detail}");
    }
    // Asking the same question for another answer is no other question.
    let again = Events::new(send(json!({"retry": answer})).await.unwrap()).all().await;
    assert_eq!(again, first);
}

#[tokio::test]
async fn a_repeated_key_finds_the_answer_even_when_its_events_are_gone() {
    let app = TestApp::with(&[("RIVULET_KEEP_FINISHED", "100ms")]).await;
    let id = app.conversation().await;
    let path = format!("/api/conversations/{id}/messages");
    let send = || {
        app.request(Method::POST, &path).header("Idempotency-Key", "k1").json(&json!({"content": "/fast hello"})).send()
    };
    let first = Events::new(send().await.unwrap()).all().await;
    let generation = first[0].json()["generation_id"].as_str().unwrap().to_owned();
    // After an event that has been forgotten there is nothing to go on with.
    let gone = format!("/api/generations/{generation}/events?after=1");
    while app.get(&gone).await.status() != 404 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let again = Events::new(send().await.unwrap()).all().await;
    assert_eq!(text(&again), text(&first));
    assert_eq!(again[0].json(), first[0].json());
    assert_eq!(again.last().unwrap().json()["finish_reason"], "stop");
    let events = app.get(&format!("/api/generations/{generation}/events")).await;
    assert_eq!(text(&Events::new(events).all().await), text(&first), "from its beginning the answer is told again");
}

#[tokio::test]
async fn a_second_question_waits_for_the_first_answer() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let mut events = Events::new(app.send(&id, "/slow hello").await);
    let generation = events.next().await.unwrap().json()["generation_id"].as_str().unwrap().to_owned();
    let detail = problem(app.send(&id, "/fast more").await, 409, "conflict").await;
    assert!(detail.contains("still being written"), "{detail}");
    assert_eq!(app.delete(&format!("/api/generations/{generation}")).await.status(), 204);
    assert_eq!(app.send(&id, "/fast more").await.status(), 200, "a stop has taken effect when it is answered");
}

#[tokio::test]
async fn the_whole_answer_is_there_for_clients_that_cannot_stream() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let path = format!("/api/conversations/{id}/messages");
    let send = |whole: bool| {
        let body = json!({"content": "/fast hello", "whole": whole});
        app.request(Method::POST, &path).header("Idempotency-Key", "k1").json(&body).send()
    };
    let streamed = Events::new(send(false).await.unwrap()).all().await;
    let answer: Value = send(true).await.unwrap().json().await.unwrap();
    assert_eq!(answer["content"], text(&streamed));
    assert_eq!((&answer["status"], &answer["id"]), (&json!("complete"), &streamed[0].json()["message_id"]));
}

#[tokio::test]
async fn a_busy_server_says_so() {
    let app = TestApp::with(&[("RIVULET_MAX_STREAMS", "1")]).await;
    let id = app.conversation().await;
    let mut first = Events::new(app.send(&id, "/slow hello").await);
    first.next().await.unwrap();
    let response = app.post("/api/chat", json!({"messages": [{"role": "user", "content": "x"}]})).await;
    assert!(response.headers().contains_key("retry-after"));
    problem(response, 503, "overloaded").await;
}

#[tokio::test]
async fn a_stopping_server_ends_answers_as_interrupted() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    let mut events = Events::new(app.send(&id, "/slow hello").await);
    events.next().await.unwrap();
    let (frames, ()) = tokio::join!(events.all(), app.shut_down());
    let last = frames.last().unwrap().json();
    assert_eq!((&last["type"], &last["code"]), (&json!("error"), &json!("interrupted")));
}
