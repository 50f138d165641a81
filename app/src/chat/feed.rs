//! What one tab reads for all tabs of a browser: every answer, and every change of the list of conversations.
//!
//! A browser opens six connections to a server and no more. So of many tabs that stream, the first few read their answers
//! themselves, and the answers of the others come through `GET /api/events`, which one tab reads and tells the others. Tabs
//! that show the same conversation learn by it what is asked in the others.
//!
//! What lives here: `Feed`, what the session holds; `hub`, what one tab knows; `leader`, which tab reads; `bell`.
//!
//! Who calls it: the session, for answers; pages, by way of the chat's handle, for [`News`].
//!
//! What it must not know: messages. Where a browser cannot tell its tabs apart, each reads for itself.

mod bell;
mod hub;
mod leader;

use super::scope::Scope;
use crate::browser::{
    locks::{self, Lock, Wish},
    time::within,
};
use crate::erased::effect;
use futures::channel::oneshot;
use hub::Hub;
pub(super) use hub::{Heard, Line};
use leptos::prelude::*;
use protocol::{event::Processing, feed::FeedChange, id::GenerationId};
use send_wrapper::SendWrapper;
use std::{rc::Rc, time::Duration};

/// How many tabs read their answers themselves. With the one that reads for all, two of a browser's six connections are left
/// for everything else.
const OWN_CONNECTIONS: usize = 3;
/// The name of the locks that count these connections; a number follows.
const CONNECTION: &str = "rivulet:connection:";
/// How long a tab that may not read by itself waits for the one that reads for all to be connected.
const PATIENCE: Duration = Duration::from_secs(2);

/// News of the visitor's conversations, from whatever tab or program they come.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// Something has changed.
    Change(FeedChange),
    /// Something may have changed that nobody will tell any more: read the list of conversations again.
    Unsure,
}

/// The feed of one chat. Copying it gives the same feed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Feed {
    /// None on the server, and where tabs cannot be told apart.
    hub: StoredValue<Option<SendWrapper<Rc<Hub>>>>,
    readers: StoredValue<Vec<Callback<News>>>,
    began: StoredValue<Option<Callback<Processing, bool>>>,
}

/// Which way an answer comes.
pub(super) enum Way {
    /// Over a connection of its own, which counts until the place is dropped.
    Own(Place),
    /// Through the feed.
    Shared,
}

/// A place among the [`OWN_CONNECTIONS`].
#[expect(dead_code, reason = "what is held counts until it is dropped")]
pub(super) enum Place {
    /// It is counted.
    Counted(Lock),
    /// It is about to be counted, for there is nobody else to wait for.
    Alone(oneshot::Sender<()>),
    /// Nothing is counted here.
    Uncounted,
}

impl Feed {
    pub(crate) fn new() -> Self {
        Self { hub: StoredValue::new(None), readers: StoredValue::new(Vec::new()), began: StoredValue::new(None) }
    }

    /// Takes part, in a browser that can: hears the other tabs, and reads for them if it is its turn.
    pub(super) fn start(self, scope: Scope) {
        effect(move |_| {
            let Some(hub) = Hub::open(self) else { return };
            self.hub.set_value(Some(SendWrapper::new(Rc::clone(&hub))));
            scope.spawn(async move {
                leader::take_part(hub).await;
                self.hub.try_set_value(None);
            });
        });
    }

    /// Calls this with all news, as long as the component that made the feed lives.
    pub(crate) fn on_news(self, call: impl Fn(News) + Send + Sync + 'static) {
        self.readers.update_value(|readers| readers.push(Callback::new(call)));
    }

    /// Calls this when an answer begins. If it says that the answer matters here, its events are kept until they are read.
    pub(super) fn on_begin(self, call: impl Fn(Processing) -> bool + Send + Sync + 'static) {
        self.began.set_value(Some(Callback::new(call)));
    }

    /// Which way the next answer is to come. A tab that is alone is not kept waiting.
    pub(super) async fn way(self) -> Way {
        let Some(hub) = self.hub() else { return Way::Own(Place::Uncounted) };
        if hub.is_alone() {
            let (done, ended) = oneshot::channel::<()>();
            leptos::task::spawn_local(async move {
                let _place = place().await;
                let _ = ended.await;
            });
            return Way::Own(Place::Alone(done));
        }
        hub.announce();
        if let Some(place) = place().await {
            return Way::Own(Place::Counted(place));
        }
        match within(PATIENCE, hub.connected()).await {
            Some(()) => Way::Shared,
            None => Way::Own(Place::Uncounted),
        }
    }

    /// Which way the rest of an answer is to come. What is being kept of it already is not asked for again.
    pub(super) async fn way_of(self, generation: GenerationId) -> Way {
        match self.hub() {
            Some(hub) if hub.keeps(generation) => Way::Shared,
            _ => self.way().await,
        }
    }

    /// The events of an answer as they come through the feed.
    pub(super) fn line(self, generation: GenerationId) -> Option<Line> {
        Some(self.hub()?.line(generation))
    }

    /// The answer is read another way: nothing is kept of it.
    pub(super) fn pass_over(self, generation: GenerationId) {
        if let Some(hub) = self.hub() {
            hub.pass_over(|one| one == generation);
        }
    }

    /// Nothing that nobody reads is kept any longer.
    pub(super) fn pass_over_all(self) {
        if let Some(hub) = self.hub() {
            hub.pass_over(|_| true);
        }
    }

    /// Whether the tab that reads for all is connected.
    pub(super) fn is_connected(self) -> bool {
        self.hub().is_some_and(|hub| hub.is_connected())
    }

    /// News may be about to come: listens for a while, even if there is no other tab.
    pub(super) fn listen_for_news(self) {
        if let Some(hub) = self.hub() {
            hub.listen_for_news();
        }
    }

    fn hub(self) -> Option<Rc<Hub>> {
        self.hub.try_get_value()?.map(|hub| Rc::clone(&hub))
    }

    fn tell(self, news: &News) {
        for reader in self.readers.try_get_value().unwrap_or_default() {
            reader.run(news.clone());
        }
    }

    fn begins(self, names: &Processing) -> bool {
        let began = self.began.try_get_value().flatten();
        began.is_some_and(|began| began.run(names.clone()))
    }
}

/// One of the places for a connection of one's own, if one is free.
async fn place() -> Option<Lock> {
    for number in 1..=OWN_CONNECTIONS {
        let lock = locks::request(&format!("{CONNECTION}{number}"), Wish::IfFree).await;
        if lock.is_some() {
            return lock;
        }
    }
    None
}
