//! Who has the file of a SQLite database open, told to other processes by a lock on a file beside it.
//!
//! Whoever opens the database holds the lock together with others; whoever puts another file in its place holds it alone.
//! SQLite's own locks would not do for that: they belong to the file, and a server that starts while the file is replaced
//! would go on writing into the one that was moved away. The lock ends with its process, however that ends.
//!
//! Not here: who may write when, which is SQLite's own business.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// Held for as long as this lives.
#[derive(Debug)]
pub(crate) struct Hold {
    _locked: File,
}

impl Hold {
    /// With all others that have the database open; `None` while it is being replaced.
    pub(crate) fn together(database: &Path) -> io::Result<Option<Hold>> {
        Self::take(database, File::try_lock_shared)
    }

    /// Alone; `None` while anyone has the database open.
    pub(crate) fn alone(database: &Path) -> io::Result<Option<Hold>> {
        Self::take(database, File::try_lock)
    }

    fn take(database: &Path, lock: fn(&File) -> Result<(), TryLockError>) -> io::Result<Option<Hold>> {
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(lock_file(database))?;
        match lock(&file) {
            Ok(()) => Ok(Some(Hold { _locked: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

/// The file that carries the lock. It is empty and stays: removing it would let two processes lock two files of one name.
pub(crate) fn lock_file(database: &Path) -> PathBuf {
    beside(database, ".lock")
}

/// The path with something behind its name.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_together_or_one_alone() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("rollcall.db");
        let first = Hold::together(&database).unwrap().unwrap();
        let second = Hold::together(&database).unwrap().unwrap();
        drop(first);
        assert!(Hold::alone(&database).unwrap().is_none());
        drop(second);
        let alone = Hold::alone(&database).unwrap().unwrap();
        assert!(Hold::together(&database).unwrap().is_none());
        assert!(Hold::alone(&database).unwrap().is_none());
        drop(alone);
        assert!(Hold::together(&database).unwrap().is_some());
    }
}
