//! One answer, from the question to its end, whatever happens to the connection on the way.

mod shared;

use super::{
    ask::Ask,
    feed::{Place, Way},
    message::{ChatMessage, Notice},
    session::{Session, lost},
};
use crate::browser::{
    connection::{self, OfflineWatch},
    http::{self, EventStream, FetchError, Refusal},
    time::{First, first, now, sleep, within},
};
use futures::{
    FutureExt,
    channel::oneshot,
    future::{Either, select},
};
use leptos::prelude::*;
use protocol::{
    conversation::{Conversation, SettingsChange},
    error::ErrorCode,
    event::{Status, StreamEvent},
    id::{ConversationId, GenerationId},
    message::{Message, MessageStatus},
    transcript::Change,
};
use std::{cell::Cell, pin::pin, time::Duration};

/// The server answers a question at once with its names: if nothing comes for so long, something on the way holds it back.
const FIRST_EVENT: Duration = Duration::from_secs(10);
/// Heartbeats come every 15 seconds: a connection that is silent for so long is dead.
const SILENCE: Duration = Duration::from_secs(45);
/// How long a connection may be silent once the browser has said that the network is gone. It may be wrong, for a server on
/// the same machine needs no network, and then this costs one more connection.
const SILENCE_OFFLINE: Duration = Duration::from_secs(2);
/// How long Stop waits for the names of a generation that was only just asked for.
const NAMES: Duration = Duration::from_secs(3);
/// The pauses before each try to reconnect, in milliseconds.
const PAUSES: [u64; 9] = [300, 700, 1500, 3000, 5000, 8000, 10_000, 10_000, 10_000];

/// How one connection went.
enum Went {
    /// The answer is at its end.
    Ended,
    /// The connection broke, or never was.
    Broken,
    /// Nothing came, as if something on the way held it back; or this browser cannot stream.
    Unstreamable,
    /// The server refused.
    Refused(Refusal),
}

impl From<FetchError> for Went {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::Broken => Self::Broken,
            FetchError::NoStream => Self::Unstreamable,
            FetchError::Refused(refusal) => Self::Refused(refusal),
        }
    }
}

/// How the whole of it went.
enum End {
    Ended,
    Stopped,
    Lost,
    Refused(Refusal),
}

/// One answer that is under way.
pub(crate) struct Run {
    session: Session,
    message: ChatMessage,
    /// None when the answer is known to the server already.
    ask: Option<Ask>,
    tries: Cell<usize>,
    told_start: Cell<bool>,
    /// The feed has failed this answer.
    own_only: Cell<bool>,
}

impl Run {
    pub(crate) fn new(session: Session, message: ChatMessage, ask: Option<Ask>) -> Self {
        let told_start = Cell::new(ask.is_none());
        Self { session, message, ask, tries: Cell::new(0), told_start, own_only: Cell::new(false) }
    }

    /// What is to be asked first, if the server is not known to have it.
    pub(super) fn asks(&self) -> Option<&Ask> {
        self.ask.as_ref().filter(|_| self.message.generation().is_none())
    }

    /// Reads the answer to its end.
    pub(crate) async fn run(mut self, stopped: oneshot::Receiver<()>) {
        if self.ask.is_some() {
            self.message.begin();
        }
        let end = self.until_stopped(stopped).await;
        let is_unnamed = self.message.generation().is_none();
        if !is_unnamed {
            self.session.delivered();
        }
        match (end, &self.ask) {
            (End::Refused(refusal), Some(ask)) if is_unnamed => {
                let error = refusal.error.clone();
                self.session.refused(ask.clone(), refusal);
                self.session.finished();
                return self.session.options.get_value().failed(error);
            }
            (End::Refused(refusal), _) => self.message.end(MessageStatus::Failed, Some(refusal.error)),
            (End::Lost, _) => {
                self.message.end(MessageStatus::Failed, Some(lost()));
                if is_unnamed {
                    self.session.unsent.set_value(self.ask.take());
                }
            }
            (End::Stopped, Some(ask)) if is_unnamed => {
                // The server may never have had it: what was typed is there to be sent again.
                self.message.end(MessageStatus::Stopped, None);
                self.session.take_off(ask);
                self.session.give_up(ask.clone());
            }
            (End::Stopped, _) if !self.message.is_ended() => self.message.end(MessageStatus::Stopped, None),
            (End::Ended | End::Stopped, _) => {}
        }
        self.message.show_end().await;
        self.session.finished();
        self.session.tell_end(self.message.message());
    }

    async fn until_stopped(&self, stopped: oneshot::Receiver<()>) -> End {
        // A sender that is dropped is not a wish to stop.
        let stopped = async {
            if stopped.await.is_err() {
                futures::future::pending::<()>().await;
            }
        };
        match select(pin!(self.follow()), pin!(stopped)).await {
            Either::Left((end, _)) => end,
            Either::Right((_, follow)) => {
                self.message.status.set(MessageStatus::Stopped);
                if self.message.generation().is_none() {
                    // The question may be on its way: what is stopped must first have a name.
                    let named = async {
                        while self.message.generation().is_none() {
                            sleep(Duration::from_millis(30)).await;
                        }
                    };
                    let waited = first(follow.map(drop), named);
                    within(NAMES, waited).await;
                }
                self.stop().await;
                End::Stopped
            }
        }
    }

    /// Connects until the answer is at its end.
    async fn follow(&self) -> End {
        loop {
            let named = self.message.generation().is_some();
            match self.connect().await {
                Went::Ended => return End::Ended,
                Went::Unstreamable => {
                    self.session.whole_only.set_value(true);
                    self.message.notice.set(Some(Notice::Whole));
                }
                Went::Refused(refusal) if named && refusal.status == 404 => match self.reload().await {
                    Went::Ended => return End::Ended,
                    Went::Refused(_) => return End::Refused(refusal),
                    _ if !self.pause().await => return End::Lost,
                    _ => {}
                },
                Went::Refused(refusal) if !named && !is_gateway(&refusal) => return End::Refused(refusal),
                Went::Broken | Went::Refused(_) if !self.pause().await => return End::Lost,
                Went::Broken | Went::Refused(_) => {}
            }
        }
    }

    /// Waits before the next try; the return of the network cuts it short. False if there were tries enough.
    async fn pause(&self) -> bool {
        self.message.notice.set(Some(Notice::Reconnecting));
        // Without a network there is nothing to give up on: it is waited for. (Now and then it is tried all the same, for
        // what the browser says may be wrong.)
        let pause = if connection::is_online() {
            let Some(pause) = PAUSES.get(self.tries.get()) else { return false };
            self.tries.set(self.tries.get() + 1);
            *pause
        } else {
            10_000
        };
        first(sleep(Duration::from_millis(pause)), connection::came_online()).await;
        true
    }

    /// One connection: asks, or goes on from the last event.
    async fn connect(&self) -> Went {
        let whole = self.session.whole_only.get_value() || !http::can_stream();
        match (self.message.generation(), &self.ask) {
            (Some(_), _) if whole => self.poll().await,
            (Some(generation), _) => self.read_on(generation).await,
            (None, Some(ask)) => match self.conversation().await {
                Ok(conversation) => self.ask(ask, conversation, whole).await,
                Err(error) => error.into(),
            },
            (None, None) => Went::Broken,
        }
    }

    /// Goes on from the last event.
    async fn read_on(&self, generation: GenerationId) -> Went {
        let feed = self.session.feed;
        let way = if self.own_only.get() { Way::Own(Place::Uncounted) } else { feed.way_of(generation).await };
        let _place = match way {
            Way::Own(place) => place,
            Way::Shared => {
                let Some(line) = feed.line(generation) else { return Went::Broken };
                let is_whole = line.is_whole;
                return self.read_line(line, is_whole).await;
            }
        };
        let route = format!("/api/generations/{generation}/events");
        match http::get_events(&self.session.address(&route), self.message.last_event_id()).await {
            Ok(stream) => self.read(stream, SILENCE).await,
            Err(error) => error.into(),
        }
    }

    /// The conversation to ask in; a new one for the first question.
    async fn conversation(&self) -> Result<ConversationId, FetchError> {
        if let Some(id) = self.session.conversation.get_untracked() {
            return Ok(id);
        }
        let settings = self.session.settings.get_untracked();
        let key = self.ask.as_ref().map_or("", |ask| &ask.key);
        let made: Conversation = http::post(&self.session.address("/api/conversations"), &settings, key).await?;
        self.session.made(made.summary.id);
        Ok(made.summary.id)
    }

    async fn ask(&self, ask: &Ask, conversation: ConversationId, whole: bool) -> Went {
        let address = self.session.address(&format!("/api/conversations/{conversation}/messages"));
        let settings = SettingsChange::all(self.session.settings.get_untracked());
        let body = ask.body(settings, whole);
        if whole {
            self.message.notice.set(Some(Notice::Whole));
            return match http::post::<Message>(&address, &body, &ask.key).await {
                Ok(message) => self.take(message),
                Err(error) => error.into(),
            };
        }
        let _place = match self.session.feed.way().await {
            Way::Own(place) => place,
            Way::Shared => return self.ask_detached(ask, conversation).await,
        };
        let sent = now();
        match within(FIRST_EVENT, http::post_events(&address, &body, &ask.key)).await {
            None => Went::Unstreamable,
            Some(Err(error)) => error.into(),
            Some(Ok(stream)) => {
                let waited = Duration::from_millis((now() - sent).max(0.0) as u64);
                self.read(stream, FIRST_EVENT.saturating_sub(waited)).await
            }
        }
    }

    /// Reads a connection; `patience` is for its first bytes.
    async fn read(&self, mut stream: EventStream, mut patience: Duration) -> Went {
        let mut events = Vec::new();
        let watch = OfflineWatch::new();
        loop {
            let offline = async {
                watch.gone().await;
                sleep(SILENCE_OFFLINE).await;
            };
            let read = first(stream.read(&mut events), offline);
            let more = match within(patience, read).await {
                None if self.message.generation().is_none() => return Went::Unstreamable,
                None | Some(First::Right(()) | First::Left(Err(_))) => return Went::Broken,
                Some(First::Left(Ok(more))) => more,
            };
            patience = SILENCE;
            for (number, event) in events.drain(..) {
                match self.message.apply(number, &event) {
                    Change::Ended => return Went::Ended,
                    Change::Gap => return Went::Broken,
                    _ => self.note(&event),
                }
            }
            if let Some(generation) = self.message.generation() {
                self.session.feed.pass_over(generation);
            }
            if !more {
                return Went::Broken;
            }
        }
    }

    fn note(&self, event: &StreamEvent) {
        self.tries.set(0);
        if self.message.notice.with_untracked(|notice| *notice == Some(Notice::Reconnecting)) {
            self.message.notice.set(None);
        }
        if let StreamEvent::Status(status) = event
            && let Status::Processing(names) = &**status
        {
            self.session.named(&self.message);
            if !self.told_start.replace(true) {
                self.session.options.get_value().started(names.clone());
            }
        }
    }

    /// Reads the message from the conversation, because its events are not there any more.
    async fn reload(&self) -> Went {
        let Some(id) = self.session.conversation.get_untracked() else { return Went::Broken };
        let conversation: Conversation = match http::get(&self.session.address_of_end(id)).await {
            Ok(conversation) => conversation,
            Err(error) => return error.into(),
        };
        let known = self.message.id();
        match conversation.messages.into_iter().find(|message| Some(message.id) == known) {
            Some(message) => self.take(message),
            None => Went::Refused(Refusal { status: 404, error: lost(), retry_after: None }),
        }
    }

    /// Reads the message again and again: the way without streams for an answer that is under way.
    async fn poll(&self) -> Went {
        loop {
            match self.reload().await {
                Went::Broken if !self.message.is_ended() => return Went::Broken,
                Went::Ended => return Went::Ended,
                Went::Refused(refusal) => return Went::Refused(refusal),
                _ => sleep(Duration::from_secs(1)).await,
            }
        }
    }

    fn take(&self, message: Message) -> Went {
        self.message.replace(message);
        self.session.named(&self.message);
        if self.message.is_ended() { Went::Ended } else { Went::Unstreamable }
    }

    /// Tells the server to stop, then reads what the answer came to.
    async fn stop(&self) {
        if self.message.generation().is_none() {
            within(NAMES, self.learn_names()).await;
        }
        let Some(generation) = self.message.generation() else { return };
        let route = self.session.address(&format!("/api/generations/{generation}"));
        within(NAMES, http::delete(&route)).await;
        let events = self.session.address(&format!("/api/generations/{generation}/events"));
        let rest = async {
            if let Ok(stream) = http::get_events(&events, self.message.last_event_id()).await {
                self.read(stream, SILENCE).await;
            }
        };
        within(Duration::from_millis(1500), rest).await;
    }

    /// Learns from the conversation which generation is under way, where no stream could tell.
    async fn learn_names(&self) {
        let Some(id) = self.session.conversation.get_untracked() else { return };
        let conversation = http::get::<Conversation>(&self.session.address_of_end(id)).await;
        let last = conversation.ok().and_then(|mut conversation| conversation.messages.pop());
        if let Some(message) = last.filter(|message| message.status == MessageStatus::Streaming) {
            self.message.replace(message);
            self.message.status.set(MessageStatus::Stopped);
        }
    }
}

/// A gateway that finds no server behind it says so without a problem document.
fn is_gateway(refusal: &Refusal) -> bool {
    refusal.status >= 502 && refusal.error.code == ErrorCode::Unknown
}
