//! SQLite's one writer, with group commit.
//!
//! A thread of its own owns the write connection. It takes every write that waits (up to a bound), tenant by tenant in
//! turns, runs one after the other in one `BEGIN IMMEDIATE` transaction, commits once, and only then answers them all: one fsync serves many requests, and an
//! acknowledged write survives a power failure. A write that fails or panics undoes only itself: where it had changed something,
//! the whole group is rolled back and run again, each write in a savepoint. There is no timer: a lone write commits at once.
//!
//! Other processes may write the same file. BEGIN then waits up to the busy timeout, and everyone in the group is told
//! that it is busy.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::connection::{SimpleConnection, TransactionManager};
use tokio::sync::oneshot;

use crate::checkpoint::Checkpointer;
use crate::config::Target;
use crate::database::elapsed_us;
use crate::fair::Party;
use crate::fair::queue::{Queue, Refused};
use crate::id::IdSource;
use crate::metrics::Metrics;
use crate::pool::{Purpose, connect};
use crate::transaction::State;
use crate::{Clock, Connection, Error, WriteTx, dialect};

/// Most writes in one commit: bounds how long the first of them waits for the others.
const MAX_GROUP: usize = 128;
/// A group that has taken so long takes no more: slow writes of one tenant delay the others' by few of them.
const GROUP_TIME: Duration = Duration::from_millis(50);

/// The way to the writer's thread. Dropping it waits until the thread has written what is queued and closed the file.
pub(crate) struct Writer {
    queue: Arc<Queue<Box<dyn Job>>>,
    thread: Option<std::thread::JoinHandle<()>>,
    metrics: Arc<Metrics>,
}

impl Writer {
    /// Starts the thread with its open connection to the file at `path`.
    pub(crate) fn start(
        connection: Connection,
        path: PathBuf,
        busy_timeout_ms: u64,
        clock: Arc<dyn Clock>,
        ids: Arc<IdSource>,
        metrics: Arc<Metrics>,
    ) -> std::io::Result<Writer> {
        let queue = Arc::new(Queue::default());
        let counted = Arc::clone(&metrics);
        let thread = WriterThread {
            queue: Arc::clone(&queue),
            checkpointer: Checkpointer::start(path.clone(), busy_timeout_ms, Arc::clone(&metrics))?,
            connection: Some(connection),
            target: Target::Sqlite(path),
            busy_timeout_ms,
            clock,
            ids,
            metrics: counted,
        };
        let thread = std::thread::Builder::new().name("sqlite-writer".to_owned()).spawn(move || thread.run())?;
        Ok(Writer { queue, thread: Some(thread), metrics })
    }

    /// Runs `work` in the next group that has a turn for its party, and gives its result once it is on disk.
    pub(crate) async fn write<T, E, F>(&self, party: Party, work: F) -> Result<T, E>
    where
        F: FnMut(&mut WriteTx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Work { work, result: None, reply, span: tracing::Span::current() };
        let stopped = || Error::unavailable("the writer has stopped");
        match self.queue.push(party, Box::new(job)) {
            Ok(()) => {}
            Err(Refused::Full) => {
                self.metrics.refused.increment();
                return Err(Error::Busy.into());
            }
            Err(Refused::Closed) => return Err(stopped().into()),
        }
        answer.await.unwrap_or_else(|_closed| Err(stopped().into()))
    }

    /// How many writes wait for the thread.
    pub(crate) fn queued(&self) -> usize {
        self.queue.len()
    }
}

/// A file that was closed is whole in itself: without this a server that stops leaves its last writes in the `-wal` file beside it.
impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.close();
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
    queue: Arc<Queue<Box<dyn Job>>>,
    checkpointer: Checkpointer,
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
        while let Some(first) = self.queue.wait() {
            let mut group = vec![first];
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
            if let Some(connection) = &mut self.connection {
                self.checkpointer.committed(connection);
            }
        }
        // A copy of the log that is under way would keep us from the next line.
        drop(self.checkpointer);
        // Readers may close after us, or never: what is written is brought into the file now.
        if let Some(mut connection) = self.connection
            && let Err(error) = connection.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")
        {
            tracing::warn!(error = %error, "the last writes stay in the -wal file, to be read from there");
        }
    }

    /// Runs the first of a group and those that wait in one transaction. The connection is kept only if it is outside of
    /// any transaction afterwards.
    fn commit(&mut self, group: &mut Vec<Box<dyn Job>>) -> Result<(), Error> {
        let mut connection = match self.begin() {
            Ok(connection) => connection,
            Err(error) => {
                // It would be no other for those behind it, and each would wait for it as long.
                group.extend(std::iter::from_fn(|| self.queue.try_next()).take(MAX_GROUP - 1));
                return Err(error);
            }
        };
        let outcome = match self.run_group(&mut connection, group) {
            Ok(Ran::Committed) => Ok(()),
            Ok(Ran::Spoilt) if group.len() == 1 => Ok(()),
            Ok(Ran::Spoilt) => self.begin_again(&mut connection).and_then(|()| self.run_apart(&mut connection, group)),
            Err(error) => Err(error),
        };
        if roll_back_to(&mut connection, 0).is_ok() {
            self.connection = Some(connection);
        }
        outcome
    }

    /// Rolls back what a group did and begins a transaction for it again. Another process may write in between.
    fn begin_again(&self, connection: &mut Connection) -> Result<(), Error> {
        roll_back_to(connection, 0)?;
        Ok(dialect::begin_write(connection, None)?)
    }

    /// The connection, in a transaction.
    fn begin(&mut self) -> Result<Connection, Error> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => connect(&self.target, Purpose::Write, self.busy_timeout_ms).map_err(Error::unavailable)?,
        };
        match dialect::begin_write(&mut connection, None) {
            Ok(()) => Ok(connection),
            Err(error) => {
                if roll_back_to(&mut connection, 0).is_ok() {
                    self.connection = Some(connection);
                }
                Err(error.into())
            }
        }
    }

    /// Runs the first of a group and those that wait, one after the other, and commits. There are no savepoints, each of which
    /// would copy every page that its write touches: a write that fails seldom has changed anything by then.
    fn run_group(&self, connection: &mut Connection, group: &mut Vec<Box<dyn Job>>) -> Result<Ran, Error> {
        // Those that come later find the next group: it must not wait for an ever growing one.
        let bound = MAX_GROUP.min(group.len() + self.queue.len());
        let began = Instant::now();
        while let Some(job) = group.last_mut() {
            if self.run_job(connection, job, 1)? == Fate::Undo {
                return Ok(Ran::Spoilt);
            }
            if group.len() >= bound || began.elapsed() >= GROUP_TIME {
                break;
            }
            // Taken one by one, so that one that has just come may be next by its turn.
            match self.queue.try_next() {
                Some(next) => group.push(next),
                None => break,
            }
        }
        Connection::commit_transaction(connection)?;
        Ok(Ran::Committed)
    }

    /// Runs all of a group again from the beginning, each in a savepoint of its own, and commits.
    fn run_apart(&self, connection: &mut Connection, group: &mut [Box<dyn Job>]) -> Result<(), Error> {
        for job in group {
            Connection::begin_transaction(connection)?;
            match self.run_job(connection, job, 2)? {
                Fate::Keep => Connection::commit_transaction(connection)?,
                Fate::Undo => Connection::rollback_transaction(connection)?,
            }
        }
        Ok(Connection::commit_transaction(connection)?)
    }

    /// Runs one write at the given depth of transactions, and leaves the connection at that depth whatever the write
    /// did.
    fn run_job(&self, connection: &mut Connection, job: &mut Box<dyn Job>, depth: u32) -> Result<Fate, Error> {
        let mut tx = WriteTx::new(&mut *connection, self.clock.now(), &self.ids, State::Begun);
        let succeeded = job.run(&mut tx);
        let fate = if succeeded || !tx.may_have_changed() { Fate::Keep } else { Fate::Undo };
        roll_back_to(connection, depth)?;
        Ok(fate)
    }
}

/// What is to become of what a write did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It succeeded, or did nothing.
    Keep,
    Undo,
}

/// How a group ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ran {
    Committed,
    /// The last of it failed after it had changed something: nothing of the group may be kept as it is.
    Spoilt,
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
