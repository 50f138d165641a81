//! What one tab knows of the feed, whether it reads it or another tab does.

use super::{Feed, News, bell::Bell};
use crate::{
    browser::{channel::Channel, document, locks, time::now},
    json,
};
use futures::{
    StreamExt,
    channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded},
};
use protocol::{
    event::{Status, StreamEvent},
    feed::FeedFrame,
    id::GenerationId,
};
use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

/// The name of the channel on which the tabs hear each other.
const CHANNEL: &str = "rivulet:feed";
/// The most answers of which events are kept before anybody reads them.
const MOST_KEPT: usize = 4;
/// How long a tab listens when it expects news, in milliseconds: longer than a model takes for a title.
const NEWS_MS: f64 = 20_000.0;
/// How long a tab expects to hear of an answer that another has announced, in milliseconds.
const ANNOUNCED_MS: f64 = 8_000.0;

/// What tabs say to each other: the first word of a message.
mod word {
    /// I am new.
    pub(super) const HELLO: &str = "hello";
    /// Whoever reads, are you there?
    pub(super) const ASK: &str = "ask";
    /// I read; and whether I am connected.
    pub(super) const HERE: &str = "here";
    /// I have lost the connection; and whether I am hidden.
    pub(super) const LOST: &str = "lost";
    /// I am about to ask the server for an answer.
    pub(super) const ANNOUNCE: &str = "announce";
    /// The position after these frames, and then the data of each.
    pub(super) const FRAMES: &str = "frames";
    /// Yes, as the second word.
    pub(super) const YES: &str = "yes";
}

/// What comes of an answer through the feed.
pub(in crate::chat) enum Heard {
    /// An event and its number.
    Event(u64, StreamEvent),
    /// The feed has gone on without this answer: it has been forgotten.
    Gone,
}

/// What one tab knows.
pub(super) struct Hub {
    feed: Feed,
    channel: RefCell<Option<Channel>>,
    lines: RefCell<Vec<Kept>>,
    /// The first frames of the answers that are under way, for tabs that come later.
    running: RefCell<Vec<(GenerationId, String)>>,
    /// The position after the last frame.
    position: RefCell<Option<String>>,
    /// Whether this tab reads.
    leads: Cell<bool>,
    /// Whether there are other tabs, as far as the tab that reads has counted them.
    others: Cell<Option<bool>>,
    connected: Cell<bool>,
    /// Whether the tab that reads has lost its connection and is hidden, where it has no time to try again.
    lost_behind: Cell<bool>,
    /// When the tab that reads was last heard, in milliseconds since the page began.
    heard: Cell<f64>,
    /// Until when news are expected, in the same milliseconds.
    news_until: Cell<f64>,
    announced_until: Cell<f64>,
    bell: Bell,
}

/// The events of an answer on their way to whoever reads it.
struct Kept {
    generation: GenerationId,
    to: UnboundedSender<Heard>,
    /// Here until somebody reads.
    kept: Option<UnboundedReceiver<Heard>>,
}

/// One answer as it comes through the feed.
pub(in crate::chat) struct Line {
    hub: Weak<Hub>,
    generation: GenerationId,
    events: UnboundedReceiver<Heard>,
    /// Whether it has all events from the first one on.
    pub(in crate::chat) is_whole: bool,
}

impl Line {
    /// Waits for what comes next.
    pub(in crate::chat) async fn next(&mut self) -> Heard {
        self.events.next().await.unwrap_or(Heard::Gone)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some(hub) = self.hub.upgrade() {
            hub.lines.borrow_mut().retain(|line| line.generation != self.generation);
            hub.bell.ring();
        }
    }
}

impl Hub {
    /// Joins the other tabs; `None` where that is not possible.
    pub(super) fn open(feed: Feed) -> Option<Rc<Self>> {
        if !locks::are_there() {
            return None;
        }
        let hub = Rc::new(Self {
            feed,
            channel: RefCell::new(None),
            lines: RefCell::default(),
            running: RefCell::default(),
            position: RefCell::default(),
            leads: Cell::new(false),
            others: Cell::new(None),
            connected: Cell::new(false),
            lost_behind: Cell::new(false),
            heard: Cell::new(now()),
            news_until: Cell::new(0.0),
            announced_until: Cell::new(0.0),
            bell: Bell::default(),
        });
        let weak = Rc::downgrade(&hub);
        let hear = move |words: Vec<String>| {
            if let Some(hub) = weak.upgrade() {
                hub.hear(&words);
            }
        };
        *hub.channel.borrow_mut() = Some(Channel::open(CHANNEL, hear)?);
        hub.say([word::HELLO]);
        Some(hub)
    }

    fn say<'a>(&self, words: impl IntoIterator<Item = &'a str>) {
        if let Some(channel) = &*self.channel.borrow() {
            channel.say(words);
        }
    }

    fn hear(&self, words: &[String]) {
        let Some((first, rest)) = words.split_first() else { return };
        let yes = rest.first().is_some_and(|second| second == word::YES);
        match first.as_str() {
            word::HELLO => {
                self.others.set(Some(true));
                if self.leads.get() {
                    self.welcome();
                }
                self.bell.ring();
            }
            word::ASK if self.leads.get() => self.say_here(),
            word::ANNOUNCE => {
                self.announced_until.set(now() + ANNOUNCED_MS);
                self.bell.ring();
            }
            word::HERE => self.set_connected(yes),
            word::LOST => {
                self.set_connected(false);
                self.lost_behind.set(yes);
            }
            word::FRAMES => {
                if let Some((position, frames)) = rest.split_first() {
                    self.take(position, frames);
                }
            }
            _ => {}
        }
    }

    /// Tells a new tab what it needs to know.
    fn welcome(&self) {
        self.say_here();
        let (position, running) = (self.position.borrow(), self.running.borrow());
        if let Some(position) = position.as_deref().filter(|_| self.connected.get()) {
            let running = running.iter().map(|(_, frame)| frame.as_str());
            self.say([word::FRAMES, position].into_iter().chain(running));
        }
    }

    fn say_here(&self) {
        self.say([word::HERE, if self.connected.get() { word::YES } else { "" }]);
    }

    /// The tab that reads has been heard.
    fn set_connected(&self, connected: bool) {
        self.heard.set(now());
        self.lost_behind.set(false);
        if self.connected.replace(connected) != connected {
            self.bell.ring();
        }
    }

    /// Takes frames, and the position after them.
    fn take(&self, position: &str, frames: &[String]) {
        self.set_connected(true);
        *self.position.borrow_mut() = Some(position.to_owned());
        for frame in frames {
            match json::read(frame) {
                Some(FeedFrame::Event { generation_id, id, event }) => self.event(generation_id, id, event, frame),
                Some(FeedFrame::Opening { generations }) => self.opened(&generations),
                Some(FeedFrame::Change(change)) => self.feed.tell(&News::Change(change)),
                Some(FeedFrame::Unknown) | None => {}
            }
        }
    }

    fn event(&self, generation: GenerationId, number: u64, event: StreamEvent, frame: &str) {
        if event.is_terminal() {
            self.running.borrow_mut().retain(|(one, _)| *one != generation);
        }
        if let StreamEvent::Status(status) = &event
            && let Status::Processing(names) = &**status
        {
            let is_new = self.running.borrow().iter().all(|(one, _)| *one != generation);
            if is_new {
                self.running.borrow_mut().push((generation, frame.to_owned()));
            }
            if !self.has_line(generation) && self.feed.begins(names) {
                self.keep(generation);
            }
        }
        if let Some(line) = self.lines.borrow().iter().find(|line| line.generation == generation) {
            let _ = line.to.unbounded_send(Heard::Event(number, event));
        }
    }

    /// A connection begins: what it does not name has been forgotten.
    fn opened(&self, generations: &[GenerationId]) {
        self.running.borrow_mut().retain(|(one, _)| generations.contains(one));
        for line in self.lines.borrow().iter().filter(|line| !generations.contains(&line.generation)) {
            let _ = line.to.unbounded_send(Heard::Gone);
        }
        self.feed.tell(&News::Unsure);
    }

    fn has_line(&self, generation: GenerationId) -> bool {
        self.lines.borrow().iter().any(|line| line.generation == generation)
    }

    fn keep(&self, generation: GenerationId) {
        let (to, kept) = unbounded();
        let mut lines = self.lines.borrow_mut();
        lines.push(Kept { generation, to, kept: Some(kept) });
        let kept = lines.iter().filter(|line| line.kept.is_some()).count();
        if kept > MOST_KEPT
            && let Some(oldest) = lines.iter().position(|line| line.kept.is_some())
        {
            lines.remove(oldest);
        }
    }

    /// Whether events of the answer are kept that nobody has read yet.
    pub(super) fn keeps(&self, generation: GenerationId) -> bool {
        self.lines.borrow().iter().any(|line| line.generation == generation && line.kept.is_some())
    }

    /// Reads an answer.
    pub(super) fn line(self: &Rc<Self>, generation: GenerationId) -> Line {
        let mut lines = self.lines.borrow_mut();
        let known = lines.iter_mut().find(|line| line.generation == generation).and_then(|line| line.kept.take());
        let is_whole = known.is_some();
        let events = known.unwrap_or_else(|| {
            let (to, events) = unbounded();
            lines.retain(|line| line.generation != generation);
            lines.push(Kept { generation, to, kept: None });
            events
        });
        drop(lines);
        self.bell.ring();
        Line { hub: Rc::downgrade(self), generation, events, is_whole }
    }

    /// Keeps nothing of these any longer, unless somebody reads it.
    pub(super) fn pass_over(&self, which: impl Fn(GenerationId) -> bool) {
        self.lines.borrow_mut().retain(|line| line.kept.is_none() || !which(line.generation));
    }

    /// Whether this is the only tab.
    pub(super) fn is_alone(&self) -> bool {
        self.leads.get() && self.others.get() == Some(false)
    }

    /// Tells the other tabs that an answer is about to begin.
    pub(super) fn announce(&self) {
        self.say([word::ANNOUNCE]);
    }

    /// Whether the tab that reads is connected.
    pub(super) fn is_connected(&self) -> bool {
        self.connected.get()
    }

    /// Waits until it is.
    pub(super) async fn connected(&self) {
        self.until(|hub| hub.connected.get() || hub.leads.get()).await;
    }

    /// News may be about to come.
    pub(super) fn listen_for_news(&self) {
        self.news_until.set(now() + NEWS_MS);
        self.bell.ring();
    }

    /// Waits until something is so.
    pub(super) async fn until(&self, is_so: impl Fn(&Self) -> bool) {
        loop {
            let rings = self.bell.rings();
            if is_so(self) {
                return;
            }
            rings.await;
        }
    }

    /// Whether an answer comes to this tab through the feed, or is about to.
    pub(super) fn depends(&self) -> bool {
        now() < self.announced_until.get() || self.lines.borrow().iter().any(|line| line.kept.is_none())
    }

    /// Whether the tab that reads has any reason to.
    pub(super) fn is_wanted(&self) -> bool {
        self.others.get() == Some(true) || now() < self.news_until.get() || self.depends()
    }
}

/// What only the tab that reads does, or the one that would.
impl Hub {
    /// Reads from now on, or no more.
    pub(super) fn set_leads(&self, leads: bool) {
        self.leads.set(leads);
        if leads {
            self.set_connected(false);
            self.say_here();
        }
        self.bell.ring();
    }

    /// Notes whether there are others.
    pub(super) fn set_others(&self, others: bool) {
        self.others.set(Some(others));
        self.bell.ring();
    }

    /// Where to read on.
    pub(super) fn position(&self) -> Option<String> {
        self.position.borrow().clone()
    }

    /// Begins anew with the next connection.
    pub(super) fn forget_position(&self) {
        *self.position.borrow_mut() = None;
    }

    /// Frames have come: takes them and tells all.
    pub(super) fn spread(&self, position: &str, frames: &[String]) {
        self.say([word::FRAMES, position].into_iter().chain(frames.iter().map(String::as_str)));
        self.take(position, frames);
    }

    /// The connection has gone.
    pub(super) fn lose(&self) {
        self.set_connected(false);
        self.say([word::LOST, if document::is_hidden() { word::YES } else { "" }]);
    }

    /// Asks whether the tab that reads is there.
    pub(super) fn ask(&self) {
        self.say([word::ASK]);
    }

    /// When it was last heard, in milliseconds since the page began.
    pub(super) fn heard(&self) -> f64 {
        self.heard.get()
    }

    /// Whether it has lost its connection, and this tab is better off to make another.
    pub(super) fn should_take_over(&self) -> bool {
        self.lost_behind.get() && !document::is_hidden()
    }
}
