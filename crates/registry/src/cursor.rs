//! Cursors: where a client's reading of a list goes on, given to the client to keep (RFC 9865).
//!
//! Nothing is stored: any server with the same secret key can go on where another one stopped. What a cursor holds is
//! encrypted, as it may tell a person's name and stands in URLs and logs; and it opens only for the application and the
//! query it was made for. Deliberately not here: what it holds (crate `provisioning`).
//!
//! AES-256-GCM-SIV, for there may be more cursors than one key has safe random nonces with AES-GCM. On the wire: base64 of
//! URL-safe letters, of nonce, ciphertext and tag. Within: the time of expiry, then the content.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use database::Timestamp;

use crate::Registry;
use crate::error::Result;
use crate::scope::AppScope;
use crate::secret_key::SecretKey;

/// UTC milliseconds, big-endian.
const TIME_LEN: usize = 8;

/// Why a cursor does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CursorError {
    /// It is no cursor of this installation, or one of another application or query: which of these is nobody's business.
    #[error("the cursor was not given for this query")]
    Invalid,
    /// It was good, but is too old.
    #[error("the cursor has expired")]
    Expired,
}

/// Seals and opens cursors with a key derived from the installation's secret key.
pub(crate) struct Cursors {
    key: RandomizedNonceKey,
}

impl Cursors {
    pub(crate) fn new(secret_key: &SecretKey) -> Result<Cursors> {
        let key = secret_key.derive("query cursor v1")?;
        Ok(Cursors { key: RandomizedNonceKey::new(&AES_256_GCM_SIV, key.as_ref())? })
    }

    fn seal(&self, place: &[u8], content: &[u8], expires_at: Timestamp) -> Result<String> {
        let mut sealed = expires_at.as_milliseconds().to_be_bytes().to_vec();
        sealed.extend_from_slice(content);
        let nonce = self.key.seal_in_place_append_tag(Aad::from(place), &mut sealed)?;
        let mut bytes = nonce.as_ref().to_vec();
        bytes.extend_from_slice(&sealed);
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    fn open(&self, place: &[u8], cursor: &str, now: Timestamp) -> std::result::Result<Vec<u8>, CursorError> {
        let opened = || {
            let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
            let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN)?;
            let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
            let mut sealed = sealed.to_vec();
            let opened = self.key.open_in_place(nonce, Aad::from(place), &mut sealed).ok()?;
            let (expires_at, content) = opened.split_first_chunk::<TIME_LEN>()?;
            Some((i64::from_be_bytes(*expires_at), content.to_vec()))
        };
        match opened() {
            None => Err(CursorError::Invalid),
            Some((expires_at, _)) if expires_at <= now.as_milliseconds() => Err(CursorError::Expired),
            Some((_, content)) => Ok(content),
        }
    }
}

/// Ids hold no line feed, so no two places share these bytes.
fn place(scope: &AppScope, query: &str) -> Vec<u8> {
    format!("cursor\n{}\n{}\n{query}", scope.tenant_id(), scope.application_id()).into_bytes()
}

impl Registry {
    /// Makes a cursor that gives `content` back to the same application for the same `query`, for so many seconds.
    pub fn seal_cursor(&self, scope: &AppScope, query: &str, content: &[u8], lifetime_s: u64) -> Result<String> {
        let lifetime_ms = i64::try_from(lifetime_s.saturating_mul(1_000)).unwrap_or(i64::MAX);
        self.inner.cursors.seal(&place(scope, query), content, self.now().plus_milliseconds(lifetime_ms))
    }

    /// What [`Registry::seal_cursor`] was given.
    pub fn open_cursor(
        &self,
        scope: &AppScope,
        query: &str,
        cursor: &str,
    ) -> std::result::Result<Vec<u8>, CursorError> {
        self.inner.cursors.open(&place(scope, query), cursor, self.now())
    }
}

#[cfg(test)]
mod tests {
    use super::{CursorError, Cursors};
    use crate::secret_key::SecretKey;
    use database::Timestamp;

    const NOW: Timestamp = Timestamp::from_milliseconds(1_800_000_000_000);

    fn cursors(byte: u8) -> Cursors {
        Cursors::new(&SecretKey::from_bytes([byte; 32])).unwrap()
    }

    #[test]
    fn a_cursor_opens_for_its_query_its_key_and_its_time() {
        let expiry = NOW.plus_milliseconds(1_000);
        let cursor = cursors(1).seal(b"place", b"content", expiry).unwrap();
        assert!(cursor.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')), "{cursor}");
        assert_eq!(cursors(1).open(b"place", &cursor, NOW).unwrap(), b"content");
        assert_eq!(cursors(1).open(b"place", &cursor, expiry), Err(CursorError::Expired));
        assert_eq!(cursors(1).open(b"other", &cursor, NOW), Err(CursorError::Invalid));
        // Not even that it has expired is told.
        assert_eq!(cursors(1).open(b"other", &cursor, expiry), Err(CursorError::Invalid));
        assert_eq!(cursors(2).open(b"place", &cursor, NOW), Err(CursorError::Invalid));
    }

    #[test]
    fn the_same_content_is_never_sealed_alike() {
        let cursors = cursors(1);
        assert_ne!(cursors.seal(b"place", b"content", NOW).unwrap(), cursors.seal(b"place", b"content", NOW).unwrap());
    }

    #[test]
    fn garbage_does_not_open() {
        let cursors = cursors(1);
        let cursor = cursors.seal(b"place", b"content", NOW.plus_milliseconds(1)).unwrap();
        for end in 0..cursor.len() {
            assert_eq!(cursors.open(b"place", &cursor[..end], NOW), Err(CursorError::Invalid), "{end} letters");
            let other = if &cursor[end..=end] == "A" { "B" } else { "A" };
            let mut changed = cursor.clone();
            changed.replace_range(end..=end, other);
            assert_eq!(cursors.open(b"place", &changed, NOW), Err(CursorError::Invalid), "letter {end}");
        }
        for wrong in ["=", "é", " ", "A", &"A".repeat(100_000), &format!("{cursor}A"), &format!("{cursor}=")] {
            assert_eq!(cursors.open(b"place", wrong, NOW), Err(CursorError::Invalid));
        }
    }
}
