//! `rollcall backup` on SQLite.
//!
//! `VACUUM INTO` reads in one transaction, so the copy is the database as it was at one moment, with every acknowledged write
//! up to then; readers and the writer of a server go on. The copy has no gaps, and nothing lies beside it.

use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use super::files::{Unfinished, failed};
use super::{Progress, TransferError, sqlite};
use crate::config::Target;
use crate::{DatabaseConfig, Error, MigrationState};

/// How often the progress is told.
const TELL_EVERY: Duration = Duration::from_millis(500);

/// A copy that was made and read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backup {
    /// Size of the file.
    pub bytes: u64,
}

/// Copies a SQLite database to `file` while servers use it. `replace`: whether `file` may be there already; it is replaced
/// only by a whole copy.
pub fn back_up(
    config: &DatabaseConfig,
    file: &Path,
    replace: bool,
    progress: &mut dyn FnMut(Progress),
) -> Result<Backup, TransferError> {
    let Target::Sqlite(database) = Target::parse(&config.url)? else {
        let what = "not the way to back up PostgreSQL: write the portable export";
        return Err(TransferError::WrongKind { path: file.to_owned(), what });
    };
    if !database.exists() {
        return Err(TransferError::NoDatabase { path: database });
    }
    let unfinished = Unfinished::new(file, replace)?;
    let mut connection = sqlite::open(&database, config.busy_timeout_ms)?;
    let expected = sqlite::size_of_copy(&mut connection)?;
    std::thread::scope(|scope| {
        let (tell, told) = mpsc::channel();
        let to = unfinished.path();
        scope.spawn(move || {
            // Nobody listens any more only if this thread is not waited for.
            let _nobody_listens = tell.send(sqlite::copy_into(&mut connection, to));
        });
        loop {
            match told.recv_timeout(TELL_EVERY) {
                Ok(copied) => return copied,
                Err(RecvTimeoutError::Timeout) => {
                    let done = to.metadata().map_or(0, |metadata| metadata.len());
                    progress(Progress::Bytes { done, expected });
                }
                Err(RecvTimeoutError::Disconnected) => return Err(Error::other("the copying thread panicked").into()),
            }
        }
    })?;
    unfinished.sync()?;
    progress(Progress::Checking);
    if sqlite::check(unfinished.path())? == MigrationState::Empty {
        return Err(TransferError::NoTables { location: crate::config::without_password(&config.url) });
    }
    let bytes = unfinished.path().metadata().map_err(failed("read", unfinished.path()))?.len();
    unfinished.name(replace)?;
    Ok(Backup { bytes })
}
