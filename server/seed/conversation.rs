//! Conversations by number: one of 2,000 messages, the others of a few to a few hundred, and some with branches.

use crate::{
    names::{LONGEST, VISITOR},
    text::{Script, marked, title, words},
};
use fastrand::Rng;
use protocol::{
    conversation::{ConversationSettings, ConversationSummary},
    event::{FinishReason, Usage},
    id::{ConversationId, MessageId},
    message::{Message, MessageStatus, Role},
};
use server::{
    store::WholeConversation,
    visitor::{Owner, VisitorId},
};
use uuid::Uuid;

/// The messages of the longest conversation, which is the first.
const MOST_MESSAGES: usize = 2_000;
/// When the first began: 1 January 2025. The times are the same whenever it is run.
const FIRST: u64 = 1_735_689_600_000;
/// From one conversation to the next: about 10,000 in a year and a half.
const APART: u64 = 4_700_000;
/// From one message to the next, at the least.
const PAUSE: u64 = 2_000;

/// To whom all belongs.
pub(crate) fn owner() -> Owner {
    Owner::Visitor(VisitorId::parse(VISITOR).expect("it is one"))
}

/// How many conversations there are to be, and how long each is.
pub(crate) struct Plan {
    seed: u64,
    lengths: Vec<usize>,
}

impl Plan {
    pub(crate) fn new(seed: u64, conversations: usize, messages: usize) -> Self {
        assert!(conversations > 0 && messages >= conversations * 2, "each conversation has at least two messages");
        let mut rng = Rng::with_seed(seed);
        let mut lengths = vec![MOST_MESSAGES.min(messages - (conversations - 1) * 2)];
        let mut left = messages - lengths[0];
        for number in 1..conversations {
            let others = conversations - number - 1;
            let average = left as f64 / (others + 1) as f64;
            let length = (average * (0.05 + 1.9 * rng.f64())) as usize;
            let length = if others == 0 { left } else { length.clamp(2, left - others * 2) };
            lengths.push(length);
            left -= length;
        }
        Self { seed, lengths }
    }

    /// One after another.
    pub(crate) fn conversations(&self) -> impl Iterator<Item = WholeConversation> + '_ {
        self.lengths.iter().enumerate().map(|(number, length)| conversation(self.seed, number, *length))
    }
}

fn rng(seed: u64, number: usize) -> Rng {
    Rng::with_seed(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number as u64)
}

fn uuid(rng: &mut Rng) -> Uuid {
    uuid::Builder::from_random_bytes(rng.u128(..).to_be_bytes()).into_uuid()
}

fn conversation(seed: u64, number: usize, length: usize) -> WholeConversation {
    let mut rng = rng(seed, number);
    let id = match number {
        0 => LONGEST.parse().expect("it is one"),
        _ => ConversationId(uuid(&mut rng)),
    };
    let script = Script::pick(&mut rng);
    let began = FIRST + number as u64 * APART;
    let mut messages: Vec<Message> = Vec::with_capacity(length);
    let (mut at, mut parent) = (began, None);
    while messages.len() < length {
        at += PAUSE + rng.u64(0..60_000);
        // One message of each conversation has a word that is nowhere else.
        let mark = (messages.len() == length / 2).then_some(number);
        let message = match messages.last() {
            // Another answer to the same question, which is shown from then on.
            Some(last) if last.role == Role::Assistant && rng.u8(0..12) == 0 => {
                answer(&mut rng, script, last.parent_id, at, mark)
            }
            Some(last) if last.role == Role::User => answer(&mut rng, script, parent, at, mark),
            _ => question(&mut rng, script, parent, at, mark),
        };
        parent = Some(message.id);
        messages.push(message);
    }
    let summary = ConversationSummary {
        title: title(&mut rng, script),
        updated_at: at,
        pinned: number % 1_000 == 7,
        ..ConversationSummary::new(id, began)
    };
    let settings = ConversationSettings { model: Some("demo/rivulet".to_owned()), ..ConversationSettings::default() };
    WholeConversation { summary, settings, head: parent, messages, origin: None }
}

fn question(rng: &mut Rng, script: Script, parent: Option<MessageId>, at: u64, mark: Option<usize>) -> Message {
    let count = rng.usize(3..40);
    let text = marked(words(rng, script, count), mark);
    Message::user(MessageId(uuid(rng)), parent, text, at)
}

fn answer(rng: &mut Rng, script: Script, parent: Option<MessageId>, at: u64, mark: Option<usize>) -> Message {
    let count = rng.usize(10..160);
    let content = marked(words(rng, script, count), mark);
    Message {
        status: if rng.u8(0..50) == 0 { MessageStatus::Stopped } else { MessageStatus::Complete },
        model: Some("demo/rivulet".to_owned()),
        finish_reason: Some(FinishReason::Stop),
        usage: Some(Usage { input_tokens: rng.u64(10..4_000), output_tokens: count as u64, cached_input_tokens: 0 }),
        content,
        ..Message::answer(MessageId(uuid(rng)), parent, at)
    }
}
