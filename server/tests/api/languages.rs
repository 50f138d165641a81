//! The language in which a page is rendered.

use crate::app::{Events, TestApp};
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

/// A page in the language that these headers ask for.
async fn page(app: &TestApp, path: &str, headers: &[(&str, &str)]) -> (String, String) {
    let request = app.request(Method::GET, path);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let page = request.send().await.unwrap();
    assert!(page.headers().get_all("vary").iter().any(|vary| vary.to_str().unwrap().contains("accept-language")));
    let language = page.headers()["content-language"].to_str().unwrap().to_owned();
    (language, page.text().await.unwrap())
}

/// A few words of the empty chat in each language, and the attributes of its document.
const GREETINGS: [(&str, &str, &str); 6] = [
    ("en", r#"<html lang="en" dir="ltr""#, "What can I help with?"),
    ("fr", r#"<html lang="fr" dir="ltr""#, "Comment puis-je vous aider\u{202f}?"),
    ("de", r#"<html lang="de" dir="ltr""#, "Womit kann ich helfen?"),
    ("es", r#"<html lang="es" dir="ltr""#, "¿En qué puedo ayudarte?"),
    ("zh", r#"<html lang="zh-Hans" dir="ltr""#, "有什么可以帮忙的？"),
    ("ar", r#"<html lang="ar" dir="rtl""#, "كيف يمكنني المساعدة؟"),
];

#[tokio::test]
async fn the_browser_asks_for_a_language_and_a_person_chooses_one() {
    let app = TestApp::start().await;
    for (code, root, greeting) in GREETINGS {
        for headers in [
            [("accept-language", &*format!("pt, {code}-XX;q=0.9, en;q=0.1")), ("cookie", "rivulet_language=")],
            [("accept-language", "en, de, fr, es, ar, zh"), ("cookie", &format!("rivulet_language={code}"))],
        ] {
            let (language, html) = page(&app, "/", &headers).await;
            assert!(root.contains(&format!("\"{language}\"")), "{language}");
            // Once where it is seen, and once among the texts for the browser.
            assert!(html.contains(root) && html.matches(greeting).count() == 2, "{code}: {html}");
            let others = GREETINGS.iter().filter(|(other, ..)| *other != code);
            assert!(others.into_iter().all(|(.., other)| !html.contains(other)), "{code}: {html}");
        }
    }
    for headers in [&[][..], &[("accept-language", "pt")], &[("cookie", "rivulet_language=tlh")]] {
        assert_eq!(page(&app, "/", headers).await.0, "en");
    }
}

#[tokio::test]
async fn pages_that_are_rendered_at_one_time_do_not_mix() {
    let app = TestApp::start().await;
    let all = (0..60).map(|number| {
        let (code, _, greeting) = GREETINGS[number % GREETINGS.len()];
        let app = &app;
        async move { (code, greeting, page(app, "/", &[("accept-language", code)]).await.1) }
    });
    for (code, greeting, html) in join_all(all).await {
        assert_eq!(html.matches(greeting).count(), 2, "{code}: {html}");
    }
}

#[tokio::test]
async fn what_is_shared_and_what_is_not_there_speak_the_readers_language() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    Events::new(app.send(&id, "/fast hello").await).all().await;
    let link: Value = app.post(&format!("/api/conversations/{id}/share"), json!({})).await.json().await.unwrap();
    let address = format!("/s/{}", link["token"].as_str().unwrap());
    let arabic = [("accept-language", "ar")];
    let (language, html) = page(&app, &address, &arabic).await;
    assert_eq!(language, "ar");
    for part in [r#"dir="rtl""#, "شارك أحدهم", "سؤال", "إجابة", r#"<div dir="auto" class="user-message__bubble">"#]
    {
        assert!(html.contains(part), "{part}: {html}");
    }
    for nothing in ["/s/nonsense", "/c/nonsense", "/nothing"] {
        let (_, html) = page(&app, nothing, &arabic).await;
        assert!(html.contains("<title>غير موجود – Rivulet</title>") && html.contains("لا يوجد شيء هنا"), "{html}");
    }
}

#[tokio::test]
async fn an_answer_is_wrapped_in_the_words_of_the_page() {
    let app = TestApp::start().await;
    let id = app.conversation().await;
    Events::new(app.send(&id, "/fast hello").await).all().await;
    let (_, html) = page(&app, &format!("/c/{id}"), &[("accept-language", "de")]).await;
    let seen = html.split("page-words").next().unwrap();
    for part in ["Antwort des Assistenten", "Erneut antworten", "Token", "erstes Token nach", "Heute"] {
        assert!(seen.contains(part), "{part}: {seen}");
    }
    assert!(!seen.contains("Answer again"), "{seen}");
}
