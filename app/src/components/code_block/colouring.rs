//! The colours of code that the server has not rendered: it is asked for them line by line, while the code grows. Each line
//! is sent once; the server remembers where it stopped.
//!
//! While code grows they are ranges, and only what the browser draws has those: it looks at every range of the page, and paints what has
//! one, whenever anything changes. Code that has stopped growing has elements.

use crate::browser::{
    connection::Listener,
    element::{self, HtmlElement},
    highlights,
    http::{self, FetchError},
    time,
};
use leptos::{ev, prelude::*, task::spawn_local};
use protocol::highlight::{HighlightRequest, Highlighted, LONGEST};
use send_wrapper::SendWrapper;
use std::{rc::Rc, sync::Arc, time::Duration};

/// What comes within this time is asked for together.
const PAUSE: Duration = Duration::from_millis(200);

/// How long it waits after a failure, and so much longer after each further one.
const AGAIN: Duration = Duration::from_secs(3);

/// After so many failures one after the other it stays plain.
const MOST_FAILURES: u32 = 5;

/// Code that has not grown for so long has elements from then on.
const QUIET: Duration = Duration::from_secs(1);

/// Code with more coloured parts keeps its ranges: so many elements could not be made without being felt.
const MOST_ELEMENTS: usize = 2000;

/// Code beyond this length, in bytes, stays plain.
const TOO_LONG: usize = 512 * 1024;

thread_local! {
    /// One block asks at a time: the browser has few connections, and answers need them.
    static TURN: Rc<futures::lock::Mutex<()>> = Rc::default();
}

/// The colours of one block.
#[derive(Clone)]
pub(super) struct Colouring {
    language: Arc<str>,
    state: ArcStoredValue<State>,
}

#[derive(Default)]
struct State {
    /// How much of the code has its colours: in bytes, and in UTF-16 units.
    done: usize,
    done_units: u32,
    /// The server's name for where it stopped.
    after: Option<String>,
    is_busy: bool,
    /// How often the server has failed since it last answered.
    failures: u32,
    /// Whether there is nothing more to ask.
    is_over: bool,
    /// The colours where they are ranges: where in the text they begin, in UTF-16 units, and the parts from there on.
    known: Vec<(u32, Vec<u32>)>,
    painted: Vec<SendWrapper<highlights::Painted>>,
    listener: Option<SendWrapper<Listener>>,
    is_drawn: bool,
    /// Whether it is waited for that the code stops growing.
    is_waiting: bool,
    /// Whether what was known has become elements.
    is_settled: bool,
}

impl Colouring {
    pub(super) fn new(language: String) -> Self {
        Self { language: language.into(), state: ArcStoredValue::new(State::default()) }
    }

    /// Gives the lines their colours that have become complete, as long as they are drawn.
    pub(super) fn follow(&self, node: &HtmlElement, code: &ArcRwSignal<String>) {
        let mut state = self.state.write_value();
        if state.done == 0 && highlights::has_parts(node) {
            state.is_over = true;
        }
        if state.listener.is_none() && !state.is_over && !state.is_settled {
            state.is_drawn = element::is_drawn(node);
            let (own, place, growing) = (self.clone(), SendWrapper::new(node.clone()), code.clone());
            let changed = move |_| own.look(&place, &growing);
            let event = ev::Custom::<ev::Event>::new(element::DRAWN_OR_NOT);
            state.listener = Some(SendWrapper::new(Listener(Some(window_event_listener(event, changed)))));
        }
        if state.is_busy || state.is_over || !state.is_drawn || lines(&state, code).is_none() {
            return;
        }
        state.is_busy = true;
        spawn_local(self.clone().read(node.clone(), code.clone()));
    }

    /// Something has come near to the view, or has gone from there: it may be this.
    fn look(&self, node: &HtmlElement, code: &ArcRwSignal<String>) {
        let mut state = self.state.write_value();
        let is_drawn = element::is_drawn(node);
        if std::mem::replace(&mut state.is_drawn, is_drawn) == is_drawn {
            return;
        }
        if !is_drawn {
            return state.clear();
        }
        let known = std::mem::take(&mut state.known);
        for (start, spans) in &known {
            state.painted.extend(highlights::paint(node, *start, 0, spans).into_iter().map(SendWrapper::new));
        }
        state.known = known;
        drop(state);
        spawn_local(self.clone().settle(node.clone(), code.clone()));
        self.follow(node, code);
    }

    /// Takes all colours away, for good.
    pub(super) fn end(&self) {
        let mut state = self.state.write_value();
        state.is_over = true;
        state.clear();
        // It holds this in turn.
        state.listener = None;
    }

    async fn read(self, node: HtmlElement, code: ArcRwSignal<String>) {
        loop {
            time::sleep(PAUSE).await;
            let turn = TURN.with(Rc::clone);
            let turn = turn.lock().await;
            let (lines, after) = {
                let state = self.state.read_value();
                (lines(&state, &code).filter(|_| !state.is_over && state.is_drawn), state.after.clone())
            };
            let Some(lines) = lines else { break };
            let request = HighlightRequest { language: self.language.to_string(), after, code: lines };
            let found = http::post::<Highlighted>("/api/highlight", &request, "highlight").await;
            drop(turn);
            // Until there is time for it, or the server is back, it stays plain.
            let pause = match found {
                Ok(found) => {
                    self.take(&node, &request, found);
                    Duration::ZERO
                }
                Err(error) => error.pause().unwrap_or_else(|| self.failed(&node, &code, &error)),
            };
            time::sleep(pause).await;
        }
        self.state.write_value().is_busy = false;
        self.settle(node, code).await;
    }

    /// Gives the code elements in place of its ranges when it has stopped growing, and nothing of it is selected.
    async fn settle(self, node: HtmlElement, code: ArcRwSignal<String>) {
        if std::mem::replace(&mut self.state.write_value().is_waiting, true) {
            return;
        }
        let length = || code.try_with_untracked(String::len);
        while self.state.read_value().may_settle() {
            let before = length();
            time::sleep(QUIET).await;
            let mut state = self.state.write_value();
            let is_quiet = !state.is_busy && length() == before;
            let is_in_use = || element::has_selection_within(&node) || element::has_anchor_within(&node);
            if is_quiet && state.may_settle() && !is_in_use() {
                state.settle(&node);
            }
        }
        self.state.write_value().is_waiting = false;
    }

    /// How long to wait after a failure that says nothing of that.
    fn failed(&self, node: &HtmlElement, code: &ArcRwSignal<String>, error: &FetchError) -> Duration {
        let mut state = self.state.write_value();
        state.failures += 1;
        // It was started again, and has forgotten where it stopped.
        let is_forgotten =
            matches!(error, FetchError::Refused(refusal) if refusal.status == 400) && state.after.is_some();
        if is_forgotten && state.is_settled {
            highlights::take_elements(node);
        }
        if is_forgotten && highlights::are_ranges(node) {
            state.begin_anew();
        } else {
            state.is_over |= is_forgotten || state.failures >= MOST_FAILURES;
        }
        let pause = AGAIN * state.failures;
        drop(state);
        // Ranges again, which are looked after.
        self.follow(node, code);
        pause
    }

    fn take(&self, node: &HtmlElement, request: &HighlightRequest, found: Highlighted) {
        let mut state = self.state.write_value();
        state.failures = 0;
        match found {
            _ if state.is_over => {}
            Highlighted { state: Some(after), spans } => {
                let units = request.code.encode_utf16().count() as u32;
                let are_ranges = highlights::are_ranges(node);
                if state.is_drawn || !are_ranges {
                    let painted = highlights::paint(node, state.done_units, units, &spans);
                    state.painted.extend(painted.into_iter().map(SendWrapper::new));
                }
                if are_ranges {
                    let start = state.done_units;
                    state.known.push((start, spans));
                }
                state.done += request.code.len();
                state.done_units += units;
                state.after = Some(after);
            }
            // The language is not known.
            Highlighted { state: None, .. } => state.is_over = true,
        }
    }
}

impl State {
    /// Whether there are ranges that can become elements. (Not out of sight: a browser does not give what it does not draw its style, but looks
    /// for each frame whether it should.)
    fn may_settle(&self) -> bool {
        (1..=MOST_ELEMENTS).contains(&self.painted.len())
    }

    fn settle(&mut self, node: &HtmlElement) {
        self.clear();
        let known = std::mem::take(&mut self.known);
        let ends = known.iter().skip(1).map(|(start, _)| *start).chain([self.done_units]);
        highlights::put_elements(node, known.iter().zip(ends).map(|((start, spans), end)| (end - start, &spans[..])));
        // Elements stay when they are out of sight.
        (self.is_settled, self.is_drawn, self.listener) = (true, true, None);
    }

    fn begin_anew(&mut self) {
        self.clear();
        self.known.clear();
        self.is_settled = false;
        (self.done, self.done_units, self.after) = (0, 0, None);
    }

    fn clear(&mut self) {
        self.painted.drain(..).for_each(|painted| painted.take().clear());
    }
}

/// The complete lines that have no colours yet, as many as one request may hold.
fn lines(state: &State, code: &ArcRwSignal<String>) -> Option<String> {
    code.try_with_untracked(|code| {
        let rest = code.get(state.done..).filter(|_| state.done < TOO_LONG)?;
        let mut limit = rest.len().min(LONGEST);
        while !rest.is_char_boundary(limit) {
            limit -= 1;
        }
        let end = rest[..limit].rfind('\n')? + 1;
        Some(rest[..end].to_owned())
    })?
}
