//! What a provider says, and whether readers are told of it piece by piece or of many pieces at once.
//!
//! A provider that is faster than the network brings many pieces with one read, and the HTTP client hands them over one by one. Were
//! readers woken for each, each would be a write of its own, which costs several times what the server does with a piece, and the
//! client a read. So the first piece after a pause is told at once, and what follows it without a pause when there is no more at hand.
//! No clock is asked, and a piece that comes alone never waits.

use super::{log::Log, watchdog::Watchdog};
use crate::providers::{Delta, DeltaStream, ProviderError};
use futures::StreamExt;
use protocol::error::PublicError;
use std::{
    future::poll_fn,
    task::{Context, Poll},
};

/// The most batches of which readers are not told yet: enough that a write costs each of them little, and few enough that all the
/// others on this thread, who have their turns between two of them, don't keep the first waiting for long.
const UNTOLD: u32 = 32;

/// A provider's stream, whose readers may be behind.
pub(super) struct Burst {
    stream: DeltaStream,
    /// How many; none after a pause, and before the first, when somebody waits for the next one.
    untold: Option<u32>,
}

/// When readers are told of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Telling {
    /// It came after a pause, or much has come before it.
    AtOnce,
    /// More may be at hand.
    Later,
}

type Batch = Result<Vec<Delta>, ProviderError>;

impl Burst {
    pub(super) fn new(stream: DeltaStream) -> Self {
        Self { stream, untold: None }
    }

    /// The next batch; none at the end. Before it waits for one, it tells the log's readers of those that they don't know of.
    pub(super) async fn next(
        &mut self,
        log: &Log,
        watchdog: &mut Watchdog,
    ) -> Result<Option<(Batch, Telling)>, PublicError> {
        if let Some(next) = self.at_hand().await {
            return Ok(next.map(|batch| (batch, self.telling())));
        }
        let polled = |context: &mut Context<'_>| {
            let next = self.stream.poll_next_unpin(context);
            if next.is_pending() && self.untold.take().is_some_and(|untold| untold > 0) {
                log.tell_readers();
            }
            next
        };
        let next = watchdog.guard(poll_fn(polled)).await?;
        Ok(next.map(|batch| (batch, self.telling())))
    }

    /// What is there without a pause. If nothing is, the connection, which runs on this thread too, has one turn to hand over what
    /// it has read already; that is looked at by whoever comes next.
    async fn at_hand(&mut self) -> Option<Option<Batch>> {
        let mut turns = 0;
        poll_fn(|context| {
            if turns > 0 {
                return Poll::Ready(None);
            }
            turns += 1;
            match self.stream.poll_next_unpin(context) {
                Poll::Ready(next) => Poll::Ready(Some(next)),
                Poll::Pending => {
                    context.waker().wake_by_ref();
                    Poll::Pending
                }
            }
        })
        .await
    }

    /// When readers are told of a batch that has just come: waiting for it has made `untold` none.
    fn telling(&mut self) -> Telling {
        match &mut self.untold {
            Some(untold) if *untold < UNTOLD => {
                *untold += 1;
                Telling::Later
            }
            // The next ones may follow it.
            untold => {
                *untold = Some(0);
                Telling::AtOnce
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;
    use futures::{FutureExt, channel::mpsc, poll, stream::FuturesUnordered};
    use protocol::event::StreamEvent;
    use std::pin::pin;

    #[tokio::test]
    async fn what_comes_together_is_told_together_and_what_comes_alone_at_once() {
        let mut watchdog = Watchdog::new(Settings::read(|_| None).unwrap().generation);
        let (provider, said) = mpsc::unbounded();
        let say = |number: u32| provider.unbounded_send(number).unwrap();
        let mut burst = Burst::new(said.map(|number| Ok(vec![Delta::Text(number.to_string())])).boxed());
        let log = Log::new();
        let reader = log.reader_id();
        (0..70).for_each(say);
        let mut at_once = vec![];
        for number in 0..70 {
            let (batch, telling) = burst.next(&log, &mut watchdog).await.unwrap().unwrap();
            assert_eq!(batch.unwrap(), [Delta::Text(number.to_string())]);
            at_once.extend((telling == Telling::AtOnce).then_some(number));
        }
        assert_eq!(at_once, [0, 33, 66], "the first, and then whenever many are not told");

        // Polls the reader again only when it was woken.
        let mut waiting = FuturesUnordered::new();
        waiting.push(poll_fn(|context| log.poll_beyond(0, reader, context, |_, _| true)));
        assert_eq!(waiting.next().now_or_never(), None);
        log.append_untold([StreamEvent::Chunk { content: "69".into() }]);
        {
            let mut next = pin!(burst.next(&log, &mut watchdog));
            assert!(poll!(&mut next).is_pending());
            assert_eq!(waiting.next().now_or_never(), None, "more may be at hand");
            assert!(poll!(&mut next).is_pending());
            assert_eq!(waiting.next().now_or_never(), Some(Some(Some(1))), "nothing is at hand, so the reader is told");
            say(70);
            assert_eq!(next.await.unwrap().unwrap().1, Telling::AtOnce);
        }
        drop(provider);
        assert!(burst.next(&log, &mut watchdog).await.unwrap().is_none());
    }
}
