//! Local servers are found, offered and asked; what is none of them is left alone.

use crate::support::scripted::{Script, ScriptedServer};
use server::providers::{LocalServers, ProviderSettings, Providers};

async fn found(ollama: Option<Vec<Script>>, llama_cpp: Option<Vec<Script>>) -> (Vec<String>, String, bool) {
    let start = async |scripts: Option<Vec<Script>>| match scripts {
        Some(scripts) => Some(ScriptedServer::start(scripts).await),
        None => None,
    };
    let (ollama, llama_cpp) = (start(ollama).await, start(llama_cpp).await);
    let url =
        |server: &Option<ScriptedServer>| server.as_ref().map_or("http://127.0.0.1:9".into(), ScriptedServer::url);
    let local_servers = Some(LocalServers { ollama: url(&ollama), llama_cpp: url(&llama_cpp) });
    let providers = Providers::new(&ProviderSettings { local_servers, ..ProviderSettings::default() }).unwrap();
    let list = providers.list().await;
    (list.models.into_iter().map(|model| model.id).collect(), list.default, list.demo_only)
}

#[tokio::test]
async fn local_servers_are_found_by_what_they_say_they_are() {
    let version = Script::json(200, r#"{"version":"0.12.0"}"#);
    let tags = Script::json(200, r#"{"models":[{"name":"llama3.2:latest","model":"llama3.2:latest"}]}"#);
    let models = |owner: &str| Script::json(200, format!(r#"{{"data":[{{"id":"smol","owned_by":"{owner}"}}]}}"#));
    let both = found(Some(vec![version, tags]), Some(vec![models("llamacpp")])).await;
    let ids = ["ollama/llama3.2:latest", "llamacpp/smol", "demo/rivulet"].map(String::from).to_vec();
    assert_eq!(both, (ids, "ollama/llama3.2:latest".into(), false));

    let demo = (vec!["demo/rivulet".to_owned()], "demo/rivulet".to_owned(), true);
    assert_eq!(found(Some(vec![Script::json(404, "{}")]), Some(vec![models("somebody")])).await, demo);
    assert_eq!(found(None, None).await, demo);
    assert_eq!(found(Some(vec![Script::silent()]), Some(vec![Script::silent()])).await, demo);
}

#[tokio::test]
async fn a_configured_ollama_stays_whether_or_not_it_lists_its_models() {
    for answer in [Script::json(200, r#"{"models":[]}"#), Script::json(500, "{}")] {
        let server = ScriptedServer::start([answer]).await;
        let settings = ProviderSettings { ollama_host: Some(server.url()), ..ProviderSettings::default() };
        let providers = Providers::new(&ProviderSettings { local_servers: None, ..settings }).unwrap();
        providers.list().await;
        assert_eq!(providers.resolve(Some("ollama/any")).map(|model| model.id).unwrap(), "ollama/any");
    }
}
