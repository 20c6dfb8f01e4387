//! [`Database`]: the one place that hops to a blocking thread, admits work, and opens transactions.

mod admission;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::connection::TransactionManager;
use tracing::Instrument;

use crate::config::{Target, without_password};
use crate::fair::Party;
use crate::fair::gate::Gate;
use crate::hold::{Hold, lock_file};
use crate::id::{IdSource, Kind};
use crate::metrics::{Metrics, State};
use crate::migration::{self, MigrationState};
use crate::pool::{Pool, Pooled, Purpose, connect};
use crate::room::CONNECTIONS_PER_LARGE;
use crate::transaction::State as TransactionState;
use crate::writer::Writer;
use crate::{
    Clock, Connection, DatabaseConfig, Error, Id, OpenError, RandomSource, ReadTx, Timestamp, WriteTx, dialect, pooling,
};

/// So often a write on PostgreSQL is done before its failure is one.
pub const ATTEMPTS: u32 = 4;

/// An open database. Cheap to clone; all clones share the connections.
#[derive(Clone)]
pub struct Database {
    shared: Arc<Shared>,
    /// In whose line those wait that ask through this clone.
    party: Party,
}

struct Shared {
    target: Target,
    location: String,
    busy_timeout_ms: u64,
    /// Set in each transaction, where the session cannot keep it.
    lock_timeout_ms: Option<u64>,
    clock: Arc<dyn Clock>,
    ids: Arc<IdSource>,
    /// Readers on SQLite, everything on PostgreSQL.
    pool: Pool,
    /// As many places as the pool has connections.
    gate: Arc<Gate>,
    /// As many places as large answers may be put together at once.
    large: Arc<Gate>,
    /// SQLite only.
    writer: Option<Writer>,
    metrics: Arc<Metrics>,
    /// SQLite only. The last to go: no other file may take the place of one that is still open.
    _hold: Option<Hold>,
}

/// What `rollcall doctor` tells about the database.
#[derive(Debug, Clone)]
pub struct Health {
    /// `SQLite 3.51.1` or `PostgreSQL 15.14`.
    pub version: String,
    /// The URL without its password.
    pub location: String,
    /// How the tables stand to this program.
    pub migrations: MigrationState,
    /// What is wrong, each as a sentence; empty when all is well.
    pub problems: Vec<String>,
}

impl Database {
    /// Opens the database and proves that it answers. Makes the folder and the file of a SQLite database; leaves the
    /// tables alone (see [`Database::migrate`]). Blocks.
    pub fn open(
        config: &DatabaseConfig,
        clock: Arc<dyn Clock>,
        random: Arc<dyn RandomSource>,
    ) -> Result<Database, OpenError> {
        let target = Target::parse(&config.url)?;
        let location = without_password(&config.url);
        let busy_timeout_ms = config.busy_timeout_ms;
        let cannot = |reason: String| OpenError::Connect { location: location.clone(), reason };
        let hold = match &target {
            Target::Postgres(_) => None,
            Target::Sqlite(path) => {
                make_folder(path)?;
                let failed =
                    |error: std::io::Error| OpenError::File { path: lock_file(path), reason: error.to_string() };
                let hold = Hold::together(path).map_err(failed)?;
                // Before the file is made or opened: it may be another one in a moment.
                let hold = hold.ok_or_else(|| OpenError::BeingReplaced { path: path.clone() })?;
                make_file(path)?;
                Some(hold)
            }
        };
        let connection = connect(&target, Purpose::Write, busy_timeout_ms).map_err(cannot)?;
        let ids = Arc::new(IdSource::new(random));
        let metrics = Arc::new(Metrics::default());
        let writer = match &target {
            Target::Postgres(_) => None,
            Target::Sqlite(path) => Some(
                Writer::start(
                    connection,
                    path.clone(),
                    busy_timeout_ms,
                    Arc::clone(&clock),
                    Arc::clone(&ids),
                    Arc::clone(&metrics),
                )
                .map_err(|error| cannot(error.to_string()))?,
            ),
        };
        let purpose = if writer.is_some() { Purpose::Read } else { Purpose::Write };
        let pool = Pool::new(target.clone(), purpose, config.max_connections, busy_timeout_ms, Arc::clone(&metrics));
        let places = |count: u32| Gate::new(usize::try_from(count).unwrap_or(usize::MAX));
        let (gate, large) = (places(config.max_connections), places(config.max_connections / CONNECTIONS_PER_LARGE));
        let lock_timeout_ms = pooling::is_pooled(&target).then_some(busy_timeout_ms);
        let shared = Shared {
            target,
            location,
            busy_timeout_ms,
            lock_timeout_ms,
            clock,
            ids,
            pool,
            gate,
            large,
            writer,
            metrics,
            _hold: hold,
        };
        Ok(Database { shared: Arc::new(shared), party: Party::Server })
    }

    /// Runs `work` on a connection that reads. On SQLite a statement that writes fails. Waits for a free connection at
    /// most for the busy timeout, then [`Error::Busy`]; that at once where too many of the same tenant wait.
    pub async fn read<T, E>(&self, work: impl FnOnce(&mut ReadTx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let span = tracing::debug_span!("db.read");
        let shared = Arc::clone(&self.shared);
        self.blocking(move || shared.read(work)).instrument(span).await
    }

    /// As [`Database::read`], for a few look-ups by an index, some tens of microseconds in all. On SQLite they are done on the
    /// calling thread: handing them over to another one takes longer than they do. Where every connection is in use they
    /// wait like any read, and on PostgreSQL they are reads like any other.
    pub async fn look_up<T, E>(
        &self,
        work: impl FnOnce(&mut ReadTx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        if self.shared.writer.is_some()
            && let Some(_place) = self.shared.gate.try_enter()
        {
            return tracing::debug_span!("db.read").in_scope(|| self.shared.read(work));
        }
        self.read(work).await
    }

    /// Runs `work` in a transaction that is kept if it gives `Ok`, and gives that only once it is on disk. Nothing of
    /// it is kept if it gives an error or panics. Once begun it goes on even if the caller stops waiting.
    ///
    /// On PostgreSQL it is run again, from its beginning, where the transaction was given up for the sake of another one, or
    /// another one was faster in adding a row that must be unique and `work` may find that row now. An error is given after
    /// [`ATTEMPTS`].
    pub async fn write<T, E>(&self, work: impl FnMut(&mut WriteTx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let span = tracing::debug_span!("db.write");
        match &self.shared.writer {
            Some(writer) => writer.write(self.party, work).instrument(span).await,
            None => {
                let shared = Arc::clone(&self.shared);
                self.blocking(move || shared.write(work)).instrument(span).await
            }
        }
    }

    /// The time now, from the injected clock. Inside a transaction use its own `now()`.
    pub fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// An id that nothing has yet, for a row that is written later than what it tells of. Inside a transaction use its own
    /// `new_id()`.
    pub fn new_id<K: Kind>(&self) -> Id<K> {
        self.shared.ids.new_id(self.now())
    }

    /// Random bytes for secrets, from the injected source.
    pub fn fill_random(&self, bytes: &mut [u8]) {
        self.shared.ids.random().fill(bytes);
    }

    /// The URL without its password, for logs.
    pub fn location(&self) -> &str {
        &self.shared.location
    }

    /// How the tables stand to this program. Changes nothing. Blocks.
    pub fn migration_state(&self) -> Result<MigrationState, Error> {
        migration::state(&mut self.shared.connect()?)
    }

    /// As [`Database::migration_state`], on a connection of the pool: whether the program can work with this database now.
    pub async fn migrations(&self) -> Result<MigrationState, Error> {
        self.read(|tx| migration::state(tx.connection())).await
    }

    /// Brings the tables of an empty or older database up to date, one process at a time, and tells how many migrations
    /// were run. Refuses a database that is newer than this program ([`MigrationState::Newer`] as an error). Blocks.
    pub fn migrate(&self) -> Result<usize, migration::MigrateError> {
        migration::migrate(&mut self.shared.connect()?, pooling::is_pooled(&self.shared.target))
    }

    /// A thorough look at the database: on SQLite it reads the whole file.
    pub async fn health(&self) -> Result<Health, Error> {
        let location = self.shared.location.clone();
        self.read(move |tx| {
            let connection = tx.connection();
            Ok(Health {
                version: dialect::version(connection)?,
                location,
                migrations: migration::state(connection)?,
                problems: dialect::problems(connection)?,
            })
        })
        .await
    }

    /// What it counts about itself, for Prometheus.
    pub fn write_metrics(&self, text: &mut measure::Text) {
        let pool = self.shared.pool.state();
        let state = State {
            open_connections: pool.connections,
            idle_connections: pool.idle_connections,
            max_connections: self.shared.pool.max_connections(),
            writes_queued: self.shared.writer.as_ref().map(Writer::queued),
        };
        self.shared.metrics.write(&state, text);
    }
}

impl Shared {
    fn busy_timeout(&self) -> Duration {
        Duration::from_millis(self.busy_timeout_ms)
    }

    /// A connection of its own, outside of the pool.
    fn connect(&self) -> Result<Connection, Error> {
        connect(&self.target, Purpose::Write, self.busy_timeout_ms).map_err(Error::unavailable)
    }

    fn read<T, E: From<Error>>(&self, work: impl FnOnce(&mut ReadTx<'_>) -> Result<T, E>) -> Result<T, E> {
        let mut pooled = self.pool.get()?;
        let mut tx = ReadTx { connection: &mut pooled.connection, now: self.clock.now() };
        match catch_unwind(AssertUnwindSafe(|| work(&mut tx))) {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => {
                self.pool.test(&mut pooled);
                Err(error)
            }
            Err(_panic) => {
                self.pool.throw_away(&mut pooled);
                Err(Error::other("the read panicked").into())
            }
        }
    }

    /// PostgreSQL only; SQLite has its [`Writer`].
    fn write<T, E: From<Error>>(&self, mut work: impl FnMut(&mut WriteTx<'_>) -> Result<T, E>) -> Result<T, E> {
        let mut attempts = 1;
        loop {
            match self.attempt(&mut work) {
                Err((_, true)) if attempts < ATTEMPTS => {
                    self.metrics.retries.increment();
                    attempts += 1;
                }
                outcome => return outcome.map_err(|(error, _)| error),
            }
        }
    }

    /// Runs `work` in a transaction. A failure says whether there is sense in doing it again.
    fn attempt<T, E: From<Error>>(
        &self,
        work: &mut impl FnMut(&mut WriteTx<'_>) -> Result<T, E>,
    ) -> Result<T, (E, bool)> {
        let finally = |error: Error| (error.into(), false);
        let began = Instant::now();
        let mut pooled = self.pool.get().map_err(finally)?;
        let watch = pooled.watch.clone();
        watch.start();
        let state = TransactionState::NotBegun { lock_timeout_ms: self.lock_timeout_ms };
        let mut tx = WriteTx::new(&mut pooled.connection, self.clock.now(), &self.ids, state);
        let is_pooled = self.lock_timeout_ms.is_some();
        let worked = catch_unwind(AssertUnwindSafe(|| {
            // Behind a proxy only a transaction has a lock timeout, and stays in one session.
            if is_pooled {
                tx.begin()?;
            }
            work(&mut tx)
        }));
        let ended = if matches!(worked, Ok(Ok(_))) { tx.end() } else { Ok(()) };
        let state = tx.state();
        let error = match worked {
            Ok(Ok(value)) => {
                return match self.finish(&mut pooled, ended, state) {
                    Ok(()) => {
                        if !matches!(state, TransactionState::NotBegun { .. }) {
                            self.metrics.commits.increment();
                            self.metrics.transactions.observe(elapsed_us(began));
                        }
                        Ok(value)
                    }
                    Err((error, again)) => Err((error.into(), again)),
                };
            }
            Ok(Err(error)) => error,
            Err(_panic) => {
                self.pool.throw_away(&mut pooled);
                return Err(finally(Error::other("the write panicked")));
            }
        };
        self.clean_up(&mut pooled, state);
        // Nothing was sent that could have changed anything, so another connection may try.
        let nothing_sent = watch.lost() && matches!(state, TransactionState::NotBegun { .. });
        Err((error, nothing_sent || watch.conflicted()))
    }

    /// Commits what was begun, unless the last rows were refused. A failure says whether there is sense in doing it again.
    fn finish(
        &self,
        pooled: &mut Pooled,
        ended: Result<(), Error>,
        state: TransactionState,
    ) -> Result<(), (Error, bool)> {
        if let Err(error) = ended {
            self.clean_up(pooled, state);
            let was_slower = matches!(error, Error::Unique { .. });
            return Err((error, was_slower || pooled.watch.conflicted()));
        }
        if state == TransactionState::Begun
            && let Err(error) = Connection::commit_transaction(&mut pooled.connection)
        {
            self.metrics.failed_commits.increment();
            self.pool.throw_away(pooled);
            return Err((error.into(), pooled.watch.conflicted()));
        }
        Ok(())
    }

    /// Leaves a connection outside of any transaction, or gives it up. The error of the work says more than a failure here.
    fn clean_up(&self, pooled: &mut Pooled, state: TransactionState) {
        let is_clean = match state {
            TransactionState::Begun => Connection::rollback_transaction(&mut pooled.connection).is_ok(),
            TransactionState::NotBegun { .. } | TransactionState::Sent => !pooled.watch.lost(),
        };
        if !is_clean {
            self.pool.throw_away(pooled);
        }
    }
}

/// Microseconds since then.
pub(crate) fn elapsed_us(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// The files in it hold personal data and password hashes: nobody else may look into a folder that we make.
pub(crate) fn make_folder(path: &Path) -> Result<(), OpenError> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let failed = |error: std::io::Error| OpenError::File { path: folder.to_owned(), reason: error.to_string() };
    builder.create(folder).map_err(failed)
}

/// Nobody else may look into it; SQLite gives the files beside it the same mode.
fn make_file(path: &Path) -> Result<(), OpenError> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let failed = |error: std::io::Error| OpenError::File { path: path.to_owned(), reason: error.to_string() };
    options.open(path).map(drop).map_err(failed)
}
