//! Which tab reads the feed, and the reading.
//!
//! The tabs stand in line for a lock. Whoever has it reads, from where the one before had come. A tab that is frozen keeps its lock,
//! so a tab that depends on the feed asks when it hears nothing, and takes the lock by force when nobody answers. Being asked
//! costs no timer, which a browser lets a hidden tab have seldom.

use super::hub::Hub;
use crate::browser::{
    connection::{self, OfflineWatch},
    http::{self, FetchError},
    locks::{self, Wish},
    time::{First, first, now, sleep, within},
};
use std::{rc::Rc, time::Duration};

/// Whoever has this lock reads.
const LOCK: &str = "rivulet:feed";
/// How often a tab that depends on the feed looks whether it has heard anything.
const LOOK: Duration = Duration::from_secs(1);
/// A silence after which it asks, in milliseconds.
const QUIET_MS: f64 = 2_000.0;
/// How long it waits for an answer.
const ANSWER: Duration = Duration::from_secs(2);
/// How often the tab that reads looks whether there is still a reason to.
const REASON: Duration = Duration::from_secs(20);
/// The first frame comes at once: if nothing comes for so long, something on the way holds it back.
const FIRST_FRAME: Duration = Duration::from_secs(10);
/// Heartbeats come every 15 seconds: a connection that is silent for so long is dead.
const SILENCE: Duration = Duration::from_secs(45);
/// How long a connection may be silent once the browser has said that the network is gone.
const SILENCE_OFFLINE: Duration = Duration::from_secs(2);
/// The pauses before each try to connect again, in milliseconds; the last one holds for all further.
const PAUSES: [u64; 6] = [300, 700, 1500, 3000, 5000, 10_000];

/// Stands in line and reads when it is this tab's turn, for ever.
pub(super) async fn take_part(hub: Rc<Hub>) {
    loop {
        let in_turn = locks::request(LOCK, Wish::InTurn);
        let lock = match first(in_turn, nobody_answers(&hub)).await {
            First::Left(lock) => lock,
            First::Right(()) => locks::request(LOCK, Wish::ByForce).await,
        };
        let Some(mut lock) = lock else { return };
        hub.set_leads(true);
        first(lock.lost(), lead(&hub)).await;
        hub.set_leads(false);
    }
}

/// Waits until this tab needs the feed and the tab that reads it does not answer.
async fn nobody_answers(hub: &Hub) {
    loop {
        hub.until(Hub::depends).await;
        sleep(LOOK).await;
        let asked = now();
        if hub.should_take_over() {
            return;
        }
        if asked - hub.heard() < QUIET_MS || !hub.depends() {
            continue;
        }
        hub.ask();
        sleep(ANSWER).await;
        if hub.heard() < asked {
            return;
        }
    }
}

/// Reads as long as there is a reason to.
async fn lead(hub: &Hub) {
    count_others(hub).await;
    loop {
        hub.until(Hub::is_wanted).await;
        let no_reason = async {
            while hub.is_wanted() {
                sleep(REASON).await;
                count_others(hub).await;
            }
        };
        first(read(hub), no_reason).await;
        // What happens until it is wanted again, nobody will want to be told.
        hub.forget_position();
        hub.lose();
    }
}

async fn count_others(hub: &Hub) {
    let others = locks::waiting(LOCK).await > 0;
    hub.set_others(others);
}

/// Connects, again and again.
async fn read(hub: &Hub) {
    let mut tries = 0;
    loop {
        match connection(hub, &mut tries).await {
            Err(FetchError::Refused(refusal)) if refusal.status == 400 && hub.position().is_some() => {
                hub.forget_position();
                continue;
            }
            _ => hub.lose(),
        }
        let pause = PAUSES[tries.min(PAUSES.len() - 1)];
        tries += 1;
        first(sleep(Duration::from_millis(pause)), connection::came_online()).await;
    }
}

/// Reads one connection to its end.
async fn connection(hub: &Hub, tries: &mut usize) -> Result<(), FetchError> {
    let position = hub.position();
    let connected = within(FIRST_FRAME, http::get_frames("/api/events", position.as_deref())).await;
    let mut stream = connected.ok_or(FetchError::Broken)??;
    let watch = OfflineWatch::new();
    let mut patience = FIRST_FRAME;
    loop {
        let (mut position, mut frames) = (String::new(), Vec::new());
        let read = stream.read_frames(|id, data| {
            id.clone_into(&mut position);
            frames.push(data.to_owned());
        });
        let offline = async {
            watch.gone().await;
            sleep(SILENCE_OFFLINE).await;
        };
        let more = match within(patience, first(read, offline)).await {
            Some(First::Left(more)) => more?,
            Some(First::Right(())) | None => return Err(FetchError::Broken),
        };
        if !frames.is_empty() {
            hub.spread(&position, &frames);
            (patience, *tries) = (SILENCE, 0);
        }
        if !more {
            return Ok(());
        }
    }
}
