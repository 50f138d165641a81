use super::*;
use crate::providers::{DeltaStream, ProviderPrompt, Secret};

/// A provider that only lists.
struct Lister(&'static str, Result<Vec<&'static str>, ErrorCode>);

#[async_trait::async_trait]
impl Provider for Lister {
    fn id(&self) -> &str {
        self.0
    }

    fn label(&self) -> &str {
        self.0
    }

    async fn models(&self) -> Result<Vec<ModelInfo>, ProviderError> {
        let names = self.1.clone().map_err(|code| ProviderError::new(code, "no list"))?;
        let info = |name| ModelInfo {
            id: format!("{}/{name}", self.0),
            provider: self.0.into(),
            label: String::new(),
            sees_images: None,
        };
        Ok(names.into_iter().map(info).collect())
    }

    async fn generate(&self, _prompt: &ProviderPrompt) -> Result<DeltaStream, ProviderError> {
        std::future::pending().await
    }
}

fn id(providers: &Providers, name: &str) -> Result<String, String> {
    providers.resolve(Some(name)).map(|model| model.id).map_err(|unknown| unknown.to_string())
}

#[tokio::test]
async fn without_settings_there_is_the_demo_and_nothing_else() {
    let providers = Providers::new(&ProviderSettings::default()).unwrap();
    assert_eq!(providers.list().await, providers.cached_list());
    let list = providers.cached_list();
    assert_eq!((list.default.as_str(), list.demo_only, list.models.len()), (DEMO_MODEL, true, 1));
    assert_eq!(providers.resolve(None).unwrap().id, DEMO_MODEL);
    assert_eq!(id(&providers, "rivulet"), Ok(DEMO_MODEL.into()));
    let refusal = "There is no model `gpt-4o`; there is `demo/rivulet`.";
    assert_eq!(id(&providers, "gpt-4o"), Err(refusal.into()));
    assert!(id(&providers, "demo/other").is_err() && id(&providers, "openai/gpt-4o").is_err());
}

#[tokio::test]
async fn names_lead_to_the_provider_that_can_be_meant() {
    let first = Arc::new(Lister("openai", Ok(vec!["gpt-4o", "shared"])));
    let second = Arc::new(Lister("compatible", Ok(vec!["meta/llama-3", "shared", "own"])));
    let providers = Providers::with(vec![first, second], None);
    providers.list().await;
    for (name, full) in [
        ("openai/gpt-9", "openai/gpt-9"),
        ("gpt-4o", "openai/gpt-4o"),
        ("gpt-9", "openai/gpt-9"),
        ("own", "compatible/own"),
        ("compatible/meta/llama-3", "compatible/meta/llama-3"),
        ("meta/llama-3", "compatible/meta/llama-3"),
        ("someone/model", "compatible/someone/model"),
    ] {
        assert_eq!(id(&providers, name), Ok(full.into()));
    }
    assert!(id(&providers, "shared").unwrap_err().contains("`compatible/own`"));
    assert!(id(&providers, "openai/").is_err());
    assert_eq!(providers.default_model(), "openai/gpt-4o");
}

#[tokio::test]
async fn a_provider_that_fails_is_named_and_hides_no_other() {
    let good = Arc::new(Lister("good", Ok(vec!["a"])));
    let bad = Arc::new(Lister("bad", Err(ErrorCode::UpstreamAuthentication)));
    let providers = Providers::with(vec![bad, good], Some("good/a"));
    let list = providers.list().await;
    assert_eq!(list.models.iter().map(|model| model.id.as_str()).collect::<Vec<_>>(), ["good/a", DEMO_MODEL]);
    assert_eq!(list.providers[0].error.as_ref().unwrap().code, ErrorCode::UpstreamAuthentication);
    assert!(list.providers[1].error.is_none() && !list.demo_only);
    assert_eq!(list.default, "good/a");
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached_is_not_replaced_by_the_demo() {
    let unreachable = || Arc::new(Lister("bad", Err(ErrorCode::UpstreamFailure)));
    let providers = Providers::with(vec![unreachable()], None);
    for _ in 0..2 {
        let resolved = providers.resolve(None).unwrap();
        assert_eq!((resolved.id.as_str(), resolved.provider.id()), ("bad/default", "bad"));
        providers.list().await;
    }
    let providers = Providers::with(vec![unreachable(), Arc::new(Lister("good", Ok(vec!["a"])))], None);
    providers.list().await;
    assert_eq!(providers.default_model(), "good/a");
}

#[test]
fn a_default_that_nobody_can_have_is_refused_at_the_start() {
    let set = |model: &str, key: Option<Secret>| {
        let settings = ProviderSettings { model: Some(model.into()), openai_api_key: key, ..Default::default() };
        Providers::new(&settings).map(drop).map_err(|error| error.to_string())
    };
    let key = || Secret::new("sk-test");
    assert_eq!(set("openai/gpt-9", key()), Ok(()));
    assert_eq!(set("gpt-9", key()), Ok(()));
    assert_eq!(set("demo/rivulet", None), Ok(()));
    let refusal =
        "RIVULET_MODEL names \"nothing/here\", but must name provider/model, with a provider that is configured: ";
    assert_eq!(set("nothing/here", None), Err(format!("{refusal}demo")));
    assert!(set("openai/gpt-9", None).is_err());
    let settings = ProviderSettings { fallback: vec!["demo/rivulet".into(), "no/such".into()], ..Default::default() };
    let refused = Providers::new(&settings).map(drop).unwrap_err().to_string();
    assert!(refused.starts_with("RIVULET_FALLBACK names \"no/such\""), "{refused}");
}

#[tokio::test]
async fn settings_make_providers_and_bad_ones_say_what_is_wrong() {
    let settings = ProviderSettings {
        openai_api_key: Secret::new("k"),
        anthropic_api_key: Secret::new("k"),
        gemini_api_key: Secret::new("k"),
        ollama_host: Some("localhost".into()),
        compatible_base_url: Some("https://openrouter.ai/api/v1".into()),
        ..ProviderSettings::default()
    };
    assert!(!format!("{settings:?}").contains("\"k\""), "a key shows itself");
    let list = Providers::new(&settings).unwrap().cached_list();
    let ids: Vec<_> = list.providers.iter().map(|provider| provider.id.as_str()).collect();
    assert_eq!(ids, ["openai", "anthropic", "gemini", "compatible", "ollama", "demo"]);
    assert_eq!((list.default.as_str(), list.providers[3].label.as_str()), ("openai/gpt-4.1-mini", "OpenRouter"));
    let bad_url =
        ProviderSettings { compatible_base_url: Some("localhost:8000".into()), ..ProviderSettings::default() };
    assert_eq!(Providers::new(&bad_url).err(), Some(SetupError::BaseUrl("Compatible server".into())));
    let bad_key = ProviderSettings { openai_api_key: Secret::new("a\nb"), ..ProviderSettings::default() };
    assert_eq!(Providers::new(&bad_key).err(), Some(SetupError::Key("OpenAI".into())));
}
