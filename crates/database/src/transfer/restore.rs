//! `rollcall restore` on SQLite: a backup in the place of the database.
//!
//! In two steps, so that the caller can look into the copy (does the secret key fit?) before it takes the place of the
//! database. The database is held alone from the first step on: no server can start on it meanwhile.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::files::{Unfinished, failed};
use super::{Progress, TransferError, sqlite};
use crate::config::Target;
use crate::hold::{Hold, beside, lock_file};
use crate::{DatabaseConfig, Error, MigrationState, Timestamp};

/// Bytes that are copied at a time.
const CHUNK: usize = 1 << 20;

/// A checked copy of a backup, ready to take the place of the database. Gone if it is dropped.
pub struct Restore {
    copy: Unfinished,
    database: PathBuf,
    config: DatabaseConfig,
    _alone: Hold,
}

/// What became of the database that was there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Where it is now; `None` if there was none.
    pub old_database: Option<PathBuf>,
}

impl Restore {
    /// Copies `file` beside the database and checks the copy: that it is whole, and not of a newer version. Refuses while
    /// anyone has the database open.
    pub fn prepare(
        config: &DatabaseConfig,
        file: &Path,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Restore, TransferError> {
        let wrong = |what| Err(TransferError::WrongKind { path: file.to_owned(), what });
        let Target::Sqlite(database) = Target::parse(&config.url)? else {
            return wrong(
                "no file for PostgreSQL if it is a backup of SQLite: restore it to SQLite, then move with rollcall export and \
                 rollcall import",
            );
        };
        let mut backup = File::open(file).map_err(failed("read", file))?;
        let expected = backup.metadata().map_err(failed("read", file))?.len();
        let mut first = Vec::new();
        (&mut backup).take(sqlite::MAGIC.len() as u64).read_to_end(&mut first).map_err(failed("read", file))?;
        if first.starts_with(super::GZIP_MAGIC) {
            return wrong("no backup of a SQLite database: if rollcall export wrote it, use rollcall import");
        }
        if first != sqlite::MAGIC {
            return wrong("no backup of Rollcall");
        }

        crate::database::make_folder(&database)?;
        let in_use = || TransferError::InUse { path: database.clone() };
        let alone = Hold::alone(&database).map_err(failed("write", &database))?.ok_or_else(in_use)?;
        let copy = Unfinished::new(&database, true)?;
        let mut to = File::options().write(true).open(copy.path()).map_err(failed("write", copy.path()))?;
        to.write_all(&first).map_err(failed("write", copy.path()))?;
        let mut done = first.len() as u64;
        let mut chunk = vec![0; CHUNK];
        loop {
            let count = backup.read(&mut chunk).map_err(failed("read", file))?;
            if count == 0 {
                break;
            }
            to.write_all(chunk.get(..count).unwrap_or_default()).map_err(failed("write", copy.path()))?;
            done += count as u64;
            progress(Progress::Bytes { done, expected });
        }
        copy.sync()?;
        progress(Progress::Checking);
        // What is wrong with the copy is wrong with the file.
        let state = sqlite::check(copy.path()).map_err(|error| match error {
            TransferError::Damaged { problem, .. } => TransferError::Damaged { path: file.to_owned(), problem },
            other => other,
        })?;
        match state {
            MigrationState::Newer { unknown } => Err(TransferError::Newer { path: file.to_owned(), unknown }),
            MigrationState::Empty => wrong("a SQLite database, but not one of Rollcall"),
            MigrationState::Current | MigrationState::Older { .. } => {
                Ok(Restore { copy, database, config: config.clone(), _alone: alone })
            }
        }
    }

    /// The copy as a database of its own, to look into before [`Restore::finish`].
    pub fn copy(&self) -> DatabaseConfig {
        DatabaseConfig { url: format!("sqlite:{}", self.copy.path().display()), ..self.config.clone() }
    }

    /// Puts the copy in the place of the database, and the database beside it under a name with the time `now`.
    pub fn finish(self, now: Timestamp) -> Result<Restored, TransferError> {
        let Restore { copy, database, config, _alone } = self;
        let in_use = || TransferError::InUse { path: database.clone() };
        // Whoever looked into the copy may have left the last pages beside it.
        sqlite::close_into_one_file(copy.path(), config.busy_timeout_ms)?.ok_or_else(in_use)?;
        remove_lock(copy.path());

        let old_database = database.exists().then(|| set_aside_as(&database, now));
        if let Some(aside) = &old_database {
            match close_old(&database, config.busy_timeout_ms) {
                Ok(Some(())) => {}
                Ok(None) | Err(TransferError::Database(Error::Busy)) => return Err(in_use()),
                // A damaged database is kept as it is, with what lies beside it.
                Err(_) => move_along(&database, aside)?,
            }
            // A second name first: at no moment is there no database, of which a server would make an empty one.
            fs::hard_link(&database, aside).map_err(failed("write", aside))?;
        }
        copy.name(true)?;
        Ok(Restored { old_database })
    }
}

/// Brings the old database into its one file; `None` if a program that does not know of our lock has it open. An error for
/// what is no database: SQLite would remove what lies beside it.
fn close_old(database: &Path, busy_timeout_ms: u64) -> Result<Option<()>, TransferError> {
    let mut first = Vec::new();
    let read = File::open(database).and_then(|file| file.take(sqlite::MAGIC.len() as u64).read_to_end(&mut first));
    read.map_err(failed("read", database))?;
    if first != sqlite::MAGIC {
        return Err(TransferError::Damaged { path: database.to_owned(), problem: "it is no database".to_owned() });
    }
    sqlite::close_into_one_file(database, busy_timeout_ms)
}

/// What lies beside the old database belongs to it and not to the new one.
fn move_along(database: &Path, aside: &Path) -> Result<(), TransferError> {
    for ending in ["-wal", "-shm"] {
        let from = beside(database, ending);
        match fs::rename(&from, beside(aside, ending)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed("move", &from)(error)),
            _ => {}
        }
    }
    Ok(())
}

/// `rollcall.db.before-restore-20261126T101530.250Z`.
fn set_aside_as(database: &Path, now: Timestamp) -> PathBuf {
    beside(database, &format!(".before-restore-{}", now.to_string().replace([':', '-'], "")))
}

/// The lock beside the copy goes with the copy's name; nobody else knows of it.
fn remove_lock(copy: &Path) {
    let _not_there = fs::remove_file(lock_file(copy));
}
