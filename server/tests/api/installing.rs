//! What lets the page be installed, and how it looks before any script has run.

use crate::app::TestApp;
use reqwest::Method;

fn header(response: &reqwest::Response, name: &str) -> String {
    response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

#[tokio::test]
async fn the_service_worker_is_asked_for_anew_and_keeps_the_shell_only() {
    let app = TestApp::start().await;
    let worker = app.get("/service-worker.js").await;
    assert_eq!(worker.status(), 200);
    assert_eq!(header(&worker, "content-type"), "text/javascript; charset=utf-8");
    assert_eq!(header(&worker, "cache-control"), "no-cache");
    let script = worker.text().await.unwrap();
    assert!(script.contains(r#"const SHELL = ["/offline", "#), "{script}");
    assert!(!script.contains("{version}") && !script.contains("{files}"), "{script}");
}

#[tokio::test]
async fn the_offline_page_is_nobodys_and_has_no_script() {
    let app = TestApp::start().await;
    let page = app.get("/offline").await;
    assert_eq!((page.status().as_u16(), header(&page, "set-cookie").as_str()), (200, ""));
    assert!(header(&page, "content-security-policy").starts_with("default-src 'none'; style-src 'self'"));
    let html = page.text().await.unwrap();
    assert!(html.contains("You are offline") && !html.contains("<script"), "{html}");
}

#[tokio::test]
async fn how_the_page_looks_is_in_its_first_bytes() {
    let app = TestApp::start().await;
    let cookie = "rivulet_theme=dark; rivulet_density=compact; rivulet_text_size=largest";
    let chosen = app.request(Method::GET, "/").header("cookie", cookie).send().await.unwrap().text().await.unwrap();
    assert!(chosen.contains(r#"data-theme="dark" data-density="compact" data-text-size="largest""#), "{chosen}");
    assert!(chosen.contains(r#"<meta name="color-scheme" content="dark">"#), "{chosen}");
    assert_eq!(chosen.matches(r##"content="#121719""##).count(), 2, "whatever the system says: {chosen}");
    assert!(chosen.contains(r#"<link rel="manifest" href="/manifest.webmanifest">"#), "{chosen}");

    let foul = "rivulet_theme=\"><script>; rivulet_density=x; rivulet_text_size=";
    let plain = app.request(Method::GET, "/").header("cookie", foul).send().await.unwrap().text().await.unwrap();
    let root = plain.split("<head>").next().unwrap();
    assert!(!root.contains("data-"), "{root}");
    for colour in ["#fbfcfc", "#121719"] {
        assert_eq!(plain.matches(&format!(r#"content="{colour}""#)).count(), 1, "{plain}");
    }
}

#[tokio::test]
async fn the_frame_of_a_diagram_can_draw_and_nothing_else() {
    let app = TestApp::start().await;
    let mut nonces = Vec::new();
    for _ in 0..2 {
        let frame = app.get("/diagram").await;
        assert_eq!((frame.status().as_u16(), header(&frame, "set-cookie").as_str()), (200, ""));
        assert_eq!(
            (header(&frame, "x-frame-options"), header(&frame, "cache-control")),
            ("SAMEORIGIN".into(), "no-store".into())
        );
        let policy = header(&frame, "content-security-policy");
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        let expected = format!(
            "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'self'; sandbox allow-scripts"
        );
        assert_eq!(policy, expected);
        let html = frame.text().await.unwrap();
        assert_eq!(html.matches("<script").count(), 1, "{html}");
        assert!(html.contains(&format!("<script nonce=\"{nonce}\">")) && !html.contains("{script}"), "{html}");
        nonces.push(nonce);
    }
    assert_ne!(nonces[0], nonces[1]);
}
