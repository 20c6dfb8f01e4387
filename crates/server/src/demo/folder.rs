//! The demonstration's own folder: emptied at each start, and only if a demonstration made it.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::installation::make_private_folder;

/// Its presence says that everything beside it may be deleted; a lock on it says that a demonstration is running.
const MARKER: &str = ".rollcall-demo";

/// An empty folder that belongs to this process until it ends.
pub(super) struct DemoFolder {
    path: PathBuf,
    _locked: File,
}

impl DemoFolder {
    /// Makes the folder, or empties the one that an earlier demonstration left. Refuses any other folder.
    pub(super) fn make_anew(path: &Path) -> Result<DemoFolder> {
        make_private_folder(path)?;
        let marker = path.join(MARKER);
        let is_ours = marker.is_file();
        if !is_ours && entries(path)?.next().is_some() {
            bail!("the folder {} was not made by rollcall demo: move it away, or start elsewhere", path.display());
        }
        let locked = File::create(&marker).with_context(|| format!("cannot write {}", marker.display()))?;
        match locked.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                bail!("another demonstration is running in {}: stop it first", path.display())
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock {}", marker.display()));
            }
        }
        for entry in entries(path)? {
            let entry = entry?.path();
            if entry == marker {
                continue;
            }
            let removed = if entry.is_dir() { fs::remove_dir_all(&entry) } else { fs::remove_file(&entry) };
            removed.with_context(|| format!("cannot remove {}", entry.display()))?;
        }
        Ok(DemoFolder { path: path.to_owned(), _locked: locked })
    }

    /// The folder.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

fn entries(path: &Path) -> Result<impl Iterator<Item = io::Result<fs::DirEntry>>> {
    fs::read_dir(path).with_context(|| format!("cannot look into {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::{DemoFolder, MARKER};
    use std::fs;

    #[test]
    fn only_a_folder_of_its_own_is_emptied() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("demo-data");
        let first = DemoFolder::make_anew(&path).unwrap();
        fs::write(path.join("rollcall.db"), "data").unwrap();
        fs::create_dir_all(path.join("deeper/still")).unwrap();
        let refused = DemoFolder::make_anew(&path).err().unwrap().to_string();
        assert!(refused.contains("another demonstration"), "{refused}");
        drop(first);
        let again = DemoFolder::make_anew(&path).unwrap();
        assert_eq!(fs::read_dir(again.path()).unwrap().count(), 1, "the marker alone");
    }

    #[test]
    fn a_foreign_folder_is_left_alone() {
        let parent = tempfile::tempdir().unwrap();
        fs::write(parent.path().join("thesis.txt"), "years of work").unwrap();
        let refused = DemoFolder::make_anew(parent.path()).err().unwrap().to_string();
        assert!(refused.contains("was not made by rollcall demo"), "{refused}");
        assert!(parent.path().join("thesis.txt").exists());
        assert!(!parent.path().join(MARKER).exists());
    }
}
