//! One connection writes, and everything that waits for it is written in one transaction: 500 questions at once cost a few
//! commits. Nobody waits for a timer, only for the commit that is under way.

use super::trouble::Trouble;
use crate::store::StoreError;
use futures::future::BoxFuture;
use sqlx::{Connection, SqliteConnection, query};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};

/// The most operations in one transaction: those who wait for the first must not wait for all.
const BATCH: usize = 256;

/// How often it is tried whether writing works again.
const PROBE: Duration = Duration::from_secs(1);

/// What one operation does in the transaction.
pub(super) type Work<T> =
    Box<dyn for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>> + Send>;

/// How much of the time a writer takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// All that it needs: nobody else writes to the database.
    Full,
    /// Half of it. A server may write to it too: who waits for SQLite's lock looks for it only now and then, and would miss a moment.
    Polite,
}

/// Hands operations to the task that writes.
#[derive(Clone)]
pub(super) struct Writer {
    jobs: mpsc::UnboundedSender<Job>,
}

enum Job {
    Write(Box<dyn Operation>),
    Close(oneshot::Sender<()>),
}

/// An operation, whatever it gives back.
trait Operation: Send {
    fn run<'a>(&'a mut self, connection: &'a mut SqliteConnection) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Called after the transaction: what was found holds only if it was committed.
    fn reply(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Written<T> {
    work: Option<Work<T>>,
    result: Result<T, StoreError>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T: Send> Operation for Written<T> {
    fn run<'a>(&'a mut self, connection: &'a mut SqliteConnection) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let Some(work) = self.work.take() else { return Ok(()) };
            self.result = work(connection).await;
            self.result.as_ref().map(drop).map_err(Clone::clone)
        })
    }

    fn reply(self: Box<Self>, committed: Result<(), StoreError>) {
        // Whoever asked may have left; what was written stays.
        let _ = self.reply.send(committed.and(self.result));
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable("The server is stopping.".into())
}

impl Writer {
    /// Starts the task on the present runtime.
    pub(super) fn start(connection: SqliteConnection, trouble: Trouble, pace: Pace) -> Self {
        let (jobs, queue) = mpsc::unbounded_channel();
        tokio::spawn(write_all(connection, queue, trouble, pace));
        Self { jobs }
    }

    /// Does this in a transaction, and gives what it gave once that is committed.
    pub(super) async fn run<T: Send + 'static>(&self, work: Work<T>) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let written = Written { work: Some(work), result: Err(closed()), reply };
        self.jobs.send(Job::Write(Box::new(written))).map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }

    /// Whether nothing is written any more.
    pub(super) fn is_closed(&self) -> bool {
        self.jobs.is_closed()
    }

    /// Writes what waits, and closes the connection.
    pub(super) async fn close(&self) {
        let (reply, closed) = oneshot::channel();
        if self.jobs.send(Job::Close(reply)).is_ok() {
            let _ = closed.await;
        }
    }
}

async fn write_all(
    mut connection: SqliteConnection,
    mut queue: mpsc::UnboundedReceiver<Job>,
    trouble: Trouble,
    pace: Pace,
) {
    let mut closing = None;
    while closing.is_none() {
        let next = match trouble.is_there() {
            false => Ok(queue.recv().await),
            true => tokio::time::timeout(PROBE, queue.recv()).await,
        };
        let mut batch = Vec::new();
        match next {
            Err(_) => {
                trouble.tell(probe(&mut connection).await);
                continue;
            }
            Ok(None) => break,
            Ok(Some(job)) => take(job, &mut batch, &mut closing),
        }
        while batch.len() < BATCH && closing.is_none() {
            let Ok(job) = queue.try_recv() else { break };
            take(job, &mut batch, &mut closing);
        }
        let began = Instant::now();
        let committed = write(&mut connection, &mut batch).await;
        let took = began.elapsed();
        trouble.tell(committed.clone());
        batch.into_iter().for_each(|operation| operation.reply(committed.clone()));
        if pace == Pace::Polite {
            tokio::time::sleep(took).await;
        }
    }
    // Folds the log back into the file, so that a copy of that file alone is whole.
    if let Err(error) = connection.close().await {
        tracing::warn!(%error, "the database was not closed as it should be");
    }
    closing.map(|closed| closed.send(()));
}

fn take(job: Job, batch: &mut Vec<Box<dyn Operation>>, closing: &mut Option<oneshot::Sender<()>>) {
    match job {
        Job::Write(operation) => batch.push(operation),
        Job::Close(reply) => *closing = Some(reply),
    }
}

/// One transaction; each operation in it is written whole or not at all.
async fn write(connection: &mut SqliteConnection, batch: &mut [Box<dyn Operation>]) -> Result<(), StoreError> {
    if batch.is_empty() {
        return Ok(());
    }
    let written = write_in_transaction(connection, batch).await;
    if written.is_err() {
        // SQLite has rolled back by itself after the worst errors; then this is one more error, and no harm.
        let _ = query("ROLLBACK").execute(connection).await;
    }
    written
}

async fn write_in_transaction(
    connection: &mut SqliteConnection,
    batch: &mut [Box<dyn Operation>],
) -> Result<(), StoreError> {
    query("BEGIN IMMEDIATE").execute(&mut *connection).await?;
    if let [operation] = batch {
        operation.run(connection).await?;
        query("COMMIT").execute(connection).await?;
        return Ok(());
    }
    for operation in batch {
        query("SAVEPOINT operation").execute(&mut *connection).await?;
        match operation.run(connection).await {
            Ok(()) => {}
            // The others in this transaction would fail in the same way.
            Err(error @ StoreError::Unavailable(_)) => return Err(error),
            Err(_) => {
                query("ROLLBACK TO operation").execute(&mut *connection).await?;
            }
        }
        query("RELEASE operation").execute(&mut *connection).await?;
    }
    query("COMMIT").execute(connection).await?;
    Ok(())
}

/// More than the rest of a page that happens to be free.
const PROBE_BYTES: i64 = 64 * 1024;

/// Writes something and takes it away again.
async fn probe(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    query("INSERT INTO probe VALUES (zeroblob(?))").bind(PROBE_BYTES).execute(&mut *connection).await?;
    query("DELETE FROM probe").execute(connection).await?;
    Ok(())
}
