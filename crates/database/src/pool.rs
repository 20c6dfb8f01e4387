//! Connections, made by URL and kept in an r2d2 pool.
//!
//! Connections are not tested at every check-out (a round trip), but when they rested for long, after work that failed,
//! and once after another connection was lost: a restart of PostgreSQL costs the requests that were under way, and at
//! most one more.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::r2d2::R2D2Connection;
use diesel::{Connection as _, PgConnection, SqliteConnection};

use crate::config::Target;
use crate::metrics::Metrics;
use crate::watch::Watch;
use crate::{Connection, Error, pooling};

/// A connection that rested this long is tested before it is used.
const TEST_AFTER_IDLE: Duration = Duration::from_secs(30);

/// What a connection is for: SQLite keeps readers from writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Read,
    Write,
}

/// Opens a connection and sets it up. The reason of a failure is a sentence without the password.
pub(crate) fn connect(target: &Target, purpose: Purpose, busy_timeout_ms: u64) -> Result<Connection, String> {
    match target {
        Target::Sqlite(path) => {
            let path = path.to_str().ok_or("the path is not UTF-8")?;
            let mut sqlite = SqliteConnection::establish(path).map_err(|error| error.to_string())?;
            // Group commit pays for FULL: an acknowledged write survives a power failure. Sizes are negative KiB and
            // bytes. The file is not mapped into memory: a reader gives up its map after each commit that it sees, and
            // mapping it anew costs more than the reads that it saves. The log is copied by `checkpoint` long before a commit
            // would have to.
            let cache_kib = if purpose == Purpose::Write { 16_384 } else { 2_048 };
            let settings = format!(
                "PRAGMA busy_timeout = {busy_timeout_ms}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
                 PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -{cache_kib};
                 PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 32000; PRAGMA query_only = {};",
                u8::from(purpose == Purpose::Read)
            );
            sqlite.batch_execute(&settings).map_err(|error| error.to_string())?;
            Ok(Connection::Sqlite(sqlite))
        }
        Target::Postgres(url) => {
            let (url, is_pooled) = pooling::take_apart(url);
            let mut postgres = PgConnection::establish(&url).map_err(|error| error.to_string())?;
            if is_pooled {
                pooling::set_up(&mut postgres);
                return Ok(Connection::Postgres(postgres));
            }
            let settings = format!(
                "SET application_name = 'rollcall'; SET client_min_messages = warning; SET lock_timeout = {busy_timeout_ms};"
            );
            postgres.batch_execute(&settings).map_err(|error| error.to_string())?;
            Ok(Connection::Postgres(postgres))
        }
    }
}

/// A connection in the pool.
pub(crate) struct Pooled {
    pub(crate) connection: Connection,
    /// Of a connection to PostgreSQL; nothing is noted on SQLite.
    pub(crate) watch: Watch,
    released_at: Instant,
    epoch: u64,
    lost: bool,
}

/// How r2d2 makes and judges connections.
struct Manager {
    target: Target,
    purpose: Purpose,
    busy_timeout_ms: u64,
    epoch: Arc<AtomicU64>,
    metrics: Arc<Metrics>,
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct ConnectFailed(String);

impl r2d2::ManageConnection for Manager {
    type Connection = Pooled;
    type Error = ConnectFailed;

    fn connect(&self) -> Result<Pooled, ConnectFailed> {
        let epoch = self.epoch.load(Ordering::Acquire);
        let mut connection = connect(&self.target, self.purpose, self.busy_timeout_ms).map_err(ConnectFailed)?;
        let watch = match &mut connection {
            Connection::Postgres(postgres) => Watch::of(postgres, Arc::clone(&self.metrics)),
            Connection::Sqlite(_) => Watch::default(),
        };
        Ok(Pooled { connection, watch, released_at: Instant::now(), epoch, lost: false })
    }

    /// Never asked: `test_on_check_out` is off, [`Pool::get`] tests.
    fn is_valid(&self, pooled: &mut Pooled) -> Result<(), ConnectFailed> {
        pooled.connection.ping().map_err(|error| ConnectFailed(error.to_string()))
    }

    /// Asked at every check-in.
    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        pooled.released_at = Instant::now();
        pooled.lost || pooled.connection.is_broken()
    }
}

/// Sends r2d2's errors to the log; the one who waits gets the last of them as well.
#[derive(Debug)]
struct LogErrors;

impl r2d2::HandleError<ConnectFailed> for LogErrors {
    fn handle_error(&self, error: ConnectFailed) {
        tracing::warn!(error = %error, "cannot connect to the database");
    }
}

/// The connections of this process, but for SQLite's writer.
pub(crate) struct Pool {
    pool: r2d2::Pool<Manager>,
    epoch: Arc<AtomicU64>,
    max_connections: u32,
}

impl Pool {
    /// Connects to nothing yet.
    pub(crate) fn new(
        target: Target,
        purpose: Purpose,
        max_connections: u32,
        busy_timeout_ms: u64,
        metrics: Arc<Metrics>,
    ) -> Pool {
        let epoch = Arc::new(AtomicU64::new(0));
        let max_connections = max_connections.max(1);
        let pool = r2d2::Pool::builder()
            .max_size(max_connections)
            .min_idle(Some(0))
            .test_on_check_out(false)
            .connection_timeout(Duration::from_millis(busy_timeout_ms.max(1)))
            .error_handler(Box::new(LogErrors))
            .build_unchecked(Manager { target, purpose, busy_timeout_ms, epoch: Arc::clone(&epoch), metrics });
        Pool { pool, epoch, max_connections }
    }

    /// How many connections there are, and how many of them rest.
    pub(crate) fn state(&self) -> r2d2::State {
        self.pool.state()
    }

    /// Most connections that there may be.
    pub(crate) fn max_connections(&self) -> u32 {
        self.max_connections
    }

    /// A connection, tested if there is reason to.
    pub(crate) fn get(
        &self,
    ) -> Result<r2d2::PooledConnection<impl r2d2::ManageConnection<Connection = Pooled>>, Error> {
        for _ in 0..=self.max_connections {
            let mut pooled = self.pool.get().map_err(|error| Error::unavailable(error.to_string()))?;
            let epoch = self.epoch.load(Ordering::Acquire);
            let rested = pooled.released_at.elapsed() > TEST_AFTER_IDLE;
            if !rested && pooled.epoch == epoch {
                return Ok(pooled);
            }
            if self.test(&mut pooled) {
                pooled.epoch = epoch;
                return Ok(pooled);
            }
        }
        Err(Error::unavailable("every connection in the pool was lost"))
    }

    /// Whether the connection still answers. One that does not is thrown away at check-in, and the others are tested as
    /// well.
    pub(crate) fn test(&self, pooled: &mut Pooled) -> bool {
        let answers = pooled.connection.ping().is_ok();
        if !answers {
            self.throw_away(pooled);
        }
        answers
    }

    /// Marks the connection as never to be used again; every one made before is tested once before it is used.
    pub(crate) fn throw_away(&self, pooled: &mut Pooled) {
        pooled.lost = true;
        self.epoch.fetch_add(1, Ordering::AcqRel);
    }
}
