//! Brings SQLite's write-ahead log into the database file while the writer goes on.
//!
//! Left to itself SQLite does that within a commit: everybody who writes waits until thousands of pages are copied and the
//! file is on disk. Here a thread with a connection of its own copies them and brings the file to disk, beside the writer.
//! It never gets the last pages of a busy writer, and the log begins anew only when all of it is in the file; so it asks the
//! writer to copy what is left, a few hundred pages, between two groups.
//!
//! Deliberately not here: whether a write is safe. A commit is on disk before it is acknowledged, in the log; SQLite alone
//! decides what of the log is in the file for good, and reads the rest from the log after a crash.

use std::fs::File;
use std::mem::ManuallyDrop;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::config::Target;
use crate::database::elapsed_us;
use crate::metrics::Metrics;
use crate::pool::{Purpose, connect};
use crate::{Connection, Error};

/// So many pages wait in the log before it is worth bringing them over: 32 MB. A page that is changed often is copied once.
const ENOUGH_PAGES: i64 = 8_000;
/// The log is looked at no more often than this, and only after commits.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The thread. Dropping it waits until a copy that is under way is done.
pub(crate) struct Checkpointer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// What the writer and the thread tell each other.
struct Shared {
    signal: Mutex<Signal>,
    changed: Condvar,
    /// The writer is to copy what is left.
    finish: AtomicBool,
    metrics: Arc<Metrics>,
}

#[derive(Default)]
struct Signal {
    /// Since the log was looked at.
    committed: bool,
    stopped: bool,
}

impl Checkpointer {
    /// Starts the thread. It opens nothing before the first commit.
    pub fn start(path: PathBuf, busy_timeout_ms: u64, metrics: Arc<Metrics>) -> std::io::Result<Checkpointer> {
        let shared = Arc::new(Shared {
            signal: Mutex::default(),
            changed: Condvar::new(),
            finish: AtomicBool::new(false),
            metrics,
        });
        let told = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("sqlite-checkpoint".to_owned());
        let thread = thread.spawn(move || told.run(path, busy_timeout_ms))?;
        Ok(Checkpointer { shared, thread: Some(thread) })
    }

    /// For the writer, after a commit and outside of any transaction: copies the last pages if it was asked to.
    pub fn committed(&self, connection: &mut Connection) {
        self.shared.tell(|signal| !std::mem::replace(&mut signal.committed, true));
        if self.shared.finish.swap(false, Ordering::AcqRel) {
            let began = Instant::now();
            // What fails here is tried again by the thread, which tells of it.
            let _tried = Log::copy(connection);
            self.shared.metrics.checkpoints.observe(elapsed_us(began));
        }
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.shared.tell(|signal| !std::mem::replace(&mut signal.stopped, true));
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that copies the write-ahead log panicked");
        }
    }
}

impl Shared {
    fn run(&self, path: PathBuf, busy_timeout_ms: u64) {
        let mut place = None;
        let mut failed = false;
        while self.wait_for_commits() {
            let outcome = match &mut place {
                Some(place) => Ok(place),
                none => Place::open(path.clone(), busy_timeout_ms).map(|opened| none.insert(opened)),
            };
            let outcome = outcome.and_then(|place| self.look(place));
            if let (Err(error), false) = (&outcome, failed) {
                tracing::warn!(error = %error, "the write-ahead log cannot be brought into the database file and grows");
            }
            failed = outcome.is_err();
        }
    }

    /// Copies the log if that is worth it by now, and asks the writer for the rest.
    fn look(&self, place: &mut Place) -> Result<(), Error> {
        let log = Log::look(&mut place.connection)?;
        self.metrics.log_pages.set(log.pages);
        if log.left() >= ENOUGH_PAGES && place.copy()? {
            self.finish.store(true, Ordering::Release);
        }
        Ok(())
    }

    /// Waits for a commit and then some time for more; false once the writer stops.
    fn wait_for_commits(&self) -> bool {
        let waited = self.changed.wait_while(self.signal(), |it| !it.committed && !it.stopped);
        let signal = waited.unwrap_or_else(PoisonError::into_inner);
        let waited = self.changed.wait_timeout_while(signal, LOOK_EVERY, |it| !it.stopped);
        let (mut signal, _) = waited.unwrap_or_else(PoisonError::into_inner);
        signal.committed = false;
        !signal.stopped
    }

    fn tell(&self, change: impl FnOnce(&mut Signal) -> bool) {
        let is_news = change(&mut self.signal());
        if is_news {
            self.changed.notify_one();
        }
    }

    fn signal(&self) -> MutexGuard<'_, Signal> {
        self.signal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread's own way to the database.
struct Place {
    connection: Connection,
    /// Never closed: whoever closes a file that SQLite has open in the same process takes away its locks (POSIX advisory
    /// locks belong to process and file), and another process could then remove the log under us.
    file: ManuallyDrop<File>,
}

impl Place {
    fn open(path: PathBuf, busy_timeout_ms: u64) -> Result<Place, Error> {
        let file = ManuallyDrop::new(File::open(&path).map_err(cannot)?);
        let connection = connect(&Target::Sqlite(path), Purpose::Read, busy_timeout_ms).map_err(Error::unavailable)?;
        Ok(Place { connection, file })
    }

    /// Copies what there is and brings the file to disk; then what came in meanwhile. Whether so little is left now that the
    /// writer may do it; not while somebody reads from a moment long ago, whose pages must stay as they are.
    fn copy(&mut self) -> Result<bool, Error> {
        if Log::copy(&mut self.connection)?.left() >= ENOUGH_PAGES {
            return Ok(false);
        }
        // SQLite does it itself only when nobody has committed meanwhile.
        self.file.sync_data().map_err(cannot)?;
        Ok(Log::copy(&mut self.connection)?.left() < ENOUGH_PAGES)
    }
}

/// How far the log is in the file.
#[derive(Debug, Clone, Copy, QueryableByName)]
struct Log {
    /// In the log, as the connection saw it when it began.
    #[diesel(sql_type = BigInt, column_name = "log")]
    pages: i64,
    /// Of these, from the first one on, in the file as well.
    #[diesel(sql_type = BigInt, column_name = "checkpointed")]
    copied: i64,
}

impl Log {
    fn look(connection: &mut Connection) -> Result<Log, Error> {
        Ok(diesel::sql_query("PRAGMA wal_checkpoint(NOOP)").get_result(connection)?)
    }

    /// Copies all pages that nobody needs as they were. Waits for nobody; does nothing while another process does it.
    fn copy(connection: &mut Connection) -> Result<Log, Error> {
        Ok(diesel::sql_query("PRAGMA wal_checkpoint(PASSIVE)").get_result(connection)?)
    }

    fn left(self) -> i64 {
        self.pages - self.copied
    }
}

fn cannot(error: std::io::Error) -> Error {
    Error::Storage(Arc::new(error))
}
