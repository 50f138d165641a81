//! One conversation in several tabs: what is asked in another is shown here, and what was changed elsewhere is read again.

use super::{feed::News, message::ChatMessage, session::Session};
use crate::browser::{
    http::{self, FetchError},
    time::sleep,
};
use leptos::prelude::*;
use protocol::{
    conversation::Conversation,
    event::Processing,
    feed::FeedChange,
    message::{Message, Role},
};
use std::time::Duration;

/// The pauses before each try to read a conversation again, in milliseconds.
const PAUSES: [u64; 3] = [0, 1000, 5000];

impl Session {
    /// Follows what others do in the conversation that is shown.
    pub(super) fn follow_others(self) {
        // The feed is read from the page's own server.
        if !self.options.with_value(|options| options.server.is_empty()) {
            return;
        }
        self.feed.on_begin(move |names| self.began(&names));
        self.feed.on_news(move |news| {
            let is_concerned = match news {
                News::Change(FeedChange::Messages(id)) => self.conversation.get_untracked() == Some(id),
                News::Change(_) => false,
                // What was said before the feed began is not told any more.
                News::Unsure => true,
            };
            if is_concerned {
                self.stale.set_value(true);
                self.catch_up();
            }
        });
        self.feed.start(self.scope);
    }

    /// An answer begins somewhere. Whether it is one of this conversation that is not shown yet.
    fn began(self, names: &Processing) -> bool {
        let here = self.conversation.get_untracked();
        if here.is_none() || names.conversation_id != here || self.shows(names) {
            return false;
        }
        self.newest.set_value(Some(names.clone()));
        self.catch_up();
        true
    }

    fn shows(self, names: &Processing) -> bool {
        let generation = Some(names.generation_id);
        self.messages.with_untracked(|messages| messages.iter().any(|message| message.generation() == generation))
    }

    /// Reads the conversation again if something has happened in it that is not shown, once nothing is under way here.
    pub(super) fn catch_up(self) {
        let Some(id) = self.conversation.get_untracked() else { return };
        let unseen = self.newest.with_value(|names| {
            names.as_ref().is_some_and(|names| names.conversation_id == Some(id) && !self.shows(names))
        });
        let busy = self.busy.get_untracked() || self.loading.get_untracked();
        if busy || !(unseen || self.stale.get_value()) {
            return;
        }
        self.spawn(async move {
            for pause in PAUSES {
                sleep(Duration::from_millis(pause)).await;
                match http::get::<Conversation>(&self.address_of_end(id)).await {
                    Ok(conversation) => {
                        self.stale.set_value(false);
                        self.newest.set_value(None);
                        self.show_again(conversation);
                        return self.resume();
                    }
                    Err(FetchError::Refused(refusal)) if refusal.status == 404 => return,
                    Err(_) => {}
                }
            }
        });
    }

    /// Makes what is shown what the server has. What is the same stays as it is, and so do messages above those that were read.
    pub(super) fn show_again(self, conversation: Conversation) {
        let read: Vec<_> = conversation.messages.into_iter().filter(|message| message.role != Role::System).collect();
        let shown = self.messages.get_untracked();
        let above = read.first().and_then(|first| shown.iter().position(|one| is_same(one, first))).unwrap_or(0);
        let (above, mut rest) = shown.split_at(above);
        if above.is_empty() {
            self.earlier.set(conversation.earlier);
        }
        self.shared.set(conversation.shared);
        self.usage.set(conversation.usage);
        let mut now = above.to_vec();
        for message in read {
            match rest.split_first() {
                Some((one, further)) if is_same(one, &message) => {
                    rest = further;
                    now.push(self.brought_up_to_date(one, message));
                }
                _ => now.push(self.message(message)),
            }
        }
        if self.settings.with_untracked(|settings| *settings != conversation.settings) {
            self.settings.set(conversation.settings);
        }
        self.messages.set(now);
        // Its place was below what has been read again.
        self.hold_unsent();
        self.show_held();
        self.rescue_edit();
    }

    fn brought_up_to_date(self, shown: &ChatMessage, read: Message) -> ChatMessage {
        let before = shown.message();
        shown.versions.set(read.siblings.clone());
        if before.status == read.status && before.content == read.content {
            // A question that was sent from here may not have been told its name.
            shown.set_id(read.id);
            return shown.clone();
        }
        // In the place of the one that is shown; its element stays.
        if read.role == Role::Assistant {
            shown.replace(read);
            if shown.is_ended() {
                shown.show_end_at_once();
            }
            return shown.clone();
        }
        ChatMessage::new(shown.key, read)
    }
}

/// Whether a message that is shown is the one that was read.
fn is_same(shown: &ChatMessage, read: &Message) -> bool {
    match shown.id() {
        Some(id) => id == read.id,
        None => shown.role == read.role && shown.content() == read.content,
    }
}
