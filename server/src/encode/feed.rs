//! The events of several generations in one stream: what `GET /api/events` speaks.
//!
//! Each frame's `id:` is the position of the reader after it, so that a client that goes on from the last frame it saw
//! misses nothing and gets nothing twice.

use super::{frame, padding, typed};
use crate::generation::{FeedEvent, Position};
use protocol::{feed::FeedChange, id::GenerationId};
use serde::Serialize;
use std::io::Write;

#[derive(Serialize)]
struct Opening<'a> {
    generations: &'a [GenerationId],
}

/// Appends the first frame, which names the generations that are under way: those that a client waits for, and that are
/// not among them, have been forgotten.
pub fn opening(out: &mut Vec<u8>, position: &Position, generations: &[GenerationId]) {
    id(out, position);
    frame(out, &Opening { generations });
}

/// Appends `id: <position>` and `data: {"generation_id":…,"id":<number>,"event":<event>}`.
pub fn event(out: &mut Vec<u8>, event: FeedEvent<'_>, padded: bool) {
    let start = out.len();
    let FeedEvent { position, generation, number, entry } = event;
    id(out, position);
    // Writing into a Vec cannot fail.
    let _ = write!(out, "data: {{\"generation_id\":\"{generation}\",\"id\":{number},\"event\":");
    let data = typed::data(number, entry);
    out.extend_from_slice(data);
    out.extend_from_slice(b"}\n\n");
    if padded {
        let around = out.len() - start - data.len();
        padding::comment(out, start, around + typed::EMPTY_CHUNK.len());
    }
}

/// Appends a frame of what changed besides the generations.
pub fn change(out: &mut Vec<u8>, position: &Position, change: &FeedChange) {
    id(out, position);
    frame(out, change);
}

fn id(out: &mut Vec<u8>, position: &Position) {
    let _ = writeln!(out, "id: {position}");
}
