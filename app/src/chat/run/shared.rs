//! An answer that comes through the feed, because other tabs have the connections.

use super::{FIRST_EVENT, Run, Went};
use crate::{
    browser::{
        http::{self, EventStream, FetchError},
        time::within,
    },
    chat::{
        ask::Ask,
        feed::{Heard, Line},
        message::Notice,
    },
};
use leptos::prelude::*;
use protocol::{
    conversation::SettingsChange,
    event::{Processing, Status, StreamEvent},
    id::{ConversationId, GenerationId},
    request::SendMessage,
    transcript::Change,
};
use std::time::Duration;

/// How often a silent answer is looked after, in seconds.
const LOOK: u64 = 2;
/// How long the feed may be without a connection before the answer gets one of its own, in seconds.
const DISCONNECTED: u64 = 14;
/// After so long a silence the server is asked whether there is more, in seconds: heartbeats do not come through the feed.
const DOUBT: u64 = 20;
/// What the server has of an answer comes at once: after such a pause, all of it has come.
const ALL_HAS_COME: Duration = Duration::from_millis(300);

impl Run {
    /// Asks, and leaves the events to the feed.
    pub(super) async fn ask_detached(&self, ask: &Ask, conversation: ConversationId) -> Went {
        let address = self.session.address(&format!("/api/conversations/{conversation}/messages"));
        let settings = SettingsChange::all(self.session.settings.get_untracked());
        let body = SendMessage { detached: true, ..ask.body(settings, false) };
        let names = match within(FIRST_EVENT, http::post::<Processing>(&address, &body, &ask.key)).await {
            Some(Ok(names)) => names,
            Some(Err(error)) => return error.into(),
            None => return Went::Broken,
        };
        let generation = names.generation_id;
        // The first event of every answer, which the response tells.
        let first = StreamEvent::Status(Box::new(Status::Processing(names)));
        self.message.apply(1, &first);
        self.note(&first);
        match self.session.feed.line(generation) {
            Some(line) => self.read_line(line, true).await,
            None => Went::Broken,
        }
    }

    /// Reads what comes through the feed. `from_here`: nothing can have been missed before.
    pub(super) async fn read_line(&self, mut line: Line, from_here: bool) -> Went {
        let Some(generation) = self.message.generation() else { return Went::Broken };
        if !from_here && let Some(went) = self.catch_up(generation).await {
            return went;
        }
        let (mut silent, mut disconnected) = (0, 0);
        loop {
            let went = match within(Duration::from_secs(LOOK), line.next()).await {
                Some(Heard::Event(number, event)) => {
                    (silent, disconnected) = (0, 0);
                    self.take_shared(generation, number, &event).await
                }
                Some(Heard::Gone) => self.catch_up(generation).await,
                None if self.session.feed.is_connected() => {
                    (silent, disconnected) = (silent + LOOK, 0);
                    if silent % DOUBT == 0 { self.catch_up(generation).await } else { None }
                }
                None => {
                    disconnected += LOOK;
                    self.message.notice.set(Some(Notice::Reconnecting));
                    self.own_only.set(disconnected >= DISCONNECTED);
                    self.own_only.get().then_some(Went::Broken)
                }
            };
            if let Some(went) = went {
                return went;
            }
        }
    }

    /// Takes an event; what is missing before it is read first.
    async fn take_shared(&self, generation: GenerationId, number: u64, event: &StreamEvent) -> Option<Went> {
        let mut change = self.message.apply(number, event);
        if change == Change::Gap {
            if let Some(went) = self.catch_up(generation).await {
                return Some(went);
            }
            change = self.message.apply(number, event);
        }
        match change {
            Change::Ended => Some(Went::Ended),
            Change::Gap => Some(Went::Broken),
            _ => {
                self.note(event);
                None
            }
        }
    }

    /// Reads what the server has of the answer by now, over a connection that lives no longer.
    async fn catch_up(&self, generation: GenerationId) -> Option<Went> {
        let route = self.session.address(&format!("/api/generations/{generation}/events"));
        let asked = http::get_events(&route, self.message.last_event_id());
        let mut stream = match within(FIRST_EVENT, asked).await {
            Some(Ok(stream)) => stream,
            Some(Err(error)) => return Some(error.into()),
            None => return Some(Went::Broken),
        };
        loop {
            match within(ALL_HAS_COME, self.read_piece(&mut stream)).await {
                None => return None,
                Some(Ok(true)) => {}
                Some(Ok(false)) if self.message.is_ended() => return Some(Went::Ended),
                Some(Ok(false) | Err(_)) => return Some(Went::Broken),
            }
        }
    }

    /// Reads one piece of a stream. False at its end, and at the end of the answer.
    async fn read_piece(&self, stream: &mut EventStream) -> Result<bool, FetchError> {
        let mut events = Vec::new();
        let more = stream.read(&mut events).await?;
        for (number, event) in &events {
            if self.message.apply(*number, event) == Change::Ended {
                return Ok(false);
            }
            self.note(event);
        }
        Ok(more)
    }
}
