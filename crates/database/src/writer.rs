//! SQLite's one writer, with group commit.
//!
//! A thread of its own owns the write connection. It takes every write that waits (up to a bound), runs each in its own
//! savepoint of one
//! `BEGIN IMMEDIATE` transaction, commits once, and only then answers them all: one fsync serves many requests, and an
//! acknowledged write survives a power failure. A write that fails or panics rolls back only itself. There is no timer:
//! a lone write commits at once.
//!
//! Other processes may write the same file. BEGIN then waits up to the busy timeout, and everyone in the group is told
//! that it is busy.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::connection::{SimpleConnection, TransactionManager};
use tokio::sync::{mpsc, oneshot};

use crate::config::Target;
use crate::database::elapsed_us;
use crate::id::IdSource;
use crate::metrics::Metrics;
use crate::pool::{Purpose, connect};
use crate::transaction::State;
use crate::{Clock, Connection, Error, WriteTx, dialect};

/// Most writes in one commit: bounds how long the first of them waits for the others.
const MAX_GROUP: usize = 128;
/// Most writes that wait; more wait for a place here, and only for the busy timeout.
const QUEUE_LENGTH: usize = 1_024;

/// The way to the writer's thread. Dropping it waits until the thread has written what is queued and closed the file.
pub(crate) struct Writer {
    /// None only while being dropped, which tells the thread to end.
    queue: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<std::thread::JoinHandle<()>>,
    busy_timeout: Duration,
    metrics: Arc<Metrics>,
}

impl Writer {
    /// Starts the thread with its open connection.
    pub(crate) fn start(
        connection: Connection,
        target: Target,
        busy_timeout_ms: u64,
        clock: Arc<dyn Clock>,
        ids: Arc<IdSource>,
        metrics: Arc<Metrics>,
    ) -> std::io::Result<Writer> {
        let (queue, waiting) = mpsc::channel(QUEUE_LENGTH);
        let counted = Arc::clone(&metrics);
        let thread = WriterThread {
            waiting,
            connection: Some(connection),
            target,
            busy_timeout_ms,
            clock,
            ids,
            metrics: counted,
        };
        let thread = std::thread::Builder::new().name("sqlite-writer".to_owned()).spawn(move || thread.run())?;
        Ok(Writer {
            queue: Some(queue),
            thread: Some(thread),
            busy_timeout: Duration::from_millis(busy_timeout_ms),
            metrics,
        })
    }

    /// Runs `work` in the next group and gives its result once it is on disk.
    pub(crate) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnMut(&mut WriteTx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Work { work, result: None, reply, span: tracing::Span::current() };
        let stopped = || Error::unavailable("the writer has stopped");
        let queue = self.queue.as_ref().ok_or_else(stopped)?;
        match tokio::time::timeout(self.busy_timeout, queue.send(Box::new(job))).await {
            Err(_elapsed) => {
                self.metrics.refused.increment();
                return Err(Error::Busy.into());
            }
            Ok(Err(_closed)) => return Err(stopped().into()),
            Ok(Ok(())) => {}
        }
        answer.await.unwrap_or_else(|_closed| Err(stopped().into()))
    }

    /// How many writes wait for the thread.
    pub(crate) fn queued(&self) -> usize {
        self.queue.as_ref().map_or(0, |queue| queue.max_capacity().saturating_sub(queue.capacity()))
    }
}

/// A file that was closed is whole in itself: without this a server that stops leaves its last writes in the `-wal` file beside it.
impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        // A write may hold the last clone of the `Database`; its own thread cannot wait for itself.
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
            && thread.join().is_err()
        {
            tracing::error!("the writer's thread panicked");
        }
    }
}

/// One write, whatever its types.
trait Job: Send {
    /// Runs it and tells whether what it did is to be kept.
    fn run(&mut self, tx: &mut WriteTx<'_>) -> bool;
    /// Tells the one who waits. `group` is what became of the whole transaction.
    fn answer(self: Box<Self>, group: Result<(), Error>);
}

struct Work<T, E, F> {
    work: F,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
    span: tracing::Span,
}

impl<T, E, F> Job for Work<T, E, F>
where
    F: FnMut(&mut WriteTx<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<Error> + Send,
{
    fn run(&mut self, tx: &mut WriteTx<'_>) -> bool {
        let work = &mut self.work;
        let all = || {
            let value = work(tx)?;
            tx.end()?;
            Ok(value)
        };
        let result = self.span.in_scope(|| catch_unwind(AssertUnwindSafe(all)));
        let result = result.unwrap_or_else(|_panic| Err(Error::other("the write panicked").into()));
        self.result.insert(result).is_ok()
    }

    fn answer(self: Box<Self>, group: Result<(), Error>) {
        let answer = match (self.result, group) {
            (Some(Err(own)), _) => Err(own),
            (_, Err(error)) => Err(error.into()),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (None, Ok(())) => Err(Error::other("the write was not run").into()),
        };
        // Whoever asked may have gone away (a client that hung up): the write is kept all the same.
        let _gone = self.reply.send(answer);
    }
}

struct WriterThread {
    waiting: mpsc::Receiver<Box<dyn Job>>,
    /// None after a failure that left the connection in an unknown state, until the next group opens another.
    connection: Option<Connection>,
    target: Target,
    busy_timeout_ms: u64,
    clock: Arc<dyn Clock>,
    ids: Arc<IdSource>,
    metrics: Arc<Metrics>,
}

impl WriterThread {
    fn run(mut self) {
        while let Some(first) = self.waiting.blocking_recv() {
            let mut group = vec![first];
            while group.len() < MAX_GROUP
                && let Ok(next) = self.waiting.try_recv()
            {
                group.push(next);
            }
            let began = Instant::now();
            let outcome = self.commit(&mut group);
            self.metrics.group.observe(u64::try_from(group.len()).unwrap_or(u64::MAX));
            self.metrics.transactions.observe(elapsed_us(began));
            if outcome.is_ok() {
                self.metrics.commits.increment();
            }
            if let Err(error) = &outcome {
                self.metrics.failed_commits.increment();
                tracing::warn!(error = %error, writes = group.len(), "a group of writes was not committed");
            }
            for job in group {
                job.answer(outcome.clone());
            }
        }
        // Readers may close after us, or never: what is written is brought into the file now.
        if let Some(mut connection) = self.connection
            && let Err(error) = connection.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")
        {
            tracing::warn!(error = %error, "the last writes stay in the -wal file, to be read from there");
        }
    }

    /// Runs the group in one transaction. The connection is kept only if it is outside of any transaction afterwards.
    fn commit(&mut self, group: &mut [Box<dyn Job>]) -> Result<(), Error> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => connect(&self.target, Purpose::Write, self.busy_timeout_ms).map_err(Error::unavailable)?,
        };
        let outcome = self.run_group(&mut connection, group);
        if roll_back_to(&mut connection, 0).is_ok() {
            self.connection = Some(connection);
        }
        outcome
    }

    fn run_group(&self, connection: &mut Connection, group: &mut [Box<dyn Job>]) -> Result<(), Error> {
        dialect::begin_write(connection, None)?;
        if let [alone] = group {
            // No savepoint is needed where there is nothing else to keep.
            return if self.run_job(connection, alone, 1)? {
                Ok(Connection::commit_transaction(connection)?)
            } else {
                Ok(())
            };
        }
        for job in group {
            Connection::begin_transaction(connection)?;
            if self.run_job(connection, job, 2)? {
                Connection::commit_transaction(connection)?;
            } else {
                Connection::rollback_transaction(connection)?;
            }
        }
        Ok(Connection::commit_transaction(connection)?)
    }

    /// Runs one write at the given depth of transactions, and leaves the connection at that depth whatever the write
    /// did.
    fn run_job(&self, connection: &mut Connection, job: &mut Box<dyn Job>, depth: u32) -> Result<bool, Error> {
        let mut tx = WriteTx::new(&mut *connection, self.clock.now(), &self.ids, State::Begun);
        let keep = job.run(&mut tx);
        roll_back_to(connection, depth)?;
        Ok(keep)
    }
}

/// Undoes what is open above `depth`: a write that panicked inside a nested transaction leaves it open.
fn roll_back_to(connection: &mut Connection, depth: u32) -> Result<(), Error> {
    let mut left = dialect::transaction_depth(connection)?;
    while left > depth {
        Connection::rollback_transaction(connection)?;
        left -= 1;
    }
    Ok(())
}
