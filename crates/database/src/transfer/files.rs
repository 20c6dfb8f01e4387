//! Files that are there whole or not at all.
//!
//! A file is written under another name, brought to disk, and only then gets its own; the folder is brought to disk as well,
//! or a power failure could take the name back.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::TransferError;
use crate::hold::beside;

/// A file under a name of its own for as long as it is not finished; removed unless it gets its name.
pub(crate) struct Unfinished {
    path: PathBuf,
    wanted: PathBuf,
    named: bool,
}

impl Unfinished {
    /// An empty file beside `wanted`, readable by its owner only. `replace`: whether `wanted` may be there already.
    pub(crate) fn new(wanted: &Path, replace: bool) -> Result<Unfinished, TransferError> {
        if !replace && wanted.exists() {
            return Err(TransferError::Exists { path: wanted.to_owned() });
        }
        let path = beside(wanted, &format!(".partial-{}", std::process::id()));
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&path).map_err(failed("write", &path))?;
        Ok(Unfinished { path, wanted: wanted.to_owned(), named: false })
    }

    /// Where it is for now.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Brings it to disk.
    pub(crate) fn sync(&self) -> Result<(), TransferError> {
        sync(&self.path).map_err(failed("write", &self.path))
    }

    /// Gives it its name, which `replace` may take from another file. That other file is there until then.
    pub(crate) fn name(mut self, replace: bool) -> Result<(), TransferError> {
        self.sync()?;
        let named = if replace {
            fs::rename(&self.path, &self.wanted)
        } else {
            // A rename would replace what came there meanwhile.
            fs::hard_link(&self.path, &self.wanted).and_then(|()| fs::remove_file(&self.path))
        };
        named.map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => TransferError::Exists { path: self.wanted.clone() },
            _ => TransferError::File { act: "write", path: self.wanted.clone(), source },
        })?;
        self.named = true;
        sync_folder(&self.wanted).map_err(failed("write", &self.wanted))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.named {
            remove_database(&self.path);
        }
    }
}

/// Removes a database file and what SQLite and we put beside it. What is not there is fine.
pub(crate) fn remove_database(path: &Path) {
    for ending in ["", "-wal", "-shm", "-journal", ".lock"] {
        let _not_there = fs::remove_file(beside(path, ending));
    }
}

/// Brings the bytes of a file to disk.
pub(crate) fn sync(path: &Path) -> io::Result<()> {
    OpenOptions::new().write(true).open(path)?.sync_all()
}

/// Brings the names in the folder of `path` to disk.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Elsewhere a folder cannot be opened.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// An error of the system, with the file that it is about.
pub(crate) fn failed(act: &'static str, path: &Path) -> impl FnOnce(io::Error) -> TransferError {
    let path = path.to_owned();
    move |source| TransferError::File { act, path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let wanted = folder.path().join("backup");
        let names = || {
            let mut names: Vec<_> =
                fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            names.sort();
            names
        };
        drop(Unfinished::new(&wanted, false).unwrap());
        assert!(names().is_empty(), "{:?}", names());

        let first = Unfinished::new(&wanted, false).unwrap();
        fs::write(first.path(), "first").unwrap();
        first.name(false).unwrap();
        assert_eq!(names(), ["backup"]);
        assert!(matches!(Unfinished::new(&wanted, false), Err(TransferError::Exists { .. })));

        let second = Unfinished::new(&wanted, true).unwrap();
        fs::write(second.path(), "second").unwrap();
        assert_eq!(fs::read_to_string(&wanted).unwrap(), "first");
        // Somebody else made the file meanwhile.
        assert!(matches!(second.name(false), Err(TransferError::Exists { .. })));
        assert_eq!(fs::read_to_string(&wanted).unwrap(), "first");
        assert_eq!(names(), ["backup"]);

        let third = Unfinished::new(&wanted, true).unwrap();
        fs::write(third.path(), "third").unwrap();
        third.name(true).unwrap();
        assert_eq!(fs::read_to_string(&wanted).unwrap(), "third");
        assert_eq!(names(), ["backup"]);
    }
}
