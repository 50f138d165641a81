//! What one tab reads for all tabs of a browser: every answer, and every change of the list of conversations.
//!
//! Who calls it: the session, for answers; the list of conversations, for changes.

use leptos::prelude::*;
use protocol::feed::FeedChange;

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
    readers: StoredValue<Vec<Callback<News>>>,
}

impl Feed {
    pub(crate) fn new() -> Self {
        Self { readers: StoredValue::new(Vec::new()) }
    }

    /// Calls this with all news, as long as the component that made the feed lives.
    pub(crate) fn on_news(self, call: impl Fn(News) + Send + Sync + 'static) {
        self.readers.update_value(|readers| readers.push(Callback::new(call)));
    }
}
