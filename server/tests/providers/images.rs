//! Images, in each provider's own format.

use crate::{
    answers::{WIRES, ask_with, model, prompt},
    dialects::fixture,
    support::scripted::{Script, ScriptedServer},
};
use protocol::{
    attachment::{FileContent, PromptFile},
    message::Role,
    request::Turn,
};
use serde_json::{Value, json};
use server::providers::{ProviderSettings, Providers};

fn image(base64: &str) -> PromptFile {
    let content = FileContent::Image(base64.into());
    PromptFile { name: "a.png".into(), media_type: "image/png".into(), size: 3, pixels: Some((1, 1)), content }
}

/// The last message of the request that is made of this turn.
async fn sent(wire: &str, turn: Turn) -> Value {
    let server = ScriptedServer::start([Script::sse(fixture(wire))]).await;
    let model = model(wire, &server.url());
    let mut prompt = prompt(&model.model);
    prompt.turns = vec![turn];
    ask_with(&model, &prompt).await;
    let request = server.requests().last().unwrap().json();
    let field = match wire {
        "openai-responses" => "input",
        "gemini" => "contents",
        _ => "messages",
    };
    request[field].as_array().unwrap().last().unwrap().clone()
}

#[tokio::test]
async fn images_go_in_each_providers_own_format() {
    for wire in WIRES {
        let with_text = Turn { files: vec![image("AAA="), image("BBB=")], ..Turn::new(Role::User, "Look") };
        let alone = Turn { files: vec![image("AAA=")], ..Turn::new(Role::User, " ") };
        let url = |data: &str| format!("data:image/png;base64,{data}");
        let chat = |data: &str| json!({"type": "image_url", "image_url": {"url": url(data)}});
        let responses = |data: &str| json!({"type": "input_image", "image_url": url(data)});
        let anthropic = |data: &str| json!({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}});
        let gemini = |data: &str| json!({"inline_data": {"mime_type": "image/png", "data": data}});
        let (two, one) = match wire {
            "openai-responses" => (
                json!({"role": "user", "content": [{"type": "input_text", "text": "Look"}, responses("AAA="), responses("BBB=")]}),
                json!({"role": "user", "content": [responses("AAA=")]}),
            ),
            "anthropic" => (
                json!({"role": "user", "content": [anthropic("AAA="), anthropic("BBB="), {"type": "text", "text": "Look"}]}),
                json!({"role": "user", "content": [anthropic("AAA=")]}),
            ),
            "gemini" => (
                json!({"role": "user", "parts": [gemini("AAA="), gemini("BBB="), {"text": "Look"}]}),
                json!({"role": "user", "parts": [gemini("AAA=")]}),
            ),
            "ollama" => (
                json!({"role": "user", "content": "Look", "images": ["AAA=", "BBB="]}),
                json!({"role": "user", "content": " ", "images": ["AAA="]}),
            ),
            _ => (
                json!({"role": "user", "content": [{"type": "text", "text": "Look"}, chat("AAA="), chat("BBB=")]}),
                json!({"role": "user", "content": [chat("AAA=")]}),
            ),
        };
        assert_eq!(sent(wire, with_text).await, two, "{wire}");
        assert_eq!(sent(wire, alone).await, one, "{wire}");
    }
}

#[tokio::test]
async fn texts_go_into_the_prompt_and_what_is_left_out_is_told() {
    for wire in WIRES {
        let text = PromptFile { name: "a.rs".into(), content: FileContent::Text("fn a() {}".into()), ..image("") };
        let gone = PromptFile { content: FileContent::LeftOut, ..image("") };
        let said = sent(wire, Turn { files: vec![text, gone], ..Turn::new(Role::User, "What is it?") }).await;
        let expected = "The file \"a.rs\":\n\n```\nfn a() {}\n```\n\n[An image was here, \"a.png\", which is not shown to you.]\n\nWhat is it?";
        let content = if wire == "gemini" { &said["parts"][0]["text"] } else { &said["content"] };
        assert_eq!(content, expected, "{wire}");
    }
}

async fn listed(settings: ProviderSettings) -> Vec<(String, Option<bool>)> {
    let providers = Providers::new(&settings).unwrap();
    let mut models = providers.list().await.models;
    models.retain(|model| model.provider != "demo");
    models.into_iter().map(|model| (model.id, model.sees_images)).collect()
}

#[tokio::test]
async fn lists_say_which_models_see() {
    let openrouter = json!({"data": [
        {"id": "a/eye", "architecture": {"input_modalities": ["text", "image"]}},
        {"id": "a/ear", "architecture": {"input_modalities": ["text"]}},
        {"id": "mistral", "capabilities": {"vision": true}},
        {"id": "openai/gpt-4o"},
        {"id": "unknown"},
        {"id": "llama.gguf"},
    ], "models": [{"model": "llama.gguf", "capabilities": ["completion", "multimodal"]}]});
    let server = ScriptedServer::start([Script::json(200, openrouter.to_string())]).await;
    let settings =
        ProviderSettings { compatible_base_url: Some(format!("{}/v1", server.url())), ..ProviderSettings::default() };
    let seen = [
        ("a/eye", Some(true)),
        ("a/ear", Some(false)),
        ("mistral", Some(true)),
        ("openai/gpt-4o", Some(true)),
        ("unknown", None),
        ("llama", Some(true)),
    ];
    let seen: Vec<_> = seen.into_iter().map(|(name, sees)| (format!("compatible/{name}"), sees)).collect();
    assert_eq!(listed(settings).await, seen);

    let claude = json!({"data": [
        {"id": "claude-x", "capabilities": {"image_input": {"supported": false}}},
        {"id": "claude-sonnet-4-5"},
    ]});
    let server = ScriptedServer::start([Script::json(200, claude.to_string())]).await;
    let key = server::providers::Secret::new("k");
    let settings = ProviderSettings {
        anthropic_base_url: Some(server.url()),
        anthropic_api_key: key,
        ..ProviderSettings::default()
    };
    let seen = [("anthropic/claude-x".to_owned(), Some(false)), ("anthropic/claude-sonnet-4-5".to_owned(), Some(true))];
    assert_eq!(listed(settings).await, seen);
}

#[tokio::test]
async fn ollama_is_asked_about_each_model_once() {
    let tags = json!({"models": [{"model": "eye"}, {"model": "ear"}, {"model": "gone"}]}).to_string();
    let server = ScriptedServer::with(move |request| {
        let asks = |name: &str| request.line.contains("/api/show") && request.json()["model"] == name;
        match () {
            () if asks("eye") => Script::json(200, r#"{"capabilities":["completion","vision"]}"#),
            () if asks("ear") => Script::json(200, r#"{"capabilities":["completion"]}"#),
            () if asks("gone") => Script::json(404, "{}"),
            () => Script::json(200, tags.clone()),
        }
    })
    .await;
    let settings = ProviderSettings { ollama_host: Some(server.url()), ..ProviderSettings::default() };
    let seen = [("ollama/eye", Some(true)), ("ollama/ear", Some(false)), ("ollama/gone", None)];
    assert_eq!(listed(settings).await, seen.map(|(name, sees)| (name.to_owned(), sees)));
}
