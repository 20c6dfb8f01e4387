//! Passwords of people: argon2id, 19 MiB, 2 passes, 1 lane (OWASP's recommendation).
//!
//! Hashing takes tens of milliseconds and 19 MiB, so it runs on a blocking thread and only a few at a time; whoever
//! floods the sign-in page waits in line without taking the memory of the machine.

use std::sync::{Arc, LazyLock};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use crate::error::{Error, Result};

const AT_ONCE: usize = 2;
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Fewest characters of a new password.
pub const MINIMUM_CHARACTERS: usize = 8;
/// Most bytes of a password: hashing must not be made to chew on megabytes.
const MAXIMUM_BYTES: usize = 1024;

/// A hash that no password has, checked when nobody has the e-mail address, so that the answer takes as long as for one
/// that somebody has.
static NOBODY: LazyLock<std::result::Result<String, String>> = LazyLock::new(|| hash_now("nobody has this password"));

/// Hashes and checks passwords. Clones share the line.
#[derive(Clone)]
pub(crate) struct Passwords {
    line: Arc<Semaphore>,
}

impl Passwords {
    pub(crate) fn new() -> Passwords {
        Passwords { line: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// Refuses a password that is too short, too long or equal to the e-mail address.
    pub(crate) fn check_new(password: &SecretString, email: &str) -> Result<()> {
        let text = password.expose_secret();
        if text.chars().count() < MINIMUM_CHARACTERS {
            return Err(Error::invalid("password", format!("Use at least {MINIMUM_CHARACTERS} characters.")));
        }
        if text.len() > MAXIMUM_BYTES {
            return Err(Error::invalid("password", format!("Use at most {MAXIMUM_BYTES} characters.")));
        }
        if text.eq_ignore_ascii_case(email) {
            return Err(Error::invalid("password", "Use something other than the e-mail address."));
        }
        Ok(())
    }

    /// The PHC string of `password`.
    pub(crate) async fn hash(&self, password: SecretString) -> Result<String> {
        self.run(move || hash_now(password.expose_secret()).map_err(|error| Error::Internal(error.into()))).await
    }

    /// Whether `password` belongs to `hash`. `None`, where nobody is known, takes as long and is never true.
    pub(crate) async fn matches(&self, password: SecretString, hash: Option<String>) -> Result<bool> {
        if password.expose_secret().len() > MAXIMUM_BYTES {
            return Ok(false);
        }
        self.run(move || {
            let known = hash.is_some();
            let hash = match hash {
                Some(hash) => hash,
                None => NOBODY.clone().map_err(|error| Error::Internal(error.into()))?,
            };
            let hash = PasswordHash::new(&hash).map_err(|error| Error::Internal(error.to_string().into()))?;
            // The parameters are those in the hash, so that they can be raised later.
            let verified = Argon2::default().verify_password(password.expose_secret().as_bytes(), &hash).is_ok();
            Ok(verified && known)
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let turn = Arc::clone(&self.line).acquire_owned().await.map_err(|error| Error::Internal(Box::new(error)))?;
        #[expect(clippy::disallowed_methods, reason = "hashing touches no database and has its own line")]
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(turn);
            result
        });
        done.await.map_err(|error| Error::Internal(Box::new(error)))?
    }
}

fn hash_now(password: &str) -> std::result::Result<String, String> {
    let parameters = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| error.to_string())?;
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters);
    let hash = hasher.hash_password(password.as_bytes()).map_err(|error| error.to_string())?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::Passwords;
    use crate::error::Error;
    use secrecy::SecretString;

    #[tokio::test]
    async fn only_the_right_password_matches() {
        let passwords = Passwords::new();
        let hash = passwords.hash("correct horse".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.matches("correct horse".into(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.matches("Correct horse".into(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.matches("x".repeat(5000).into(), Some(hash)).await.unwrap());
        assert!(!passwords.matches("nobody has this password".into(), None).await.unwrap());
        assert!(passwords.matches("correct horse".into(), Some("no hash".to_owned())).await.is_err());
    }

    #[test]
    fn weak_passwords_are_refused_in_words() {
        let table = [("seven77", false), ("eight888", true), ("€€€€€€€€", true), ("ada@example.com", false)];
        for (password, accepted) in table {
            let checked = Passwords::check_new(&SecretString::from(password), "Ada@example.com");
            assert_eq!(checked.is_ok(), accepted, "{password}");
            if let Err(error) = checked {
                assert!(matches!(error, Error::InvalidField { field: "password", .. }), "{error}");
            }
        }
        assert!(Passwords::check_new(&"x".repeat(1025).into(), "a@b.c").is_err());
    }
}
