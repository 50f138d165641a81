//! All providers: finds the one that a model belongs to, and keeps the list of what is on offer.
//!
//! The list is cached and refreshed behind the reader's back; a provider that is slow or broken is named in it and hides
//! no other. Where nothing is configured, local servers are looked for ([`super::discovery`]) and offered.

use super::{
    Breaker, DEMO_MODEL, Demo, Provider, ProviderError, ProviderSettings, SetupError,
    client::Clients,
    discovery::{self, Discovery},
    setup::{Entry, configured},
    sight,
};
use crate::prices::{Price, Prices};
use futures::future::join_all;
use protocol::{
    error::{ErrorCode, PublicError},
    model::{ModelInfo, ModelList, ProviderInfo},
    request::InvalidField,
};
use std::{
    sync::{Arc, RwLock},
    time::{Duration, Instant},
};

/// How old the list may be before it is refreshed.
const FRESH: Duration = Duration::from_secs(60);
/// How old it may be while local servers are looked for.
const FRESH_WHILE_LOOKING: Duration = Duration::from_secs(30);
/// How long one provider may take to list its models.
const PATIENCE: Duration = Duration::from_secs(2);

/// A model, found: whom to ask, and for what.
#[derive(Clone)]
pub struct ResolvedModel {
    /// Its full name, `provider/model`.
    pub id: String,
    /// Whom to ask.
    pub provider: Arc<dyn Provider>,
    /// The provider's own name for it.
    pub model: String,
    /// Whether the provider is worth asking at the moment; none for one that is never paused.
    pub breaker: Option<Arc<Breaker>>,
    /// What it costs, where that is known.
    pub price: Option<Price>,
    /// Whether it sees images; none where nobody knows.
    pub sees_images: Option<bool>,
}

/// No provider offers the model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("There is no model `{name}`; {offered}.")]
pub struct UnknownModel {
    /// What was asked for.
    pub name: String,
    /// What there is, in words.
    pub offered: String,
}

impl From<UnknownModel> for PublicError {
    fn from(unknown: UnknownModel) -> Self {
        PublicError::new(ErrorCode::ModelNotFound, unknown.to_string())
    }
}

/// What is known of one provider's models.
#[derive(Clone)]
struct Offer {
    entry: Entry,
    models: Vec<ModelInfo>,
    /// Whether the provider has ever told its models.
    listed: bool,
    error: Option<PublicError>,
}

impl Offer {
    /// What can be said before the provider has been asked.
    fn unasked(entry: Entry) -> Self {
        let models = entry.default_model.map(|name| ModelInfo {
            id: format!("{}/{name}", entry.provider.id()),
            provider: entry.provider.id().to_owned(),
            label: name.to_owned(),
            sees_images: sees_images(entry.provider.id(), name),
        });
        Self { entry, models: models.into_iter().collect(), listed: false, error: None }
    }
}

struct Known {
    offers: Vec<Offer>,
    /// When the providers were last asked.
    asked: Option<Instant>,
}

/// All providers: whom to ask for a model, and what is on offer.
pub struct Providers {
    default: Option<String>,
    /// The models to ask when another fails, in order.
    fallback: Vec<String>,
    prices: Prices,
    /// What the configured providers ask with.
    clients: Option<Clients>,
    known: RwLock<Known>,
    discovery: Option<Discovery>,
    /// Held while the providers are asked, so that they are asked once.
    asking: tokio::sync::Mutex<()>,
}

impl Providers {
    /// Sets up what is configured. Asks nobody yet; see [`Providers::start`].
    pub fn new(settings: &ProviderSettings) -> Result<Arc<Self>, SetupError> {
        let clients = Clients::new(settings.connect_timeout);
        let entries = configured(settings, &clients)?;
        let discovery = match &settings.local_servers {
            Some(servers) if entries.is_empty() => Some(Discovery::new(servers, &clients)?),
            _ => None,
        };
        let providers = Self::of(entries, discovery, settings.model.clone());
        let (fallback, prices) = (settings.fallback.clone(), settings.prices.clone());
        let providers = Self { fallback, prices, clients: Some(clients), ..providers };
        providers.check_names()?;
        Ok(Arc::new(providers))
    }

    /// The given providers and the demo model: for tests.
    pub fn with(providers: Vec<Arc<dyn Provider>>, default: Option<&str>) -> Arc<Self> {
        let entries = providers.into_iter().map(|provider| Entry::new(provider, None)).collect();
        Arc::new(Self::of(entries, None, default.map(str::to_owned)))
    }

    fn of(mut entries: Vec<Entry>, discovery: Option<Discovery>, default: Option<String>) -> Self {
        entries.push(Entry::new(Arc::new(Demo), Some("rivulet")));
        let offers = entries.into_iter().map(Offer::unasked).collect();
        let default = default.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        Self {
            default,
            fallback: Vec::new(),
            prices: Prices::default(),
            clients: None,
            known: RwLock::new(Known { offers, asked: None }),
            discovery,
            asking: tokio::sync::Mutex::new(()),
        }
    }

    /// Refuses names that no provider can ever have: every request that means them would fail.
    fn check_names(&self) -> Result<(), SetupError> {
        let default = self.default.iter().map(|name| ("RIVULET_MODEL", name));
        let fallback = self.fallback.iter().map(|name| ("RIVULET_FALLBACK", name));
        for (variable, name) in default.chain(fallback) {
            let could_be_found =
                self.discovery.is_some() && name.split_once('/').is_none_or(|(id, _)| discovery::IDS.contains(&id));
            if !could_be_found && self.read(|known| find(&known.offers, name)).is_none() {
                let id = |offer: &Offer| offer.entry.provider.id().to_owned();
                let ids = self.read(|known| known.offers.iter().map(id).collect::<Vec<_>>().join(", "));
                return Err(SetupError::Model { variable, name: name.clone(), configured: ids });
            }
        }
        Ok(())
    }

    /// The models to ask when this one fails. One that cannot be found now (a local server that is gone) is passed over.
    pub fn fallbacks(&self, id: &str) -> Vec<ResolvedModel> {
        let found = self.fallback.iter().filter_map(|name| self.find(name));
        found.filter(|model| model.id != id).collect()
    }

    /// The providers as `/readyz` and the list tell of them.
    pub fn states(&self) -> Vec<ProviderInfo> {
        self.read(|known| known.offers.iter().map(info).collect())
    }

    /// Makes ready what this thread needs to ask providers.
    pub fn prepare_thread(&self) {
        if let Some(clients) = &self.clients {
            clients.prepare_thread();
        }
    }

    /// Asks every provider for its models in the background, so that the first visitor need not wait.
    pub fn start(self: &Arc<Self>) {
        let providers = Arc::clone(self);
        tokio::spawn(async move { providers.refresh().await });
    }

    /// The list, at most a minute old; an older one is given at once and refreshed for the next reader.
    pub async fn list(self: &Arc<Self>) -> ModelList {
        let fresh = if self.discovery.is_some() { FRESH_WHILE_LOOKING } else { FRESH };
        let asked = self.read(|known| known.asked);
        match asked {
            None => self.refresh().await,
            Some(asked) if asked.elapsed() > fresh => self.start(),
            Some(_) => {}
        }
        self.cached_list()
    }

    /// The list as it is known now; never waits.
    pub fn cached_list(&self) -> ModelList {
        let default = self.default_model();
        self.read(|known| ModelList {
            default,
            models: known.offers.iter().flat_map(|offer| offer.models.iter().cloned()).collect(),
            providers: known.offers.iter().map(info).collect(),
            demo_only: known.offers.len() == 1,
            ..ModelList::default()
        })
    }

    /// The model that answers when a request names none: the one that is set, or the first provider's, or the demo.
    pub fn default_model(&self) -> String {
        let first = || {
            self.read(|known| {
                let mut remote = known.offers.iter().filter(|offer| offer.entry.provider.id() != "demo");
                let preferred = |offer: &Offer| {
                    let set = offer.entry.default_model.map(|name| format!("{}/{name}", offer.entry.provider.id()));
                    set.or_else(|| offer.models.first().map(|model| model.id.clone()))
                };
                // A provider that is configured but cannot be reached answers for itself: nobody who has set one up wants
                // the demo's words in its place. Servers with one model take any name.
                let unreached =
                    |offer: &Offer| (!offer.listed).then(|| format!("{}/default", offer.entry.provider.id()));
                remote.clone().find_map(preferred).or_else(|| remote.find_map(unreached))
            })
        };
        self.default.clone().or_else(first).unwrap_or_else(|| DEMO_MODEL.to_owned())
    }

    /// Finds a model by its name; by none, the default one.
    ///
    /// `provider/model` names it in full, and `model` may hold slashes itself. A name without a provider that we know, as
    /// OpenAI clients send it, is taken where one provider lists it, where it says whose it is, or where only one provider
    /// can be meant.
    pub fn resolve(&self, name: Option<&str>) -> Result<ResolvedModel, UnknownModel> {
        let name =
            name.map(str::trim).filter(|name| !name.is_empty()).map_or_else(|| self.default_model(), str::to_owned);
        self.find(&name)
            .ok_or_else(|| UnknownModel { name: name.chars().take(100).collect(), offered: self.read(offered) })
    }

    fn find(&self, name: &str) -> Option<ResolvedModel> {
        let found = self.read(|known| find(&known.offers, name))?;
        Some(ResolvedModel { price: self.prices.of(&found.id), ..found })
    }

    /// Refuses an image that a model would not see; `field` is where the client has put it. What nobody knows is tried.
    pub fn check_sight(&self, name: Option<&str>, field: &str) -> Result<(), InvalidField> {
        match self.resolve(name) {
            Ok(ResolvedModel { id, sees_images: Some(false), .. }) => {
                let problem = format!(
                    "has an image, which `{id}` cannot see: choose a model that can (`sees_images` in GET /api/models), or leave the \
                     image out"
                );
                Err(InvalidField::new(field, problem))
            }
            // That there is no such model is said where it is asked.
            _ => Ok(()),
        }
    }

    fn read<T>(&self, read: impl FnOnce(&Known) -> T) -> T {
        read(&self.known.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Asks every provider, all at once, each for a bounded time. Whoever comes while it is under way waits for it.
    async fn refresh(&self) {
        let before = Instant::now();
        let _asking = self.asking.lock().await;
        if self.read(|known| known.asked).is_some_and(|asked| asked > before) {
            return;
        }
        // What was found is found again, or gone. Without looking there is nothing found: an Ollama here is configured.
        let stays = |entry: &Entry| self.discovery.is_none() || !entry.discovered();
        let mut entries: Vec<Entry> =
            self.read(|known| known.offers.iter().map(|offer| offer.entry.clone()).filter(stays).collect());
        if let Some(discovery) = &self.discovery {
            let found = discovery.look().await;
            entries.splice(0..0, found);
        }
        let offers = join_all(entries.into_iter().map(|entry| self.ask(entry))).await;
        let mut known = self.known.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        *known = Known { offers, asked: Some(Instant::now()) };
    }

    /// Asks one provider. What it listed before stays on offer while it fails.
    async fn ask(&self, entry: Entry) -> Offer {
        let id = entry.provider.id().to_owned();
        let answer = tokio::time::timeout(PATIENCE, entry.provider.models()).await.unwrap_or_else(|_| {
            let message = format!("{} took too long to list its models.", entry.provider.label());
            Err(ProviderError::new(ErrorCode::UpstreamTimeout, message))
        });
        match answer {
            Ok(models) => Offer { models, entry, listed: true, error: None },
            Err(error) => {
                let known =
                    self.read(|known| known.offers.iter().find(|offer| offer.entry.provider.id() == id).cloned());
                let before = known.unwrap_or_else(|| Offer::unasked(entry.clone()));
                let error = PublicError::from(error);
                // Once for each failure, not once for each time that it is looked at.
                if before.error.as_ref() != Some(&error) {
                    tracing::warn!(provider = id, message = error.message, "a provider does not list its models");
                }
                Offer { entry, error: Some(error), ..before }
            }
        }
    }
}

fn info(offer: &Offer) -> ProviderInfo {
    let provider = &offer.entry.provider;
    let paused = offer.entry.breaker.as_ref().and_then(|breaker| breaker.paused());
    let error = paused.map(|paused| paused.error(provider.label()).into()).or_else(|| offer.error.clone());
    let paused_ms = paused.map(|paused| u64::try_from(paused.rest.as_millis()).unwrap_or(u64::MAX));
    ProviderInfo { id: provider.id().to_owned(), label: provider.label().to_owned(), error, paused_ms }
}

/// Whether a model sees images that its provider has not listed.
fn sees_images(provider: &str, model: &str) -> Option<bool> {
    if provider == "demo" { Some(true) } else { sight::by_name(model) }
}

fn find(offers: &[Offer], name: &str) -> Option<ResolvedModel> {
    let resolved = |offer: &Offer, model: &str| ResolvedModel {
        id: format!("{}/{model}", offer.entry.provider.id()),
        provider: Arc::clone(&offer.entry.provider),
        model: model.to_owned(),
        breaker: offer.entry.breaker.clone(),
        price: None,
        sees_images: {
            let id = offer.entry.provider.id();
            let listed = offer.models.iter().find(|known| known.id.strip_prefix(id) == Some(&format!("/{model}")));
            listed.map_or_else(|| sees_images(id, model), |listed| listed.sees_images)
        },
    };
    let named = |id: &str| offers.iter().find(|offer| offer.entry.provider.id() == id);
    if let Some((id, model)) = name.split_once('/')
        && let Some(offer) = named(id)
    {
        // The demo has one model; what a remote provider has, it knows best itself.
        let known = id != "demo" || format!("{id}/{model}") == DEMO_MODEL;
        return (known && !model.is_empty()).then(|| resolved(offer, model));
    }
    let lists = |offer: &&Offer| {
        let own = |model: &ModelInfo| model.id.split_once('/').is_some_and(|(_, model)| model == name);
        offer.models.iter().any(own)
    };
    let mut listing = offers.iter().filter(lists);
    if let (Some(offer), None) = (listing.next(), listing.next()) {
        return Some(resolved(offer, name));
    }
    let family = match name {
        _ if name.contains('/') => "compatible",
        _ if ["gpt-", "chatgpt-", "o1", "o3", "o4"].iter().any(|start| name.starts_with(start)) => "openai",
        _ if name.starts_with("claude-") => "anthropic",
        _ if name.starts_with("gemini-") || name.starts_with("gemma-") => "gemini",
        _ => "",
    };
    let mut remote = offers.iter().filter(|offer| offer.entry.provider.id() != "demo");
    let only = match (remote.next(), remote.next()) {
        (Some(offer), None) if !name.contains('/') => Some(offer),
        _ => None,
    };
    named(family).or(only).map(|offer| resolved(offer, name))
}

fn offered(known: &Known) -> String {
    /// Enough to choose from in a sentence.
    const SHOWN: usize = 8;
    let models: Vec<&str> =
        known.offers.iter().flat_map(|offer| &offer.models).map(|model| model.id.as_str()).collect();
    let names = models.iter().take(SHOWN).map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
    match models.len().saturating_sub(SHOWN) {
        0 => format!("there is {names}"),
        more => format!("there is {names} and {more} more"),
    }
}

#[cfg(test)]
mod tests;
