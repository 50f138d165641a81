//! The pure reducer of a stream: numbered events in, one growing message out.
//!
//! The browser folds with it what it reads, the server what it logs; so a reload, a second tab and the JSON answer all
//! show the same text. Events may come twice (after a reconnect); each counts once.

use crate::{
    error::ErrorCode,
    event::{FinishReason, Status, StreamEvent},
    id::ConversationId,
    message::{Message, MessageStatus},
};

/// What an event changed, so that a reader touches only that.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Nothing: the event was known already, or means nothing to this build.
    Nothing,
    /// The text grew at its end.
    Content,
    /// The reasoning grew at its end.
    Reasoning,
    /// The generation said something about itself; see [`Transcript::notice`].
    Status,
    /// An event is missing between the last one and this one: read again from [`Message::last_event_id`].
    Gap,
    /// The message is at its end.
    Ended,
}

/// One answer while it is being read.
#[derive(Debug, Clone, PartialEq)]
pub struct Transcript {
    /// The message so far.
    pub message: Message,
    /// What the generation last said about itself (retrying, fallback), until text comes.
    pub notice: Option<Status>,
    /// The session that remembers the exchange, once the end has told it.
    pub session_id: Option<ConversationId>,
    /// What a person might ask next, once the end has told it.
    pub suggestions: Vec<String>,
}

impl Transcript {
    /// Goes on from a message: a new one, or one that was read up to [`Message::last_event_id`].
    pub fn new(message: Message) -> Self {
        Self { message, notice: None, session_id: None, suggestions: Vec::new() }
    }

    /// Whether the answer has ended.
    pub fn is_ended(&self) -> bool {
        self.message.status != MessageStatus::Streaming
    }

    /// Takes the event with this number.
    pub fn apply(&mut self, number: u64, event: &StreamEvent) -> Change {
        if number <= self.message.last_event_id || self.is_ended() {
            return Change::Nothing;
        }
        if number != self.message.last_event_id + 1 {
            return Change::Gap;
        }
        self.message.last_event_id = number;
        match event {
            StreamEvent::Chunk { content } => {
                self.notice = None;
                self.message.content.push_str(content);
                Change::Content
            }
            StreamEvent::Reasoning { content } => {
                self.notice = None;
                self.message.reasoning.push_str(content);
                Change::Reasoning
            }
            StreamEvent::Status(status) => self.status(status),
            StreamEvent::Complete(complete) => {
                self.message.status = match complete.finish_reason {
                    FinishReason::Cancelled => MessageStatus::Stopped,
                    _ => MessageStatus::Complete,
                };
                self.message.finish_reason = Some(complete.finish_reason.clone());
                self.message.usage = complete.usage;
                self.message.cost.clone_from(&complete.cost);
                self.message.stats = Some(complete.stats);
                self.session_id = complete.session_id;
                self.suggestions.clone_from(&complete.suggestions);
                self.ended()
            }
            StreamEvent::Error(error) => {
                self.message.status = match error.code {
                    ErrorCode::Interrupted => MessageStatus::Interrupted,
                    _ => MessageStatus::Failed,
                };
                self.message.error = Some(error.clone());
                self.ended()
            }
            StreamEvent::Context {} | StreamEvent::Unknown => Change::Nothing,
        }
    }

    fn status(&mut self, status: &Status) -> Change {
        match status {
            Status::Processing(names) => {
                self.message.generation_id = Some(names.generation_id);
                self.message.model = Some(names.model.clone());
                if let Some(id) = names.message_id {
                    self.message.id = id;
                }
                if let Some(id) = names.user_message_id {
                    self.message.parent_id = Some(id);
                }
            }
            Status::Fallback { to, .. } => {
                self.message.model = Some(to.clone());
                self.notice = Some(status.clone());
            }
            Status::Retrying { .. } => self.notice = Some(status.clone()),
            Status::Unknown => return Change::Nothing,
        }
        Change::Status
    }

    fn ended(&mut self) -> Change {
        self.notice = None;
        Change::Ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        error::{ErrorCode, PublicError},
        event::{Complete, Stats},
        id::MessageId,
    };
    use proptest::prelude::*;

    fn transcript() -> Transcript {
        Transcript::new(Message::answer(MessageId(uuid::Uuid::nil()), None, 0))
    }

    fn chunk(text: &str) -> StreamEvent {
        StreamEvent::Chunk { content: text.into() }
    }

    fn complete(finish_reason: FinishReason) -> StreamEvent {
        StreamEvent::Complete(Box::new(Complete {
            finish_reason,
            session_id: None,
            suggestions: vec![],
            usage: None,
            cost: None,
            stats: Stats::default(),
        }))
    }

    #[test]
    fn text_grows_once_for_each_number() {
        let mut answer = transcript();
        assert_eq!(answer.apply(1, &chunk("a")), Change::Content);
        assert_eq!(answer.apply(1, &chunk("a")), Change::Nothing);
        assert_eq!(answer.apply(3, &chunk("c")), Change::Gap);
        assert_eq!(answer.apply(2, &StreamEvent::Unknown), Change::Nothing);
        assert_eq!(answer.apply(3, &chunk("c")), Change::Content);
        assert_eq!((answer.message.content.as_str(), answer.message.last_event_id), ("ac", 3));
    }

    #[test]
    fn an_end_is_final_and_says_how() {
        let mut stopped = transcript();
        stopped.apply(1, &chunk("a"));
        assert_eq!(stopped.apply(2, &complete(FinishReason::Cancelled)), Change::Ended);
        assert_eq!(stopped.message.status, MessageStatus::Stopped);
        assert_eq!(stopped.apply(3, &chunk("late")), Change::Nothing);
        assert_eq!(stopped.message.content, "a");

        let mut failed = transcript();
        failed.apply(1, &chunk("a"));
        failed.apply(2, &StreamEvent::Error(PublicError::new(ErrorCode::UpstreamTruncated, "cut")));
        assert_eq!((failed.message.status, failed.message.content.as_str()), (MessageStatus::Failed, "a"));
        assert_eq!(failed.message.error.unwrap().code, ErrorCode::UpstreamTruncated);
    }

    #[test]
    fn a_notice_stays_until_text_comes() {
        let mut answer = transcript();
        answer.apply(1, &StreamEvent::Status(Box::new(Status::Retrying { attempt: 2, delay_ms: 5 })));
        assert!(answer.notice.is_some());
        answer.apply(2, &StreamEvent::Reasoning { content: "hm".into() });
        assert!(answer.notice.is_none());
    }

    fn read_on(answer: &mut Transcript, events: &[StreamEvent], range: std::ops::Range<usize>) {
        for (number, event) in (range.start as u64 + 1..).zip(&events[range]) {
            answer.apply(number, event);
        }
    }

    fn event() -> impl Strategy<Value = StreamEvent> {
        let status = prop_oneof![
            (any::<u32>(), any::<u64>()).prop_map(|(attempt, delay_ms)| Status::Retrying { attempt, delay_ms }),
            ("[a-c]", "[a-c]").prop_map(|(from, to)| Status::Fallback { from, to }),
            Just(Status::Unknown),
        ];
        prop_oneof![
            4 => ".{0,4}".prop_map(|content| StreamEvent::Chunk { content }),
            2 => ".{0,4}".prop_map(|content| StreamEvent::Reasoning { content }),
            1 => status.prop_map(|status| StreamEvent::Status(Box::new(status))),
            1 => Just(StreamEvent::Context {}),
            1 => Just(StreamEvent::Unknown),
        ]
    }

    fn end() -> impl Strategy<Value = StreamEvent> {
        let error = StreamEvent::Error(PublicError::new(ErrorCode::UpstreamTruncated, "cut"));
        let reasons = [FinishReason::Stop, FinishReason::Cancelled, FinishReason::Other("moonrise".into())];
        prop_oneof![Just(error), prop::sample::select(reasons.to_vec()).prop_map(complete)]
    }

    proptest! {
        /// Wherever a reader reconnects, and however far back the server begins again, the transcript is the same.
        #[test]
        fn any_reconnection_gives_the_same_transcript(
            mut events in prop::collection::vec(event(), 1..30),
            end in end(),
            breaks in prop::collection::vec((0usize..30, 0usize..30), 0..8),
        ) {
            events.push(end);
            let mut whole = transcript();
            read_on(&mut whole, &events, 0..events.len());
            let mut answer = transcript();
            for (stop, back) in breaks {
                let read = answer.message.last_event_id as usize;
                read_on(&mut answer, &events, read.saturating_sub(back)..stop.min(events.len()).max(read));
                // A page that is loaded anew goes on from the message alone, as the server renders it.
                let loaded = Transcript { notice: answer.notice.clone(), ..Transcript::new(answer.message.clone()) };
                prop_assert_eq!(&loaded.message, &answer.message);
                if !answer.is_ended() {
                    answer = loaded;
                }
            }
            let read = answer.message.last_event_id as usize;
            read_on(&mut answer, &events, read..events.len());
            prop_assert!(answer.is_ended());
            prop_assert_eq!(answer, whole);
        }

        /// Events in any order, doubled or missing: what is applied is always the beginning of the stream, and a gap says so.
        #[test]
        fn no_order_of_events_spoils_the_text(
            mut events in prop::collection::vec(event(), 1..12),
            end in end(),
            order in prop::collection::vec(0usize..13, 0..60),
        ) {
            events.push(end);
            let mut answer = transcript();
            for index in order.into_iter().filter(|index| *index < events.len()) {
                let (number, before) = (index as u64 + 1, answer.clone());
                let change = answer.apply(number, &events[index]);
                let next = before.message.last_event_id + 1;
                prop_assert_eq!(change == Change::Gap, number > next && !before.is_ended());
                if number != next {
                    prop_assert_eq!(&answer, &before);
                }
            }
            let read = answer.message.last_event_id as usize;
            let mut beginning = transcript();
            read_on(&mut beginning, &events, 0..read);
            prop_assert_eq!(answer, beginning);
        }
    }
}
