//! The secret key of an installation: 32 random bytes in a file outside the database.
//!
//! Whoever has the database but not this file cannot show a credential nor sign a form or a cursor. Each use has a key of its own,
//! derived by HKDF-SHA-256 under a label, so that no two uses share one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use aws_lc_rs::{hkdf, rand};
use zeroize::{Zeroize, Zeroizing};

use crate::error::{Error, Result};
use crate::token::hexadecimal;

const LENGTH: usize = 32;

/// The key from which all others are derived. Never printed.
pub struct SecretKey {
    bytes: Zeroizing<[u8; LENGTH]>,
}

/// Why the key file could not be used. The messages say what to do.
#[derive(Debug, thiserror::Error)]
pub enum SecretKeyError {
    /// The file cannot be read or made.
    #[error("cannot {act} the secret key file {}: {source}", path.display())]
    File { act: &'static str, path: PathBuf, source: io::Error },
    /// Other users of the machine can read it.
    #[error(
        "the secret key file {} can be read by other users of this machine (mode {mode:04o}): run chmod 600 {}",
        path.display(), path.display()
    )]
    Exposed { path: PathBuf, mode: u32 },
    /// The file holds something else.
    #[error(
        "the secret key file {} does not hold a secret key (64 hexadecimal digits): restore it from a backup; if there is \
         none and no credential needs to be shown again, remove it and a new one is made",
        path.display()
    )]
    Malformed { path: PathBuf },
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes for a new secret key")]
    Random,
}

impl SecretKey {
    /// A key of these bytes, for tests.
    #[cfg(any(test, feature = "testing"))]
    pub fn from_bytes(bytes: [u8; LENGTH]) -> SecretKey {
        SecretKey { bytes: Zeroizing::new(bytes) }
    }

    /// Reads the key from `path`, or makes a new one there, mode 0600. Of several processes that do this at the same
    /// time one makes the file and all get its key.
    pub fn load_or_create(path: &Path) -> std::result::Result<SecretKey, SecretKeyError> {
        match Self::load(path) {
            Err(SecretKeyError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                create(path)?;
                Self::load(path)
            }
            loaded => loaded,
        }
    }

    /// Reads the key from `path`.
    pub fn load(path: &Path) -> std::result::Result<SecretKey, SecretKeyError> {
        let file_error = |source| SecretKeyError::File { act: "read", path: path.to_owned(), source };
        refuse_exposed(path).map_err(|error| error.unwrap_or_else(file_error))?;
        let text = Zeroizing::new(fs::read(path).map_err(file_error)?);
        let mut bytes = Zeroizing::new([0; LENGTH]);
        if !read_hexadecimal(text.trim_ascii(), &mut bytes) {
            return Err(SecretKeyError::Malformed { path: path.to_owned() });
        }
        Ok(SecretKey { bytes })
    }

    /// The key for one use. `label` names the use and never changes.
    pub(crate) fn derive(&self, label: &str) -> Result<Zeroizing<[u8; LENGTH]>> {
        let extracted = hkdf::Salt::new(hkdf::HKDF_SHA256, b"rollcall").extract(self.bytes.as_ref());
        let mut derived = Zeroizing::new([0; LENGTH]);
        let label = [label.as_bytes()];
        extracted
            .expand(&label, hkdf::HKDF_SHA256)
            .and_then(|key| key.fill(derived.as_mut()))
            .map_err(|_| Error::internal("a key could not be derived"))?;
        Ok(derived)
    }
}

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SecretKey")
    }
}

/// Writes a whole new file beside `path` and links it there: a reader sees no file or all of it, and of two writers the
/// second finds the name taken.
fn create(path: &Path) -> std::result::Result<(), SecretKeyError> {
    let file_error = |source| SecretKeyError::File { act: "make", path: path.to_owned(), source };
    let mut bytes = Zeroizing::new([0u8; LENGTH]);
    rand::fill(bytes.as_mut()).map_err(|_| SecretKeyError::Random)?;
    let suffix = {
        let mut bytes = [0u8; 6];
        rand::fill(&mut bytes).map_err(|_| SecretKeyError::Random)?;
        hexadecimal(&bytes)
    };
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(format!(".{suffix}.new"));
    let temporary = PathBuf::from(temporary);
    let written = write_private(&temporary, &bytes).and_then(|()| match fs::hard_link(&temporary, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    });
    let removed = fs::remove_file(&temporary);
    written.and(removed).map_err(file_error)
}

fn write_private(path: &Path, bytes: &[u8; LENGTH]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file: File = options.open(path)?;
    let mut text = hexadecimal(bytes);
    text.push('\n');
    let written = file.write_all(text.as_bytes());
    text.zeroize();
    written?;
    file.sync_all()
}

/// `Err(Err(_))`: the file cannot be looked at; `Err(Ok(_))`: it can be read by others.
#[cfg(unix)]
fn refuse_exposed(path: &Path) -> std::result::Result<(), std::result::Result<SecretKeyError, io::Error>> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).map_err(Err)?.permissions().mode() & 0o777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(Ok(SecretKeyError::Exposed { path: path.to_owned(), mode })) }
}

/// Elsewhere the folder's own access rules protect the file.
#[cfg(not(unix))]
fn refuse_exposed(_path: &Path) -> std::result::Result<(), std::result::Result<SecretKeyError, io::Error>> {
    Ok(())
}

fn read_hexadecimal(text: &[u8], bytes: &mut [u8; LENGTH]) -> bool {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    text.len() == 2 * LENGTH
        && text.chunks_exact(2).zip(bytes.iter_mut()).all(|(pair, byte)| match (digit(pair[0]), digit(pair[1])) {
            (Some(high), Some(low)) => {
                *byte = high << 4 | low;
                true
            }
            _ => false,
        })
}

#[cfg(test)]
mod tests {
    use super::{SecretKey, SecretKeyError};
    use std::fs;

    #[test]
    fn the_file_is_made_once_and_then_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        let first = SecretKey::load_or_create(&path).unwrap();
        let second = SecretKey::load_or_create(&path).unwrap();
        assert_eq!(first.bytes, second.bytes);
        assert_ne!(*first.bytes, [0; 32]);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file stays");
        assert_eq!(format!("{first:?}"), "SecretKey");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        SecretKey::load_or_create(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = SecretKey::load_or_create(&path).unwrap_err();
        assert!(error.to_string().contains("mode 0640"), "{error}");
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }

    #[test]
    fn processes_that_race_get_the_same_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        let keys: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..8).map(|_| scope.spawn(|| SecretKey::load_or_create(&path).unwrap().bytes)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
    }

    #[test]
    fn a_file_with_something_else_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        for text in ["", "short", &"g".repeat(64), &"0".repeat(65)] {
            SecretKey::load_or_create(&path).unwrap();
            fs::write(&path, text).unwrap();
            assert!(matches!(SecretKey::load_or_create(&path), Err(SecretKeyError::Malformed { .. })), "{text}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
            fs::remove_file(&path).unwrap();
        }
    }

    #[test]
    fn a_missing_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = SecretKey::load_or_create(&folder.path().join("none/secret.key")).unwrap_err();
        assert!(error.to_string().contains("none/secret.key"), "{error}");
    }

    #[test]
    fn each_label_has_its_own_key() {
        let folder = tempfile::tempdir().unwrap();
        let key = SecretKey::load_or_create(&folder.path().join("secret.key")).unwrap();
        assert_eq!(key.derive("a").unwrap(), key.derive("a").unwrap());
        assert_ne!(key.derive("a").unwrap(), key.derive("b").unwrap());
    }
}
